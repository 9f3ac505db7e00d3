package producer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
	"github.com/magicbyte-go/magicbyte/internal/kafkaconfig"
)

// Attribute keys of this package's log lines.
const (
	logTopic           = "topic"
	logTransactionalID = "transactional_id"
	logEncoding        = "encoding"
	logError           = "error"
	logPanic           = "panic"
	logStack           = "stack"
)

// client is one librdkafka producer with what belongs to its life: the goroutines that drain it and the ledger of records in flight.
// It knows bytes only; [Producer] puts the types around it.
type client struct {
	name   string       // the topic, or the transactional id, for errors
	logger *slog.Logger // names the same
	kafka  kafkaclient.Producer
	ledger ledger
	opened time.Time

	// intake is held for reading around each Produce, so that Close, which takes it for writing, knows that none is under way: a
	// Produce beside the client's own close is a crash.
	intake  sync.RWMutex
	refusal error         // why no record is taken in; nil while they are
	current *transaction  // the one that records must belong to; nil where there are no transactions
	stop    chan struct{} // closed when refusal becomes ErrClosed

	idempotent  bool
	unconfirmed atomic.Bool // a record of the transaction is not known to be in the log, of which librdkafka says that it is

	failure   atomic.Pointer[error]   // the fatal error, wrapped in ErrFailed
	tokens    kafkaclient.TokenSource // of OAUTHBEARER; may be nil
	onFailure func(*client)           // called once, on a goroutine of its own, when there is one; may be nil
	released  chan struct{}           // closed when those whose records it has refused may look for its successor
	release   func()                  // closes it
	lastError atomic.Pointer[error]   // the last of the client's other errors, for Start

	waiters atomic.Int32  // sends that wait for space in the queue
	space   chan struct{} // one token: try again

	drains sync.WaitGroup // of events and of logs
	stats  []StatsHook
	aside  *aside // calls the callbacks of records that are given up

	calls    sync.Mutex // guards the two below
	leaving  bool       // the librdkafka producer is being closed: no calls any more
	underway sync.WaitGroup
}

// openClient creates the librdkafka producer and starts to drain it. Nothing is taken in until admit. The attribute names the client in
// log lines, its value in errors; onFailure may be nil.
func openClient(name slog.Attr, config kafka.ConfigMap, o options, callbacks *aside, onFailure func(*client)) (*client, error) {
	producer, err := o.open(config)
	if err != nil {
		return nil, err
	}
	logger := o.logger.With(name)
	c := &client{
		name: name.Value.String(), logger: logger, kafka: producer, opened: time.Now(), tokens: o.tokens, stats: o.stats, aside: callbacks, onFailure: onFailure,
		idempotent: kafkaconfig.Idempotent(config),
		refusal:    ErrNotStarted, stop: make(chan struct{}), space: make(chan struct{}, 1), released: make(chan struct{}),
	}
	c.release = sync.OnceFunc(func() { close(c.released) })
	c.drains.Go(c.drain)
	c.drains.Go(func() { kafkaclient.DrainLogs(producer.Logs(), logger) })
	return c, nil
}

// waitTopic returns once a broker has described topic. Its error holds the client's last one, which may be the reason.
func (c *client) waitTopic(ctx context.Context, topic string, allowMissing bool) error {
	err := kafkaclient.WaitTopic(ctx, c.kafka, topic, allowMissing)
	if errors.Is(err, ErrTopicMissing) {
		return fmt.Errorf("%w: %s", err, kafkaclient.TopicHint)
	}
	if last := c.lastError.Load(); err != nil && last != nil {
		return fmt.Errorf("%w; the client's last error: %w", err, *last)
	}
	return err
}

// admit opens the intake: for the records of one transaction, or for all where it is nil.
func (c *client) admit(of *transaction) {
	c.intake.Lock()
	defer c.intake.Unlock()
	if !errors.Is(c.refusal, ErrClosed) {
		c.refusal, c.current = nil, of
	}
}

// refuse closes the intake and waits until no Produce is under way. The first ErrClosed stays.
func (c *client) refuse(why error) {
	c.intake.Lock()
	defer c.intake.Unlock()
	if errors.Is(c.refusal, ErrClosed) {
		return
	}
	c.refusal, c.current = why, nil
	if errors.Is(why, ErrClosed) {
		close(c.stop)
	}
}

