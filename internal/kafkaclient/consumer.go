package kafkaclient

import (
	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/librdkafka"
)

// Consumer is what package consumer uses of *kafka.Consumer; consumertest puts topics in memory behind it. Poll, and what comes with
// it, is called by one goroutine alone.
type Consumer interface {
	MetadataSource
	Logs() chan kafka.LogEvent
	SubscribeTopics(topics []string, callback kafka.RebalanceCb) error
	Unsubscribe() error
	Poll(timeoutMs int) kafka.Event
	GetRebalanceProtocol() string
	AssignmentLost() bool
	Assign(partitions []kafka.TopicPartition) error
	Unassign() error
	IncrementalAssign(partitions []kafka.TopicPartition) error
	IncrementalUnassign(partitions []kafka.TopicPartition) error
	Assignment() ([]kafka.TopicPartition, error)
	Pause(partitions []kafka.TopicPartition) error
	Resume(partitions []kafka.TopicPartition) error
	SeekPartitions(partitions []kafka.TopicPartition) ([]kafka.TopicPartition, error)
	OffsetsForTimes(times []kafka.TopicPartition, timeoutMs int) ([]kafka.TopicPartition, error)
	StoreOffsets(offsets []kafka.TopicPartition) ([]kafka.TopicPartition, error)
	Close() error
}

// OpenConsumer creates a Consumer.
type OpenConsumer func(config kafka.ConfigMap) (Consumer, error)

// NewConsumer creates librdkafka's consumer.
func NewConsumer(config kafka.ConfigMap) (Consumer, error) {
	client, err := kafka.NewConsumer(&config)
	if err != nil {
		return nil, err
	}
	if reader, ok := librdkafka.NewReader(client); ok {
		return &reading{Consumer: client, reader: reader}, nil
	}
	return client, nil
}

// ConsumerOption makes a consumer.Option of the ways to open a consumer and the producer of its dead letters. Package consumer sets
// it, so that consumertest can ask for clients of its own without an option that everyone sees.
var ConsumerOption func(open OpenConsumer, letters OpenProducer) any

// GroupMember is what a *kafka.Consumer has beside that.
type GroupMember interface {
	// GetConsumerGroupMetadata may be called by any goroutine, until Close begins.
	GetConsumerGroupMetadata() (*kafka.ConsumerGroupMetadata, error)
	// Committed may be called by any goroutine, until Close begins.
	Committed(partitions []kafka.TopicPartition, timeoutMs int) ([]kafka.TopicPartition, error)
	// CommitOffsets may be called by any goroutine, until Close begins.
	CommitOffsets(offsets []kafka.TopicPartition) ([]kafka.TopicPartition, error)
	// GetWatermarkOffsets returns the bounds of a partition as of the last answer to a fetch. It asks no broker.
	GetWatermarkOffsets(topic string, partition int32) (low, high int64, err error)
}
