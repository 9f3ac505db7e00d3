package consumer

import (
	"context"
	"maps"
	"slices"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// RunToEnd is [Consumer.Run] for jobs, and for caches that are filled from a compacted topic: it ends by itself, with nil, when the member
// has reached the end of each of its partitions once and every record before it is settled. Records that are appended meanwhile may be
// handled or not. It has to get partitions for that: a member of a group whose others have them all waits for its turn.
// A job that must see everything each time has a group id of its own.
func (c *Consumer[K, V]) RunToEnd(ctx context.Context, handler func(ctx context.Context, rec *Record[K, V]) error) error {
	return c.runEach(ctx, handler, func(e *engine) { e.toEnd = true })
}

// withEnds is a configuration with the event that says that a partition has no more records.
func withEnds(config kafka.ConfigMap) kafka.ConfigMap {
	config = maps.Clone(config)
	config["enable.partition.eof"] = true
	return config
}

// reached notes that a partition was read to its end.
func (e *engine) reached(end kafka.PartitionEOF) {
	if l := e.lanes[TopicPartition{*end.Topic, end.Partition}]; l != nil {
		l.atEnd = true
	}
}

// finished reports whether there is nothing left to do for a run that goes to the end.
func (e *engine) finished() bool {
	if !e.toEnd || len(e.lanes) == 0 {
		return false
	}
	return !slices.ContainsFunc(slices.Collect(maps.Values(e.lanes)), func(l *lane) bool { return !l.atEnd || l.load().records > 0 })
}
