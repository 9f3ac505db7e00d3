package embedded

// Option changes what [New] makes.
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