// produce hands msg to librdkafka. While the queue is full it waits for deliveries, as long as ctx allows. After an error the record
// was certainly not taken.
func (c *client) produce(ctx context.Context, msg *kafka.Message, p *pending) error {
	err := c.tryProduce(ctx, msg, p)
	if !isQueueFull(err) {
		return err
	}
	c.waiters.Add(1)
	defer func() {
		c.waiters.Add(-1)
		c.signalSpace() // the token may have been meant for others, too
	}()
	// Deliveries signal space, but librdkafka frees that of a batch of reports only after the last of them was drained: a try on
	// the last signal comes a moment too early, and no other signal follows. Hence the timer.
	for delay := time.Millisecond; ; delay = min(2*delay, 100*time.Millisecond) {
		if err = c.tryProduce(ctx, msg, p); !isQueueFull(err) {
			return err
		}
		timer := time.NewTimer(delay)
		select {
		case <-c.space:
		case <-timer.C:
		case <-c.stop:
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("%w while waiting for space: %w", err, ctx.Err())
		}
		timer.Stop()
	}
}

func (c *client) tryProduce(ctx context.Context, msg *kafka.Message, p *pending) error {
	c.intake.RLock()
	defer c.intake.RUnlock()
	if c.refusal != nil {
		return c.refusal
	}
	if c.current != nil && !c.current.covers(ctx) {
		return ErrNoTransaction
	}
	if failure := c.failure.Load(); failure != nil {
		return *failure
	}
	if !p.attempt.Admit() {
		return ErrNoTransaction
	}
	c.ledger.add(p)
	err := c.kafka.Produce(msg, nil)
	if err == nil {
		return nil
	}
	c.ledger.withdraw(p)
	p.attempt.Withdraw()
	var e kafka.Error
	if errors.As(err, &e) && (e.IsFatal() || e.Code() == kafka.ErrFatal) {
		return c.fail(e) // ahead of the event that says so
	}
	if e.Code() == kafka.ErrState { // another record has failed, and the transaction with it
		p.attempt.Fail(err)
	}
	return err
}

func (c *client) signalSpace() {
	if c.waiters.Load() > 0 {
		select {
		case c.space <- struct{}{}:
		default:
		}
	}
}

func isQueueFull(err error) bool {
	if err == nil {
		return false
	}
	var e kafka.Error // on the heap, hence not on the way of a success
	return errors.As(err, &e) && e.Code() == kafka.ErrQueueFull
}

// fail makes the client's state Failed and returns the error that says so.
func (c *client) fail(cause error) error {
	err := fmt.Errorf("%w: %w", ErrFailed, cause)
	if isFenced(cause) {
		err = fmt.Errorf("%w: %w: %w", ErrFailed, ErrFenced, cause)
	}
	if !c.failure.CompareAndSwap(nil, &err) {
		return *c.failure.Load()
	}
	c.logger.Error("producer failed for good", slog.Any(logError, cause))
	if c.onFailure != nil {
		go c.onFailure(c)
	}
	return err
}

// drain receives everything librdkafka reports, until the client is closed.
func (c *client) drain() {
	closed := false
	defer func() {
		if !closed { // a callback has ended the goroutine: others wait for what comes next
			c.drains.Go(c.drain)
		}
	}()
	for event := range c.kafka.Events() {
		switch e := event.(type) {
		case *kafka.Message:
			c.report(e)
		case kafka.Error:
			if e.IsFatal() {
				_ = c.fail(e) // which every later call returns
				continue
			}
			c.noteError(e)
		case *kafka.Stats:
			for _, hook := range c.stats {
				guard(c.logger, "hook", func() { hook.OnStats(e.String()) })
			}
		case kafka.OAuthBearerTokenRefresh:
			c.refreshToken()
		}
	}
	closed = true
}

// refreshToken gives librdkafka a new token of OAUTHBEARER, beside the drainer, which others' reports come through.
func (c *client) refreshToken() {
	setter, ok := c.kafka.(kafkaclient.TokenSetter)
	if !ok || !c.enter() {
		return
	}
	go func() {
		defer c.underway.Done()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		go func() {
			select {
			case <-c.stop:
				cancel()
			case <-ctx.Done():
			}
		}()
		if err := kafkaclient.RefreshToken(ctx, setter, c.tokens); err != nil {
			c.noteError(err)
		}
	}()
}

