package consumer

import "github.com/confluentinc/confluent-kafka-go/v2/kafka"

// post writes a dead letter in the current transaction.
func (x *transact) post(letter *kafka.Message, done func(error)) {
	s := &x.e.sched
	s.mu.Lock()
	t := x.window.current
	if t != nil && t.cause != nil {
		t = nil
	}
	s.mu.Unlock()
	if t == nil {
		done(ErrRolledBack)
		return
	}
	x.producer.Produce(t.ctx, letter, done)
}

// posted takes the outcome of a dead letter that was written, or was not for a reason that is not its own.
func (x *transact) posted(st *strand, t *task, f failure, err error, written func()) {
	s, w := &x.e.sched, &x.window
	current := x.underway(st.lane)
	if err == nil {
		x.afterwards(current, written) // before the lane goes on: the transaction may end then
		s.posted(st, t, false, 0)
		return
	}
	s.mu.Lock()
	w.doom(current, err)
	if current != nil && f.stage == StageHandler {
		w.remember(t, past{attempts: t.attempts, first: t.first, given: true, failure: f})
	}
	s.mu.Unlock()
	s.refused(st)
}
