package producer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

const (
	// callSlice is how long one call of librdkafka may take. These calls know deadlines and no cancellation, and go on where they
	// were when they are made again.
	callSlice = 500 * time.Millisecond
	// offsetsSlice is callSlice for offsets, which start from the beginning when the call is made again, and end the transaction when their
	// coordinator is not ready by then: librdkafka asks it every 500 ms.
	offsetsSlice = 5 * time.Second
	// callPause lies between two of them where librdkafka answers at once.
	callPause = 20 * time.Millisecond
	// rollBackLimit is how long a roll-back may take.
	rollBackLimit = 30 * time.Second
)

// transactional is a client with librdkafka's transactions.
type transactional struct {
	*client
	kafka   kafkaclient.TransactionalProducer
	closing context.Context //nolint:containedctx // ends with Close, whatever the contexts of callers do
	stopAll context.CancelFunc
	// commitGrace is how long a commit goes on after its context has ended: given up in between, nobody knows what became of it.
	commitGrace time.Duration
}

func openTransactional(id string, o options, config kafka.ConfigMap) (*transactional, error) {
	t := &transactional{commitGrace: o.commitGrace}
	o.open = func(config kafka.ConfigMap) (kafkaclient.Producer, error) {
		producer, err := kafka.NewProducer(&config)
		t.kafka = producer
		return producer, err
	}
	var err error
	t.client, err = openClient(slog.String(logTransactionalID, id), config, o, new(aside), nil)
	if err != nil {
		return nil, err
	}
	t.refuse(ErrNoTransaction)
	t.closing, t.stopAll = context.WithCancel(context.Background())
	return t, nil
}

// takeOver fences off earlier producers with the same transactional id.
func (c *transactional) takeOver(ctx context.Context) error {
	if err := c.insist(ctx, callSlice, c.kafka.InitTransactions); err != nil {
		return fmt.Errorf("take over the transactional id: %w", err)
	}
	return nil
}

func (c *transactional) begin() error {
	if !c.enter() {
		return ErrClosed
	}
	defer c.underway.Done()
	return c.judge(c.kafka.BeginTransaction())
}

func (c *transactional) sendOffsets(ctx context.Context, tx *transaction, offsets []kafka.TopicPartition, group *kafka.ConsumerGroupMetadata) error {
	return c.insist(ctx, offsetsSlice, func(ctx context.Context) error {
		tx.calls.RLock()
		defer tx.calls.RUnlock()
		if tx.over {
			return ErrNoTransaction
		}
		return c.kafka.SendOffsetsToTransaction(ctx, offsets, group)
	})
}

// commit ends the transaction. Where that fails and the transaction can be rolled back, it is, and the error is ErrAborted.
func (c *transactional) commit(ctx context.Context) error {
	bounded, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(c.commitGrace, cancel)
		context.AfterFunc(bounded, func() { timer.Stop() })
	})()

	err := c.insist(bounded, callSlice, c.kafka.CommitTransaction)
	var e kafka.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrFailed):
		// The broker may have had the commit before it refused a second attempt.
		return fmt.Errorf("%w: during its commit: %w", ErrIndeterminate, err)
	case errors.As(err, &e) && e.TxnRequiresAbort():
		return errors.Join(fmt.Errorf("%w: %w", ErrAborted, err), c.rollBack(ctx))
	case bounded.Err() != nil || errors.Is(err, ErrClosed):
		return c.fail(fmt.Errorf("%w: its commit had no answer: %w", ErrIndeterminate, err))
	default:
		return errors.Join(fmt.Errorf("%w: %w", ErrAborted, err), c.rollBack(ctx))
	}
}

// rollBack ends the transaction, even where ctx has ended. Where that is not possible the client has failed: the broker rolls back what it hears no more of.
func (c *transactional) rollBack(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollBackLimit)
	defer cancel()
	err := c.insist(ctx, callSlice, c.kafka.AbortTransaction)
	if err == nil || errors.Is(err, ErrFailed) {
		return err
	}
	return c.fail(fmt.Errorf("roll back: %w", err))
}

// insist makes a call of librdkafka, each time for slice, until it succeeds, fails for another reason than that it may be made again, or ctx
// ends.
func (c *transactional) insist(ctx context.Context, slice time.Duration, call func(context.Context) error) error {
	for {
		err := c.once(ctx, slice, call)
		var e kafka.Error
		if !errors.As(err, &e) || e.IsFatal() || e.TxnRequiresAbort() || !e.IsRetriable() && !e.IsTimeout() {
			return c.judge(err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", context.Cause(ctx), err)
		case <-time.After(callPause):
		}
	}
}

func (c *transactional) once(ctx context.Context, slice time.Duration, call func(context.Context) error) error {
	if !c.enter() {
		return ErrClosed
	}
	defer c.underway.Done()
	ctx, cancel := context.WithTimeout(ctx, slice)
	defer cancel()
	return call(ctx)
}

// judge returns err, as the client's failure where it is fatal.
func (c *transactional) judge(err error) error {
	var e kafka.Error
	if errors.As(err, &e) && e.IsFatal() {
		return c.fail(e)
	}
	return err
}
