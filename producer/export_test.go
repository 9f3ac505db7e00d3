package producer

import "time"

// WithCommitGrace shortens the time for which a commit goes on after its context has ended.
func WithCommitGrace(d time.Duration) Option {
	return optionFunc(func(o *options) { o.commitGrace = d })
}
