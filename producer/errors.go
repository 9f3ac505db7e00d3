package producer

import (
	"errors"
	"fmt"
	"slices"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

var (
	// ErrClosed is returned by everything once Close was called.
	ErrClosed = errors.New("producer: closed")
	// ErrNotStarted is returned for records sent before Start came through.
	ErrNotStarted = errors.New("producer: not started: call Start first")
	// ErrFailed is returned by everything but Close after a fatal error of librdkafka, which it comes with.
	ErrFailed = kafkaclient.ErrFailed
	// ErrFenced is returned, with ErrFailed, once the brokers take no more from a transactional producer: another one has started with the same id, or
	// a transaction was not ended within transaction.timeout.ms. They do not say which.
	ErrFenced = kafkaclient.ErrFenced
	// ErrAborted is returned by [Transactions.Do] for a transaction that was rolled back although its function succeeded: no consumer
	// that reads committed records sees any of it, and it may be done again.
	ErrAborted = kafkaclient.ErrAborted
	// ErrNoTransaction is returned for a record of a joined sender outside of its transaction, or after its handler has returned
	// (consumer.RunTransactions).
	ErrNoTransaction = kafkaclient.ErrNoTransaction
	// ErrIndeterminate says that the record may be in the log, or may still get there; of a transaction, that it may have been committed. So ends, too, a
	// record that librdkafka takes for written only because a later one was: no broker has confirmed it.
	ErrIndeterminate = kafkaclient.ErrIndeterminate
	// ErrTopicMissing is returned by Start for a topic that the brokers do not know.
	ErrTopicMissing = kafkaclient.ErrTopicMissing
)

// Error is what sending a record returns. It unwraps to the cause: the error of the context, a serde.Error, a kafka.Error, or one of
// this package's sentinels.
type Error struct {
	Topic string
	// Indeterminate says that the record may be in the log, or may still get there; errors.Is(err, ErrIndeterminate) asks the same.
	Indeterminate bool
	Err           error
}

// Error names the topic and the cause.
func (e *Error) Error() string {
	if e.Indeterminate {
		return fmt.Sprintf("producer: send to %s: the record may have been written: %v", e.Topic, e.Err)
	}
	return fmt.Sprintf("producer: send to %s: %v", e.Topic, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is ErrIndeterminate and e is.
func (e *Error) Is(target error) bool { return e.Indeterminate && target == ErrIndeterminate }

// BatchError is what [Producer.SendBatch] returns when not every record was acknowledged.
type BatchError struct {
	// Errs has one entry for each message, nil where the record was acknowledged.
	Errs []error
}

// Error counts the records and shows the first cause.
func (e *BatchError) Error() string {
	failed := e.Unwrap()
	return fmt.Sprintf("producer: %d of %d records of the batch not acknowledged, the first: %v", len(failed), len(e.Errs), failed[0])
}

// Unwrap returns the errors of the records that were not acknowledged.
func (e *BatchError) Unwrap() []error {
	return slices.DeleteFunc(slices.Clone(e.Errs), func(err error) bool { return err == nil })
}

// CloseError is what [Producer.Close] and [Transactions.Close] return when records were not acknowledged before it ended, or librdkafka did not end.
type CloseError struct {
	// Name is the topic, or the transactional id of [Transactions].
	Name string
	// NotSent are records that are not in the log and never will be: the broker refused them. Indeterminate are those that may be
	// there; records given up in librdkafka's queue count as such, since it does not tell which of them it had tried to send.
	NotSent, Indeterminate []Ref
	// ClientHung says that librdkafka did not close within its time; its threads may still run.
	ClientHung bool
}

// Error counts the records.
func (e *CloseError) Error() string {
	text := fmt.Sprintf("producer: close %s: %d records not sent, %d indeterminate", e.Name, len(e.NotSent), len(e.Indeterminate))
	if e.ClientHung {
		text += fmt.Sprintf("; the Kafka client did not close within %v", closeLimit)
	}
	return text
}

// certainFailures are the codes of delivery reports that rule out that the record was written: what librdkafka finds before it sends, and
// what a broker finds before it appends. All others leave it open. ErrPurgeQueue is not among them: a record whose
// first attempt was appended without a good answer waits in the queue again, for the retry.
var certainFailures = []kafka.ErrorCode{
	kafka.ErrQueueFull,
	kafka.ErrUnknownPartition,
	kafka.ErrMsgSizeTooLarge,
	kafka.ErrInvalidMsgSize,
	kafka.ErrRecordListTooLarge,
	kafka.ErrTopicAuthorizationFailed,
	kafka.ErrClusterAuthorizationFailed,
	kafka.ErrInvalidMsg,
	kafka.ErrInvalidRecord,
	kafka.ErrInvalidTimestamp,
	kafka.ErrUnsupportedForMessageFormat,
}

// indeterminate reports whether a delivery report with this error leaves open that the record was written.
func indeterminate(err error) bool {
	var e kafka.Error
	return !errors.As(err, &e) || !slices.Contains(certainFailures, e.Code())
}

// isFenced reports whether a fatal error says that another producer has the transactional id now.
func isFenced(err error) bool {
	var e kafka.Error
	return errors.As(err, &e) &&
		slices.Contains([]kafka.ErrorCode{kafka.ErrFenced, kafka.ErrProducerFenced, kafka.ErrInvalidProducerEpoch}, e.Code())
}
