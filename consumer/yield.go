package consumer

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Everything here is called by the poll goroutine.

// release prepares lanes that go to another member, or went: a transaction that has records of them comes to its end first, if it can in time.
func (x *transact) release(lanes map[TopicPartition]*lane, cause error) {
	s, w := &x.e.sched, &x.window
	for _, l := range lanes {
		x.forgetPast(l.TopicPartition)
	}
	s.mu.Lock()
	t := w.current
	touched := false
	for _, l := range lanes {
		w.leaving[l] = true
		touched = touched || t != nil && t.touched[l] != nil
	}
	lost := errors.Is(cause, ErrLost)
	if touched && lost {
		w.interrupt(t, lanes, cause)
	} else if touched {
		w.close()
	}
	s.mu.Unlock()
	if !touched || lost {
		return
	}
	drain := x.e.set.revokeDrain
	if !x.e.drainBy.IsZero() {
		drain = min(drain, time.Until(x.e.drainBy))
	}
	x.e.awaitAll([]<-chan struct{}{t.done}, drain)
	s.mu.Lock()
	decided := t.fate != undecided
	w.interrupt(t, lanes, cause)
	s.mu.Unlock()
	if !decided {
		x.e.awaitAll([]<-chan struct{}{t.done}, x.e.set.cancelGrace)
	}
}

// rollBack dooms the transaction that has records of a lane, and waits until it is known what is committed.
func (x *transact) rollBack(l *lane, cause error) {
	s, w := &x.e.sched, &x.window
	s.mu.Lock()
	t := w.current
	if t == nil || t.touched[l] == nil {
		s.mu.Unlock()
		return
	}
	w.interrupt(t, map[TopicPartition]*lane{l.TopicPartition: l}, cause)
	s.mu.Unlock()
	x.e.awaitAll([]<-chan struct{}{t.done}, x.e.set.cancelGrace)
}

// interrupt dooms a transaction because of lanes, whose handlers get the cause as theirs. The scheduler's lock is held.
func (w *window) interrupt(t *transaction, lanes map[TopicPartition]*lane, cause error) {
	for _, l := range lanes {
		if share := t.touched[l]; share != nil && share.ctx != nil && t.fate == undecided {
			share.cancel(cause)
		}
	}
	w.doom(t, cause)
}

// forget takes out a lane that is closed.
func (x *transact) forget(l *lane) {
	s := &x.e.sched
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(x.window.leaving, l)
}

// finish brings the last transaction to its end within the drain of a shutdown.
func (x *transact) finish() {
	s, w, e := &x.e.sched, &x.window, x.e
	x.hold()
	idle := func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return w.current == nil
	}
	e.pauseAll()
	e.pollUntil(e.drainBy, idle)
	s.mu.Lock()
	if t := w.current; t != nil {
		w.interrupt(t, e.lanes, ErrShutdown)
	}
	s.mu.Unlock()
	e.pollUntil(time.Now().Add(e.set.cancelGrace), idle)
	x.endStart()
	for _, l := range e.lanes {
		l.abandon() // what is left of dead letters is rolled back
	}
	x.serve()
}

// close ends the goroutine, and closes the producer.
func (x *transact) close() {
	x.stop()
	x.endStart()
	if x.detach != nil {
		x.detach()
	}
	if x.opened {
		ctx, cancel := context.WithTimeout(x.e.values, x.e.set.closeTimeout/2)
		defer cancel()
		if err := x.producer.Close(ctx); err != nil {
			x.e.log.Warn("transactional producer not closed in time", slog.String(keyTransactionalID, x.producer.ID()), slog.Any(keyError, err))
		}
	}
	if x.ended != nil {
		<-x.ended
	}
}
