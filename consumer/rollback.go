package consumer

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// undone does what is to be done after a transaction that is not committed, or of which nobody knows. Fatal errors come first: then the producer
// is of no use any more.
func (x *transact) undone(t *transaction, err error) direction {
	s, w := &x.e.sched, &x.window
	x.blame(t)
	positions := map[*lane]int64{}
	s.mu.Lock()
	for l := range t.touched {
		positions[l] = l.window.base
		w.keep(l)
	}
	for task, p := range t.running { // and may go on so for a while
		if w.past[task.ref()].attempts < p.attempts {
			w.remember(task, p)
		}
	}
	w.decide(s, t, wasRolledBack)
	w.doomed(t)
	held := w.held
	s.mu.Unlock()

	unknown := errors.Is(err, kafkaclient.ErrIndeterminate) && errors.Is(err, kafkaclient.ErrFailed)
	level := slog.LevelWarn
	if t.cause != nil {
		level = slog.LevelInfo
	}
	if t.ctx == nil && held {
		return nothingLeft
	}
	x.e.log.Log(x.e.values, level, "transaction rolled back", slog.String(keyTransactionalID, x.producer.ID()), slog.Int(keyRecords, len(t.handled)),
		slog.Bool("unknown", unknown), slog.Any(keyError, err))
	switch {
	case errors.Is(err, kafkaclient.ErrFenced):
		x.e.stop(fmt.Errorf("consumer: %w", err))
		return nothingLeft
	case x.quit.Err() != nil:
		return nothingLeft
	case held:
		return nothingLeft
	case errors.Is(err, kafkaclient.ErrFailed):
		if !x.restart() || unknown && !x.findOut(t, positions) {
			return nothingLeft
		}
	case t.ctx == nil: // it was not begun
		x.e.stop(fmt.Errorf("consumer: begin a transaction: %w", err))
		return nothingLeft
	}
	if len(positions) == 0 {
		return backward
	}
	u := &undo{lanes: positions, done: make(chan struct{})}
	x.hand(u)
	select {
	case <-u.done:
		return backward
	case <-x.quit.Done():
		return nothingLeft
	}
}

// doomed has the handlers of a transaction that failed by itself end.
func (w *window) doomed(t *transaction) {
	if t.cause == nil {
		t.end(errors.New("it was not committed"))
	}
	t.detach()
}

// keep remembers what the records of a lane went through that wait to be tried again, for the schema registry, or for their dead letters. The scheduler's lock is held.
func (w *window) keep(l *lane) {
	for _, st := range l.strands {
		if len(st.current) == 0 || st.state == working {
			continue
		}
		t := st.current[0]
		switch {
		case st.state == condemned && st.failure.stage == StageHandler:
			w.remember(t, past{attempts: t.attempts, first: t.first, given: true, failure: st.failure})
		case st.state == waiting, t.attempts > 0:
			p := past{attempts: t.attempts, first: t.first, unknownSince: t.unknownSince}
			if t.past != nil {
				p.due = t.past.due
			}
			w.remember(t, p)
		}
	}
}

// restart gives the producer a new client, for as long as it takes.
func (x *transact) restart() bool {
	for {
		err := x.producer.Restart(x.quit)
		switch {
		case err == nil:
			x.e.log.Info("transactional producer made anew", slog.String(keyTransactionalID, x.producer.ID()))
			return true
		case x.quit.Err() != nil:
			return false
		case errors.Is(err, kafkaclient.ErrFenced) ||
			hasCode(err, kafka.ErrTransactionalIDAuthorizationFailed, kafka.ErrClusterAuthorizationFailed, kafka.ErrTopicAuthorizationFailed):
			x.e.stop(fmt.Errorf("consumer: %w", err))
			return false
		}
		x.e.log.Warn("transactional producer not made anew, to be tried again", slog.String(keyTransactionalID, x.producer.ID()), slog.Any(keyError, err))
		if !x.pause(3) {
			return false
		}
	}
}

