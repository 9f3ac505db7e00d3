package embedded

import "log/slog"

// Option changes what [New] and [Open] make.
type Option interface{ apply(r *Registry) }

type option func(*Registry)

func (o option) apply(r *Registry) { o(r) }

const defaultMaxRequest = 8 << 20

// WithMaxRequest bounds the body of a request, in bytes; larger ones are
// answered 413. Default 8 MiB; zero or less keeps the default. A schema text
// above 1 MiB is refused in any case, with code 42209.
func WithMaxRequest(bytes int64) Option {
	return option(func(r *Registry) {
		if bytes > 0 {
			r.maxRequest = bytes
		}
	})
}

// WithBasicAuth admits a user; given several times, each of them. All other
// requests are answered 401. Without this option everybody is admitted. Only a
// hash of the password is kept.
func WithBasicAuth(user, password string) Option {
	return option(func(r *Registry) { r.accounts.add(user, password) })
}

// WithSync makes a registry of [Open] answer only after what it did is on the
// disk, so that a loss of power loses nothing either. Changes that arrive while
// the disk is busy share its next turn. Without this option the operating system
// writes when it likes, and only the end of the process loses nothing. [New]
// takes no notice of it.
func WithSync() Option {
	return option(func(r *Registry) { r.sync = true })
}

// WithLogger tells of what went wrong with the storage. Default: silent; nil keeps the default.
func WithLogger(logger *slog.Logger) Option {
	return option(func(r *Registry) {
		if logger != nil {
			r.logger = logger
		}
	})
}
