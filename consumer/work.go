package consumer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/magicbyte-go/magicbyte/serde"
)

// process takes tasks of a strand, one or a batch, as far as it can without waiting: through decoding and, the first of them that are
// decoded, through the handler. It runs on a worker, without a lock.
func (l *lane) process(st *strand, tasks []*task) verdict {
	n, v := l.decode(tasks)
	if n == 0 {
		return v
	}
	if !l.e.sched.mayStart() {
		return verdict{kept: len(tasks), outcome: again}
	}
	unit := tasks[:n]
	if l.e.transact != nil {
		if v, may := l.e.transact.enter(l, unit[0]); !may {
			return v
		}
	}
	for _, t := range unit {
		t.rec.Info().Attempt = t.attempts + 1
	}
	st.handling.Store(int32(n)) //nolint:gosec // up to what WithPartitionQueue takes
	err := l.handle(unit)
	if l.e.transact != nil {
		return l.e.transact.judge(l, unit[0], err)
	}
	if b, ok := errors.AsType[*BatchError](err); ok && b.Index >= 0 && b.Index < n {
		l.settled(unit[:b.Index], Handled)
		v := l.judge(unit[b.Index:b.Index+1], readable(b.Err)) // it was looked at as a part alone
		v.settled += b.Index
		return v
	}
	return l.judge(unit, err)
}

// decode decodes tasks that are not yet, until one fails. It returns how many may go to the handler and, if that is none, what
// becomes of the first.
func (l *lane) decode(tasks []*task) (int, verdict) {
	for i, t := range tasks {
		if t.rec != nil {
			continue
		}
		if l.e.set.skipRedriven && redrivenForOther(t.m, l.e.group) {
			if i > 0 {
				return i, verdict{}
			}
			l.settled(tasks[:1], Skipped)
			return 0, verdict{settled: 1}
		}
		rec, err := l.e.codec.decode(l.upstream, l.Topic, t.m)
		switch {
		case l.upstream.Err() != nil:
			return 0, verdict{outcome: give}
		case err != nil && i > 0: // it goes back to the queue, and is the first there
			return i, verdict{}
		case err != nil:
			return 0, l.undecoded(t, err)
		}
		t.rec = rec
		l.released(t)
		if l.e.letters != nil {
			l.brake.note(t.offset(), false)
		}
	}
	return len(tasks), verdict{}
}

// undecoded says what becomes of a task that could not be decoded. It waits while the schema registry cannot say what the record is:
// for ever while it does not answer, for a while when it says that it does not know the schema.
func (l *lane) undecoded(t *task, err error) verdict {
	f := undecodable(err)
	each(l.e.set.hooks, func(h HookDecodeError) { h.OnDecodeError(t.ref(), f.stage, f.class, err) })
	wait := false
	switch serde.ClassOf(err) {
	case serde.ClassRegistryUnavailable:
		wait, t.unknownSince = true, time.Time{}
	case serde.ClassUnknownSchema:
		if t.unknownSince.IsZero() {
			t.unknownSince = time.Now()
		}
		wait = time.Since(t.unknownSince) < l.e.set.unknownSchemaWait
	}
	if wait {
		if !t.held {
			t.held = true
			l.e.holds.begin(l.e.log, l.attrs(t, err))
		}
		return verdict{kept: 1, outcome: retry, after: l.e.set.registryRetry}
	}
	l.released(t)
	if l.e.letters != nil && l.brake.note(t.offset(), true) {
		l.e.stop(&PoisonError{Topic: l.Topic, Partition: l.Partition, Offsets: l.brake.undecodable(), Err: err})
		return verdict{outcome: give}
	}
	t.failed()
	return l.exhausted([]*task{t}, f)
}

// released notes that a task does not wait for the schema registry any more.
func (l *lane) released(t *task) {
	if t.held {
		t.held = false
		l.e.holds.end(l.e.log)
	}
}

// handle calls the handler; a panic is its error.
func (l *lane) handle(unit []*task) (err error) {
	defer recovered(&err)
	ctx := l.handler
	if l.e.transact != nil {
		ctx = unit[0].step.ctx
	}
	if l.e.set.handlerTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, l.e.set.handlerTimeout, ErrHandlerTimeout)
		defer cancel()
		defer func() {
			if err != nil && errors.Is(context.Cause(ctx), ErrHandlerTimeout) && !errors.Is(err, ErrHandlerTimeout) {
				err = fmt.Errorf("%w: %w", ErrHandlerTimeout, err)
			}
		}()
	}
	if len(l.e.set.hooks.list) == 0 {
		return l.e.codec.handle(ctx, unit)
	}
	return l.observed(ctx, unit)
}

