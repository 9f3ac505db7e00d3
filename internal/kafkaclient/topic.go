package kafkaclient

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// ErrTopicMissing says that the brokers do not know a topic. producer.ErrTopicMissing and consumer.ErrTopicMissing are this value.
var ErrTopicMissing = errors.New("topic does not exist")

// TopicHint is the way out of ErrTopicMissing, for clients that can be made to wait.
const TopicHint = "create it, or wait for it with WithAllowMissingTopic"

const (
	firstSlice = 100 * time.Millisecond // of waiting for an answer; doubled up to lastSlice, for brokers that are far away
	lastSlice  = time.Second
	pause      = 100 * time.Millisecond // between two questions
	// missingFor is how long a topic must be missing before WaitTopic believes it: a broker hears of a new topic a moment
	// after the controller has created it.
	missingFor = 500 * time.Millisecond
	// answerWithin bounds the wait for a topic that must be there: with a wrong address, librdkafka itself tries for ever.
	answerWithin = 30 * time.Second
)

// errNoAnswer ends a wait after answerWithin. It is a context.DeadlineExceeded, as the end of the caller's own deadline would be.
var errNoAnswer = fmt.Errorf("no broker described it within %v: %w", answerWithin, context.DeadlineExceeded)

// MetadataSource is a producer, consumer or admin client of package kafka.
type MetadataSource interface {
	GetMetadata(topic *string, allTopics bool, timeoutMs int) (*kafka.Metadata, error)
}

// CheckTopicName returns an error for a name that Kafka does not take: it wants 1 to 249 of the characters a-z, A-Z, 0-9, dot,
// underscore and dash, and neither "." nor "..".
func CheckTopicName(topic string) error {
	if topic == "" {
		return errors.New("the topic is empty")
	}
	if topic == "." || topic == ".." || len(topic) > 249 {
		return fmt.Errorf("illegal topic name %.260q: it must have 1 to 249 characters and be neither . nor ..: choose another", topic)
	}
	for _, r := range topic {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
		default:
			return fmt.Errorf("illegal topic name %q: only letters, digits, dots, underscores and dashes are allowed", topic)
		}
	}
	return nil
}

// WaitTopic returns once a broker has described topic. It waits for brokers that cannot be reached and for a topic that
// is being created, as long as ctx allows and, without allowMissing, for 30 s; a cancelled ctx ends it after a second at the latest, and at once while brokers answer. A topic
// that does not exist is ErrTopicMissing after half a second, or waited for with allowMissing. The client must not be closed
// meanwhile.
func WaitTopic(ctx context.Context, client MetadataSource, topic string, allowMissing bool) error {
	if !allowMissing {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, answerWithin, errNoAnswer)
		defer cancel()
	}
	slice := firstSlice
	err := errors.New("none yet")
	var missingSince time.Time
	for {
		if ctx.Err() != nil {
			return fmt.Errorf("topic %s: %w (last answer of the brokers: %w)", topic, context.Cause(ctx), err)
		}
		err = askTopic(ctx, client, topic, slice)
		code := codeOf(err)
		switch {
		case err == nil:
			return nil
		case code == kafka.ErrUnknownTopicOrPart || code == kafka.ErrUnknownTopic:
			if missingSince.IsZero() {
				missingSince = time.Now()
			}
			if !allowMissing && time.Since(missingSince) >= missingFor {
				return fmt.Errorf("topic %s: %w", topic, ErrTopicMissing)
			}
		case code == kafka.ErrTopicAuthorizationFailed || code == kafka.ErrTopicException:
			return fmt.Errorf("topic %s: %w", topic, err)
		default:
			slice = min(2*slice, lastSlice)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// askTopic asks a broker once and waits for the answer for slice, or less where ctx ends sooner.
func askTopic(ctx context.Context, client MetadataSource, topic string, slice time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok {
		slice = max(min(slice, time.Until(deadline)), time.Millisecond)
	}
	metadata, err := client.GetMetadata(&topic, false, int(slice.Milliseconds()))
	if err != nil {
		return err
	}
	described, ok := metadata.Topics[topic]
	switch {
	case !ok:
		return kafka.NewError(kafka.ErrUnknownTopicOrPart, "", false)
	case described.Error.Code() != kafka.ErrNoError:
		return described.Error
	case len(described.Partitions) == 0:
		return kafka.NewError(kafka.ErrLeaderNotAvailable, "", false)
	}
	return nil
}

// codeOf returns the code of librdkafka's error, or ErrNoError where err holds none.
func codeOf(err error) kafka.ErrorCode {
	var e kafka.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return kafka.ErrNoError
}
