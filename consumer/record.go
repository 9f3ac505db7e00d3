package consumer

import (
	"context"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/serde"
)

// Record is one record of a topic, decoded. It belongs to the handler and may be kept. Headers, and slices of bytes in Key and
// Value, must not be changed before the handler has returned: a dead letter is made of them.
type Record[K, V any] struct {
	Key   K
	Value V
	Meta
}

// Meta is what there is to a record beside its key and value.
type Meta struct {
	// NullKey and Tombstone say that the key or the value was null: Key or Value is then its zero value.
	NullKey   bool
	Tombstone bool

	Topic     string
	Partition int32
	Offset    int64
	Timestamp time.Time
	// TimestampType says who set the timestamp: the producer, or the broker that appended the record.
	TimestampType kafka.TimestampType
	Headers       []kafka.Header

	// Encoding says how the value was written.
	Encoding serde.Encoding
	// SchemaID and KeySchemaID are the ids of the schemas that value and key were written with; zero where there was none.
	SchemaID    serde.SchemaID
	KeySchemaID serde.SchemaID

	// Attempt counts the calls of the handler with this record, from 1, without those that ended in [RetryAfter]. It starts again
	// after a rebalance or a restart: Kafka does not keep it.
	Attempt int
}

// Ref names the record.
func (m *Meta) Ref() Ref { return Ref{Topic: m.Topic, Partition: m.Partition, Offset: m.Offset} }

// Info returns m: it is how an [AnyRecord] is read.
func (m *Meta) Info() *Meta { return m }

// AnyRecord is a [Record] of any types, as [Middleware] and hooks see it. Only *Record implements it.
type AnyRecord interface {
	// Info returns everything but key and value. It is the record's own: what is changed there, others see.
	Info() *Meta
	// AnyKey returns the key, of the consumer's type K.
	AnyKey() any
	// AnyValue returns a pointer to the value, of the consumer's type *V.
	AnyValue() any

	record()
}

// AnyKey returns the key.
func (r *Record[K, V]) AnyKey() any { return r.Key }

// AnyValue returns a pointer to the value.
func (r *Record[K, V]) AnyValue() any { return &r.Value }

func (*Record[K, V]) record() {}

// codec is the typed part of a consumer as its untyped core calls it.
type codec struct {
	// decode turns a message into a record. An error is a *decodeError.
	decode func(ctx context.Context, topic string, m *kafka.Message) (AnyRecord, error)
	// handle calls the user's handler with tasks that decode made records of.
	handle func(ctx context.Context, unit []*task) error
}

// Deserializer reads one part of records. [serde.Deserializer] and [serde.Plain] implement it. DeserializeInto is called by several
// goroutines at once.
type Deserializer[T any] interface {
	// Part says whether this reads keys or values.
	Part() serde.Part
	// Err returns what is wrong with the deserializer's configuration; [New] reports it.
	Err() error
	// Start is called by Run for each topic, before the first record.
	Start(ctx context.Context, topic string) error
	// DeserializeInto reads in.Payload into v. Errors are classified by [serde.ClassOf].
	DeserializeInto(ctx context.Context, in serde.Input, v *T) (serde.Meta, error)
}

// decodeError says which part of a record could not be decoded.
type decodeError struct {
	stage Stage
	err   error
	keyID serde.SchemaID // of a key that could be decoded
}

func (e *decodeError) Error() string { return e.err.Error() }
func (e *decodeError) Unwrap() error { return e.err }

// decoder binds the deserializers.
func decoder[K, V any](key Deserializer[K], value Deserializer[V]) func(context.Context, string, *kafka.Message) (AnyRecord, error) {
	return func(ctx context.Context, topic string, m *kafka.Message) (AnyRecord, error) {
		rec := &Record[K, V]{Meta: Meta{
			Topic:         topic,
			Partition:     m.TopicPartition.Partition,
			Offset:        int64(m.TopicPartition.Offset),
			Timestamp:     m.Timestamp,
			TimestampType: m.TimestampType,
			Headers:       m.Headers,
		}}
		meta, err := deserialize(ctx, key, topic, m, m.Key, &rec.Key)
		if err != nil {
			return nil, &decodeError{stage: StageKey, err: err}
		}
		rec.NullKey, rec.KeySchemaID = meta.Tombstone, meta.Schema
		meta, err = deserialize(ctx, value, topic, m, m.Value, &rec.Value)
		if err != nil {
			return nil, &decodeError{stage: StageValue, err: err, keyID: rec.KeySchemaID}
		}
		rec.Tombstone, rec.Encoding, rec.SchemaID = meta.Tombstone, meta.Encoding, meta.Schema
		return rec, nil
	}
}

// deserialize reads one part; a panic of the deserializer is its error.
func deserialize[T any](ctx context.Context, d Deserializer[T], topic string, m *kafka.Message, payload []byte, v *T) (meta serde.Meta, err error) {
	defer recovered(&err)
	return d.DeserializeInto(ctx, serde.Input{
		Topic:    topic,
		Payload:  payload,
		IDHeader: lastHeader(m.Headers, d.Part().SchemaIDHeader()),
	}, v)
}

// lastHeader returns the value of the last header of that name, nil where there is none.
func lastHeader(headers []kafka.Header, name string) []byte {
	for i := len(headers) - 1; i >= 0; i-- {
		if headers[i].Key == name {
			return headers[i].Value
		}
	}
	return nil
}
