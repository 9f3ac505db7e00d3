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
	events  chan kafka.Event
	logs    chan kafka.LogEvent
	reports chan struct{} // one token: there are some
	closed  chan struct{}
	feeds   sync.WaitGroup

	mu      sync.Mutex
	records []Record
	waiting []kafka.Event   // reports; as many as come, since whoever receives them may produce
	next    map[int32]int64 // offset by partition
	failure error
}

func newLog() *log {
	return &log{
		events: make(chan kafka.Event), logs: make(chan kafka.LogEvent),
		reports: make(chan struct{}, 1), closed: make(chan struct{}), next: map[int32]int64{},
	}
}

func (l *log) open(kafka.ConfigMap) (kafkaclient.Producer, error) {
	l.feeds.Go(l.feed)
	return l, nil
}

// feed hands the reports over, until the log is closed.
func (l *log) feed() {
	for {
		select {
		case <-l.reports:
		case <-l.closed:
			return
		}
		for _, report := range l.take() {
			select {
			case l.events <- report:
			case <-l.closed:
				return
			}
		}
	}
}

func (l *log) take() []kafka.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	reports := l.waiting
	l.waiting = nil
	return reports
}

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
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, l.write(msg))
	select {
	case l.reports <- struct{}{}:
	default:
	}
	return nil
}

// write appends msg and returns its report. l.mu is held.
func (l *log) write(msg *kafka.Message) *kafka.Message {
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
	close(l.closed)
	l.feeds.Wait()
	close(l.events)
	close(l.logs)
}
