package kafkaclient

import (
	"context"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// Producer is what package producer uses of *kafka.Producer; producertest puts a log in memory behind it.
type Producer interface {
	MetadataSource
	Produce(msg *kafka.Message, deliveryChan chan kafka.Event) error
	Events() chan kafka.Event
	Logs() chan kafka.LogEvent
	Flush(timeoutMs int) int
	Purge(flags int) error
	Close()
}

// TransactionalProducer is what package producer uses of a *kafka.Producer with a transactional.id. The contexts matter by their deadlines
// alone.
type TransactionalProducer interface {
	Producer
	InitTransactions(ctx context.Context) error
	BeginTransaction() error
	SendOffsetsToTransaction(ctx context.Context, offsets []kafka.TopicPartition, group *kafka.ConsumerGroupMetadata) error
	CommitTransaction(ctx context.Context) error
	AbortTransaction(ctx context.Context) error
}

// OpenProducer creates a Producer.
type OpenProducer func(config kafka.ConfigMap) (Producer, error)

// NewProducer creates librdkafka's producer.
func NewProducer(config kafka.ConfigMap) (Producer, error) {
	client, err := kafka.NewProducer(&config)
	if err != nil {
		return nil, err
	}
	return client, nil
}

// ProducerOption makes a producer.Option of an OpenProducer. Package producer sets it, so that producertest can ask for
// a client of its own without an option that everyone sees.
var ProducerOption func(open OpenProducer) any
