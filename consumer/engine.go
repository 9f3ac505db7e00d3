package consumer

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
)

const (
	tick      = 100 * time.Millisecond // between two stores of offsets, and the longest wait in Poll
	shortPoll = 5 * time.Millisecond   // in Poll, while something else may want the poll goroutine
	breath    = 20 * time.Millisecond  // that a full lane has to make room, whoever waits
	glance    = time.Millisecond       // that it has to make half of its room, before less will do
	startTime = 30 * time.Second       // for brokers to answer when Run begins
)

// errStartTime ends a start after its time. It is a context.DeadlineExceeded.
var errStartTime = fmt.Errorf("the brokers did not answer in time: %w", context.DeadlineExceeded)

// engine is the untyped core of one Run. The goroutine that calls Run is the poll goroutine: it alone calls the Kafka client,
// and owns every field that is not said to be shared. It never runs the user's code and never waits for it, except in a revoke.
type engine struct {
	set    settings
	codec  codec
	log    *slog.Logger
	topics []string
	group  string
	ready  chan struct{}

	values   context.Context // the values of Run's ctx, without its end
	stopping context.Context // shared; ended by Run's ctx, by stop, by Close
	end      context.CancelFunc
	failed   sync.Once
	failure  error // why stop was called first

	client  kafkaclient.Consumer
	logs    sync.WaitGroup
	letters *deadLetters // shared; nil without dead letters

	lanes      map[TopicPartition]*lane
	burst      burst
	lingering  map[TopicPartition]*lane // closed, but a handler did not return in time
	epoch      int64
	crowded    map[TopicPartition]*lane // full, or just not any more
	narrow     map[*lane]struct{}       // held more than half of what they may after the last hand-over
	applied    int64                    // version of the user's intent that the lanes have
	joined     bool                     // had an assignment, if an empty one
	subscribed bool
	stays      bool         // in its group when it ends: a static member of the classic protocols
	epochs     bool         // its group has epochs: the new protocol (KIP-848)
	refused    bool         // by the brokers: it will not get into its group any more
	reset      kafka.Offset // where partitions begin of which nothing is committed, 0: the client knows
	toEnd      bool         // ends when its partitions are read to their ends
	sinks      bool         // records go to sinks
	drainBy    time.Time    // a shutdown's end of the drain; zero before
	ticked     time.Time
	resumed    time.Time
	reported   time.Time // to the hooks
	asked      time.Time // for the spans of partitions
	observed   bool      // by a hook that wants to know the status

	lastError error // of those that pass

	cut ShutdownError // what revocations during a shutdown cut short

	intent   *intent      // shared
	commands chan command // shared
	sched    scheduler    // shared
	pulse    pulse        // shared
	polling  atomic.Bool  // shared: pulse says whether the poll goroutine runs
	spans    spans        // shared
	setbacks setbacks
	transact *transact // shared; nil but in RunTransactions
	tokens   *kafkaclient.Tokens

	// What the poll goroutine has done beside it, while the client is open.
	aside    sync.WaitGroup
	beside   context.Context
	endAside context.CancelFunc
	holds    holds // shared
}

func newEngine(ctx context.Context, set settings, codec codec) *engine {
	e := &engine{
		set: set, codec: codec, log: set.log,
		values:    context.WithoutCancel(ctx),
		lanes:     map[TopicPartition]*lane{},
		lingering: map[TopicPartition]*lane{},
		crowded:   map[TopicPartition]*lane{},
		narrow:    map[*lane]struct{}{},
		commands:  make(chan command),
	}
	e.stopping, e.end = context.WithCancel(ctx)
	e.beside, e.endAside = context.WithCancel(e.values)
	e.observed = has[HookStatus](set.hooks)
	e.pulse.start = time.Now()
	e.sched = scheduler{
		order: set.order, limit: set.order.handlers(), batch: 1,
		pulse: &e.pulse, stopping: e.stopping, post: e.post, relief: make(chan struct{}, 1),
	}
	return e
}

// stop ends the run, with an error or without. Any goroutine may call it; the first error counts.
func (e *engine) stop(err error) {
	if err != nil {
		e.failed.Do(func() { e.failure = err })
	}
	e.end()
}

// run does what Run does once the deserializers have started.
func (e *engine) run(config, letterConfig kafka.ConfigMap) error {
	defer e.endAside()
	if err := e.connect(config, letterConfig); err != nil {
		e.failed.Do(func() {}) // waits for a stop under way
		if e.failure != nil {
			return e.failure
		}
		return err
	}
	e.polling.Store(true)
	e.poll()
	e.end() // where it came to the end by itself
	undone := e.shutdown()
	e.failed.Do(func() {}) // waits for a stop under way
	return errors.Join(e.failure, undone)
}

