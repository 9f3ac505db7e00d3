package consumer

import (
	"context"
	"time"
)

// Hook is told what the consumer does. It implements one or more of the interfaces below, one for each event; the others are not
// called. Hooks are called synchronously, by several goroutines at once, and must not block: the record, or the whole consumer,
// waits for them.
type Hook any

// HookHandle is told of each call of the handler.
type HookHandle interface {
	// OnHandle is called before the handler, with its records, and returns the context that the handler gets.
	OnHandle(ctx context.Context, recs []AnyRecord) context.Context
	// OnHandled is called with that context when the handler has returned, with its result.
	OnHandled(ctx context.Context, recs []AnyRecord, err error, took time.Duration)
}

// HookRetry is told when a record waits to be tried again.
type HookRetry interface {
	OnRetry(rec AnyRecord, err error, pause time.Duration)
}

// HookDeadLetter is told when a dead letter was acknowledged.
type HookDeadLetter interface {
	OnDeadLetter(ref Ref, stage Stage, class string, err error)
}

// HookDecodeError is told when a record cannot be decoded, now or ever: class says which, see [serde.Class].
type HookDecodeError interface {
	OnDecodeError(ref Ref, stage Stage, class string, err error)
}

// HookRebalance is told of partitions that came, and of those that went with the time that waiting for handlers took. The poll goroutine
// calls it.
type HookRebalance interface {
	OnAssigned(partitions []TopicPartition)
	OnRevoked(partitions []TopicPartition, lost bool, took time.Duration)
}

// WithHooks adds hooks, which are called in this order. Default: none.
func WithHooks(hooks ...Hook) Option {
	return option(func(s *settings) { s.hooks = append(s.hooks, hooks...) })
}

// each calls what those hooks implement that do.
func each[H any](hooks []Hook, call func(H)) {
	for _, hook := range hooks {
		if h, ok := hook.(H); ok {
			call(h)
		}
	}
}
