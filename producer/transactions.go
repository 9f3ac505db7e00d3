package producer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaconfig"
)

// Transactions is one transactional producer (KIP-98), which senders of several topics [Join]: what they send within one [Transactions.Do]
// becomes visible together, or not at all, to consumers with isolation.level=read_committed (the default of package consumer). All its
// methods are safe for concurrent use; transactions go one after the other.
//
//	tx, err := producer.NewTransactions(config, "billing-0")
//	invoices, err := producer.Join(tx, "invoices", invoiceKey, invoiceSerializer)
//	ledger, err := producer.Join(tx, "ledger", ledgerKey, ledgerSerializer)
//	err = tx.Start(ctx)
//	err = tx.Do(ctx, func(ctx context.Context) error {
//		if _, err := invoices.SendBatch(ctx, lines); err != nil {
//			return err // rolls back
//		}
//		_, err := ledger.Send(ctx, entry)
//		return err
//	})
type Transactions struct {
	id      string
	config  kafka.ConfigMap
	options options
	timeout time.Duration // of one transaction
	turn    chan struct{} // one token: the right to have a transaction

	mu       sync.Mutex
	state    state
	members  []member
	client   *transactional     // from Start on
	stopping context.CancelFunc // of what is under way: a Start, or all transactions
	ended    chan struct{}      // closed when Close has ended
	closeErr error
}

type state uint8

const (
	unstarted state = iota
	starting
	started
	closed
)

// NewTransactions checks a transactional producer's configuration and reports all that is wrong with it at once. It opens no connection.
//
// The id (transactional.id) names the producer across restarts and must be one that no other running producer has: whoever starts later with the same
// id ends the transaction of the earlier one and fences it off ([ErrFenced]). A replica's ordinal makes a good one. A transaction that does not end within
// transaction.timeout.ms [60 s] is rolled back by the brokers, which fence off its producer, too.
func NewTransactions(config kafka.ConfigMap, id string, opts ...Option) (*Transactions, error) {
	o := newOptions(opts)
	errs := o.errs
	if id == "" {
		errs = append(errs, errors.New("producer: the transactional id is empty: give each running producer one of its own, the same after a restart"))
	}
	if o.rebuild {
		errs = append(errs, errors.New("producer: WithRebuild is not for transactions: close them after a failure and start new ones"))
	}
	resolved, err := kafkaconfig.Resolve(config, rules(o, id))
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	t := &Transactions{
		id: id, config: resolved, options: o, timeout: transactionTimeout(resolved),
		turn: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	t.turn <- struct{}{}
	return t, nil
}

// errTransactionTimeout is why the context of a transaction ends early enough for a roll-back: brokers that have to do it fence off the producer.
var errTransactionTimeout = fmt.Errorf("most of transaction.timeout.ms is over: %w", context.DeadlineExceeded)

// transactionTimeout returns how long the function of a transaction may take: four fifths of what the brokers grant.
func transactionTimeout(config kafka.ConfigMap) time.Duration {
	granted := 60_000
	if value, ok := config["transaction.timeout.ms"]; ok {
		if ms, err := strconv.Atoi(fmt.Sprint(value)); err == nil {
			granted = ms
		}
	}
	return time.Duration(granted) * time.Millisecond * 4 / 5
}

// Start connects, makes sure that the topics of all joined senders exist ([ErrTopicMissing]), starts their serializers, and takes over the
// transactional id: an open transaction of an earlier producer is rolled back, and that producer fenced off. After an error nothing is left open, and Start
// may be called again; after success it must not be.
func (t *Transactions) Start(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t.mu.Lock()
	switch t.state {
	case closed:
		t.mu.Unlock()
		return ErrClosed
	case starting, started:
		t.mu.Unlock()
		return fmt.Errorf("producer: start transactions of %s: they were started before", t.id)
	case unstarted:
	}
	t.state, t.stopping = starting, cancel
	t.mu.Unlock()

	var c *transactional
	var err error
	select {
	case <-t.turn: // which Close waits for
		defer func() { t.turn <- struct{}{} }()
		c, err = t.connect(ctx)
	case <-ctx.Done():
		err = ctx.Err()
	}

	t.mu.Lock()
	switch {
	case t.state == closed:
		err = ErrClosed
	case err != nil:
		t.state = unstarted
		err = fmt.Errorf("producer: start transactions of %s: %w", t.id, err)
	default:
		for _, m := range t.members {
			m.attach(c.client)
		}
		t.state, t.stopping, t.client, c = started, c.stopAll, c, nil
	}
	t.mu.Unlock()
	if c != nil {
		_ = c.close(ctx, c.shut) // nothing was sent
	}
	return err
}

// connect opens a client and does what must be done before the first transaction. The client is returned beside an error, too, where there is one.
func (t *Transactions) connect(ctx context.Context) (*transactional, error) {
	c, err := openTransactional(t.id, t.options, t.config) //nolint:contextcheck // the client outlives ctx, and so do its log lines
	if err != nil {
		return nil, err
	}
	for _, m := range t.members {
		if err := c.waitTopic(ctx, m.topic, t.options.allowMissingTopic); err != nil {
			return c, err
		}
		if err := m.start(ctx); err != nil {
			return c, fmt.Errorf("topic %s: %w", m.topic, err)
		}
	}
	if err := c.takeOver(ctx); err != nil {
		return c, err
	}
	t.options.logger.LogAttrs(ctx, slog.LevelInfo, "transactions started", slog.String(logTransactionalID, t.id))
	return c, nil
}

// Close rolls back the transaction under way, if there is one, once its function has returned, and disconnects. It waits as long as ctx
// allows, and up to 7 s more when librdkafka does not let go. A transaction that is still under way when ctx ends is an error: the brokers roll it back
// when its time-out is over, and until then consumers of committed records wait before it. Every call after the first waits for that one, as long as
// its own ctx allows, and returns the same.
func (t *Transactions) Close(ctx context.Context) error {
	t.mu.Lock()
	if t.state == closed {
		t.mu.Unlock()
		select {
		case <-t.ended:
			return t.closeErr
		case <-ctx.Done():
			return fmt.Errorf("producer: close transactions of %s: %w", t.id, ctx.Err())
		}
	}
	t.state = closed
	if t.stopping != nil {
		t.stopping()
	}
	c := t.client
	t.mu.Unlock()
	defer close(t.ended)

	if c != nil {
		c.refuse(ErrClosed)
	}
	var left error
	select {
	case <-t.turn: // for good
	case <-ctx.Done():
		if len(t.turn) > 0 {
			break // both were ready
		}
		left = fmt.Errorf("producer: close transactions of %s: what was under way has not ended: %w", t.id, ctx.Err())
	}
	if c != nil {
		t.closeErr = c.close(ctx, c.shutAll)
	}
	t.closeErr = errors.Join(left, t.closeErr)
	return t.closeErr
}

// running returns the client, or the error of the state that there is none in.
func (t *Transactions) running() (*transactional, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch t.state {
	case started:
		return t.client, nil
	case closed:
		return nil, ErrClosed
	default:
		return nil, ErrNotStarted
	}
}
