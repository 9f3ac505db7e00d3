package consumer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
	"github.com/magicbyte-go/magicbyte/internal/kafkaconfig"
)

// letterCloseTimeout is how long the clients of a redrive may take to close.
const letterCloseTimeout = 5 * time.Second

// letterReader reads a topic of dead letters from given offsets to the ends that it had at the beginning, without joining a group. One
// goroutine uses it.
type letterReader struct {
	client *kafka.Consumer
	tokens *kafkaclient.Tokens
	drains sync.WaitGroup
	ends   map[int32]int64 // of partitions that are not read to the end yet
	log    *slog.Logger
	last   error // of the client, that passes
}

// openLetters opens the client, which commits for a group.
func openLetters(config kafka.ConfigMap, group string, source kafkaclient.TokenSource, log *slog.Logger) (*letterReader, error) {
	resolved, err := kafkaconfig.Resolve(config, kafkaconfig.Rules{
		Package: "consumer: redrive",
		Kind:    kafkaconfig.Consumer,
		Tokens:  source != nil,
		Owned: map[string]kafkaconfig.Owned{
			"group.id":                 {Value: group, Instead: "use RedriveOptions.Group"},
			"enable.auto.offset.store": {Value: false, Instead: atLeastOnce},
			"enable.partition.eof":     {Value: true, Instead: "the end is looked for"},
			"enable.auto.commit":       {Value: false, Instead: atLeastOnce},
			"auto.offset.reset":        {Value: "earliest", Instead: "the first redrive begins with the oldest dead letter"},
			"isolation.level":          {Value: "read_committed", Instead: "records of aborted transactions must not be seen"},
			"go.events.channel.enable": {Instead: "it polls by itself"},
			"go.events.channel.size":   {Instead: "it polls by itself"},
			"go.logs.channel.enable":   {Value: true, Instead: "use the logger of RedriveOptions"},
			"go.logs.channel":          {Instead: "use the logger of RedriveOptions"},
			"log.queue":                {Instead: "use the logger of RedriveOptions"},
		},
		Required: map[string]string{"bootstrap.servers": "the brokers to connect to first, as host:port, separated by commas"},
	})
	if err != nil {
		return nil, err
	}
	client, err := kafka.NewConsumer(&resolved)
	if err != nil {
		return nil, fmt.Errorf("consumer: redrive: %w", err)
	}
	r := &letterReader{client: client, tokens: kafkaclient.NewTokens(client, source, log), log: log}
	logs := client.Logs()
	r.drains.Go(func() { kafkaclient.DrainLogs(logs, log) })
	return r, nil
}

// assign begins with the offsets that the group has committed, or where there are none, or group is empty, with the oldest.
func (r *letterReader) assign(ctx context.Context, topic, group string) error {
	var partitions []kafka.TopicPartition
	var spans []kafkaclient.Span
	err := r.attend(func() error {
		if err := kafkaclient.WaitTopic(ctx, r.client, topic, false); err != nil {
			return err
		}
		metadata, err := r.client.GetMetadata(&topic, false, int(offsetsTimeout.Milliseconds()))
		if err != nil {
			return err
		}
		for _, p := range metadata.Topics[topic].Partitions {
			partitions = append(partitions, kafka.TopicPartition{Topic: &topic, Partition: p.ID, Offset: kafka.OffsetBeginning})
		}
		spans, err = kafkaclient.Spans(ctx, r.client, group, slices.Clone(partitions))
		return err
	})
	if err != nil {
		return withLast(fmt.Errorf("consumer: read dead letters: %w", err), r.last)
	}
	r.ends = map[int32]int64{}
	for i, span := range spans {
		if span.End < 0 {
			return fmt.Errorf("consumer: read dead letters: the end of %s[%d] is not known", topic, partitions[i].Partition)
		}
		if group != "" && span.Committed >= 0 {
			partitions[i].Offset = kafka.Offset(span.Committed)
		}
		if span.End > max(0, span.Committed) {
			r.ends[partitions[i].Partition] = span.End
		}
	}
	return r.client.Assign(partitions)
}

// attend serves the client's events while wait asks brokers something.
func (r *letterReader) attend(wait func() error) error {
	done := make(chan error, 1)
	r.drains.Go(func() { done <- wait() })
	for {
		select {
		case err := <-done:
			return err
		default:
			if _, err := r.poll(); err != nil {
				return errors.Join(err, <-done)
			}
		}
	}
}

// next returns the next dead letter, nil at the end.
func (r *letterReader) next(ctx context.Context) (*Letter, error) {
	for len(r.ends) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		event, err := r.poll()
		if err != nil {
			return nil, err
		}
		switch event := event.(type) {
		case *kafka.Message:
			partition, offset := event.TopicPartition.Partition, int64(event.TopicPartition.Offset)
			end, reading := r.ends[partition]
			if !reading {
				continue
			}
			if offset >= end-1 {
				delete(r.ends, partition)
			}
			if offset < end {
				return parseLetter(event), nil
			}
		case kafka.PartitionEOF: // the last ones may be markers of transactions
			delete(r.ends, event.Partition)
		}
	}
	return nil, nil
}

func (r *letterReader) poll() (kafka.Event, error) {
	event := r.client.Poll(int(shortPoll.Milliseconds()))
	switch event := event.(type) {
	case *kafka.Message:
		if event.TopicPartition.Error != nil {
			return nil, fmt.Errorf("consumer: read dead letters: %w", event.TopicPartition.Error)
		}
	case kafka.OAuthBearerTokenRefresh:
		r.tokens.Refresh()
	case kafka.Error:
		if event.IsFatal() || hasCode(event, kafka.ErrTopicAuthorizationFailed, kafka.ErrGroupAuthorizationFailed, kafka.ErrUnknownTopicOrPart) {
			return nil, fmt.Errorf("consumer: read dead letters: %w", event)
		}
		if event.Code() != kafka.ErrAllBrokersDown {
			r.last = event
		}
		r.log.Warn("Kafka client", slog.Any(keyError, event))
	}
	return event, nil
}

// close closes the client, which may hang.
func (r *letterReader) close() {
	closed := kafkaclient.CloseWithin(letterCloseTimeout, func() {
		r.tokens.Close()
		if err := r.client.Close(); err != nil {
			r.log.Warn("Kafka client not closed", slog.Any(keyError, err))
		}
		r.drains.Wait()
	})
	if !closed {
		r.log.Warn("the Kafka client that reads dead letters did not close in time", slog.Duration(keyDuration, letterCloseTimeout))
	}
}

// ReadDeadLetters reads a topic of dead letters from its oldest to the end that it has when the loop begins, in no order of partitions, and commits nothing. config
// holds librdkafka's properties by their own names; bootstrap.servers must be there. An error is the last thing that is yielded.
func ReadDeadLetters(ctx context.Context, config kafka.ConfigMap, topic string) iter.Seq2[*Letter, error] {
	return func(yield func(*Letter, error) bool) {
		if err := kafkaclient.CheckTopicName(topic); err != nil {
			yield(nil, fmt.Errorf("consumer: read dead letters: %w", err))
			return
		}
		reader, err := openLetters(config, topic+".reader", nil, slog.New(slog.DiscardHandler)) //nolint:contextcheck // log lines are drained until it is closed
		if err != nil {
			yield(nil, err)
			return
		}
		defer reader.close()
		if err := reader.assign(ctx, topic, ""); err != nil {
			yield(nil, err)
			return
		}
		for {
			letter, err := reader.next(ctx)
			if letter == nil && err == nil || !yield(letter, err) || err != nil {
				return
			}
		}
	}
}
