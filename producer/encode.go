package producer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

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

// What the Kafka client takes as a record's time: 0 is now to it, and it counts in nanoseconds.
var firstTime, lastTime = time.UnixMilli(1), time.Unix(0, math.MaxInt64)

var errTombstoneKey = errors.New("a tombstone needs a key: there is no value that it could be taken from")

var errNotReturned = errors.New("its serialization panicked")

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
	ended := false
	if len(p.options.hooks) > 0 {
		p.beforeSend(ctx, s, r)
		defer func() {
			if !ended { // by a panic of the caller's key function, of Validate or of a codec, which is the caller's to see
				r.tell(p.options.logger, Receipt{}, p.refused(errNotReturned))
			}
		}()
	}
	if err = p.encode(ctx, msg, s, &r.receipt); err == nil {
		c, err = p.produce(ctx, c, msg, s, r)
	}
	if err != nil {
		err = p.refused(err)
		r.tell(p.options.logger, Receipt{}, err)
	}
	ended = true
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
	for {
		err := c.produce(ctx, &s.msg, r)
		if err == nil {
			return c, nil
		}
		if c.failure.Load() == nil {
			return c, s.explained(err)
		}
		if c, err = p.successor(ctx, c); err != nil {
			return nil, err
		}
	}
}

// explained adds to an error of librdkafka what it leaves to be guessed.
func (s *scratch[K]) explained(err error) error {
	var e kafka.Error
	if errors.As(err, &e) && e.Code() == kafka.ErrMsgSizeTooLarge {
		return fmt.Errorf("%w: key and value have %d bytes, see message.max.bytes", err, len(s.buf))
	}
	return err
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
	} else if timestamp.Before(firstTime) || timestamp.After(lastTime) {
		return fmt.Errorf("the timestamp %v is not between 1970 and 2262, or is 1970's first: the Kafka client would write another one", timestamp)
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
	headers, err := s.appendHeaders(encodedKey, encodedValue)
	if err != nil {
		return err
	}
	s.msg = kafka.Message{
		TopicPartition: kafka.TopicPartition{Topic: &p.topic, Partition: kafka.PartitionAny},
		Timestamp:      receipt.Timestamp,
		Headers:        headers,
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
func (s *scratch[K]) appendHeaders(parts ...serde.Encoded) ([]kafka.Header, error) {
	for _, part := range parts {
		if part.HeaderKey != "" {
			s.headers = append(s.headers, kafka.Header{Key: part.HeaderKey, Value: part.HeaderValue})
		}
	}
	if len(s.headers) == 0 {
		return nil, nil
	}
	for i := range s.headers {
		if name := s.headers[i].Key; strings.IndexByte(name, 0) >= 0 {
			return nil, fmt.Errorf("the name of header %d, %.80q, holds a zero byte, where the Kafka client would cut it", i, name)
		}
	}
	return s.headers, nil
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
