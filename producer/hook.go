package producer

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// SendHook is told of every record on its way: the place for spans and metrics. Package telemetry/otel and telemetry/prometheus have some.
// It must be safe for concurrent use.
type SendHook interface {
	// OnSend is called on the sending goroutine with the context given to Send, before the record is serialized. The function that it
	// returns, which may be nil, is called exactly once with the record's outcome, even where Send has given up waiting for it: on the
	// goroutine that receives all delivery reports, which it must not block, on the one that calls the callbacks of records that are given up, or on the sending one where the record was not queued. Panics of
	// both are logged and change nothing for the record.
	OnSend(ctx context.Context, record *Outgoing) func(Receipt, error)
}

// Outgoing is a record on its way out, as a [SendHook] sees it. It is not valid after OnSend has returned.
type Outgoing struct {
	Topic string
	// Headers are those of the message; a hook may append to them.
	Headers []kafka.Header
}

// WithSendHook adds a hook. Several are called in the order in which they were given.
func WithSendHook(hook SendHook) Option {
	return optionFunc(func(o *options) {
		if hook == nil {
			o.errs = append(o.errs, errors.New("producer: WithSendHook: the hook is nil"))
			return
		}
		o.hooks = append(o.hooks, hook)
	})
}

// StatsHook is told of librdkafka's statistics.
type StatsHook interface {
	// OnStats is called every statistics.interval.ms with the statistics in JSON, as STATISTICS.md of librdkafka describes them: on the goroutine that
	// receives all delivery reports, which it must not block. Its panics are logged.
	OnStats(stats string)
}

// WithStatsHook adds a hook. It needs statistics.interval.ms in the ConfigMap, which is 0 for none by default.
func WithStatsHook(hook StatsHook) Option {
	return optionFunc(func(o *options) {
		if hook == nil {
			o.errs = append(o.errs, errors.New("producer: WithStatsHook: the hook is nil"))
			return
		}
		o.stats = append(o.stats, hook)
	})
}

// beforeSend tells the hooks of a record with s.headers, to which they may append.
func (p *Producer[K, V]) beforeSend(ctx context.Context, s *scratch[K], r *pending) {
	record := Outgoing{Topic: p.topic, Headers: s.headers}
	for _, hook := range p.options.hooks {
		guard(p.options.logger, "hook", func() {
			if ended := hook.OnSend(ctx, &record); ended != nil {
				r.ended = append(r.ended, ended)
			}
		})
	}
	s.headers = record.Headers
}

// tell tells the hooks the outcome of a record.
func (p *pending) tell(logger *slog.Logger, receipt Receipt, err error) {
	for _, ended := range p.ended {
		guard(logger, "hook", func() { ended(receipt, err) })
	}
}

// guard calls a function of the user. Its panic must not end the goroutine that all reports come through, nor lose a record. The goroutine's end
// (runtime.Goexit; testing.T.FailNow does it) cannot be stopped: whoever runs more than call takes care of what is left.
func guard(logger *slog.Logger, what string, call func()) {
	returned := false
	defer func() {
		if r := recover(); r != nil {
			logger.Error(what+" panicked", slog.Any(logPanic, r), slog.String(logStack, string(debug.Stack())))
		} else if !returned {
			logger.Error(what + " ended its goroutine (runtime.Goexit; testing.T.FailNow does it)")
		}
	}()
	call()
	returned = true
}
