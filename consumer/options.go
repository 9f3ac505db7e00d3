package consumer

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// Option changes a default of [New].
type Option interface{ apply(*settings) }

type option func(*settings)

func (o option) apply(s *settings) { o(s) }

// settings are what the options set.
type settings struct {
	log *slog.Logger

	deadLetters      bool
	deadLetterConfig kafka.ConfigMap
	createTopics     bool
	letterHeaders    HeaderProfile
	allowMissing     bool

	order          Order
	maxHandlers    int // with ByPartition; 0: no bound
	retry          Retry
	handlerTimeout time.Duration // 0: none
	middleware     []Middleware
	hooks          hooks
	skipRedriven   bool
	tokens         kafkaclient.TokenSource
	problems       []error // of the options

	queueRecords, queueBytes, totalBytes int

	unknownSchemaWait time.Duration
	registryRetry     time.Duration
	sendRetry         time.Duration

	revokeDrain, cancelGrace                           time.Duration
	drain, flush, leave, closeTimeout, shutdownTimeout time.Duration

	startTime time.Duration // without WithAllowMissingTopic

	openConsumer kafkaclient.OpenConsumer
	openProducer kafkaclient.OpenProducer
}

func defaultSettings() settings {
	return settings{
		log:               slog.New(slog.DiscardHandler),
		queueRecords:      2048,
		queueBytes:        8 << 20,
		totalBytes:        64 << 20,
		unknownSchemaWait: 30 * time.Second,
		registryRetry:     time.Second,
		sendRetry:         time.Second,
		revokeDrain:       10 * time.Second,
		cancelGrace:       time.Second,
		flush:             3 * time.Second,
		leave:             time.Second,
		closeTimeout:      5 * time.Second,
		shutdownTimeout:   28 * time.Second,
		startTime:         startTime,
		openConsumer:      kafkaclient.NewConsumer,
		openProducer:      kafkaclient.NewProducer,
	}
}

// WithLogger sets where the consumer and librdkafka log to. Default: nowhere.
func WithLogger(log *slog.Logger) Option {
	return option(func(s *settings) {
		if log == nil {
			s.problems = append(s.problems, errors.New("consumer: WithLogger: the logger is nil"))
			return
		}
		s.log = log
	})
}

// WithOrder sets which records are handled one after the other. Default: [ByPartition].
func WithOrder(order Order) Option { return option(func(s *settings) { s.order = order }) }

// WithMaxHandlers bounds how many records are in the handler at once with [ByPartition], over all partitions. Default, and 0: no
// bound. The other orders have their own.
func WithMaxHandlers(n int) Option { return option(func(s *settings) { s.maxHandlers = n }) }

// WithRetry sets how a record is tried again when its handler returned an error. Default: for 5 minutes, see [Retry].
func WithRetry(retry Retry) Option { return option(func(s *settings) { s.retry = retry }) }

// WithHandlerTimeout ends the context of a handler that takes longer than d, with [ErrHandlerTimeout]. What the handler returns then decides
// as ever: an error is a failed attempt, nil settles the record. A handler that does not look at its context goes on, and its
// partition, or its key, waits for it. Default, and 0: no limit.
func WithHandlerTimeout(d time.Duration) Option {
	return option(func(s *settings) { s.handlerTimeout = d })
}

// WithDeadLetters puts records that cannot be decoded, or that the handler gives up, into the topic "<topic>.<group>.dlq" and goes
// on. Default: off, and such a record ends Run with a [RecordError]. See the package's documentation for what a
// dead letter holds. The topic must exist when Run begins, see [WithCreateTopics].
func WithDeadLetters() Option { return option(func(s *settings) { s.deadLetters = true }) }

// WithDeadLetterProducer sets properties of the producer that writes dead letters. It has those of the consumer's
// properties that concern the connection, and these come on top. Default: none. It needs
// [WithDeadLetters].
func WithDeadLetterProducer(config kafka.ConfigMap) Option {
	return option(func(s *settings) { s.deadLetterConfig = config })
}

// WithCreateTopics lets Run create dead-letter topics that do not exist, with the brokers' default numbers of partitions and
// replicas. Default: a missing one is [ErrTopicMissing].
func WithCreateTopics() Option { return option(func(s *settings) { s.createTopics = true }) }

// WithAllowMissingTopic lets Run wait, for as long as its ctx allows, until topics that do not exist are created.
// Default: a missing one is [ErrTopicMissing].
func WithAllowMissingTopic() Option { return option(func(s *settings) { s.allowMissing = true }) }

// WithPartitionQueue bounds what is unsettled of one partition: waiting, in handlers, waiting to be tried again. At that many records, or
// bytes of keys, values and headers, fetching the partition is paused until half of it is left. Default: 2048 records, 8
// MiB. Small queues are slow: each pause throws away what librdkafka fetched ahead.
func WithPartitionQueue(records, bytes int) Option {
	return option(func(s *settings) { s.queueRecords, s.queueBytes = records, bytes })
}

// WithQueueBytes bounds what is unsettled in the whole consumer, in bytes. Default: 64 MiB. librdkafka's own
// prefetch comes on top, see the property queued.max.messages.kbytes (16384 here).
func WithQueueBytes(bytes int) Option { return option(func(s *settings) { s.totalBytes = bytes }) }

