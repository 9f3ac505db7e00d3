package consumer

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
	"github.com/magicbyte-go/magicbyte/internal/kafkaconfig"
	"github.com/magicbyte-go/magicbyte/serde"
)

// Consumer reads topics as a member of a group and hands each record, decoded, to a handler. [New] makes one; it serves one
// [Consumer.Run]. All methods are safe for concurrent use.
type Consumer[K, V any] struct {
	topics []string
	group  string
	key    Deserializer[K]
	value  Deserializer[V]
	set    settings
	config kafka.ConfigMap
	// letterConfig is the configuration of the dead-letter producer, nil without dead letters.
	letterConfig kafka.ConfigMap

	intent intent // what the user wants paused

	ready chan struct{}
	ended chan struct{} // closed when Run has returned, or never will run

	mu      sync.Mutex
	running *engine // nil before Run
	closed  bool
	outcome error // of Run
}

// New checks everything that can be checked without a broker or a registry, reports all problems at once, and opens nothing.
//
// The configuration holds librdkafka's properties by their own names. bootstrap.servers, group.id and auto.offset.reset must be
// there. Properties that decide about commits, isolation, events and logs belong to this package and are refused. Defaults differ from
// librdkafka's in: partition.assignment.strategy (cooperative-sticky; unless group.protocol is consumer),
// auto.commit.interval.ms (1000), queued.max.messages.kbytes (16384), fetch.max.bytes (4194304), fetch.queue.backoff.ms (10). A group whose members use range or roundrobin
// cannot change to cooperative-sticky in one step: set their strategy here, or stop all members first.
//
// With auto.offset.reset=latest, a group that has no committed offset of a partition begins at its end as the brokers tell it, and that is committed like what
// is settled (every auto.commit.interval.ms, and when the partition is revoked): from then on, what comes is handled also when the partition changes hands. Not so
// in [Consumer.RunTransactions] and [Consumer.RunSinks], which commit nothing but what was settled.
//
// The configuration is copied; deserializers may be shared with other consumers.
func New[K, V any](config kafka.ConfigMap, topics []string, key Deserializer[K], value Deserializer[V], opts ...Option) (*Consumer[K, V], error) {
	c := &Consumer[K, V]{
		topics: append([]string(nil), topics...),
		key:    key,
		value:  value,
		set:    defaultSettings(),
		ready:  make(chan struct{}),
		ended:  make(chan struct{}),
	}
	for _, opt := range opts {
		if opt == nil {
			c.set.problems = append(c.set.problems, errors.New("consumer: a nil Option"))
			continue
		}
		opt.apply(&c.set)
	}
	problems := c.set.complete(millis(config, "max.poll.interval.ms", defaultMaxPollInterval))
	problems = append(problems, checkDeserializer(key, serde.Key), checkDeserializer(value, serde.Value))

	resolved, err := kafkaconfig.Resolve(config, rules(config, c.set))
	problems = append(problems, err)
	c.config = resolved
	c.group = fmt.Sprint(config["group.id"])
	problems = append(problems, checkTopics(topics, c.group, c.set.deadLetters)...)
	if c.set.deadLetters {
		c.letterConfig, err = letterConfig("consumer: dead letters", config, c.set.deadLetterConfig, c.set.tokens != nil)
		problems = append(problems, err)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	c.set.hooks.bind(info(resolved), c.set.log)
	return c, nil
}

func checkDeserializer[T any](d Deserializer[T], part serde.Part) error {
	if v := reflect.ValueOf(d); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return fmt.Errorf("consumer: the deserializer of the %s is nil", part)
	}
	if err := d.Err(); err != nil {
		return fmt.Errorf("consumer: deserializer of the %s: %w", part, err)
	}
	if d.Part() != part {
		return fmt.Errorf("consumer: the deserializer of the %s reads the %s", part, d.Part())
	}
	return nil
}

func checkTopics(topics []string, group string, deadLetters bool) []error {
	if len(topics) == 0 {
		return []error{errors.New("consumer: no topics")}
	}
	var problems []error
	seen := map[string]bool{}
	for _, topic := range topics {
		if seen[topic] {
			problems = append(problems, fmt.Errorf("consumer: topic %q is there twice", topic))
		}
		seen[topic] = true
		if err := kafkaclient.CheckTopicName(topic); err != nil {
			problems = append(problems, fmt.Errorf("consumer: %w", err))
		} else if err := kafkaclient.CheckTopicName(letterTopic(topic, group)); err != nil && deadLetters {
			problems = append(problems, fmt.Errorf("consumer: dead letters of topic %q: %w", topic, err))
		}
	}
	return problems
}

// Ready returns a channel that is closed when the consumer has become a member of its group and got its first assignment. In
// the classic protocols that may be an empty one; under KIP-848 a member without partitions is told nothing. It stays open where Run ends before
// that: wait for the end of Run beside it.
func (c *Consumer[K, V]) Ready() <-chan struct{} { return c.ready }

