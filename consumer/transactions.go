package consumer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// Transactions is the transactional producer that [Consumer.RunTransactions] drives: a *producer.Transactions of package producer.
type Transactions interface {
	// Transactor is for this package.
	Transactor() kafkaclient.Transactor
}

// ErrRolledBack is the cause of a handler's context whose transaction is rolled back for a reason that is not the record's own. The record
// comes again, and that was no attempt.
var ErrRolledBack = errors.New("consumer: the transaction is rolled back")

// WithTransactionLimits bounds a transaction of [Consumer.RunTransactions]: so many records are started in one at most, and none any more when the
// interval since its beginning is over. Default: 500 records, 100 ms. Records become visible when their transaction has ended, so a
// shorter interval makes them visible sooner, at the price of more commits. The interval must be less than half of the producer's
// transaction.timeout.ms.
func WithTransactionLimits(records int, interval time.Duration) Option {
	return option(func(s *settings) {
		if records < 1 || interval <= 0 {
			s.problems = append(s.problems, fmt.Errorf("consumer: WithTransactionLimits: %d records and %v: both must be positive", records, interval))
		}
		s.txRecords, s.txInterval = records, interval
	})
}

// RunTransactions is [Consumer.Run] exactly once from topics to topics of one Kafka cluster: what the handler sends through senders that have joined tx
// (producer.Join), with the context that it is given, and the offsets of the records that it has settled, are committed in one transaction. Who
// reads committed records (isolation.level=read_committed) sees what would be there if each record had been handled once.
//
//	tx, err := producer.NewTransactions(config, "billing-0") // an id of this instance: unique, and the same after a restart
//	invoices, err := producer.Join(tx, "invoices", invoiceKey, invoiceSerializer)
//	err = billing.RunTransactions(ctx, tx, func(ctx context.Context, rec *consumer.Record[string, schemas.OrderEvent]) error {
//		_, err := invoices.Send(ctx, invoice(rec.Value))
//		return err
//	})
//
// It starts tx and closes it; nobody else must. The transactional id must be the instance's own: who starts with the same id later ends the
// earlier one, whose RunTransactions returns producer.ErrFenced with its next transaction. So does one whose process stood still for longer than
// transaction.timeout.ms.
// SendAsync serves best where a handler sends several records; a record that is not written fails its attempt, and so does one that is sent when the handler has
// returned already.
//
// A transaction takes the records that are handled within 100 ms, up to 500 (see [WithTransactionLimits]), of all partitions and with any order and number of
// handlers, and is committed once these have ended. What a handler returns means what it does for Run. Beyond that:
//
//   - An attempt that fails after it has sent something has its transaction rolled back. After a roll-back, for whatever reason, the partitions
//     of the transaction go on at their committed offsets: handlers of other records run again, too, with [ErrRolledBack] as the cause if they were running.
//     Nothing that they sent is seen, but effects outside Kafka are at least once, as ever. Going back takes up to fetch.wait.max.ms [500 ms]: where attempts
//     fail often, let them fail before they send.
//   - With [ByKey] and [Unordered] a transaction ends with all of a partition's records settled up to some offset. One that waits to be tried again, or for the
//     schema registry, holds the records behind it in its partition, and a transaction waits for it for 1 s, never for more than half of
//     transaction.timeout.ms. Then it is rolled back, and the record waits outside of it, before the others.
//   - A handler has four fifths of transaction.timeout.ms. Then its context ends with [ErrHandlerTimeout] as the cause, and the attempt has failed.
//   - Dead letters are part of the transaction, written by tx: [WithDeadLetterProducer] is refused.
//   - Partitions that go to another member take their transaction to its end within [WithRevokeDrain], else it is rolled back; so does a shutdown
//     within [WithShutdownDrain]. Lost partitions have it rolled back at once.
//   - Hooks are told of settled records and dead letters once their transaction is committed.
//
// When a commit has no answer, its outcome is unknown: tx gets a new client, which ends what is left of the transaction one way or the other, and the committed
// offsets say which. The Kafka client ends transactions by the protocol's first version, which has no epoch for each transaction (KIP-890): a
// commit that the network holds back past that is not excluded by it.
//
// RunTransactions needs brokers from 2.5 on (KIP-447).
func (c *Consumer[K, V]) RunTransactions(ctx context.Context, tx Transactions, handler func(ctx context.Context, rec *Record[K, V]) error) error {
	var producer kafkaclient.Transactor
	if tx != nil {
		producer = tx.Transactor()
	}
	switch {
	case producer == nil:
		return errors.New("consumer: the transactions are nil")
	case c.set.txInterval >= producer.Timeout()/2:
		return fmt.Errorf("consumer: WithTransactionLimits: %v must be less than half of transaction.timeout.ms (%v) of %s",
			c.set.txInterval, producer.Timeout(), producer.ID())
	case len(c.set.deadLetterConfig) > 0:
		return errors.New("consumer: WithDeadLetterProducer in transactions: their producer writes the dead letters")
	}
	err := c.runEach(ctx, handler, func(e *engine) { e.useTransactions(producer) })
	if !errors.Is(err, ErrClosed) {
		closeNow(ctx, producer) // where the run has not come so far
	}
	return err
}

func closeNow(ctx context.Context, producer kafkaclient.Transactor) {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	_ = producer.Close(ctx) // the run has reported what there was
}
