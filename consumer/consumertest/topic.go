package consumertest

import (
	"slices"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// topic stands behind a consumer in the place of librdkafka.
type topic struct {
	name string
	logs chan kafka.LogEvent

	mu         sync.Mutex
	changed    chan struct{} // closed, and made anew, when anything below changes
	rebalance  kafka.RebalanceCb
	pending    kafka.Event // a rebalance that the next Poll brings
	assigned   []kafka.TopicPartition
	partitions [Partitions]partition
	turn       int  // partition that Poll looks at first
	ends       bool // says when a partition has no more records
}

type partition struct {
	records  []Record
	position int64 // of the next record to deliver
	stored   int64
	paused   bool
	ended    bool // which was said
}

func newTopic(name string) *topic {
	return &topic{name: name, logs: make(chan kafka.LogEvent), changed: make(chan struct{})}
}

// change wakes who waits. The lock is held.
func (t *topic) change() {
	close(t.changed)
	t.changed = make(chan struct{})
}

func (t *topic) append(records []Record) []Record {
	t.mu.Lock()
	defer t.mu.Unlock()
	records = slices.Clone(records)
	for i := range records {
		r := &records[i]
		p := &t.partitions[r.Partition]
		r.Offset = int64(len(p.records))
		if r.Timestamp.IsZero() {
			r.Timestamp = time.Now()
		}
		p.records = append(p.records, *r)
	}
	t.change()
	return records
}

// settled reports whether everything is, and returns a channel that is closed when that may have changed.
func (t *topic) settled() (<-chan struct{}, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range t.partitions {
		if p.stored < int64(len(p.records)) {
			return t.changed, false
		}
	}
	return t.changed, true
}

func (t *topic) committed(id int32) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.partitions[id].stored
}

// take returns the next event, or a channel to wait on.
func (t *topic) take() (kafka.Event, kafka.RebalanceCb, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if event := t.pending; event != nil {
		t.pending = nil
		return event, t.rebalance, nil
	}
	for range t.assigned {
		t.turn = (t.turn + 1) % Partitions
		p := &t.partitions[t.turn]
		if p.position >= int64(len(p.records)) && t.ends && !p.ended {
			p.ended = true
			return kafka.PartitionEOF{Topic: &t.name, Partition: int32(t.turn)}, nil, nil
		}
		if p.paused || p.position >= int64(len(p.records)) {
			continue
		}
		r := p.records[p.position]
		p.position++
		return &kafka.Message{
			TopicPartition: kafka.TopicPartition{Topic: &t.name, Partition: r.Partition, Offset: kafka.Offset(r.Offset)},
			Key:            r.Key, Value: r.Value, Headers: r.Headers, Timestamp: r.Timestamp, TimestampType: kafka.TimestampCreateTime,
		}, nil, nil
	}
	return nil, nil, t.changed
}

// Poll returns the next record, the partitions taking turns.
func (t *topic) Poll(timeoutMs int) kafka.Event {
	timeout := time.NewTimer(time.Duration(timeoutMs) * time.Millisecond)
	defer timeout.Stop()
	for {
		event, rebalance, changed := t.take()
		if rebalance != nil {
			_ = rebalance(nil, event) // it keeps its errors
			return nil
		}
		if event != nil {
			return event
		}
		select {
		case <-changed:
		case <-timeout.C:
			return nil
		}
	}
}

// GetMetadata knows every topic.
func (*topic) GetMetadata(topic *string, _ bool, _ int) (*kafka.Metadata, error) {
	return metadata(*topic, Partitions), nil
}

func metadata(topic string, partitions int) *kafka.Metadata {
	return &kafka.Metadata{Topics: map[string]kafka.TopicMetadata{
		topic: {Topic: topic, Partitions: make([]kafka.PartitionMetadata, partitions)},
	}}
}

func (t *topic) Logs() chan kafka.LogEvent { return t.logs }

// SubscribeTopics has the next Poll assign all partitions.
func (t *topic) SubscribeTopics(_ []string, callback kafka.RebalanceCb) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []kafka.TopicPartition
	for id := range int32(Partitions) {
		all = append(all, kafka.TopicPartition{Topic: &t.name, Partition: id})
	}
	t.rebalance, t.pending = callback, kafka.AssignedPartitions{Partitions: all}
	return nil
}

// Unsubscribe has the next Poll revoke all partitions.
func (t *topic) Unsubscribe() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pending = nil
	if len(t.assigned) > 0 {
		t.pending = kafka.RevokedPartitions{Partitions: t.assigned}
	}
	return nil
}

func (*topic) GetRebalanceProtocol() string { return "EAGER" }
func (*topic) AssignmentLost() bool         { return false }

// Assign takes what the callback acknowledges.
func (t *topic) Assign(partitions []kafka.TopicPartition) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.assigned = partitions
	return nil
}

func (t *topic) Unassign() error { return t.Assign(nil) }

// IncrementalAssign is of the other protocol.
func (t *topic) IncrementalAssign(partitions []kafka.TopicPartition) error {
	return t.Assign(partitions)
}

// IncrementalUnassign is of the other protocol.
func (t *topic) IncrementalUnassign([]kafka.TopicPartition) error { return t.Unassign() }

func (t *topic) Assignment() ([]kafka.TopicPartition, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.assigned, nil
}

func (t *topic) Pause(partitions []kafka.TopicPartition) error  { return t.pause(partitions, true) }
func (t *topic) Resume(partitions []kafka.TopicPartition) error { return t.pause(partitions, false) }

func (t *topic) pause(partitions []kafka.TopicPartition, on bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, tp := range partitions {
		t.partitions[tp.Partition].paused = on
	}
	t.change()
	return nil
}

// SeekPartitions takes offsets, and the logical one of the end.
func (t *topic) SeekPartitions(partitions []kafka.TopicPartition) ([]kafka.TopicPartition, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, tp := range partitions {
		p := &t.partitions[tp.Partition]
		p.position, p.ended = int64(tp.Offset), false
		if tp.Offset == kafka.OffsetEnd {
			p.position = int64(len(p.records))
		}
	}
	t.change()
	return partitions, nil
}

// OffsetsForTimes finds the first record that is not older.
func (t *topic) OffsetsForTimes(times []kafka.TopicPartition, _ int) ([]kafka.TopicPartition, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	offsets := slices.Clone(times)
	for i, tp := range times {
		at := time.UnixMilli(int64(tp.Offset))
		offsets[i].Offset = kafka.OffsetEnd
		for _, r := range t.partitions[tp.Partition].records {
			if !r.Timestamp.Before(at) {
				offsets[i].Offset = kafka.Offset(r.Offset)
				break
			}
		}
	}
	return offsets, nil
}

// StoreOffsets commits.
func (t *topic) StoreOffsets(offsets []kafka.TopicPartition) ([]kafka.TopicPartition, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, tp := range offsets {
		t.partitions[tp.Partition].stored = int64(tp.Offset)
	}
	t.change()
	return offsets, nil
}

// Spans knows where the partitions end.
func (t *topic) Spans(_ string, partitions []kafka.TopicPartition) []kafkaclient.Span {
	t.mu.Lock()
	defer t.mu.Unlock()
	spans := make([]kafkaclient.Span, len(partitions))
	for i, tp := range partitions {
		p := &t.partitions[tp.Partition]
		spans[i] = kafkaclient.Span{Committed: p.stored, End: int64(len(p.records))}
	}
	return spans
}

// Close ends the goroutine that drains the logs.
func (t *topic) Close() error {
	close(t.logs)
	return nil
}
