//go:build linux && cgo && !magicbyte_poll

package librdkafka

// #include "batch.h"
import "C"

import (
	"time"
	"unsafe"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// smallest is the size of a value from which on it has an array of its own, so that who keeps a key or a header does not keep it.
const smallest = 1 << 10

// mostNames bounds the names of headers that are kept to be used again.
const mostNames = 64

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
	size := int(c.key_len)
	for i := range headers {
		size += int(headers[i].value_len)
	}
	if c.len < smallest {
		size += int(c.len)
	}
	block := make([]byte, size)
	msg.Key = part(&block, c.key, c.key_len)
	if c.len < smallest {
		msg.Value = part(&block, c.payload, c.len)
	} else {
		value := make([]byte, c.len)
		msg.Value = part(&value, c.payload, c.len)
	}
	if len(headers) > 0 {
		msg.Headers = make([]kafka.Header, len(headers))
		for i := range headers {
			h := &headers[i]
			msg.Headers[i] = kafka.Header{
				Key:   m.nameOf(unsafe.String((*byte)(unsafe.Pointer(h.name)), int(h.name_len))),
				Value: part(&block, h.value, h.value_len),
			}
		}
	}
	return msg
}

// part copies bytes of C to the beginning of block, and moves that behind them. It returns nil where there are none, which is not the same as empty.
func part(block *[]byte, p unsafe.Pointer, n C.size_t) []byte {
	if p == nil {
		return nil
	}
	own := (*block)[:n:n]
	copy(own, unsafe.Slice((*byte)(p), n))
	*block = (*block)[n:]
	return own
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
		if len(m.names) < mostNames {
			if m.names == nil {
				m.names = map[string]string{}
			}
			m.names[own] = own
		}
	}
	return own
}
