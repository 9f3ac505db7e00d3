package kafkaclient

import (
	"errors"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// ErrUnconfirmed is the outcome of a record that librdkafka reports as written although no broker has said so.
var ErrUnconfirmed = errors.New("no broker has confirmed it: librdkafka takes it for written because a later record of the partition was")

// Outcome returns why the record of a delivery report was not written, nil where it was. idempotent says that enable.idempotence is on.
//
// Where a batch fails in a way that may pass, or without an answer, and the next one, under way already, succeeds, librdkafka takes the first one for written,
// too: else, it reasons, the sequence numbers of the second one would have been refused. But a broker that knows nothing of a producer, in a partition that it
// has not written to for long, takes any number to begin with (KAFKA-15591), and then the first batch is lost. Such a report has no
// offset; those of batches that brokers have confirmed have one.
func Outcome(report *kafka.Message, idempotent bool) error {
	if err := report.TopicPartition.Error; err != nil {
		return err
	}
	if idempotent && report.TopicPartition.Offset == kafka.OffsetInvalid {
		return ErrUnconfirmed
	}
	return nil
}
