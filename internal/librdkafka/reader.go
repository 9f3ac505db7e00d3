//go:build linux && cgo && !magicbyte_poll

package librdkafka

// #include "batch.h"
import "C"

import (
	"reflect"
	"strings"
	"unsafe"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// Reader reads a consumer's queue. It is for one goroutine, the one that would poll.
type Reader struct {
	client *C.rd_kafka_t
	batch  *C.mb_batch
	ready  []*kafka.Message // read, and not returned yet; from next on
	next   int
	maker  maker
}

// NewReader returns a reader of consumer's queue, false where there can be none. While it is open nobody else polls the consumer; it must be closed
// before the consumer is.
func NewReader(consumer *kafka.Consumer) (*Reader, bool) {
	client := handle(consumer)
	if client == nil || C.mb_complete() == 0 {
		return nil, false
	}
	batch := C.mb_open(client)
	if batch == nil {
		return nil, false
	}
	return &Reader{client: client, batch: batch, maker: maker{topics: map[string]*string{}}}, true
}

// handle returns librdkafka's handle of a consumer, nil where its binding keeps it elsewhere.
func handle(consumer *kafka.Consumer) *C.rd_kafka_t {
	v := reflect.ValueOf(consumer).Elem().FieldByName("handle")
	if v.Kind() != reflect.Struct {
		return nil
	}
	v = v.FieldByName("rk")
	if v.Kind() != reflect.Pointer || !strings.HasSuffix(v.Type().Elem().Name(), "rd_kafka_s") {
		return nil
	}
	return (*C.rd_kafka_t)(v.UnsafePointer())
}

// Poll returns what (*kafka.Consumer).Poll would, with three differences: rebalances are returned, as kafka.AssignedPartitions and
// kafka.RevokedPartitions, which the caller has to answer; statistics are [Stats]; and slices of one message may share an array, each with
// its own part and capacity.
func (r *Reader) Poll(timeoutMs int) kafka.Event {
	if m := r.pop(); m != nil {
		return m
	}
	if r.batch.other == nil {
		C.mb_read(r.batch, C.int(timeoutMs))
		r.take()
		if m := r.pop(); m != nil {
			return m
		}
	}
	return r.other()
}

func (r *Reader) pop() *kafka.Message {
	for r.next < len(r.ready) {
		m := r.ready[r.next]
		r.ready[r.next] = nil
		r.next++
		if m != nil {
			return m
		}
	}
	return nil
}

// Drop forgets the records of a partition that were read and not returned yet: it is to go on elsewhere.
func (r *Reader) Drop(topic string, partition int32) {
	for i, m := range r.ready {
		if m != nil && m.TopicPartition.Partition == partition && *m.TopicPartition.Topic == topic {
			r.ready[i] = nil
		}
	}
}

// Pending returns the event that was read and not returned yet, if there is one. Records before it are forgotten.
func (r *Reader) Pending() kafka.Event {
	r.ready, r.next = nil, 0
	return r.other()
}

// Close gives back what the reader holds.
func (r *Reader) Close() {
	C.mb_close(r.batch)
	r.batch, r.ready, r.next = nil, nil, 0
}

// take makes messages of the records of the batch, and gives those back.
func (r *Reader) take() {
	r.ready, r.next = r.ready[:0], 0
	headers := unsafe.Slice(r.batch.header, r.batch.headers)
	for i := range r.batch.record[:r.batch.records] {
		record := &r.batch.record[i]
		r.ready = append(r.ready, r.maker.message(record, headers[:record.headers]))
		headers = headers[record.headers:]
	}
	C.mb_release(r.batch)
}
