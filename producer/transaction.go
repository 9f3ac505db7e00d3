package producer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// transaction is what the context of one Do carries.
type transaction struct {
	of     *Transactions
	client *transactional

	// calls is held for reading around each call that adds offsets, so that none of them reaches the next transaction.
	calls sync.RWMutex
	over  bool

	refused atomic.Pointer[error] // the first that SendAsync had for a callback, of a record that was not queued
}

// end lets nothing more into the transaction.
func (tx *transaction) end() {
	tx.client.refuse(ErrNoTransaction)
	tx.calls.Lock()
	defer tx.calls.Unlock()
	tx.over = true
}

// refuse notes that a record of the transaction was not queued and that only a callback heard of it.
func (tx *transaction) refuse(err error) { tx.refused.CompareAndSwap(nil, &err) }

type transactionKey struct{}

// transactionOf returns the transaction that ctx belongs to, or nil.
func transactionOf(ctx context.Context) *transaction {
	tx, _ := ctx.Value(transactionKey{}).(*transaction)
	return tx
}

// covers reports whether ctx belongs to the transaction.
func (tx *transaction) covers(ctx context.Context) bool { return transactionOf(ctx) == tx }

// Do begins a transaction, calls f, and commits; when f returns an error or panics, it rolls back. Transactions of other goroutines are
// waited for. Joined senders take the context that f is given, which ends with ctx, with Close, and when four fifths of transaction.timeout.ms
// are over.
//
// All records are flushed before the commit, so f may use SendAsync without waiting: a record that fails, queued or not, fails the commit. Of the
// calls that return an error, f is the judge: where it returns nil although Send has refused to queue a record, the rest is
// committed; a record that was queued and failed, or that no broker has confirmed, fails the commit even so. The outcome of the transaction overrides that of its records: after a roll-back nobody
// sees those that were acknowledged, and those that were under way end with [ErrIndeterminate] and are not seen either.
//
// The error is that of f; or wraps [ErrAborted] where the transaction was rolled back for another reason, and may be done again; or wraps
// [ErrFailed] where the producer is of no use any more: close it and start a new one with the same id. With that comes [ErrFenced] where
// the brokers do not take this producer's word any more, and [ErrIndeterminate] where the transaction may have been committed: the producer failed
// during the commit, or ctx ended then, and 5 s later the brokers still had not said what became of it.
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
	if c.closing.Err() != nil {
		return ErrClosed
	}
	if failure := c.failure.Load(); failure != nil {
		return *failure
	}
	if err := c.begin(); err != nil {
		return err
	}
	ctx, stop := context.WithTimeoutCause(ctx, t.timeout, errTransactionTimeout)
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(c.closing, func() { cancel(ErrClosed) })() //nolint:contextcheck // it is the end of the client, not of ctx

	c.unconfirmed.Store(false)
	tx := &transaction{of: t, client: c}
	c.admit(tx)
	panicked := true
	defer func() {
		if panicked {
			tx.end()
			_ = c.rollBack(ctx) // which is logged
		}
	}()
	err = f(context.WithValue(ctx, transactionKey{}, tx))
	panicked = false
	tx.end() // whatever f has left running is too late
	if err != nil {
		return errors.Join(err, c.rollBack(ctx))
	}
	if refused := tx.refused.Load(); refused != nil {
		return errors.Join(fmt.Errorf("%w: %w", ErrAborted, *refused), c.rollBack(ctx))
	}
	if c.flush(ctx) != nil || ctx.Err() != nil {
		return errors.Join(fmt.Errorf("%w: %w before the commit", ErrAborted, context.Cause(ctx)), c.rollBack(ctx))
	}
	if c.unconfirmed.Load() { // librdkafka would commit what is there
		return errors.Join(fmt.Errorf("%w: a record: %w", ErrAborted, kafkaclient.ErrUnconfirmed), c.rollBack(ctx))
	}
	return c.commit(ctx)
}

// SendOffsets makes the offsets of a consumer group part of the transaction that ctx belongs to: they are committed together with its
// records (KIP-447). Each is the next offset to read. The metadata comes from the consumer, anew for each transaction. Where the
// brokers do not answer, it may return 5 s after ctx has ended.
func (t *Transactions) SendOffsets(ctx context.Context, offsets []kafka.TopicPartition, group *kafka.ConsumerGroupMetadata) error {
	tx := transactionOf(ctx)
	if tx == nil || tx.of != t {
		return ErrNoTransaction
	}
	if group == nil {
		return fmt.Errorf("producer: offsets in a transaction of %s: the group's metadata is nil: take it from the consumer", t.id)
	}
	if err := tx.client.sendOffsets(ctx, tx, offsets, group); err != nil {
		return fmt.Errorf("producer: offsets in a transaction of %s: %w", t.id, err)
	}
	return nil
}
