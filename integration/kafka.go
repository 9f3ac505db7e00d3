package integration

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// timeout bounds every single helper.
const timeout = 30 * time.Second

// newClient returns a client of Kafka's protocol; it connects when it is first used.
func newClient(brokers string, opts ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(strings.Split(brokers, ",")...),
		kgo.MetadataMinAge(50 * time.Millisecond),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
	}, opts...)...)
}

func within(tb testing.TB) (context.Context, context.CancelFunc) {
	tb.Helper()
	return context.WithTimeout(tb.Context(), timeout)
}

// ask puts a question to the broker until it is answered: a fresh one first has to make its coordinators, and says so
// with an error that passes. Any other error ends the test.
func ask[T any](tb testing.TB, what string, question func(context.Context) (T, error)) T {
	tb.Helper()
	ctx, cancel := within(tb)
	defer cancel()
	var answer T
	var final error
	err := await(ctx, "broker", func(ctx context.Context) (err error) {
		answer, err = question(ctx)
		if err != nil && !kerr.IsRetriable(err) {
			final, err = err, nil
		}
		return err
	})
	if err := errors.Join(err, final); err != nil {
		tb.Fatalf("integration: %s: %v", what, err)
	}
	return answer
}

// Unique returns a name that nothing else has: prefix, a dash and twelve random characters. It is legal for topics, groups and
// subjects if prefix is.
func Unique(prefix string) string {
	return prefix + "-" + strings.ToLower(rand.Text()[:12])
}

// CreateTopic makes a topic with a unique name that begins with prefix and deletes it with the test. Each config is
// a topic property, as in "cleanup.policy=compact".
func (e *Env) CreateTopic(tb testing.TB, prefix string, partitions int32, config ...string) string {
	tb.Helper()
	name := Unique(prefix)
	topic := kmsg.NewCreateTopicsRequestTopic()
	topic.Topic, topic.NumPartitions, topic.ReplicationFactor = name, partitions, 1
	for _, property := range config {
		key, value, _ := strings.Cut(property, "=")
		c := kmsg.NewCreateTopicsRequestTopicConfig()
		c.Name, c.Value = key, &value
		topic.Configs = append(topic.Configs, c)
	}
	req := kmsg.NewPtrCreateTopicsRequest()
	req.Topics = append(req.Topics, topic)
	what := fmt.Sprintf("create topic %s with %d partitions %q", name, partitions, config)
	ask(tb, what, func(ctx context.Context) (struct{}, error) {
		resp, err := req.RequestWith(ctx, e.kafka)
		if err == nil {
			err = kerr.ErrorForCode(resp.Topics[0].ErrorCode)
		}
		return struct{}{}, err
	})
	tb.Cleanup(func() { e.deleteTopic(context.WithoutCancel(tb.Context()), name) })
	return name
}

// deleteTopic is best effort: its name is unique, so whatever stays is in nobody's way.
func (e *Env) deleteTopic(ctx context.Context, name string) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	topic := kmsg.NewDeleteTopicsRequestTopic()
	topic.Topic = &name
	req := kmsg.NewPtrDeleteTopicsRequest()
	req.TopicNames, req.Topics = []string{name}, append(req.Topics, topic)
	_, _ = req.RequestWith(ctx, e.kafka)
}

// EndOffsets returns, for each partition of a topic, the offset that its next record will have: the last stable one, so open
// transactions do not count.
func (e *Env) EndOffsets(tb testing.TB, topic string) map[int32]int64 {
	tb.Helper()
	return ask(tb, "end offsets of "+topic, func(ctx context.Context) (map[int32]int64, error) {
		return e.endOffsets(ctx, topic)
	})
}

func (e *Env) endOffsets(ctx context.Context, topic string) (map[int32]int64, error) {
	partitions, err := e.partitions(ctx, topic)
	if err != nil {
		return nil, err
	}
	asked := kmsg.NewListOffsetsRequestTopic()
	asked.Topic = topic
	for _, p := range partitions {
		partition := kmsg.NewListOffsetsRequestTopicPartition()
		partition.Partition, partition.Timestamp = p, -1
		asked.Partitions = append(asked.Partitions, partition)
	}
	req := kmsg.NewPtrListOffsetsRequest()
	req.IsolationLevel = 1 // read_committed
	req.Topics = append(req.Topics, asked)
	resp, err := req.RequestWith(ctx, e.kafka)
	if err != nil {
		return nil, err
	}
	ends := make(map[int32]int64)
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return nil, err
			}
			ends[p.Partition] = p.Offset
		}
	}
	return ends, nil
}

func (e *Env) partitions(ctx context.Context, topic string) ([]int32, error) {
	asked := kmsg.NewMetadataRequestTopic()
	asked.Topic = &topic
	req := kmsg.NewPtrMetadataRequest()
	req.Topics = append(req.Topics, asked)
	resp, err := req.RequestWith(ctx, e.kafka)
	if err != nil {
		return nil, err
	}
	var partitions []int32
	for _, t := range resp.Topics {
		if err := kerr.ErrorForCode(t.ErrorCode); err != nil {
			return nil, err
		}
		for _, p := range t.Partitions {
			partitions = append(partitions, p.Partition)
		}
	}
	return partitions, nil
}
