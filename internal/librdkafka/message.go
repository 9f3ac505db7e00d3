//go:build linux && cgo && !magicbyte_poll

package librdkafka

// #include "batch.h"
import "C"

import (
	"time"
	"unsafe"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// shared bounds the array that the key, the headers and the value of a message have in common: who keeps one of them keeps no more than that. What does
// not fit has an array of its own.
const shared = 1 << 10

// Names of headers that are kept to be used again: so many, of such a length.
const mostNames, longestName = 64, 64

// maker makes messages. Topics, leader epochs and names of headers are shared by many: they are the same again and again.
type maker struct {
	topics map[string]*string
	topic  *string // of the last record
	epoch  *int32  // the last one
	names  map[string]string
}

func (m *maker) message(r *C.mb_record, headers []C.mb_header) *kafka.Message {
	c := r.message
	if r.topic != nil {
		m.topic = m.topicOf(unsafe.String((*byte)(unsafe.Pointer(r.topic)), int(r.topic_len)))
	}
	msg := &kafka.Message{TopicPartition: kafka.TopicPartition{
		Topic: m.topic, Partition: int32(c.partition), Offset: kafka.Offset(c.offset), LeaderEpoch: m.epochOf(int32(r.leader_epoch)),
	}}
	msg.LeaderEpoch = msg.TopicPartition.LeaderEpoch
	if c.err != 0 {
		msg.TopicPartition.Error = kafka.NewError(kafka.ErrorCode(c.err), "", false)
	}
	if ms := int64(r.timestamp); ms != -1 {
		msg.Timestamp, msg.TimestampType = time.UnixMilli(ms), kafka.TimestampType(r.timestamp_type)
	}
	block := make(block, 0, shareOf(c, headers))
	msg.Key = block.copy(c.key, c.key_len)
	for i := range headers {
		if msg.Headers == nil {
			msg.Headers = make([]kafka.Header, len(headers))
		}
		h := &headers[i]
		msg.Headers[i] = kafka.Header{
			Key: m.nameOf(unsafe.String((*byte)(unsafe.Pointer(h.name)), int(h.name_len))), Value: block.copy(h.value, h.value_len),
		}
	}
	msg.Value = block.copy(c.payload, c.len)
	return msg
}

// block is the array that parts of a message share.
type block []byte

// shareOf returns how large the block of a message is, of whose parts each that fits into what is left is in it.
func shareOf(c *C.rd_kafka_message_t, headers []C.mb_header) int {
	size := share(0, c.key_len)
	for i := range headers {
		size = share(size, headers[i].value_len)
	}
	return share(size, c.len)
}

func share(size int, n C.size_t) int {
	if n <= C.size_t(shared-size) {
		size += int(n)
	}
	return size
}

// copy returns a copy of bytes of C, nil where there are none, which is not the same as empty.
func (b *block) copy(p unsafe.Pointer, n C.size_t) []byte {
	if p == nil {
		return nil
	}
	bytes := unsafe.Slice((*byte)(p), n)
	begin := len(*b)
	if share(begin, n) == begin { // which has no room for them, or need not have any
		return append(make([]byte, 0, n), bytes...)
	}
	*b = append(*b, bytes...)
	return (*b)[begin:len(*b):len(*b)]
}

// topicOf returns a topic. name is of C: it is copied where it is kept.
func (m *maker) topicOf(name string) *string {
	topic, ok := m.topics[name]
	if !ok {
		own := string([]byte(name))
		topic = &own
		m.topics[own] = topic
	}
	return topic
}

func (m *maker) epochOf(epoch int32) *int32 {
	switch {
	case epoch < 0:
		return nil
	case m.epoch == nil || *m.epoch != epoch:
		m.epoch = &epoch
	}
	return m.epoch
}

// nameOf returns the name of a header. name is of C: it is copied where it is kept.
func (m *maker) nameOf(name string) string {
	own, ok := m.names[name]
	if !ok {
		own = string([]byte(name))
		if len(name) <= longestName && len(m.names) < mostNames {
			if m.names == nil {
				m.names = map[string]string{}
			}
			m.names[own] = own
		}
	}
	return own
}
