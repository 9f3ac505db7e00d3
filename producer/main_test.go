package producer_test

import (
	"context"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/serde"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const topic = "orders.raw"

// newCluster starts an embedded broker that has topic with as many partitions.
func newCluster(t testing.TB, partitions int32) *kfake.Cluster {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(partitions, topic))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster
}

func configOf(cluster *kfake.Cluster) kafka.ConfigMap {
	return kafka.ConfigMap{"bootstrap.servers": cluster.ListenAddrs()[0]}
}

// event is a value whose key is its id.
type event struct{ ID, Text string }

// eventValue serializes events as their text.
type eventValue struct {
	serde.Plain[string]
	before func() // runs before each value is serialized, when set
	header bool   // the schema id travels in a header
}

func (s *eventValue) AppendSerialize(_ context.Context, dst []byte, _ string, e *event) (serde.Encoded, error) {
	if s.before != nil {
		s.before()
	}
	if e == nil {
		return serde.Encoded{Bytes: dst, Tombstone: true}, nil
	}
	encoded := serde.Encoded{Bytes: append(dst, e.Text...)}
	if s.header {
		encoded.HeaderKey = serde.ValueSchemaIDHeader
		encoded.HeaderValue = serde.AppendFrame(nil, serde.NumberID(7))
		encoded.Schema = &serde.RegisteredSchema{ID: serde.NumberID(7)}
	}
	return encoded, nil
}

func eventKey() producer.Key[string, event] {
	return producer.KeyOf(serde.StringKey(), func(e *event) string { return e.ID })
}

// newProducer returns a producer of events that is not started, and is closed with the test.
func newProducer(t testing.TB, config kafka.ConfigMap, value *eventValue, opts ...producer.Option) *producer.Producer[string, event] {
	t.Helper()
	p, err := producer.New(config, topic, eventKey(), value, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 100*time.Millisecond)
		defer cancel()
		_ = p.Close(ctx)
	})
	return p
}

// startProducer returns a started producer of events.
func startProducer(t testing.TB, config kafka.ConfigMap, opts ...producer.Option) *producer.Producer[string, event] {
	t.Helper()
	p := newProducer(t, config, &eventValue{}, opts...)
	if err := p.Start(within(t, 10*time.Second)); err != nil {
		t.Fatal(err)
	}
	return p
}

func within(t testing.TB, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), d)
	t.Cleanup(cancel)
	return ctx
}

// readAll returns the first n records of topic, those of one partition in their order.
func readAll(t testing.TB, cluster *kfake.Cluster, n int) []*kgo.Record {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx := within(t, 10*time.Second)
	var records []*kgo.Record
	for len(records) < n {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatalf("read %d of %d records: %v", len(records), n, err)
		}
		records = append(records, fetches.Records()...)
	}
	if len(records) > n {
		t.Errorf("the topic has %d records, want %d", len(records), n)
	}
	return records
}

// readUntil returns the records of topic, which has one partition, up to the one with this value.
func readUntil(t testing.TB, cluster *kfake.Cluster, last string) []*kgo.Record {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx := within(t, 10*time.Second)
	var records []*kgo.Record
	for len(records) == 0 || string(records[len(records)-1].Value) != last {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatalf("read %d records, none of them %q: %v", len(records), last, err)
		}
		records = append(records, fetches.Records()...)
	}
	return records
}