// findOut asks the brokers what became of a transaction whose commit had no answer. The new client has put an end to it, one way or the other.
func (x *transact) findOut(t *transaction, positions map[*lane]int64) bool {
	member, ok := x.e.client.(kafkaclient.GroupMember)
	if !ok {
		return false
	}
	var partitions []kafka.TopicPartition
	var lanes []*lane
	for l, share := range t.touched {
		if share.position >= 0 {
			lanes, partitions = append(lanes, l), append(partitions, l.list()...)
		}
	}
	for len(partitions) > 0 {
		offsets, err := member.Committed(partitions, int(committedTimeout.Milliseconds()))
		for i := range offsets {
			err = errors.Join(err, offsets[i].Error)
		}
		if err == nil {
			x.found(t, positions, lanes, offsets)
			return true
		}
		x.e.log.Warn("committed offsets not known, to be asked again", slog.String(keyGroup, x.e.group), slog.Any(keyError, err))
		if !x.pause(3) {
			return false
		}
	}
	return true
}

// found takes the committed offsets: those of the transaction if it was committed. Otherwise its partitions go on where they were.
func (x *transact) found(t *transaction, positions map[*lane]int64, lanes []*lane, offsets []kafka.TopicPartition) {
	var refs []Ref
	for i, l := range lanes {
		if position := t.touched[l].position; int64(offsets[i].Offset) == position {
			positions[l] = position
			refs = append(refs, Ref{Topic: l.Topic, Partition: l.Partition, Offset: position})
		}
	}
	x.e.log.Info("outcome of the transaction found out", slog.String(keyTransactionalID, x.producer.ID()), slog.Bool("committed", len(refs) > 0))
	if len(refs) == 0 {
		return
	}
	x.e.sched.mu.Lock()
	x.report(refs)
	x.e.sched.mu.Unlock()
	callAll(t.after)
}

// hand gives the poll goroutine a roll-back.
func (x *transact) hand(u *undo) {
	x.e.sched.mu.Lock()
	defer x.e.sched.mu.Unlock()
	x.window.undo = u
	x.mail.Store(true)
}

// report has the poll goroutine tell the hooks of a commit. The scheduler's lock is held.
func (x *transact) report(refs []Ref) {
	if len(refs) > 0 && has[HookCommit](x.e.set.hooks) {
		x.window.commits = append(x.window.commits, refs)
		x.mail.Store(true)
	}
}

// From here on all is called by the poll goroutine.

// serve sets partitions back, and tells hooks of commits.
func (x *transact) serve() {
	if !x.mail.Swap(false) {
		return
	}
	x.e.sched.mu.Lock()
	u, commits := x.window.undo, x.window.commits
	x.window.undo, x.window.commits = nil, nil
	x.e.sched.mu.Unlock()
	for _, refs := range commits {
		each(x.e.set.hooks, func(h HookCommit) { h.OnCommitted(refs, nil) })
	}
	if u != nil {
		x.setBack(u)
	}
}

// setBack has the lanes of a roll-back go on where they were committed last, each in a new epoch. A lane that cannot be set back yet holds all: no transaction
// begins before.
func (x *transact) setBack(u *undo) {
	for l, offset := range u.lanes {
		switch x.e.lanes[l.TopicPartition] {
		case l:
			l.abandon()
			err := x.e.seek([]kafka.TopicPartition{{Topic: &l.Topic, Partition: l.Partition, Offset: kafka.Offset(offset)}})
			if err != nil {
				x.e.log.Warn("partition not set back, to be tried again", slog.String(keyTopic, l.Topic), slog.Int(keyPartition, int(l.Partition)), slog.Any(keyError, err))
				x.hand(u)
				return
			}
		case nil:
			x.forgetPast(l.TopicPartition)
		}
		delete(u.lanes, l)
	}
	close(u.done)
}

// forgetPast forgets what the records of a partition went through: another member has them.
func (x *transact) forgetPast(p TopicPartition) {
	x.e.sched.mu.Lock()
	defer x.e.sched.mu.Unlock()
	maps.DeleteFunc(x.window.past, func(ref Ref, _ past) bool { return ref.Topic == p.Topic && ref.Partition == p.Partition })
}

// sought dooms the transaction of a lane that goes on elsewhere by the user's wish.
func (x *transact) sought(l *lane) {
	s := &x.e.sched
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := x.window.current; t != nil && t.touched[l] != nil {
		x.window.doom(t, errSought)
	}
}