// WithUnknownSchemaWait sets for how long a record waits when the registry says that its schema does not exist, before
// it is undecodable. Default: 30 s, since a lagging or just restored registry says so too. 0 does not wait.
func WithUnknownSchemaWait(d time.Duration) Option {
	return option(func(s *settings) { s.unknownSchemaWait = d })
}

// WithRevokeDrain sets for how long a running handler may go on when its partition goes to another member, before its
// context is cancelled with [ErrRevoked]. Default: 10 s. The group waits for it. It must be less, together with the
// grace, than half of max.poll.interval.ms.
func WithRevokeDrain(d time.Duration) Option { return option(func(s *settings) { s.revokeDrain = d }) }

// WithCancelGrace sets how long a cancelled handler is waited for. Default: 1 s.
func WithCancelGrace(d time.Duration) Option { return option(func(s *settings) { s.cancelGrace = d }) }

// WithShutdownDrain sets for how long running handlers, and dead letters on their way, may go on at a shutdown, before the
// handlers' contexts are cancelled with [ErrShutdown]. Default, and 0: what the other bounds leave of [WithShutdownTimeout],
// 18 s.
func WithShutdownDrain(d time.Duration) Option { return option(func(s *settings) { s.drain = d }) }

// WithDeadLetterFlush sets how long dead letters on their way are waited for after handlers were cancelled. Default: 3 s.
func WithDeadLetterFlush(d time.Duration) Option { return option(func(s *settings) { s.flush = d }) }

// WithCloseTimeout sets how long the Kafka client may take to close. Default: 5 s.
func WithCloseTimeout(d time.Duration) Option {
	return option(func(s *settings) { s.closeTimeout = d })
}

// WithShutdownTimeout sets how long a shutdown may take in all: drain, grace, flush, one second to leave the group, and close.
// Default: 28 s, inside the 30 s that Kubernetes gives.
func WithShutdownTimeout(d time.Duration) Option {
	return option(func(s *settings) { s.shutdownTimeout = d })
}

// complete derives the drain, and reports all that is wrong.
func (s *settings) complete(maxPollInterval time.Duration) []error {
	problems := s.problems
	report := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("consumer: "+format, args...))
	}
	s.retry = s.retry.complete()
	problems = append(problems, s.retry.check(), s.letterHeaders.check())
	switch {
	case s.order.kind != byPartition && s.order.limit < 1:
		report("WithOrder(%v): at least one handler must run", s.order)
	case s.order.kind != byPartition && s.maxHandlers != 0:
		report("WithMaxHandlers(%d): %v has a bound of its own", s.maxHandlers, s.order)
	case s.maxHandlers < 0:
		report("WithMaxHandlers: %d: must not be negative", s.maxHandlers)
	case s.maxHandlers > 0:
		s.order.limit = s.maxHandlers
	}
	if s.queueRecords < 1 || s.queueBytes < 1 {
		report("WithPartitionQueue: %d records and %d bytes: both must be at least 1", s.queueRecords, s.queueBytes)
	}
	if s.totalBytes < 1 {
		report("WithQueueBytes: %d: must be at least 1", s.totalBytes)
	}
	for _, bound := range []struct {
		option string
		d      time.Duration
	}{
		{"WithHandlerTimeout", s.handlerTimeout},
		{"WithUnknownSchemaWait", s.unknownSchemaWait},
		{"WithRevokeDrain", s.revokeDrain},
		{"WithCancelGrace", s.cancelGrace},
		{"WithShutdownDrain", s.drain},
		{"WithDeadLetterFlush", s.flush},
		{"WithCloseTimeout", s.closeTimeout},
	} {
		if bound.d < 0 {
			report("%s: %v: must not be negative", bound.option, bound.d)
		}
	}
	if len(s.deadLetterConfig) > 0 && !s.deadLetters {
		problems = append(problems, errors.New("consumer: WithDeadLetterProducer without WithDeadLetters: there is nothing to produce"))
	}
	if s.revokeDrain+s.cancelGrace >= maxPollInterval/2 {
		report("WithRevokeDrain (%v) and WithCancelGrace (%v) together must be less than half of max.poll.interval.ms (%v)",
			s.revokeDrain, s.cancelGrace, maxPollInterval)
	}
	rest := s.shutdownTimeout - s.cancelGrace - s.flush - s.leave - s.closeTimeout
	switch {
	case s.drain > 0 && s.drain > rest, rest < 0:
		report("a shutdown may take %v (WithShutdownTimeout), but drain %v, grace %v, flush %v, %v to leave and close %v add up to more",
			s.shutdownTimeout, s.drain, s.cancelGrace, s.flush, s.leave, s.closeTimeout)
	case s.drain == 0:
		s.drain = rest
	}
	return problems
}

func init() {
	kafkaclient.ConsumerOption = func(open kafkaclient.OpenConsumer, letters kafkaclient.OpenProducer) any {
		return option(func(s *settings) { s.openConsumer, s.openProducer = open, letters })
	}
}
