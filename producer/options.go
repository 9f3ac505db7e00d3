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

// Option configures a [Producer] or [Transactions].
type Option interface {
	apply(*options)
}

type options struct {
	logger            *slog.Logger
	partitioner       Partitioner
	allowMissingTopic bool
	open              kafkaclient.OpenProducer
	tokens            kafkaclient.TokenSource
	hooks             []SendHook
	stats             []StatsHook
	rebuild           bool
	commitGrace       time.Duration
	errs              []error
}

type optionFunc func(*options)

func (f optionFunc) apply(o *options) { f(o) }

func newOptions(opts []Option) options {
	o := options{logger: slog.New(slog.DiscardHandler), partitioner: Murmur2Random, open: kafkaclient.NewProducer, commitGrace: 5 * time.Second}
	for _, opt := range opts {
		if opt == nil {
			o.errs = append(o.errs, errors.New("producer: a nil Option"))
			continue
		}
		opt.apply(&o)
	}
	return o
}

// WithLogger has the producer and librdkafka log to logger. The default is silence.
func WithLogger(logger *slog.Logger) Option {
	return optionFunc(func(o *options) {
		if logger == nil {
			o.errs = append(o.errs, errors.New("producer: WithLogger: the logger is nil"))
			return
		}
		o.logger = logger
	})
}

// WithAllowMissingTopic makes Start wait for a topic that does not exist, as long as its context allows. By default Start fails
// with [ErrTopicMissing]. A broker creates the topic by itself only with allow.auto.create.topics=true in the ConfigMap.
func WithAllowMissingTopic() Option {
	return optionFunc(func(o *options) { o.allowMissingTopic = true })
}

// WithRebuild has a producer replace its librdkafka client after a fatal error, instead of failing for good; what is sent meanwhile waits.
// Records that were under way then are [ErrIndeterminate]. A caller who sends them again may duplicate them, or put them behind
// later ones of their key: the broker tells repeated records by the identity of the client that is gone. Clients that fail within a minute are
// replaced after 100 ms, then ever later, up to 30 s. [Transactions] refuse it: their fatal errors
// mean that another producer has taken over.
func WithRebuild() Option {
	return optionFunc(func(o *options) { o.rebuild = true })
}

// WithTokenSource has the client log in with tokens that source returns (sasl.mechanism=OAUTHBEARER, KIP-255): before the first connection and
// whenever four fifths of a token's life are over. Each call may take 30 s; it is repeated 10 s after one that failed, which Start reports. For tokens by OpenID Connect librdkafka needs no
// source: sasl.oauthbearer.method=oidc.
func WithTokenSource(source func(ctx context.Context) (kafka.OAuthBearerToken, error)) Option {
	return optionFunc(func(o *options) {
		if source == nil {
			o.errs = append(o.errs, errors.New("producer: WithTokenSource: the source is nil"))
			return
		}
		o.tokens = source
	})
}

// Partitioner is the way in which keys are spread over partitions.
type Partitioner string

// The partitioners of librdkafka. All clients that write keys to a topic must use the same one, or records of one key lose their order.
const (
	// Murmur2Random hashes as Java's producer does; null keys go to random partitions. The default.
	Murmur2Random Partitioner = "murmur2_random"
	// Murmur2 is Murmur2Random with all null keys on one partition.
	Murmur2 Partitioner = "murmur2"
	// ConsistentRandom hashes by CRC32; null and empty keys go to random partitions. It is the default of librdkafka: for topics
	// that its other clients (C, C++, Python, Go, .NET) write with their defaults.
	ConsistentRandom Partitioner = "consistent_random"
	// Consistent is ConsistentRandom with all null and empty keys on one partition.
	Consistent Partitioner = "consistent"
	// FNV1aRandom hashes by FNV-1a, as Sarama does; null keys go to random partitions.
	FNV1aRandom Partitioner = "fnv1a_random"
	// FNV1a is FNV1aRandom with all null keys on one partition.
	FNV1a Partitioner = "fnv1a"
	// Random ignores keys.
	Random Partitioner = "random"
)

// WithPartitioner chooses the partitioner [Murmur2Random].
func WithPartitioner(partitioner Partitioner) Option {
	return optionFunc(func(o *options) {
		switch partitioner {
		case Murmur2Random, Murmur2, ConsistentRandom, Consistent, FNV1aRandom, FNV1a, Random:
			o.partitioner = partitioner
		default:
			o.errs = append(o.errs, fmt.Errorf("producer: WithPartitioner: unknown partitioner %q", string(partitioner)))
		}
	})
}

func init() {
	kafkaclient.ProducerOption = func(open kafkaclient.OpenProducer) any {
		return optionFunc(func(o *options) { o.open = open })
	}
}