// connect opens the clients, checks that the topics exist, and subscribes. On an error everything is closed again.
func (e *engine) connect(config, letterConfig kafka.ConfigMap) (err error) {
	e.pulse.limit = newProtocolPulse
	if !newProtocol(config) {
		e.pulse.limit = millis(config, "session.timeout.ms", defaultSessionTimeout) / 2
	}
	e.reset = resetOf(config)
	if e.toEnd {
		config = withEnds(config)
	}
	if e.transact != nil {
		config = withoutCommits(config)
	}
	if e.client, err = e.set.openConsumer(config); err != nil {
		return fmt.Errorf("consumer: %w", err)
	}
	kafkaclient.BoundReads(e.client, e.room)
	e.tokens = kafkaclient.NewTokens(e.client, e.set.tokens, e.log)
	logs := e.client.Logs()
	e.logs.Go(func() { kafkaclient.DrainLogs(logs, e.log) })
	defer func() {
		if err != nil {
			e.close()
		}
	}()

	ctx := e.stopping
	if !e.set.allowMissing {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, e.set.startTime, errStartTime)
		defer cancel()
	}
	if e.transact != nil {
		if err := e.attend(func() error { return e.transact.open(ctx) }); err != nil {
			return err
		}
	} else if letterConfig != nil {
		if e.letters, err = openDeadLetters(letterConfig, e.group, e.set); err != nil {
			return err
		}
	}
	if err := e.attend(func() error { return e.checkTopics(ctx) }); err != nil {
		return withLast(err, e.lastError)
	}
	if err := e.client.SubscribeTopics(e.topics, e.rebalance); err != nil {
		return fmt.Errorf("consumer: subscribe: %w", err)
	}
	e.subscribed = true
	if e.transact != nil {
		e.transact.begin()
	}
	if e.epochs = newProtocol(config); !e.epochs {
		_, e.stays = config["group.instance.id"]
	}
	return nil
}

// checkTopics makes sure that all topics are there.
func (e *engine) checkTopics(ctx context.Context) error {
	for _, topic := range e.topics {
		if err := kafkaclient.WaitTopic(ctx, e.client, topic, e.set.allowMissing); errors.Is(err, ErrTopicMissing) {
			return fmt.Errorf("consumer: %w: %s", err, kafkaclient.TopicHint)
		} else if err != nil {
			return fmt.Errorf("consumer: %w", err)
		}
	}
	if e.letters == nil {
		return nil
	}
	return e.letters.check(ctx, e.topics, e.set.createTopics)
}

// attend serves the client's events until wait, which asks the brokers something, has returned: without a token, for which the client
// asks by an event, none would answer.
func (e *engine) attend(wait func() error) error {
	done := make(chan error, 1)
	e.aside.Go(func() { done <- wait() })
	for {
		select {
		case err := <-done:
			return err
		default:
			e.step(shortPoll)
		}
	}
}

// poll runs until the run is to stop.
func (e *engine) poll() {
	for e.stopping.Err() == nil && !e.finished() {
		e.serve()
		e.applyIntent()
		timeout := tick
		if len(e.crowded) > 0 {
			timeout = shortPoll
		}
		e.step(timeout)
	}
}

// step waits for an event of the client and serves it, and the records that are ready behind it. Rebalances happen inside.
func (e *engine) step(timeout time.Duration) {
	e.sched.beat()
	for range burstRecords {
		event := e.client.Poll(int(timeout.Milliseconds()))
		if event == nil || !e.event(event) {
			break
		}
		timeout = 0
	}
	e.handOver()
	now := time.Now()
	if len(e.crowded) > 0 && now.Sub(e.resumed) >= shortPoll {
		e.resumed = now
		e.resume()
	}
	if now.Sub(e.ticked) >= tick {
		e.ticked = now
		e.store(e.lanes)
		e.commitSetbacks()
		e.report(now)
	}
}

// event serves one event of the client. It reports whether the next one may be polled at once, before the poll goroutine looks after
// anything else: after a record, unless it filled its lane.
func (e *engine) event(event kafka.Event) bool {
	if m, ok := event.(*kafka.Message); ok {
		return e.message(m)
	}
	e.handOver()
	switch event := event.(type) {
	case kafka.Error:
		e.clientError(event)
	case kafka.OffsetsCommitted:
		e.committed(event)
	case kafka.PartitionEOF:
		e.reached(event)
	case kafka.OAuthBearerTokenRefresh:
		e.tokens.Refresh()
	case *kafka.Stats, kafkaclient.Stats:
		each(e.set.hooks, func(h HookStats) { h.OnStats(event.String()) })
	}
	return false
}

// clientError ends the run for errors that do not pass, and logs the others: the client deals with them itself.
func (e *engine) clientError(err kafka.Error) {
	switch {
	case err.IsFatal():
		e.refused = true
		e.stop(fmt.Errorf("consumer: %w", err))
	case !e.set.allowMissing && (err.Code() == kafka.ErrUnknownTopicOrPart || err.Code() == kafka.ErrUnknownTopic):
		e.stop(fmt.Errorf("consumer: %w: %w", ErrTopicMissing, err))
	case hasCode(err, kafka.ErrTopicAuthorizationFailed, kafka.ErrGroupAuthorizationFailed, kafka.ErrClusterAuthorizationFailed):
		e.refused = true
		e.stop(fmt.Errorf("consumer: %w: %w", ErrUnauthorized, err))
	case err.Code() == kafka.ErrAutoOffsetReset:
		e.stop(fmt.Errorf("consumer: group %s cannot go on from an offset (none is committed, or the log does not reach it or was cut there), and auto.offset.reset is error: %w", e.group, err))
	case err.Code() == kafka.ErrInvalidSessionTimeout:
		e.stop(fmt.Errorf("consumer: join group %s: session.timeout.ms is outside of what the brokers allow (group.min.session.timeout.ms and group.max.session.timeout.ms there): %w", e.group, err))
	default:
		if err.Code() != kafka.ErrAllBrokersDown { // which says less than the error of each broker before it
			e.lastError = err
		}
		e.log.Warn("Kafka client", slog.Any(keyError, err))
	}
}

// withLast adds the last error of a client, which may be the reason that nothing answers; nil adds nothing.
func withLast(err, last error) error {
	if last == nil {
		return err
	}
	return fmt.Errorf("%w; the client's last error: %w", err, last)
}