// noteError keeps and logs an error that librdkafka goes on after: a broker lost, a refused login.
func (c *client) noteError(err error) {
	var e kafka.Error
	if !errors.As(err, &e) || e.Code() != kafka.ErrAllBrokersDown { // which says less than the error of each broker before it
		c.lastError.Store(&err)
	}
	c.logger.Warn("kafka client", slog.Any(logError, err))
}

// report settles the record of a delivery report.
func (c *client) report(msg *kafka.Message) {
	p := msg.Opaque.(*pending) //nolint:errcheck // every message is produced with one
	var failure *Error
	if err := kafkaclient.Outcome(msg, c.idempotent); err != nil {
		if errors.Is(err, kafkaclient.ErrUnconfirmed) {
			c.unconfirmed.Store(true)
		}
		failure = &Error{Topic: p.receipt.Topic, Indeterminate: indeterminate(err), Err: err}
	}
	if c.ledger.settle(p, failure) {
		p.receipt.Partition = msg.TopicPartition.Partition
		p.receipt.Offset = int64(msg.TopicPartition.Offset)
		if p.done != nil && c.onFailure != nil && c.failure.Load() != nil {
			c.aside.add(func() { c.conclude(p, failure) }) // it may send again, for which it waits until c is replaced
		} else {
			c.conclude(p, failure)
		}
	}
	c.signalSpace()
}

// conclude brings an outcome to whoever waits for it.
func (c *client) conclude(p *pending, failure *Error) {
	receipt, err := p.receipt, error(nil)
	if failure != nil {
		receipt, err = Receipt{}, failure
	}
	p.attempt.Report(err)
	if len(p.ended) > 0 {
		p.tell(c.logger, receipt, err)
	}
	if p.done != nil {
		guard(c.logger, "callback of SendAsync", func() { p.done(receipt, err) })
		p.release()
		return
	}
	p.err = err
	if p.outcome.CompareAndSwap(waiting, settled) {
		p.ready <- struct{}{} // from here on p is the waiter's
		return
	}
	p.release()
}

// await waits for the outcome of a record that librdkafka has.
func (c *client) await(ctx context.Context, p *pending) (Receipt, error) {
	select {
	case <-p.ready:
	case <-ctx.Done():
		topic := p.receipt.Topic // p is not ours any more once it is abandoned
		if p.outcome.CompareAndSwap(waiting, abandoned) {
			return Receipt{}, &Error{Topic: topic, Indeterminate: true, Err: ctx.Err()}
		}
		<-p.ready // the report was faster
	}
	receipt, err := p.receipt, p.err
	p.release()
	if err != nil {
		return Receipt{}, err
	}
	return receipt, nil
}

// flush waits until all records that librdkafka has by now have their outcome.
func (c *client) flush(ctx context.Context) error {
	flushed := c.ledger.flushed()
	for {
		select {
		case <-flushed:
			return nil
		default:
		}
		select {
		case <-flushed:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-c.flushSlice():
		}
		// All reports are on their way to the drainer, or another slice is needed. The former need a moment, and no busy loop.
		timer := time.NewTimer(10 * time.Millisecond)
		select {
		case <-flushed:
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}

// flushSlice calls kafka.Flush for 100 ms and returns a channel that is closed afterwards. kafka.Flush is wanted for its side effect, that
// linger.ms is ignored while it runs; it knows no context and hangs when a callback does, so it runs beside the caller.
func (c *client) flushSlice() <-chan struct{} {
	if !c.enter() {
		return nil // every record has its outcome by now, or gets it without librdkafka
	}
	done := make(chan struct{})
	go func() {
		defer c.underway.Done()
		defer close(done)
		c.kafka.Flush(100)
	}()
	return done
}

// enter announces a call of librdkafka that may last, which ends with underway.Done. It reports false once the client is being closed: a
// call beside librdkafka's own close is a crash.
func (c *client) enter() bool {
	c.calls.Lock()
	defer c.calls.Unlock()
	if c.leaving {
		return false
	}
	c.underway.Add(1)
	return true
}

// shut closes librdkafka's producer once nobody else uses it, and waits for the goroutines that drain it.
func (c *client) shut() {
	c.calls.Lock()
	c.leaving = true
	c.calls.Unlock()
	c.underway.Wait()
	c.kafka.Close()
	c.drains.Wait()
}

// shutAll is shut for a client that has no successor: it waits for callbacks, too.
func (c *client) shutAll() {
	c.shut()
	c.aside.wait()
}
