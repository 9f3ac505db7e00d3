package producer

import (
	"context"
	"errors"
	"fmt"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// transaction is what the context of one Do carries.
type transaction struct {
	of     *Transactions
	client *transactional
}

type transactionKey struct{}

// transactionOf returns the transaction that ctx belongs to, or nil.
func transactionOf(ctx context.Context) *transaction {
	tx, _ := ctx.Value(transactionKey{}).(*transaction)
	return tx
}

// covers reports whether ctx belongs to the transaction.
func (tx *transaction) covers(ctx context.Context) bool { return transactionOf(ctx) == tx }

// Do begins a transaction, calls f, and commits; when f returns an error or panics, it rolls back. Transactions of other goroutines are
// waited for. Joined senders take the context that f is given, which ends with ctx and with Close. All records are flushed before the
// commit, so f may use SendAsync without waiting: a record that fails fails the commit.
//
// The error is that of f; or wraps [ErrAborted] where the transaction was rolled back for another reason, and may be done again; or wraps
// [ErrFailed] where the producer is of no use any more: close it and start a new one with the same id. With that comes [ErrFenced] where
// another producer has taken over, and [ErrIndeterminate] where ctx ended during the commit and 5 s later the brokers still had not said
// what became of it.
func (t *Transactions) Do(ctx context.Context, f func(ctx context.Context) error) error {
	if err := t.do(ctx, f); err != nil {
		return fmt.Errorf("producer: transaction of %s: %w", t.id, err)
	}
	return nil
}

func (t *Transactions) do(ctx context.Context, f func(ctx context.Context) error) error {
	if tx := transactionOf(ctx); tx != nil && tx.of == t {
		return errors.New("it is begun inside of another one: transactions do not nest")
	}
	c, err := t.running()
	if err != nil {
		return err
	}
	select {
	case <-t.turn:
		defer func() { t.turn <- struct{}{} }()
	case <-ctx.Done():
		return fmt.Errorf("waiting for the one before: %w", ctx.Err())
	case <-c.closing.Done():
		return ErrClosed
	}
	if failure := c.failure.Load(); failure != nil {
		return *failure
	}
	if err := c.begin(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(c.closing, func() { cancel(ErrClosed) })() //nolint:contextcheck // it is the end of the client, not of ctx

	tx := &transaction{of: t, client: c}
	c.admit(tx)
	panicked := true
	defer func() {
		if panicked {
			c.refuse(ErrNoTransaction)
			_ = c.rollBack(ctx) // which is logged
		}
	}()
	err = f(context.WithValue(ctx, transactionKey{}, tx))
	panicked = false
	c.refuse(ErrNoTransaction) // whatever f has left running is too late
	if err != nil {
		return errors.Join(err, c.rollBack(ctx))
	}
	if ctx.Err() != nil {
		return errors.Join(fmt.Errorf("%w: %w before the commit", ErrAborted, context.Cause(ctx)), c.rollBack(ctx))
	}
	return c.commit(ctx)
}

// SendOffsets makes the offsets of a consumer group part of the transaction that ctx belongs to: they are committed together with its
// records (KIP-447). Each is the next offset to read. The metadata comes from the consumer, anew for each transaction.
func (t *Transactions) SendOffsets(ctx context.Context, offsets []kafka.TopicPartition, group *kafka.ConsumerGroupMetadata) error {
	tx := transactionOf(ctx)
	if tx == nil || tx.of != t {
		return ErrNoTransaction
	}
	if err := tx.client.sendOffsets(ctx, offsets, group); err != nil {
		return fmt.Errorf("producer: offsets in a transaction of %s: %w", t.id, err)
	}
	return nil
}
