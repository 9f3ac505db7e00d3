package consumer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// Bounds of what is on its way before offsets are committed.
const (
	redriveBatch   = 500
	redriveBytes   = 8 << 20
	redriveTime    = time.Second
	redriveReports = 10 * time.Second // for what is on its way when ctx ends
)

// RedriveOptions say which dead letters [Redrive] sends back, and how. Fields that are zero have their default.
type RedriveOptions struct {
	// Filter chooses the dead letters to send back; the others are passed over, and not looked at again by the same group. Default: all.
	Filter func(*Letter) bool
	// Rate is how many records a second are sent at most. Default: no limit.
	Rate float64
	// Limit is how often a record may be redriven; one that came back so often is passed over. Default: 3. Negative is no limit.
	Limit int
	// DryRun counts what would be done, and sends and commits nothing.
	DryRun bool
	// Group is the group whose committed offsets say where to begin, and that are moved. Default: the topic's name and ".redrive". Another group
	// begins with the oldest dead letter.
	Group string
	// Producer are properties of the producer on top of those of the connection. Default: none.
	Producer kafka.ConfigMap
	// Tokens are as with [WithTokenSource].
	Tokens func(ctx context.Context) (kafka.OAuthBearerToken, error)
	// Log is where the clients log to. Default: nowhere.
	Log *slog.Logger
}

// Redriven counts what [Redrive] did.
type Redriven struct {
	Sent     int // acknowledged; with DryRun, those that would be sent
	Filtered int // passed over by the filter
	Limited  int // redriven too often already
	Unknown  int // no dead letters of any kind that is known
}

// Redrive sends the records of a topic of dead letters back to the topics and partitions that they come from, up to the end that the topic has at
// the beginning. Key, value and headers are byte for byte what they were, without the headers that describe the failure, whoever wrote them (see
// [HeaderProfile]); [HeaderRedriven] and [HeaderRedrivenGroup] come behind. All groups of the topic see the records again: see
// [WithSkipRedrivenForOthers]. They come behind what was written meanwhile, so the order of a key is not kept.
//
// Offsets are committed once records are acknowledged, in a group of their own, so that a second call goes on behind the first. After a failure, or when ctx ends, the last
// few hundred may be sent again by the next call. Two calls at once for one topic and group send records twice.
//
// config holds librdkafka's properties by their own names; bootstrap.servers must be there. What was done until an error is returned with it.
func Redrive(ctx context.Context, config kafka.ConfigMap, topic string, options RedriveOptions) (Redriven, error) {
	if err := options.complete(topic); err != nil {
		return Redriven{}, err
	}
	writing, err := letterConfig("consumer: redrive", config, options.Producer, options.Tokens != nil)
	if err != nil {
		return Redriven{}, err
	}
	reader, err := openLetters(config, options.Group, options.Tokens, options.Log) //nolint:contextcheck // log lines are drained until it is closed
	if err != nil {
		return Redriven{}, err
	}
	defer reader.close()
	if err := reader.assign(ctx, topic, options.Group); err != nil {
		return Redriven{}, err
	}
	set := settings{log: options.Log, tokens: options.Tokens, openProducer: kafkaclient.NewProducer}
	letters, err := openDeadLetters(writing, options.Group, set) //nolint:contextcheck // the same
	if err != nil {
		return Redriven{}, err
	}
	defer func() {
		if !kafkaclient.CloseWithin(letterCloseTimeout, letters.close) {
			options.Log.WarnContext(ctx, "the Kafka client that sends dead letters back did not close in time", slog.Duration(keyDuration, letterCloseTimeout))
		}
	}()
	r := redrive{RedriveOptions: options, reader: reader, letters: letters, topic: topic, begun: time.Now()}
	err = r.run(ctx)
	return r.done, err
}

