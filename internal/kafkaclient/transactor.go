package kafkaclient

import (
	"context"
	"errors"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// What becomes of transactions, for both packages: package producer documents them.
var (
	ErrFailed        = errors.New("producer: failed for good, close it and make a new one")
	ErrFenced        = errors.New("producer: fenced: another producer has taken over the transactional id, or transaction.timeout.ms was exceeded")
	ErrAborted       = errors.New("producer: the transaction was rolled back")
	ErrNoTransaction = errors.New("producer: no transaction: send within Transactions.Do, with the context that its function is given")
	ErrIndeterminate = errors.New("producer: it may have been written")
)

// Transactor is what package consumer drives of a transactional producer, which package producer implements: so neither imports the other,
// and what users see of it is one method.
type Transactor interface {
	// ID returns the transactional.id.
	ID() string
	// Timeout returns transaction.timeout.ms.
	Timeout() time.Duration
	// Start connects and takes over the transactional id, which fences earlier producers off and ends their transactions.
	Start(ctx context.Context) error
	// Restart is Start with a new client in the place of one that has failed. Where it fails it may be called again.
	Restart(ctx context.Context) error
	// Client returns the client that is started, nil where there is none. Only metadata may be asked of it.
	Client() Producer
	// Failure returns why the client is of no use any more, an ErrFailed; nil while it is.
	Failure() error
	// Do is one transaction, around f, as producer.Transactions has it.
	Do(ctx context.Context, f func(ctx context.Context) error) error
	// SendOffsets adds offsets to the transaction of ctx.
	SendOffsets(ctx context.Context, offsets []kafka.TopicPartition, group *kafka.ConsumerGroupMetadata) error
	// Produce adds a record of bytes to the transaction of ctx. done is called once with its outcome, by any goroutine.
	Produce(ctx context.Context, msg *kafka.Message, done func(error))
	// Close rolls back what is under way and disconnects.
	Close(ctx context.Context) error
}
