package producertest

import (
	"bytes"
	"slices"
	"sync"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// log stands behind a producer in the place of librdkafka.
type log struct {
	events chan kafka.Event
	logs   chan kafka.LogEvent

	mu      sync.Mutex
	records []Record
	next    map[int32]int64 // offset by partition
	failure error
}

func newLog() *log {
	return &log{events: make(chan kafka.Event, 64), logs: make(chan kafka.LogEvent), next: map[int32]int64{}}
}

func (l *log) open(kafka.ConfigMap) (kafkaclient.Producer, error) { return l, nil }

func (l *log) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failure = err
}

func (l *log) all() []Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.records)
}

// GetMetadata knows every topic.
func (l *log) GetMetadata(topic *string, _ bool, _ int) (*kafka.Metadata, error) {
	return &kafka.Metadata{Topics: map[string]kafka.TopicMetadata{
		*topic: {Topic: *topic, Partitions: make([]kafka.PartitionMetadata, 1)},
	}}, nil
}

// Produce copies msg, as librdkafka does, and reports it.
func (l *log) Produce(msg *kafka.Message, _ chan kafka.Event) error {
	l.events <- l.write(msg)
	return nil
}

func (l *log) write(msg *kafka.Message) *kafka.Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	report := &kafka.Message{TopicPartition: msg.TopicPartition, Opaque: msg.Opaque}
	if l.failure != nil {
		report.TopicPartition.Error = l.failure
		return report
	}
	partition := max(msg.TopicPartition.Partition, 0)
	record := Record{
		Partition: partition, Offset: l.next[partition],
		Key: bytes.Clone(msg.Key), Value: bytes.Clone(msg.Value), Headers: slices.Clone(msg.Headers),
	}
	for i := range record.Headers {
		record.Headers[i].Value = bytes.Clone(record.Headers[i].Value)
	}
	l.next[partition]++
	l.records = append(l.records, record)
	report.TopicPartition.Partition, report.TopicPartition.Offset = partition, kafka.Offset(record.Offset)
	return report
}

func (l *log) Events() chan kafka.Event  { return l.events }
func (l *log) Logs() chan kafka.LogEvent { return l.logs }

// Flush has nothing to wait for: each record is reported by Produce.
func (l *log) Flush(int) int { return 0 }

// Purge finds nothing: each record is reported by Produce.
func (l *log) Purge(int) error { return nil }

// Close ends the goroutines that drain events and logs.
func (l *log) Close() {
	close(l.events)
	close(l.logs)
}
