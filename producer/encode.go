package producer

import (
	"context"
	"errors"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
	"github.com/magicbyte-go/magicbyte/serde"
)

// maxPooled is the size from which a buffer is not kept: one large record must not hold its memory for ever.
const maxPooled = 1 << 20

// scratch is what one record needs until librdkafka has copied it.
type scratch[K any] struct {
	key     K
	buf     []byte // key and value, one behind the other; never nil
	headers []kafka.Header
	msg     kafka.Message
}

var errTombstoneKey = errors.New("a tombstone needs a key: there is no value that it could be taken from")

// enqueue serializes msg and hands it to the running client, which it returns, with r as the place for its outcome. After an error, which is
// an *Error, the record was not queued.
func (p *Producer[K, V]) enqueue(ctx context.Context, msg *Message[K, V], r *pending) (*client, error) {
	if err := ctx.Err(); err != nil {
		return nil, p.refused(err)
	}
	c, err := p.client()
	if err != nil {
		return nil, p.refused(err)
	}
	s := p.scratches.Get().(*scratch[K]) //nolint:errcheck // the pool holds nothing else
	defer p.putScratch(s)
	s.headers = append(s.headers[:0], msg.Headers...)
	if len(p.options.hooks) > 0 {
		p.beforeSend(ctx, s, r)
	}
	if err = p.encode(ctx, msg, s, &r.receipt); err == nil {
		c, err = p.produce(ctx, c, msg, s, r)
	}
	if err != nil {
		err = p.refused(err)
		r.tell(p.options.logger, Receipt{}, err)
	}
	return c, err
}

// produce hands a serialized record to c, or to the one that takes the place of c when that fails.
func (p *Producer[K, V]) produce(ctx context.Context, c *client, msg *Message[K, V], s *scratch[K], r *pending) (*client, error) {
	if msg.Key != nil {
		r.key = msg.Key
	}
	if msg.Value != nil {
		r.value = msg.Value
	}
	s.msg.Opaque = r
	if p.joined != nil {
		r.attempt = kafkaclient.AttemptOf(ctx)
	}
	for {
		err := c.produce(ctx, &s.msg, r)
		if err == nil || c.failure.Load() == nil {
			return c, err
		}
		if c, err = p.successor(ctx, c); err != nil {
			return nil, err
		}
	}
}

// encode fills in s.msg, with the headers that s has and those of serializers, and of the receipt what is known before the record is sent.
func (p *Producer[K, V]) encode(ctx context.Context, msg *Message[K, V], s *scratch[K], receipt *Receipt) error {
	key := msg.Key
	if key == nil && p.key.of != nil {
		if msg.Value == nil {
			return errTombstoneKey
		}
		s.key = p.key.of(msg.Value)
		key = &s.key
	}
	encodedKey, err := p.key.serializer.AppendSerialize(ctx, s.buf[:0], p.topic, key)
	if err != nil {
		return err
	}
	keySize := len(encodedKey.Bytes)
	encodedValue, err := p.value.AppendSerialize(ctx, encodedKey.Bytes, p.topic, msg.Value)
	if err != nil {
		return err
	}
	s.buf = encodedValue.Bytes

	timestamp := msg.Timestamp
	if timestamp.IsZero() {
		timestamp = time.Now()
	}
	*receipt = Receipt{
		Topic:       p.topic,
		Timestamp:   time.UnixMilli(timestamp.UnixMilli()),
		KeySize:     keySize,
		ValueSize:   len(s.buf) - keySize,
		KeySchema:   schemaID(encodedKey),
		ValueSchema: schemaID(encodedValue),
		Encoding:    encodedValue.Encoding,
	}
	s.msg = kafka.Message{
		TopicPartition: kafka.TopicPartition{Topic: &p.topic, Partition: kafka.PartitionAny},
		Timestamp:      receipt.Timestamp,
		Headers:        s.appendHeaders(encodedKey, encodedValue),
	}
	if msg.Partition != nil {
		s.msg.TopicPartition.Partition = *msg.Partition
	}
	// An empty payload is not nil, which would be null.
	if !encodedKey.Tombstone {
		s.msg.Key = s.buf[:keySize:keySize]
	}
	if !encodedValue.Tombstone {
		s.msg.Value = s.buf[keySize:]
	}
	return nil
}

// appendHeaders adds those that carry schema ids, and returns all.
func (s *scratch[K]) appendHeaders(parts ...serde.Encoded) []kafka.Header {
	for _, part := range parts {
		if part.HeaderKey != "" {
			s.headers = append(s.headers, kafka.Header{Key: part.HeaderKey, Value: part.HeaderValue})
		}
	}
	if len(s.headers) == 0 {
		return nil
	}
	return s.headers
}

func schemaID(e serde.Encoded) serde.SchemaID {
	if e.Schema == nil {
		return serde.SchemaID{}
	}
	return e.Schema.ID
}

// putScratch gives s back to the pool without what it refers to.
func (p *Producer[K, V]) putScratch(s *scratch[K]) {
	if cap(s.buf) > maxPooled {
		return
	}
	var none K
	s.key, s.msg = none, kafka.Message{}
	clear(s.headers)
	p.scratches.Put(s)
}

// refused returns the error of a record that was not queued.
func (p *Producer[K, V]) refused(err error) error { return &Error{Topic: p.topic, Err: err} }
