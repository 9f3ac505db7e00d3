package consumer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Hook is told what the consumer does. It implements one or more of the interfaces below, one for each event; the others are not
// called. Hooks are called synchronously, by several goroutines at once, and must not block: the record, or the whole consumer,
// waits for them. Their panics are logged and change nothing. Packages telemetry/otel and telemetry/prometheus have some.
type Hook any

// HookFor is a hook that serves several consumers: it returns the one that is to be told of this consumer. [New] calls it.
type HookFor interface {
	HookFor(info Info) Hook
}

// Info is what a hook may want to know of its consumer.
type Info struct {
	Group    string
	ClientID string // client.id, empty where it is not set
}

// HookHandle is told of each call of the handler.
type HookHandle interface {
	// OnHandle is called before the handler, with its records, and returns the context that the handler gets; nil leaves it as it is.
	OnHandle(ctx context.Context, recs []AnyRecord) context.Context
	// OnHandled is called with that context when the handler has returned, with its result, of which [ResultOf] says the kind.
	OnHandled(ctx context.Context, recs []AnyRecord, err error, took time.Duration)
}

// HookSettle is told of each record that is settled.
type HookSettle interface {
	// OnSettled is called with how it was settled ([Handled], [Skipped] or [DeadLettered]) and how long after it was delivered, to a tenth of
	// a second.
	OnSettled(ref Ref, outcome Outcome, took time.Duration)
}

// HookRetry is told when a record waits to be tried again.
type HookRetry interface {
	OnRetry(rec AnyRecord, err error, pause time.Duration)
}

// HookDeadLetter is told when a dead letter was acknowledged.
type HookDeadLetter interface {
	OnDeadLetter(ref Ref, stage Stage, class string, err error)
}

// HookDecodeError is told when a record cannot be decoded, now or ever: class says which, see [serde.Class]. While the schema registry is
// away that is each time that the record is tried.
type HookDecodeError interface {
	OnDecodeError(ref Ref, stage Stage, class string, err error)
}

// HookRebalance is told of partitions that came, and of those that went with the time that waiting for handlers took. The poll goroutine
// calls it.
type HookRebalance interface {
	OnAssigned(partitions []TopicPartition)
	OnRevoked(partitions []TopicPartition, lost bool, took time.Duration)
}

// HookDrain is told at a shutdown, once running handlers and dead letters on their way have ended or were given up. The poll goroutine
// calls it.
type HookDrain interface {
	// OnDrained is called with how long that took, and how many records were given up.
	OnDrained(took time.Duration, unfinished int)
}

// HookCommit is told of each commit: a ref's offset is where its partition goes on. The poll goroutine calls it.
type HookCommit interface {
	OnCommitted(offsets []Ref, err error)
}

// HookStats is told of librdkafka's statistics.
type HookStats interface {
	// OnStats is called every statistics.interval.ms, which the ConfigMap must have (0, for none, is librdkafka's default), with the statistics in JSON,
	// as STATISTICS.md of librdkafka describes them. The poll goroutine calls it.
	OnStats(stats string)
}

// Outcome is what a handler's result means for its record.
type Outcome string

// The outcomes. The first three settle the record.
const (
	Handled      Outcome = "handled"
	Skipped      Outcome = "skipped"       // by [Skip], or [WithSkipRedrivenForOthers]
	DeadLettered Outcome = "dead-lettered" // and acknowledged
	Failed       Outcome = "failed"        // an error or a panic: an attempt is over
	Deferred     Outcome = "deferred"      // by [RetryAfter]
	GivenUp      Outcome = "given-up"      // by [Permanent] or [DeadLetter]
	Stopped      Outcome = "stopped"       // by [Stop]
	Interrupted  Outcome = "interrupted"   // by a shutdown or a rebalance: no attempt
)

// ResultOf returns what a handler's result means: [Handled] for nil. ctx is the handler's.
func ResultOf(ctx context.Context, err error) Outcome {
	decision, decided := errors.AsType[*result](err)
	cause := context.Cause(ctx)
	switch {
	case err == nil:
		return Handled
	case decided && decision.kind == resultSkip:
		return Skipped
	case decided && decision.kind == resultStop:
		return Stopped
	case decided && decision.kind == resultUntouched,
		errors.Is(cause, ErrShutdown), errors.Is(cause, ErrRevoked), errors.Is(cause, ErrLost), errors.Is(cause, errSought):
		return Interrupted
	case decided && decision.kind == resultRetryAfter:
		return Deferred
	case decided:
		return GivenUp
	default:
		return Failed
	}
}

// WithHooks adds hooks, which are called in this order. Default: none. [New] refuses one that implements none of the interfaces, as a value
// does whose methods belong to its pointer.
func WithHooks(hooks ...Hook) Option {
	return option(func(s *settings) {
		for _, hook := range hooks {
			if !isHook(hook) {
				s.problems = append(s.problems, fmt.Errorf("consumer: WithHooks: %T implements no interface of hooks, such as consumer.HookHandle", hook))
			}
		}
		s.hooks.list = append(s.hooks.list, hooks...)
	})
}

// isHook reports whether a hook will ever be called.
func isHook(hook Hook) bool {
	switch hook.(type) {
	case HookFor, HookHandle, HookSettle, HookRetry, HookDeadLetter, HookDecodeError, HookRebalance, HookDrain, HookCommit, HookStats, HookStatus:
		return true
	default:
		return false
	}
}

// hooks are those of one consumer.
type hooks struct {
	list []Hook
	log  *slog.Logger
}

// bind asks the hooks that serve several consumers for those of this one.
func (h *hooks) bind(info Info, log *slog.Logger) {
	h.log = log
	for i, hook := range h.list {
		if shared, ok := hook.(HookFor); ok {
			h.list[i] = shared.HookFor(info)
		}
	}
}

// has reports whether any hook implements H.
func has[H any](hooks hooks) bool {
	for _, hook := range hooks.list {
		if _, ok := hook.(H); ok {
			return true
		}
	}
	return false
}

// each calls those hooks that implement H.
func each[H any](hooks hooks, call func(H)) {
	for _, hook := range hooks.list {
		if h, ok := hook.(H); ok {
			guard(hooks.log, "hook", func() { call(h) })
		}
	}
}

// guard calls a function of the user whose panic must not end the goroutine that calls it.
func guard(log *slog.Logger, what string, call func()) {
	var err error
	defer func() {
		if p, ok := errors.AsType[*PanicError](err); ok {
			log.Error(what+" panicked", slog.Any(keyError, p), slog.String(keyStack, string(p.Stack)))
		}
	}()
	defer recovered(&err)
	call()
}
