package consumer

import (
	"log/slog"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// full reports whether a lane that holds so much must not be given more.
func (e *engine) full(held load) bool {
	return held.records >= e.set.queueRecords || held.bytes >= e.set.queueBytes || held.total >= e.set.totalBytes
}

// low reports whether a paused lane may go on: it is down to half of its bounds and the consumer to half of its own. A lane that has
// nothing left gets its next record in any case, else a few stuck lanes that fill the consumer would stop all others.
func (e *engine) low(held load) bool {
	return held.records <= e.set.queueRecords/2 && held.bytes <= e.set.queueBytes/2 &&
		(held.records == 0 || held.total <= e.set.totalBytes/2)
}

// pause stops fetching for a lane. What the client still delivers is held.
func (e *engine) pause(l *lane) {
	if err := e.client.Pause(l.list()); err != nil {
		e.log.Warn("partition not paused", slog.String(keyTopic, l.Topic), slog.Int(keyPartition, int(l.Partition)), slog.Any(keyError, err))
		return
	}
	l.paused = true
	e.paused[l.TopicPartition] = l
}

// resume lets the lanes go on that have room again.
func (e *engine) resume() {
	for p, l := range e.paused {
		if !e.low(l.load()) {
			continue
		}
		if err := e.client.Resume(l.list()); err != nil {
			e.log.Warn("partition not resumed", slog.String(keyTopic, l.Topic), slog.Int(keyPartition, int(l.Partition)), slog.Any(keyError, err))
			continue
		}
		l.paused = false
		delete(e.paused, p)
	}
}

// list is the partition as the client takes it.
func (l *lane) list() []kafka.TopicPartition {
	return []kafka.TopicPartition{{Topic: &l.Topic, Partition: l.Partition}}
}
