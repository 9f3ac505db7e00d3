package consumer

import (
	"fmt"
	"math"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// Order says which records must be handled one after the other. [ByPartition], [ByKey] and [Unordered] make one.
type Order struct {
	kind  orderKind
	limit int // handlers at once in the whole consumer; 0 is no limit
}

type orderKind uint8

const (
	byPartition orderKind = iota
	byKey
	unordered
)

// ByPartition handles the records of a partition one after the other, in the order of their offsets, and different partitions at
// once. It is the default. [WithMaxHandlers] bounds how many partitions are handled at once.
func ByPartition() Order { return Order{kind: byPartition} }

// ByKey handles the records of a partition that have the same key, byte for byte, one after the other, in the order of their offsets, and
// all others at once: up to n in the whole consumer. Records without key count as having the same. While a record is tried
// again, its key waits, and the other keys go on.
//
// What is committed is still one offset for each partition, the lowest that is not settled: after a crash, a rebalance or a restart, records
// beyond it that were settled already are delivered again. The bounds of [WithPartitionQueue] hold for what is in handlers too.
func ByKey(n int) Order { return Order{kind: byKey, limit: n} }

// Unordered handles up to n records at once in the whole consumer, in no order. What is committed is as with [ByKey].
func Unordered(n int) Order { return Order{kind: unordered, limit: n} }

// String returns the call that makes the order.
func (o Order) String() string {
	switch o.kind {
	case byKey:
		return fmt.Sprintf("ByKey(%d)", o.limit)
	case unordered:
		return fmt.Sprintf("Unordered(%d)", o.limit)
	default:
		return "ByPartition()"
	}
}

// strandKey tells the strands of a lane apart. The zero value is the strand of a whole partition.
type strandKey struct {
	key    string
	null   bool
	offset int64
}

// find returns the strand of l that m belongs to, nil where there is none. It allocates nothing.
func (o Order) find(l *lane, m *kafka.Message) *strand {
	switch o.kind {
	case byKey:
		return l.strands[strandKey{key: string(m.Key), null: m.Key == nil}]
	case unordered:
		return nil
	default:
		return l.strands[strandKey{}]
	}
}

// key returns the key of the strand that m belongs to.
func (o Order) key(m *kafka.Message) strandKey {
	switch o.kind {
	case byKey:
		return strandKey{key: string(m.Key), null: m.Key == nil}
	case unordered:
		return strandKey{offset: int64(m.TopicPartition.Offset)}
	default:
		return strandKey{}
	}
}

// handlers returns how many may run at once.
func (o Order) handlers() int {
	if o.limit == 0 {
		return math.MaxInt
	}
	return o.limit
}
