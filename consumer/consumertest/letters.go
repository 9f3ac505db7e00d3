package consumertest

import (
	"slices"
	"sync"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// letters stands behind a consumer's dead letters in the place of librdkafka.
type letters struct {
	events chan kafka.Event
	logs   chan kafka.LogEvent

	mu      sync.Mutex
	written []Record
	failure error
}

func newLetters() *letters {
	return &letters{events: make(chan kafka.Event, 64), logs: make(chan kafka.LogEvent)}
}

func (l *letters) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failure = err
}

func (l *letters) all() []Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.written)
}

// Produce writes a dead letter to partition 0 and reports it.
func (l *letters) Produce(msg *kafka.Message, _ chan kafka.Event) error {
	report := &kafka.Message{TopicPartition: msg.TopicPartition, Opaque: msg.Opaque}
	report.TopicPartition.Error = l.write(msg)
	l.events <- report
	return nil
}

func (l *letters) write(msg *kafka.Message) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failure == nil {
		l.written = append(l.written, Record{Offset: int64(len(l.written)), Key: msg.Key, Value: msg.Value, Headers: msg.Headers})
	}
	return l.failure
}

// GetMetadata knows every topic.
func (*letters) GetMetadata(topic *string, _ bool, _ int) (*kafka.Metadata, error) {
	return metadata(*topic, 1), nil
}

func (l *letters) Events() chan kafka.Event  { return l.events }
func (l *letters) Logs() chan kafka.LogEvent { return l.logs }

// Flush has nothing to wait for: each dead letter is reported at once.
func (*letters) Flush(int) int { return 0 }

// Purge finds nothing, for the same reason.
func (*letters) Purge(int) error { return nil }

// Close ends the goroutines that drain events and logs.
func (l *letters) Close() {
	close(l.events)
	close(l.logs)
}
