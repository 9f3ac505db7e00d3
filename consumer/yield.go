package consumer

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// Everything here is called by the poll goroutine.

// locate has partitions that are assigned begin where they are committed, as the brokers say now. Left to itself the client asks for that, too, but an answer
// that it got for the assignment before may still be used for this one, and what another member has committed in between would be handled again.
func (x *transact) locate(partitions []kafka.TopicPartition) {
	member, ok := x.e.client.(kafkaclient.GroupMember)
	if !ok || len(partitions) == 0 {
		return
	}
	offsets, err := member.Committed(slices.Clone(partitions), int(committedTimeout.Milliseconds()))
	if err != nil || len(offsets) != len(partitions) {
		x.e.log.Warn("committed offsets not known, left to the Kafka client", slog.String(keyGroup, x.e.group), slog.Any(keyError, err))
		return
	}
	for i, at := range offsets {
		if at.Error == nil && at.Offset >= 0 && *at.Topic == *partitions[i].Topic && at.Partition == partitions[i].Partition {
			partitions[i].Offset = at.Offset
		}
	}
}

// located has the lanes of partitions that were located take nothing before.
func (x *transact) located(partitions []kafka.TopicPartition) {
	for _, tp := range partitions {
		if tp.Offset >= 0 {
			x.e.lanes[TopicPartition{*tp.Topic, tp.Partition}].begin(int64(tp.Offset), repetition{})
		}
	}
}

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