// Run consumes until ctx ends, [Consumer.Close] is called, or something goes wrong that it cannot go on from. It blocks.
//
// First it starts the deserializers, connects and checks that all topics exist. Then the records of a partition go to
// handler one after the other, in order, and different partitions at once, unless [WithOrder] says otherwise; ctx of the handler has the values of Run's ctx, but
// ends later: see [ErrShutdown], [ErrRevoked], [ErrLost]. A handler may take as long as it wants: it costs no membership, and
// no progress of other partitions.
//
// What a handler returns decides about its record. nil, or [Skip], settles it. An error, and a panic, has it tried again while its
// partition waits, or its key: see [WithRetry] and [RetryAfter]. When the attempts are used up, and at once with [Permanent] and
// [DeadLetter], it goes into the dead letters, which settles it as soon as they are acknowledged; without
// [WithDeadLetters] Run ends with a [RecordError]. [Stop] always ends it. A record that is not settled is delivered again, to whichever member gets its partition;
// a settled one is too if the process is killed before it is committed, within auto.commit.interval.ms.
//
// When ctx ends, no handler is started any more, and running ones have [WithShutdownDrain] to finish. Run returns nil if they did,
// also when ctx ended before there was anything to do, else a [ShutdownError]. It has left the group by then. A
// second Run, or one after Close, returns [ErrClosed].
func (c *Consumer[K, V]) Run(ctx context.Context, handler func(ctx context.Context, rec *Record[K, V]) error) error {
	return c.runEach(ctx, handler, nil)
}

// runEach is Run with a say in the engine.
func (c *Consumer[K, V]) runEach(ctx context.Context, handler func(ctx context.Context, rec *Record[K, V]) error, set func(*engine)) error {
	if handler == nil {
		return errNoHandler
	}
	wrapped := wrap(func(ctx context.Context, rec AnyRecord) error {
		typed, ok := rec.(*Record[K, V])
		if !ok {
			return Stop(fmt.Errorf("middleware passed a record of type %T on", rec))
		}
		return handler(ctx, typed)
	}, c.set.middleware)
	return c.run(ctx, set, Batch{Max: 1}, func(ctx context.Context, unit []*task) error { return wrapped(ctx, unit[0].rec) })
}

var errNoHandler = errors.New("consumer: the handler is nil")

// run is Run for handlers of all kinds.
func (c *Consumer[K, V]) run(ctx context.Context, set func(*engine), batch Batch, handle func(ctx context.Context, unit []*task) error) error {
	e := newEngine(ctx, c.set, codec{decode: decoder(c.key, c.value), handle: handle})
	e.sched.batch, e.sched.linger = batch.Max, batch.Linger
	if set != nil {
		set(e)
	}
	e.topics, e.group, e.ready, e.intent = c.topics, c.group, c.ready, &c.intent
	defer e.stop(nil)
	c.mu.Lock()
	if c.running != nil || c.closed {
		c.mu.Unlock()
		return ErrClosed
	}
	c.running = e
	c.mu.Unlock()

	err := c.startDeserializers(e.stopping) //nolint:contextcheck // which ends with ctx, with Close, or with a failure
	if err == nil {
		err = e.run(c.config, c.letterConfig) //nolint:contextcheck // the same
	}
	if e.stopping.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) && !e.subscribed {
		err = nil // it was stopped while it was starting: nothing is undone
	}
	c.mu.Lock()
	c.outcome = err
	c.mu.Unlock()
	close(c.ended)
	return err
}

// startDeserializers lets the deserializers prepare, so that a schema that does not fit is found before the first record.
func (c *Consumer[K, V]) startDeserializers(ctx context.Context) error {
	for _, topic := range c.topics {
		if err := c.key.Start(ctx, topic); err != nil {
			return fmt.Errorf("consumer: start the key of topic %s: %w", topic, readable(err))
		}
		if err := c.value.Start(ctx, topic); err != nil {
			return fmt.Errorf("consumer: start the value of topic %s: %w", topic, readable(err))
		}
	}
	return nil
}

// Close ends Run as the end of its ctx does, and waits until it has returned or ctx ends. It returns what Run returned, or
// ctx's error; Run goes on ending then. It may be called at any time and more than once; before Run, it returns nil. A handler
// that calls it waits for itself, until its ctx ends.
func (c *Consumer[K, V]) Close(ctx context.Context) error {
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		if c.running != nil {
			c.running.stop(nil)
		} else {
			close(c.ended)
		}
	}
	c.mu.Unlock()
	select {
	case <-c.ended:
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.outcome
	case <-ctx.Done():
		return fmt.Errorf("consumer: close: %w", ctx.Err())
	}
}
