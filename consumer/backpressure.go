package consumer

import (
	"log/slog"
	"runtime"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// full reports whether a lane that holds so much must not be given more.
func (e *engine) full(held load) bool {
	return held.records >= e.set.queueRecords || held.bytes >= e.set.queueBytes || held.total >= e.set.totalBytes
}

// low reports whether a full lane may go on: it is down to half of its bounds and the consumer to half of its own. A lane that has
// nothing left gets its next record in any case, else a few stuck lanes that fill the consumer would stop all others.
func (e *engine) low(held load) bool {
	return held.records <= e.set.queueRecords/2 && held.bytes <= e.set.queueBytes/2 &&
		(held.records == 0 || held.total <= e.set.totalBytes/2)
}

// adjust has the client fetch the lane's partition or not: not while the lane is full, nor while the user has paused it. What the client
// still delivers is held.
func (e *engine) adjust(l *lane) {
	want := l.full || l.held
	if want == l.paused {
		return
	}
	call, what := e.client.Resume, "partition not resumed"
	if want {
		call, what = e.client.Pause, "partition not paused"
	}
	if err := call(l.list()); err != nil { // tried again with the next look at it
		e.log.Warn(what, slog.String(keyTopic, l.Topic), slog.Int(keyPartition, int(l.Partition)), slog.Any(keyError, err))
		return
	}
	l.paused = want
}

// breathe gives a full lane a moment to make some room, and reports whether it did. Pausing a partition throws away what the client has
// fetched ahead, and after the resumption it may take half a second to fetch again, since nothing wakes the client's thread for the
// broker: a lane that is merely as fast as its handlers would stand still for most of the time. So the next poll is put off instead, for no
// longer than an idle one takes. The other lanes wait meanwhile: those that have run out of work for a breath at most, which is enough for
// fast handlers. Records come partition by partition, so that while a lane fills up the others are often through with theirs.
//
// Half of the lane is to be free, so that what comes next is a burst worth a hand-over; where that takes longer than a glance, an eighth.
func (e *engine) breathe(l *lane) bool {
	runtime.Gosched() // often the worker was only waiting for a processor, and there is this one
	began := time.Now()
	look := time.NewTicker(glance)
	defer look.Stop()
	e.sched.relieve(true)
	defer e.sched.relieve(false)
	for {
		held, waited := l.load(), time.Since(began)
		switch {
		case e.low(held), waited >= glance && e.roomy(held):
			return true
		case waited >= tick || waited >= breath && e.idle(l):
			return false
		}
		select {
		case <-e.sched.relief:
		case <-look.C:
		case <-e.stopping.Done():
			return false
		}
	}
}

// idle reports whether a lane other than l has nothing to do.
func (e *engine) idle(l *lane) bool {
	for _, other := range e.lanes {
		if other != l && !other.paused && other.load().records == 0 {
			return true
		}
	}
	return false
}

// roomy reports whether a lane that was full may be given more without having been paused.
func (e *engine) roomy(held load) bool {
	return held.records <= e.set.queueRecords*7/8 && held.bytes <= e.set.queueBytes/8*7 && held.total <= e.set.totalBytes/8*7
}

// fill notes that a lane is full.
func (e *engine) fill(l *lane) {
	if e.breathe(l) {
		return
	}
	l.full = true
	e.crowded[l.TopicPartition] = l
	e.adjust(l)
}

// resume lets the lanes go on that have room again.
func (e *engine) resume() {
	for p, l := range e.crowded {
		l.full = l.full && !e.low(l.load())
		e.adjust(l)
		if !l.full && l.paused == l.held {
			delete(e.crowded, p)
		}
	}
}

// list is the partition as the client takes it.
func (l *lane) list() []kafka.TopicPartition {
	return []kafka.TopicPartition{{Topic: &l.Topic, Partition: l.Partition}}
}
