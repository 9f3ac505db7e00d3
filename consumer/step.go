package consumer

import (
	"context"
	"errors"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// step is one attempt with a record within a transaction.
type step struct {
	of      *transaction
	ctx     context.Context //nolint:containedctx // of the handler
	attempt kafkaclient.Attempt
}

// past is what a record has been through before the transaction that it was in was rolled back. The partition is read again from there, and the
// record must not begin with its first attempt each time.
type past struct {
	attempts int
	first    time.Time
	due      time.Time // when it may be tried again; zero: at once
	// unknownSince is as in task.
	unknownSince time.Time
	given        bool // up, because of failure
	failure      failure
}

// enter begins an attempt. Where it may not, the verdict says what becomes of the record.
func (x *transact) enter(l *lane, t *task) (verdict, bool) {
	if t.past != nil {
		switch wait := time.Until(t.past.due); {
		case t.past.given:
			return verdict{kept: 1, outcome: condemn, failure: t.past.failure}, false
		case wait > 0:
			return verdict{kept: 1, outcome: retry, after: wait}, false
		}
	}
	s := &x.e.sched
	s.mu.Lock()
	defer s.mu.Unlock()
	current := x.window.current
	if current == nil || current.cause != nil || l.closed {
		return verdict{outcome: give}, false // its partition is read again
	}
	t.step = &step{of: current}
	t.step.ctx = kafkaclient.WithAttempt(current.share(l).ctx, &t.step.attempt)
	current.running[t] = past{attempts: t.attempts, first: t.first}
	return verdict{}, true
}

// share returns what a transaction has of a lane that it has touched, with the context of its handlers: that of the transaction, which ends with the
// lane's, too. The scheduler's lock is held.
func (t *transaction) share(l *lane) *share {
	s := t.touched[l]
	if s.ctx == nil {
		ctx, cancel := context.WithCancelCause(t.ctx)
		s.ctx, s.cancel = ctx, cancel
		s.detach = context.AfterFunc(l.handler, func() { cancel(context.Cause(l.handler)) })
	}
	return s
}

// judge is what lane.judge is outside of transactions: what an attempt has sent that did not settle its record must not be seen.
func (x *transact) judge(l *lane, t *task, err error) verdict {
	s, w := &x.e.sched, &x.window
	attempt := &t.step.attempt
	sent := attempt.End()
	failure := attempt.Failure()
	if failed := x.producer.Failure(); failed != nil {
		failure = failed
	}
	s.mu.Lock()
	current := t.step.of
	delete(current.running, t)
	over := current.cause != nil || current.fate != undecided
	if !over && failure != nil && transient(failure) { // whatever the handler makes of it
		w.doom(current, failure)
		over = true
	}
	outOfTime := errors.Is(current.cause, ErrShutdown) || errors.Is(current.cause, ErrRevoked)
	s.mu.Unlock()
	switch {
	case over && outOfTime:
		return verdict{outcome: interrupted}
	case over:
		return verdict{outcome: give}
	case err == nil && failure != nil:
		err = failure // the transaction cannot be committed
	}
	v := l.judge([]*task{t}, err)
	if v.settled == 0 && !sent {
		if v.outcome == retry {
			t.past = &past{due: time.Now().Add(v.after)}
		}
		return v
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if v.settled > 0 {
		current.handled = append(current.handled, t)
		return v
	}
	switch v.outcome {
	case retry:
		w.remember(t, past{attempts: t.attempts, first: t.first, due: time.Now().Add(v.after)})
	case condemn:
		w.remember(t, past{attempts: t.attempts, first: t.first, given: true, failure: v.failure})
	}
	w.doom(current, errDirty)
	if v.outcome == interrupted {
		return v
	}
	return verdict{outcome: give}
}

// remember keeps what a record has been through for when it comes again. The scheduler's lock is held.
func (w *window) remember(t *task, p past) { w.past[t.ref()] = p }

// expire dooms a transaction whose context has ended: its time is over, or the producer is being closed. Handlers that still run have made an
// attempt each, unless they wait for brokers.
func (x *transact) expire(t *transaction, cause error) {
	s, w := &x.e.sched, &x.window
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.cause != nil {
		return
	}
	if !errors.Is(cause, context.DeadlineExceeded) {
		w.doom(t, cause)
		return
	}
	w.doom(t, cause)
	for task, before := range t.running {
		if !task.step.attempt.Waits() {
			x.count(task, before, cause)
		}
	}
}

// blame counts attempts of records that have sent what cannot be written: nobody but the commit may have noticed.
func (x *transact) blame(t *transaction) {
	s := &x.e.sched
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, task := range t.handled {
		if failure := task.step.attempt.Failure(); failure != nil && !transient(failure) {
			x.count(task, past{attempts: task.attempts, first: task.first}, failure)
		}
	}
}

// count adds a failed attempt to what is remembered of a record. The scheduler's lock is held.
func (x *transact) count(t *task, p past, err error) {
	if p.attempts++; p.attempts == 1 {
		p.first = time.Now()
	}
	pause, again := x.e.set.retry.next(p.attempts, time.Since(p.first))
	switch {
	case again:
		p.due = time.Now().Add(pause)
	case x.e.set.deadLetters:
		p.given, p.failure = true, unhandled(err)
	default:
		x.e.stop(&RecordError{Ref: t.ref(), Stage: StageHandler, Err: err, hint: lettersAreOff})
	}
	x.window.remember(t, p)
}

// transient reports whether an error of a record that was sent says nothing about the record itself, nor about how it was sent.
func transient(err error) bool {
	for _, target := range []error{ErrRolledBack, kafkaclient.ErrFailed, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, target) {
			return true
		}
	}
	return passing(err) || hasCode(err, kafka.ErrState) // the transaction has failed, by another record
}

// underway returns the transaction that has records of l, nil where there is none any more.
func (x *transact) underway(l *lane) *transaction {
	x.e.sched.mu.Lock()
	defer x.e.sched.mu.Unlock()
	if t := x.window.current; t != nil && t.touched[l] != nil {
		return t
	}
	return nil
}

// afterwards calls f once a transaction is committed, if it is.
func (x *transact) afterwards(t *transaction, f func()) {
	x.e.sched.mu.Lock()
	if t != nil && t.fate == undecided {
		t.after = append(t.after, f)
		f = nil
	}
	x.e.sched.mu.Unlock()
	if f != nil && t != nil && t.fate == wasCommitted {
		f()
	}
}
