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
	// NullKey and Tombstone say that the key or the value was null: Key or Value is then its zero value.
	NullKey   bool
	Tombstone bool

	Topic     string
	Partition int32
	Offset    int64
	Timestamp time.Time
	Headers   []kafka.Header

	// Encoding says how the value was written.
	Encoding serde.Encoding
	// SchemaID and KeySchemaID are the ids of the schemas that value and key were written with; zero where there was none.
	SchemaID    serde.SchemaID
	KeySchemaID serde.SchemaID

	// Attempt counts the calls of the handler with this record, from 1. It starts again after a rebalance or a restart:
	// Kafka does not keep it.
	Attempt int
}

// setAttempt lets the lane, which does not know the types, count.
func (r *Record[K, V]) setAttempt(n int) { r.Attempt = n }

// schemaIDs lets the lane name the schemas in a dead letter.
func (r *Record[K, V]) schemaIDs() (key, value serde.SchemaID) { return r.KeySchemaID, r.SchemaID }

// anyRecord is a record as the untyped core sees it.
type anyRecord interface {
	setAttempt(n int)
	schemaIDs() (key, value serde.SchemaID)
}

// codec is the typed part of a consumer as its untyped core calls it.
type codec struct {
	// decode turns a message into a record. An error is a *decodeError.
	decode func(ctx context.Context, m *kafka.Message) (anyRecord, error)
	// handle calls the user's handler with a record that decode made.
	handle func(ctx context.Context, rec anyRecord) error
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

// newCodec binds deserializers and handler.
func newCodec[K, V any](key Deserializer[K], value Deserializer[V], handler func(context.Context, *Record[K, V]) error) codec {
	return codec{
		decode: func(ctx context.Context, m *kafka.Message) (anyRecord, error) {
			rec := &Record[K, V]{
				Topic:     *m.TopicPartition.Topic,
				Partition: m.TopicPartition.Partition,
				Offset:    int64(m.TopicPartition.Offset),
				Timestamp: m.Timestamp,
				Headers:   m.Headers,
			}
			meta, err := deserialize(ctx, key, m, m.Key, &rec.Key)
			if err != nil {
				return nil, &decodeError{stage: StageKey, err: err}
			}
			rec.NullKey, rec.KeySchemaID = meta.Tombstone, meta.Schema
			meta, err = deserialize(ctx, value, m, m.Value, &rec.Value)
			if err != nil {
				return nil, &decodeError{stage: StageValue, err: err, keyID: rec.KeySchemaID}
			}
			rec.Tombstone, rec.Encoding, rec.SchemaID = meta.Tombstone, meta.Encoding, meta.Schema
			return rec, nil
		},
		handle: func(ctx context.Context, rec anyRecord) error {
			return handler(ctx, rec.(*Record[K, V])) //nolint:errcheck // decode above made it
		},
	}
}

// deserialize reads one part; a panic of the deserializer is its error.
func deserialize[T any](ctx context.Context, d Deserializer[T], m *kafka.Message, payload []byte, v *T) (meta serde.Meta, err error) {
	defer recovered(&err)
	return d.DeserializeInto(ctx, serde.Input{
		Topic:    *m.TopicPartition.Topic,
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
