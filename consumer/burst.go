package consumer

import (
	"errors"
	"fmt"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// Bounds of what the poll goroutine takes from the client before it hands it over. The first record of a burst waits for the last one: for some two
// milliseconds where so many are ready, which have waited in the client for longer.
const (
	burstRecords = 1024
	burstBytes   = 1 << 20
)

// burst holds records of one lane that were polled and not handed over. A hand-over takes the scheduler's lock and wakes a thread for the
// worker, which costs as much as polling several records does; so records that the client has ready go together.
//
// It is empty whenever the poll goroutine does anything but poll for the next record: what arrived before a rebalance, a seek or a halt
// is in its lane by then.
type burst struct {
	lane    *lane
	records []queued
	bytes   int
	total   int // unsettled in the whole consumer after the last hand-over, or less by now
}

// message adds a record to the burst, and reports whether the next one may follow at once.
func (e *engine) message(m *kafka.Message) bool {
	if m.TopicPartition.Error != nil {
		e.handOver()
		if kafkaError, ok := errors.AsType[kafka.Error](m.TopicPartition.Error); ok {
			e.clientError(kafkaError)
		}
		return false
	}
	l := e.burst.lane
	if l == nil || l.Partition != m.TopicPartition.Partition || l.Topic != *m.TopicPartition.Topic {
		e.handOver()
		if l = e.lanes[TopicPartition{*m.TopicPartition.Topic, m.TopicPartition.Partition}]; l == nil {
			return true // of a partition that was just given back
		}
		e.burst.lane = l
	}
	if l.halted { // by this goroutine
		return true // it was not settled and will be delivered again
	}
	if !l.again.next(m) {
		e.handOver()
		if e.repeated(l, m) {
			return true
		}
		next, err := e.rewound(l, m)
		if err != nil {
			e.stop(fmt.Errorf("consumer: go on with %s: %w", l.TopicPartition, err))
		}
		if next == nil || err != nil {
			return false
		}
		l, e.burst.lane = next, next
	}
	l.again.saw(m)
	e.burst.add(m, e.pulse.last.Load())
	if b := &e.burst; len(b.records) >= burstRecords || b.bytes >= burstBytes || !l.full && e.full(b.load()) {
		return e.handOver()
	}
	return true
}

func (b *burst) add(m *kafka.Message, polled int64) {
	b.records = append(b.records, queued{arrival: arrived(m, polled)})
	b.bytes += b.records[len(b.records)-1].size
}

// load is what is unsettled of the lane with the burst, or more than that: workers go on.
func (b *burst) load() load {
	return load{b.lane.weighed.records + len(b.records), b.lane.weighed.bytes + b.bytes, b.total + b.bytes}
}

// handOver gives the burst to its lane, and has the client stop if the lane is full then. It reports whether it is not.
func (e *engine) handOver() bool {
	l := e.burst.lane
	if !e.pushBurst() || l.full || !e.full(l.weighed) {
		return true
	}
	e.fill(l)
	return false
}

// pushBurst gives the burst to its lane and reports whether there was anything to give. It does not call the client.
func (e *engine) pushBurst() bool {
	b := &e.burst
	if len(b.records) == 0 {
		return false
	}
	b.lane.again.seal()
	b.lane.weighed = b.lane.enqueue(b.records)
	clear(b.records)
	b.records, b.bytes, b.total = b.records[:0], 0, b.lane.weighed.total
	if e.half(b.lane.weighed) {
		e.narrow[b.lane] = struct{}{}
	}
	return true
}
