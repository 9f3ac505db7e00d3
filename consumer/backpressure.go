package consumer

import (
	"log/slog"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// full reports whether a lane that holds so much must not be given more.
func (e *engine) full(records, bytes int) bool {
	return records >= e.set.queueRecords || bytes >= e.set.queueBytes || e.queued.Load() >= int64(e.set.totalBytes)
}

// low reports whether a paused lane may go on: it is down to half of its bounds and the consumer to half of its own. A lane that has
// nothing left gets its next record in any case, else a few stuck lanes that fill the consumer would stop all others.
func (e *engine) low(records, bytes int) bool {
	return records <= e.set.queueRecords/2 && bytes <= e.set.queueBytes/2 &&
		(records == 0 || e.queued.Load() <= int64(e.set.totalBytes/2))
}

// pause stops fetching for a lane. What the client still delivers is held.
func (e *engine) pause(l *lane) {
	if err := e.client.Pause(l.partitionList()); err != nil {
		e.log.Warn("partition not paused", slog.String(keyTopic, l.topic), slog.Int(keyPartition, int(l.id)), slog.Any(keyError, err))
		return
	}
	l.paused = true
	e.paused[l.partition] = l
}

// resume lets the lanes go on that have room again.
func (e *engine) resume() {
	for p, l := range e.paused {
		if !e.low(l.load()) {
			continue
		}
		if err := e.client.Resume(l.partitionList()); err != nil {
			e.log.Warn("partition not resumed", slog.String(keyTopic, l.topic), slog.Int(keyPartition, int(l.id)), slog.Any(keyError, err))
			continue
		}
		l.paused = false
		delete(e.paused, p)
	}
}

func (l *lane) partitionList() []kafka.TopicPartition {
	return []kafka.TopicPartition{{Topic: &l.topic, Partition: l.id}}
}
