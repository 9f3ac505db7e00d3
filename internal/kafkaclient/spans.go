package kafkaclient

import (
	"context"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// Span is where a partition ends for readers of committed records, and where a group stands in it: -1 where that is not known, or
// the group has no name.
type Span struct {
	Committed, End int64
}

// SpanSource is a client that knows spans by itself, as one in memory does.
type SpanSource interface {
	Spans(group string, partitions []kafka.TopicPartition) []Span
}

// Spans asks the brokers for the spans of partitions, in their order, beside the goroutine that polls. The client must not be closed
// meanwhile; the end of ctx ends it within a tenth of a second.
func Spans(ctx context.Context, client Consumer, group string, partitions []kafka.TopicPartition) ([]Span, error) {
	if known, ok := client.(SpanSource); ok {
		return known.Spans(group, partitions), nil
	}
	consumer, ok := Binding(client)
	if !ok {
		return nil, nil
	}
	admin, err := kafka.NewAdminClientFromConsumer(consumer)
	if err != nil {
		return nil, err
	}
	defer admin.Close()
	return adminSpans(ctx, admin, group, partitions)
}

func adminSpans(ctx context.Context, admin *kafka.AdminClient, group string, partitions []kafka.TopicPartition) ([]Span, error) {
	type key struct {
		topic     string
		partition int32
	}
	spans, at := make([]Span, len(partitions)), make(map[key]int, len(partitions))
	latest := make(map[kafka.TopicPartition]kafka.OffsetSpec, len(partitions))
	for i, tp := range partitions {
		spans[i], at[key{*tp.Topic, tp.Partition}] = Span{Committed: -1, End: -1}, i
		latest[kafka.TopicPartition{Topic: tp.Topic, Partition: tp.Partition}] = kafka.LatestOffsetSpec
	}
	ends, err := admin.ListOffsets(ctx, latest, kafka.SetAdminIsolationLevel(kafka.IsolationLevelReadCommitted))
	if err != nil {
		return nil, err
	}
	for tp, info := range ends.ResultInfos {
		if i, ok := at[key{*tp.Topic, tp.Partition}]; ok && info.Error.Code() == kafka.ErrNoError {
			spans[i].End = int64(info.Offset)
		}
	}
	if group == "" {
		return spans, nil
	}
	groups, err := admin.ListConsumerGroupOffsets(ctx, []kafka.ConsumerGroupTopicPartitions{{Group: group, Partitions: partitions}})
	if codeOf(err) == kafka.ErrGroupIDNotFound { // it has committed nothing yet
		return spans, nil
	}
	if err != nil {
		return nil, err
	}
	for _, g := range groups.ConsumerGroupsTopicPartitions {
		for _, tp := range g.Partitions {
			if i, ok := at[key{*tp.Topic, tp.Partition}]; ok && tp.Error == nil && tp.Offset >= 0 {
				spans[i].Committed = int64(tp.Offset)
			}
		}
	}
	return spans, nil
}
