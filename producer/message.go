package producer

import (
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/serde"
)

// Message is a record to send.
type Message[K, V any] struct {
	// Key is the record's key. nil asks the function given to [KeyOf]; where there is none, the key is null.
	Key *K
	// Value is the record's value. nil writes a tombstone, which needs a Key wherever keys come from the value.
	Value *V
	// Headers are written in this order, before the schema ids where those travel in headers. A nil header value is null. The
	// producer reads them until the call returns. A name with a zero byte is refused: the Kafka client would cut it there.
	Headers []kafka.Header
	// Timestamp is the record's time in milliseconds; zero is now. One before 1970, or after 2262, is refused. A topic with LogAppendTime has
	// the broker's clock instead.
	Timestamp time.Time
	// Partition is the partition to write to; nil leaves it to the partitioner.
	Partition *int32
}

// Receipt says where a record was written.
type Receipt struct {
	Topic     string
	Partition int32
	// Offset is the record's place in the partition; negative where the broker does not say it (acks=0).
	Offset int64
	// Timestamp is the one sent, see [Message].
	Timestamp time.Time
	// KeySize and ValueSize are the serialized lengths in bytes, frames included, before compression; 0 for null.
	KeySize, ValueSize int
	// KeySchema and ValueSchema are the ids that the record was written with; zero for parts without schema.
	KeySchema, ValueSchema serde.SchemaID
	// Encoding says how the value is written.
	Encoding serde.Encoding
}

// Ref names a record that was accepted and not acknowledged.
type Ref struct {
	// Number counts the records that the producer accepted, from 1.
	Number    uint64
	Topic     string
	Timestamp time.Time
	// Key is the message's *K, nil where the message named no key. Value is its *V, nil for tombstones. They
	// are the caller's own pointers.
	Key, Value any
}
