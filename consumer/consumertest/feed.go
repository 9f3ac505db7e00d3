// Package consumertest lets handlers be tested without a broker: a [Feed] is a real consumer.Consumer, with its deserializers, order,
// retries, dead letters and offsets, whose topic is in memory.
//
//	feed := consumertest.New(t, "orders.raw", serde.StringKey(), value, consumer.WithDeadLetters())
//	feed.Start(billing.Handle)
//	feed.Append(consumertest.Record{Key: []byte("ORD-1"), Value: payload})
//	if err := feed.Wait(); err != nil {
//		t.Fatal(err)
//	}
//	letters := feed.DeadLetters()
package consumertest

import (
	"context"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// Group is the id of the group that a [Feed] consumes in.
const Group = "test"

// Partitions is how many partitions the topic of a [Feed] has.
const Partitions = 8

// Record is a record as it stands in a topic.
type Record struct {
	Partition int32 // below [Partitions]
	Offset    int64 // set by [Feed.Append]
	// Key and Value are the serialized bytes; nil is null.
	Key, Value []byte
	Headers    []kafka.Header
	// Timestamp is the time of Append where it is zero.
	Timestamp time.Time
}

// Feed is a consumer of a topic in memory. It is safe for concurrent use.
type Feed[K, V any] struct {
	*consumer.Consumer[K, V]
	t       testing.TB
	topic   *topic
	letters *letters
	started bool
	ended   chan struct{}
	outcome error // of Run, once it ended
}

// New returns a consumer of a topic in memory, the only member of its group, which begins at the first record. The test fails where the
// arguments are wrong. All options of package consumer work as with a broker.
func New[K, V any](t testing.TB, name string, key consumer.Deserializer[K], value consumer.Deserializer[V], opts ...consumer.Option) *Feed[K, V] {
	t.Helper()
	f := &Feed[K, V]{t: t, topic: newTopic(name), letters: newLetters(), ended: make(chan struct{})}
	memory := kafkaclient.ConsumerOption(
		func(config kafka.ConfigMap) (kafkaclient.Consumer, error) {
			f.topic.ends = config["enable.partition.eof"] == true
			return f.topic, nil
		},
		func(kafka.ConfigMap) (kafkaclient.Producer, error) { return f.letters, nil },
	)
	opts = append(opts, memory.(consumer.Option)) //nolint:errcheck // package consumer makes nothing else
	c, err := consumer.New(kafka.ConfigMap{"bootstrap.servers": "memory", "group.id": Group, "auto.offset.reset": "earliest"},
		[]string{name}, key, value, opts...)
	if err != nil {
		t.Fatal(err)
	}
	f.Consumer = c
	return f
}

// Start runs handler until the test ends, or Run does for another reason. It may be called once, instead of Run.
func (f *Feed[K, V]) Start(handler func(ctx context.Context, rec *consumer.Record[K, V]) error) {
	f.t.Helper()
	if f.started {
		f.t.Fatal("Start was called twice")
	}
	f.started = true
	ctx := context.WithoutCancel(f.t.Context())
	go func() {
		defer close(f.ended)
		f.outcome = f.Run(ctx, handler)
	}()
	f.t.Cleanup(func() {
		_ = f.Close(ctx) // what Run returned is Wait's to say
		<-f.ended
	})
}

// Append puts records at the end of their partitions, and returns them with their offsets. The bytes are not copied. The test ends where a
// partition does not exist.
func (f *Feed[K, V]) Append(records ...Record) []Record {
	f.t.Helper()
	for _, r := range records {
		if r.Partition < 0 || r.Partition >= Partitions {
			f.t.Fatalf("consumertest: partition %d: the topic has %d", r.Partition, Partitions)
		}
	}
	return f.topic.append(records)
}

// Wait waits, for as long as the test's context allows, until all records that were appended are settled, and returns nil; or
// until the Run that Start began has ended, and returns its error.
func (f *Feed[K, V]) Wait() error {
	for {
		changed, settled := f.topic.settled()
		if settled {
			return nil
		}
		select {
		case <-changed:
		case <-f.ended:
			if _, settled := f.topic.settled(); settled {
				return nil
			}
			return f.outcome
		case <-f.t.Context().Done():
			return f.t.Context().Err()
		}
	}
}

// Committed returns the offset that a partition would go on from after a crash: that of the first record that is not settled. It follows
// what handlers do within a tenth of a second.
func (f *Feed[K, V]) Committed(partition int32) int64 { return f.topic.committed(partition) }

// DeadLetters returns the dead letters so far, in the order in which they were written. The slices are shared: do not change them.
func (f *Feed[K, V]) DeadLetters() []Record { return f.letters.all() }

// FailDeadLetters has the writing of every dead letter from now on fail with err, until FailDeadLetters(nil).
func (f *Feed[K, V]) FailDeadLetters(err error) { f.letters.fail(err) }
