package consumer

import (
	"context"
	"sync/atomic"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// lane is one partition during one assignment: its records, grouped into strands, and its watermark. The poll goroutine makes it, feeds
// it and ends it; the scheduler's workers take its records through decoding, handler and settlement.
//
// A lane is one epoch. When its partition comes back there is a new lane, so what an old one still completes cannot touch
// the new one's offsets; and once the poll goroutine has closed it, it changes nothing at all.
type lane struct {
	TopicPartition
	e     *engine
	epoch int64
	done  chan struct{} // closed when it is halted and nothing of it runs any more

	// The handler's context, and within it the one for what precedes the handler (decoding), which can be given up at once when
	// the lane must end.
	handler, upstream context.Context
	cancel, interrupt context.CancelCauseFunc

	brake brake

	// What follows is guarded by the scheduler's lock.
	strands        map[strandKey]*strand // those that have any records
	whole          *strand               // of the whole partition, in strands or not; nil where the order is another one
	mark           watermark
	leaders        leaders
	records, bytes int   // unsettled
	busy           int   // strands that a worker has, or that are condemned
	waits          bool  // for an earlier lane of the partition, whose handlers did not return in time
	next           *lane // the one that waits for this one
	suspended      bool  // by the user
	halted         bool  // starts nothing any more; the poll goroutine sets it
	abandoned      bool  // sends no dead letters any more
	closed         bool  // the epoch is over: completions change nothing
	cut            []Ref // handlers that were cancelled before they had settled their records
	unflushed      []Ref // dead letters that were given up
	cause          error // why it was halted

	// Where records go to sinks.
	assignment *Assignment
	sink       any // nil before its first records

	shut atomic.Bool // halted or suspended: workers look at it between two records, without the lock

	// What follows belongs to the poll goroutine.
	full, held bool                  // why its partition is not to be fetched: it holds enough; the user has paused it
	paused     bool                  // in the client
	atEnd      bool                  // was read to the end of its partition
	stored     int64                 // the offset stored last
	setback    *kafka.TopicPartition // to be committed, which lies below what was; nil: nothing
	initial    *kafka.TopicPartition // where it begins, which nobody has committed; nil where somebody has, or it is not known
	weighed    load                  // after the last hand-over: workers have made it less
	again      repetition

	window laneWindow // guarded by the scheduler's lock
}

func newLane(e *engine, p TopicPartition, epoch int64) *lane {
	l := &lane{TopicPartition: p, e: e, epoch: epoch, done: make(chan struct{}), strands: map[strandKey]*strand{}, stored: -1}
	l.handler, l.cancel = context.WithCancelCause(e.assign(l))
	l.upstream, l.interrupt = context.WithCancelCause(l.handler)
	if e.set.order.kind == byPartition {
		l.whole = &strand{lane: l}
	}
	return l
}

// open reports whether its records may be started. The scheduler's lock is held.
func (l *lane) open() bool { return !l.waits && !l.suspended && !l.halted }

// ended reports whether nothing of it runs any more.
func (l *lane) ended() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// load is what is unsettled: of one lane, and of the whole consumer.
type load struct {
	records, bytes, total int
}

// enqueue takes polled records, in the order of their offsets. A halted lane drops them: they were not settled and will be delivered again.
func (l *lane) enqueue(records []queued) load {
	s := &l.e.sched
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.halted {
		return load{}
	}
	bytes := 0
	for i := range records {
		r := &records[i]
		l.mark.deliver(r.offset()) // which rises: the poll goroutine has looked
		l.leaders.deliver(r.offset(), leaderOf(&r.m.TopicPartition))
		s.arrived++
		r.seq = s.arrived
		bytes += r.size
		if s.window != nil {
			s.window.delivered(l, r)
		}
	}
	l.records += len(records)
	l.bytes += bytes
	s.bytes += bytes
	if l.whole != nil {
		l.add(l.whole, records)
	} else {
		for i := range records {
			l.add(l.strand(&records[i]), records[i:i+1])
		}
	}
	s.dispatch()
	return l.weight()
}

// strand returns the strand that a record belongs to where the order is not that of whole partitions.
func (l *lane) strand(r *queued) *strand {
	if st := l.e.sched.order.find(l, r.m); st != nil {
		return st
	}
	return &strand{lane: l, key: l.e.sched.order.key(r.m)}
}

// add gives a strand records. It is among those that have any then; that of a whole partition is used again when it comes to have some.
func (l *lane) add(st *strand, records []queued) {
	if st.empty() {
		l.strands[st.key] = st
	}
	st.queue.push(records)
	if st.state == resting || st.state == gathering {
		l.e.sched.advance(st)
	}
}

// count takes note of what a worker has settled of its run, of which it tells at its end otherwise. The scheduler's lock is held.
func (l *lane) count() {
	if l.whole != nil {
		l.e.sched.count(l.whole)
	}
}

// weight is the load while the scheduler's lock is held.
func (l *lane) weight() load {
	l.count()
	return load{l.records, l.bytes, l.e.sched.bytes}
}

// load returns what is unsettled.
func (l *lane) load() load {
	l.e.sched.mu.Lock()
	defer l.e.sched.mu.Unlock()
	return l.weight()
}

// commit is an offset as it is committed. The scheduler's lock is held.
func (l *lane) commit(offset int64) kafka.TopicPartition {
	return kafka.TopicPartition{Topic: &l.Topic, Partition: l.Partition, Offset: kafka.Offset(offset), LeaderEpoch: l.leaders.before(offset)}
}

// committable returns the offset to commit, if there is one and the epoch is open.
func (l *lane) committable() (kafka.TopicPartition, bool) {
	l.e.sched.mu.Lock()
	defer l.e.sched.mu.Unlock()
	l.count()
	offset, ok := l.place()
	if !ok && l.initial != nil && l.assignment == nil {
		return *l.initial, !l.closed
	}
	return l.commit(offset), ok && !l.closed
}

// halt lets the lane start nothing more, drops what is not being worked on, timers and half-filled batches included, and interrupts
// what precedes the handler. Running handlers, and dead letters on their way, go on.
func (l *lane) halt(cause error) {
	s := &l.e.sched
	s.mu.Lock()
	l.halted, l.cause = true, cause
	l.shut.Store(true)
	for _, st := range l.strands {
		switch st.state {
		case working, condemned:
			s.forsake(st)
		default:
			s.drop(st)
		}
	}
	s.endIfIdle(l)
	s.mu.Unlock()
	l.interrupt(cause)
}

// abandon gives dead letters on their way up: they may arrive or not.
func (l *lane) abandon() {
	s := &l.e.sched
	s.mu.Lock()
	defer s.mu.Unlock()
	l.abandoned = true
	for _, st := range l.strands {
		if st.state == condemned {
			l.unflushed = appendRefs(l.unflushed, st.current)
			s.leave(st)
		}
	}
}

// close ends the epoch. The lane has been abandoned, or has ended.
func (l *lane) close() {
	l.e.sched.mu.Lock()
	defer l.e.sched.mu.Unlock()
	l.closed = true
}

// follow has the lane start nothing until an earlier lane of its partition has ended, so that a partition never has more records in
// the handler than the order allows.
func (l *lane) follow(earlier *lane) {
	l.e.sched.mu.Lock()
	defer l.e.sched.mu.Unlock()
	if !earlier.ended() {
		earlier.next, l.waits = l, true
	}
}

// suspend has the lane start nothing, or go on.
func (l *lane) suspend(on bool) {
	s := &l.e.sched
	s.mu.Lock()
	defer s.mu.Unlock()
	l.suspended = on
	l.shut.Store(on || l.halted)
	if !on {
		s.reopen(l)
		return
	}
	for _, st := range l.strands {
		if st.state == ready || st.state == gathering {
			s.retire(st)
		}
	}
}

// unfinished returns the records whose handlers were cancelled before they had settled them, or still run, and those whose dead letters
// were given up.
func (l *lane) unfinished() (abandoned, unflushed []Ref) {
	s := &l.e.sched
	s.mu.Lock()
	defer s.mu.Unlock()
	abandoned, unflushed = append(abandoned, l.cut...), append(unflushed, l.unflushed...)
	l.count()
	for _, st := range l.strands {
		abandoned = appendRefs(abandoned, st.rest()[:st.handling.Load()])
	}
	return abandoned, unflushed
}

// flushed reports whether no dead letter is on its way.
func (l *lane) flushed() bool {
	s := &l.e.sched
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range l.strands {
		if st.state == condemned {
			return false
		}
	}
	return true
}
