package consumer

import (
	"log/slog"

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

// fill notes that a lane is full.
func (e *engine) fill(l *lane) {
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
