//go:build linux && cgo && !magicbyte_poll

package librdkafka

/*
#include "batch.h"

#include "calls.h"
*/
import "C"

import (
	"unsafe"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// mostError is room for the text of a fatal error.
const mostError = 512

// other returns the event of the batch that is not a record, nil where there is none.
func (r *Reader) other() kafka.Event {
	event := r.batch.other
	if event == nil {
		return nil
	}
	defer C.mb_drop_other(r.batch)
	code := kafka.ErrorCode(C.rd_kafka_event_error(event))
	switch C.rd_kafka_event_type(event) {
	case C.RD_KAFKA_EVENT_REBALANCE:
		partitions := partitionList(C.rd_kafka_event_topic_partition_list(event))
		if code == kafka.ErrAssignPartitions {
			return kafka.AssignedPartitions{Partitions: partitions}
		}
		return kafka.RevokedPartitions{Partitions: partitions}
	case C.RD_KAFKA_EVENT_ERROR:
		return r.problem(event, code)
	case C.RD_KAFKA_EVENT_OFFSET_COMMIT:
		committed := kafka.OffsetsCommitted{Offsets: partitionList(C.rd_kafka_event_topic_partition_list(event))}
		if code != kafka.ErrNoError {
			committed.Error = kafka.NewError(code, C.GoString(C.rd_kafka_event_error_string(event)), false)
		}
		return committed
	case C.RD_KAFKA_EVENT_STATS:
		return Stats(C.GoString(C.rd_kafka_event_stats(event)))
	case C.RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH:
		return kafka.OAuthBearerTokenRefresh{Config: C.GoString(C.rd_kafka_event_config_string(event))}
	default:
		return nil // of no kind that a consumer has asked for
	}
}

// problem makes an event of an error, or of the end of a partition, which comes as one.
func (r *Reader) problem(event *C.rd_kafka_event_t, code kafka.ErrorCode) kafka.Event {
	if code == kafka.ErrPartitionEOF {
		tp := C.rd_kafka_event_topic_partition(event)
		if tp == nil {
			return nil
		}
		defer C.rd_kafka_topic_partition_destroy(tp)
		return kafka.PartitionEOF(partition(tp))
	}
	if C.rd_kafka_event_error_is_fatal(event) == 0 {
		return kafka.NewError(code, C.GoString(C.rd_kafka_event_error_string(event)), false)
	}
	text := make([]byte, mostError)
	cause := C.rd_kafka_fatal_error(r.client, (*C.char)(unsafe.Pointer(&text[0])), mostError)
	return kafka.NewError(kafka.ErrorCode(cause), C.GoString((*C.char)(unsafe.Pointer(&text[0]))), true)
}

func partitionList(list *C.rd_kafka_topic_partition_list_t) []kafka.TopicPartition {
	if list == nil {
		return nil
	}
	elems := unsafe.Slice(list.elems, list.cnt)
	partitions := make([]kafka.TopicPartition, len(elems))
	for i := range elems {
		partitions[i] = partition(&elems[i])
	}
	return partitions
}

func partition(c *C.rd_kafka_topic_partition_t) kafka.TopicPartition {
	topic := C.GoString(c.topic)
	tp := kafka.TopicPartition{Topic: &topic, Partition: int32(c.partition), Offset: kafka.Offset(c.offset)}
	if c.metadata_size > 0 {
		metadata := C.GoStringN((*C.char)(c.metadata), C.int(c.metadata_size))
		tp.Metadata = &metadata
	}
	if c.err != 0 {
		tp.Error = kafka.NewError(kafka.ErrorCode(c.err), "", false)
	}
	if epoch := int32(C.rd_kafka_topic_partition_get_leader_epoch(c)); epoch >= 0 {
		tp.LeaderEpoch = &epoch
	}
	return tp
}