// observed calls the handler between the hooks.
func (l *lane) observed(ctx context.Context, unit []*task) (err error) {
	recs := make([]AnyRecord, len(unit))
	for i, t := range unit {
		recs[i] = t.rec
	}
	each(l.e.set.hooks, func(h HookHandle) {
		if own := h.OnHandle(ctx, recs); own != nil {
			ctx = own //nolint:fatcontext // each hook adds to it, once
		}
	})
	began := time.Now()
	defer func() {
		took := time.Since(began)
		each(l.e.set.hooks, func(h HookHandle) { h.OnHandled(ctx, recs, err, took) })
	}()
	defer recovered(&err)
	err = errGoexit // what the hooks are told where the handler does not return
	return l.e.codec.handle(ctx, unit)
}

// judge says what becomes of tasks whose handler returned err.
func (l *lane) judge(unit []*task, err error) verdict {
	if err == nil {
		l.settled(unit, Handled)
		return verdict{settled: len(unit)}
	}
	decision, decided := errors.AsType[*result](err)
	switch {
	case decided && decision.kind == resultUntouched:
		return verdict{kept: len(unit), outcome: again}
	case decided && decision.kind == resultSkip:
		for _, t := range unit {
			l.e.log.Info("record skipped", l.attrs(t, err)...)
		}
		l.settled(unit, Skipped)
		return verdict{settled: len(unit)}
	case decided && decision.kind == resultStop:
		l.e.stop(l.recordError(unit[0], StageHandler, err, ""))
		return verdict{outcome: give}
	case l.handler.Err() != nil: // cancelled: no attempt, and no dead letter
		return verdict{outcome: interrupted}
	case decided && decision.kind == resultRetryAfter:
		return l.later(unit, decision.after, err)
	}
	attempts, first := 0, time.Now()
	for _, t := range unit {
		t.failed()
		attempts = max(attempts, t.attempts)
		if t.first.Before(first) {
			first = t.first
		}
	}
	if !decided {
		if pause, ok := l.e.set.retry.next(attempts, time.Since(first)); ok {
			return l.later(unit, pause, err)
		}
	}
	return l.exhausted(unit, unhandled(err))
}

// settled tells the hooks of tasks that are settled as soon as this worker is done with them.
func (l *lane) settled(unit []*task, outcome Outcome) {
	if l.assignment != nil && outcome == Handled {
		l.assignment.take(unit)
		return
	}
	if len(l.e.set.hooks.list) == 0 {
		return // what follows allocates
	}
	if l.e.transact != nil {
		unit = slices.Clone(unit) // the strand uses its list again before that
		l.e.transact.afterwards(l.e.transact.underway(l), func() { l.tell(unit, outcome) })
		return
	}
	l.tell(unit, outcome)
}

func (l *lane) tell(unit []*task, outcome Outcome) {
	for _, t := range unit {
		each(l.e.set.hooks, func(h HookSettle) { h.OnSettled(t.ref(), outcome, l.e.pulse.since(t.polled)) })
	}
}

// later has tasks wait for their next attempt.
func (l *lane) later(unit []*task, pause time.Duration, err error) verdict {
	for _, t := range unit {
		each(l.e.set.hooks, func(h HookRetry) { h.OnRetry(t.rec, err, pause) })
		l.e.log.Warn("record failed, to be tried again",
			append(l.attrs(t, err), slog.Int(keyAttempts, t.attempts), slog.Duration(keyPause, pause))...)
	}
	return verdict{kept: len(unit), outcome: retry, after: pause}
}

// exhausted ends tasks that cannot be handled: by dead letters where they are on, else by the end of the run.
func (l *lane) exhausted(unit []*task, f failure) verdict {
	if l.e.letters == nil {
		l.e.stop(l.recordError(unit[0], f.stage, f.err, lettersAreOff))
		return verdict{outcome: give}
	}
	return verdict{kept: len(unit), outcome: condemn, failure: f}
}

const lettersAreOff = " (dead letters are off: see WithDeadLetters)"

func (l *lane) recordError(t *task, stage Stage, err error, hint string) *RecordError {
	return &RecordError{Ref: t.ref(), Stage: stage, Err: err, hint: hint}
}

// attrs are the log attributes of a task and what became of it.
func (l *lane) attrs(t *task, err error) []any {
	attrs := []any{
		slog.String(keyTopic, l.Topic), slog.Int(keyPartition, int(l.Partition)), slog.Int64(keyOffset, t.offset()), slog.Any(keyError, err),
	}
	if p, ok := errors.AsType[*PanicError](err); ok {
		attrs = append(attrs, slog.String(keyStack, string(p.Stack)))
	}
	return attrs
}