// complete fills in the defaults, and reports what is wrong.
func (o *RedriveOptions) complete(topic string) error {
	if o.Group == "" {
		o.Group = topic + ".redrive"
	}
	if o.Limit == 0 {
		o.Limit = 3
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	var problems []error
	if err := kafkaclient.CheckTopicName(topic); err != nil {
		problems = append(problems, fmt.Errorf("consumer: redrive: %w", err))
	}
	if o.Rate < 0 {
		problems = append(problems, fmt.Errorf("consumer: redrive: a rate of %v records a second: must not be negative", o.Rate))
	}
	return errors.Join(problems...)
}

// redrive is one call of Redrive.
type redrive struct {
	RedriveOptions
	reader  *letterReader
	letters *deadLetters
	topic   string
	begun   time.Time

	done     Redriven
	sent     int // on their way or acknowledged
	passed   map[int32]int64
	underway []*Letter
	reports  chan error
}

// run sends batch after batch.
func (r *redrive) run(ctx context.Context) error {
	for {
		r.passed, r.underway, r.reports = map[int32]int64{}, nil, make(chan error, redriveBatch)
		more, err := r.batch(ctx)
		if err = errors.Join(err, r.settle(ctx)); err != nil || !more {
			return err
		}
	}
}

// batch sends up to a batch of letters, and reports whether there may be more.
func (r *redrive) batch(ctx context.Context) (more bool, err error) {
	size, began := 0, time.Now()
	for n := 0; n < redriveBatch && size < redriveBytes && time.Since(began) < redriveTime; n++ {
		letter, err := r.reader.next(ctx)
		if letter == nil || err != nil {
			return false, err
		}
		switch {
		case letter.Origin.Topic == "":
			r.done.Unknown++
		case r.Limit > 0 && letter.Redriven >= r.Limit:
			r.done.Limited++
		case r.Filter != nil && !r.Filter(letter):
			r.done.Filtered++
		case r.DryRun:
			r.done.Sent++
		default:
			if err := r.pace(ctx); err != nil {
				return false, err
			}
			r.send(letter)
			size += len(letter.Key) + len(letter.Value)
		}
		r.passed[letter.Partition] = letter.Offset + 1
	}
	return true, nil
}

// pace waits until the rate allows another record.
func (r *redrive) pace(ctx context.Context) error {
	r.sent++
	if r.Rate == 0 {
		return nil
	}
	due := r.begun.Add(time.Duration(float64(r.sent-1) / r.Rate * float64(time.Second)))
	timer := time.NewTimer(time.Until(due))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *redrive) send(letter *Letter) {
	reports := r.reports
	r.underway = append(r.underway, letter)
	r.letters.send(letter.redriven(), func(err error) {
		if err != nil {
			err = fmt.Errorf("consumer: redrive %s to %s: %w", letter.Ref, letter.Origin.Topic, err)
		}
		reports <- err
	})
}

// settle waits for the batch to be acknowledged, and commits. When one record is not, nothing of the batch is committed: all of it is sent
// again by the next call.
func (r *redrive) settle(ctx context.Context) error {
	waiting, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(redriveReports, giveUp) })()
	var failure error
	for range r.underway {
		select {
		case err := <-r.reports:
			if err == nil {
				r.done.Sent++
			} else if failure == nil {
				failure = err
			}
		case <-waiting.Done():
			return fmt.Errorf("consumer: redrive: not acknowledged in time: %w", ctx.Err())
		}
	}
	if failure != nil || r.DryRun || len(r.passed) == 0 {
		return failure
	}
	var offsets []kafka.TopicPartition
	for partition, offset := range r.passed {
		offsets = append(offsets, kafka.TopicPartition{Topic: &r.topic, Partition: partition, Offset: kafka.Offset(offset)})
	}
	results, err := r.reader.client.CommitOffsets(offsets)
	for _, result := range results {
		err = errors.Join(err, result.Error)
	}
	if err != nil {
		return fmt.Errorf("consumer: redrive: commit the offsets of group %s: %w", r.Group, err)
	}
	return nil
}
