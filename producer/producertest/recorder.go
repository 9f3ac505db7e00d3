// Package producertest lets services be tested without a broker: a [Recorder] is a real producer.Producer, with its serializers, keys,
// headers and errors, whose records end in memory.
//
//	orders := producertest.New(t, "orders.raw", key, value)
//	service := billing.New(orders)            // takes a producer.Sender
//	...
//	records := orders.Records()
package producertest

import (
	"context"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
	"github.com/magicbyte-go/magicbyte/producer"
)

// Record is a record as it would stand in the topic. Without an explicit partition, partition 0 takes it.
type Record struct {
	Partition int32
	Offset    int64
	// Key and Value are the serialized bytes; nil is null.
	Key, Value []byte
	Headers    []kafka.Header
}

// Recorder is a started producer whose records are kept in memory. It is safe for concurrent use.
type Recorder[K, V any] struct {
	*producer.Producer[K, V]
	log *log
}

var _ producer.Sender[string, string] = (*Recorder[string, string])(nil)

// New returns a started producer for topic that writes to memory. The serializers are started as for a broker, and the test fails
// where they cannot be. The producer is closed with the test.
func New[K, V any](t testing.TB, topic string, key producer.Key[K, V], value producer.Serializer[V], opts ...producer.Option) *Recorder[K, V] {
	t.Helper()
	log := newLog()
	opts = append(opts, kafkaclient.ProducerOption(log.open).(producer.Option)) //nolint:errcheck // package producer makes nothing else
	p, err := producer.New(kafka.ConfigMap{"bootstrap.servers": "memory"}, topic, key, value, opts...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("close of the producer: %v", err)
		}
	})
	return &Recorder[K, V]{Producer: p, log: log}
}

// Records returns what was written so far, in that order. The slices are shared: do not change them.
func (r *Recorder[K, V]) Records() []Record { return r.log.all() }

// Fail has the delivery of every record from now on fail with err, until Fail(nil). A kafka.Error is judged as one from
// a broker is, so that kafka.ErrMsgTimedOut comes out as producer.ErrIndeterminate; so does every other error.
func (r *Recorder[K, V]) Fail(err error) { r.log.fail(err) }
