//go:build linux && cgo && !magicbyte_poll

package librdkafka

/*
#include <stdlib.h>

#include "batch.h"
*/
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

// Poll returns what (*kafka.Consumer).Poll would, with these differences: rebalances are returned, as kafka.AssignedPartitions and
// kafka.RevokedPartitions, which the caller has to answer; statistics are [Stats]; slices of one message may share an array, each with
// its own part and capacity; and it has read ahead.
//
// When it has nothing, it asks how much there is room for, and takes so many records from the queue, or up to the one that makes so many bytes of keys,
// values and headers, or up to an event that is no record: one of them in any case, and no more than 256 records or a mebibyte; nil stands for
// those. What lies behind in the queue, a rebalance above all, waits until the caller has taken these; librdkafka does not drop them, as it does
// what is in its queue, where a partition is paused or revoked meanwhile.
func (r *Reader) Poll(timeoutMs int, room func() (records, bytes int)) kafka.Event {
	if m := r.pop(); m != nil {
		return m
	}
	if r.batch == nil {
		return nil
	}
	if r.batch.other == nil {
		r.read(timeoutMs, room)
		if m := r.pop(); m != nil {
			return m
		}
	}
	return r.other()
}

// read takes from the queue.
func (r *Reader) read(timeoutMs int, room func() (records, bytes int)) {
	records, bytes := C.MB_RECORDS, C.MB_BYTES
	if room != nil {
		mostRecords, mostBytes := room()
		records, bytes = max(1, min(records, mostRecords)), max(1, min(bytes, mostBytes))
	}
	C.mb_read(r.batch, C.int(timeoutMs), C.int(records), C.size_t(bytes))
	r.take()
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

// Drop forgets the records of a partition that were read and not returned yet, and its error or end behind them: it is to go on elsewhere.
func (r *Reader) Drop(topic string, partition int32) {
	for i, m := range r.ready {
		if m != nil && m.TopicPartition.Partition == partition && *m.TopicPartition.Topic == topic {
			r.ready[i] = nil
		}
	}
	name := C.CString(topic)
	defer C.free(unsafe.Pointer(name))
	if C.mb_is_of(r.batch, name, C.int32_t(partition)) != 0 {
		C.mb_drop_other(r.batch)
	}
}

// Close gives back what the reader holds, and returns the event that was read and not returned, if there is one. Poll returns nil from then on.
func (r *Reader) Close() kafka.Event {
	if r.batch == nil {
		return nil
	}
	pending := r.other()
	C.mb_close(r.batch)
	r.batch, r.ready, r.next = nil, nil, 0
	return pending
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
