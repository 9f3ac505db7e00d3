package consumer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
	"github.com/magicbyte-go/magicbyte/internal/kafkaconfig"
)

// Names of the headers that a dead letter has after the original ones. All values are text; times are RFC 3339 in UTC.
const (
	HeaderOriginTopic     = "dlq.origin.topic"
	HeaderOriginPartition = "dlq.origin.partition"
	HeaderOriginOffset    = "dlq.origin.offset"
	HeaderOriginTimestamp = "dlq.origin.timestamp"
	HeaderOriginGroup     = "dlq.origin.group"
	HeaderErrorStage      = "dlq.error.stage"   // see [Stage]
	HeaderErrorClass      = "dlq.error.class"   // see [serde.Class]; "handler" or "panic" for a handler
	HeaderErrorMessage    = "dlq.error.message" // at most 1 KiB
	HeaderAttempts        = "dlq.attempts"
	HeaderFirstFailedAt   = "dlq.first-failed-at"
	HeaderFailedAt        = "dlq.failed-at"
	HeaderKeySchemaID     = "dlq.schema.key-id"   // only where it is known
	HeaderValueSchemaID   = "dlq.schema.value-id" // only where it is known
)

const maxErrorMessage = 1 << 10

// letterTopic names the topic of a group's dead letters.
func letterTopic(topic, group string) string { return topic + "." + group + ".dlq" }

// letterConfig builds the configuration of the producer of dead letters.
func letterConfig(consumer, extra kafka.ConfigMap) (kafka.ConfigMap, error) {
	config := kafkaconfig.Connection(consumer)
	for name, value := range extra {
		for other := range config {
			if kafkaconfig.Canonical(other) == kafkaconfig.Canonical(name) {
				delete(config, other)
			}
		}
		config[name] = value
	}
	return kafkaconfig.Resolve(config, kafkaconfig.Rules{
		Package: "consumer: dead letters",
		Kind:    kafkaconfig.Producer,
		Owned: map[string]kafkaconfig.Owned{
			"acks":                      {Value: "all", Instead: "a dead letter must not be lost"},
			"enable.idempotence":        {Value: true, Instead: "a dead letter must be there once"},
			"transactional.id":          {Instead: "dead letters are not written in transactions"},
			"go.delivery.reports":       {Value: true, Instead: "each dead letter is waited for"},
			"go.delivery.report.fields": {Value: "none", Instead: "each dead letter is waited for"},
			"go.logs.channel.enable":    {Value: true, Instead: "use WithLogger"},
			"go.logs.channel":           {Instead: "use WithLogger"},
		},
		Defaults: map[string]kafka.ConfigValue{
			"partitioner":      "murmur2_random",
			"compression.type": "lz4",
			"linger.ms":        5,
		},
	})
}

// deadLetters writes dead letters. All methods but close are safe for concurrent use.
type deadLetters struct {
	producer kafkaclient.Producer
	group    string
	log      *slog.Logger
	drains   sync.WaitGroup

	mu     sync.RWMutex // held for reading around each Produce
	closed bool
}

func openDeadLetters(config kafka.ConfigMap, group string, set settings) (*deadLetters, error) {
	producer, err := set.openProducer(config)
	if err != nil {
		return nil, fmt.Errorf("consumer: dead letters: %w", err)
	}
	d := &deadLetters{producer: producer, group: group, log: set.log}
	logs := producer.Logs()
	d.drains.Go(func() { kafkaclient.DrainLogs(logs, set.log) })
	d.drains.Go(d.reports)
	return d, nil
}

// reports hands each delivery report to the function that was sent with the dead letter.
func (d *deadLetters) reports() {
	for event := range d.producer.Events() {
		switch event := event.(type) {
		case *kafka.Message:
			event.Opaque.(func(error))(event.TopicPartition.Error) //nolint:errcheck // send put it there
		case kafka.Error:
			d.log.Warn("Kafka client of the dead letters", slog.Any(keyError, event))
		}
	}
}

// check makes sure that the topics of the dead letters exist, and creates them where that is wanted.
func (d *deadLetters) check(ctx context.Context, topics []string, create bool) error {
	for _, topic := range topics {
		name := letterTopic(topic, d.group)
		if create {
			if err := d.create(ctx, name); err != nil {
				return fmt.Errorf("consumer: create dead-letter topic %s: %w", name, err)
			}
		}
		if err := kafkaclient.WaitTopic(ctx, d.producer, name, create); err != nil {
			return fmt.Errorf("consumer: dead letters (create the topic, or see WithCreateTopics): %w", err)
		}
	}
	return nil
}

func (d *deadLetters) create(ctx context.Context, topic string) error {
	producer, ok := d.producer.(*kafka.Producer)
	if !ok {
		return nil // in memory, where every topic exists
	}
	admin, err := kafka.NewAdminClientFromProducer(producer)
	if err != nil {
		return err
	}
	defer admin.Close()
	results, err := admin.CreateTopics(ctx, []kafka.TopicSpecification{{Topic: topic, NumPartitions: -1}})
	if err != nil {
		return err
	}
	for _, result := range results {
		if code := result.Error.Code(); code != kafka.ErrNoError && code != kafka.ErrTopicAlreadyExists {
			return result.Error
		}
	}
	return nil
}

// post writes the dead letters of a condemned strand. Their reports settle its tasks, or have it come here again.
func (e *engine) post(st *strand) {
	tasks, f := e.sched.outgoing(st)
	for _, t := range tasks {
		e.letters.send(e.letters.letter(t, f), func(err error) { e.posted(st, t, f, err) })
	}
}

// posted takes the outcome of a dead letter. What may pass is tried again, for as long as it takes; any other failure ends the run.
func (e *engine) posted(st *strand, t *task, f failure, err error) {
	l := st.lane
	switch {
	case err == nil:
		if e.sched.posted(st, t, false, 0) {
			e.log.Warn("record dead-lettered", append(l.attrs(t, f.err), slog.String(keyStage, string(f.stage)))...)
		}
	case passing(err):
		if e.sched.posted(st, t, true, e.set.sendRetry) {
			e.log.Warn("dead letter not written, to be tried again", l.attrs(t, err)...)
		}
	case e.sched.refused(st):
		err = fmt.Errorf("dead letter to %s: %w", letterTopic(l.Topic, e.group), err)
		e.stop(l.recordError(t, f.stage, errors.Join(f.err, err), ""))
	}
}

// send hands a dead letter to the producer. done is called with its outcome, once, by this goroutine or another; never after close.
func (d *deadLetters) send(letter *kafka.Message, done func(error)) {
	letter.Opaque = done
	d.mu.RLock()
	err := error(kafka.NewError(kafka.ErrState, "closed", false))
	if !d.closed {
		err = d.producer.Produce(letter, nil)
	}
	closed := d.closed
	d.mu.RUnlock()
	if err != nil && !closed {
		done(err)
	}
}

// passing reports whether an error of the producer may pass.
func passing(err error) bool {
	kafkaError, ok := errors.AsType[kafka.Error](err)
	return ok && !kafkaError.IsFatal() && !hasCode(err,
		kafka.ErrMsgSizeTooLarge, kafka.ErrInvalidMsgSize, kafka.ErrRecordListTooLarge, kafka.ErrInvalidRecord, kafka.ErrInvalidTimestamp,
		kafka.ErrTopicAuthorizationFailed, kafka.ErrClusterAuthorizationFailed, kafka.ErrPolicyViolation,
		kafka.ErrUnknownTopic, kafka.ErrUnknownTopicOrPart, kafka.ErrUnknownPartition, kafka.ErrTopicException,
		kafka.ErrInvalidArg, kafka.ErrState, kafka.ErrFatal)
}

// letter makes the dead letter: key, value and headers as they were, then why. Its timestamp is the time of writing, since
// brokers refuse some that records may have.
func (d *deadLetters) letter(t *task, f failure) *kafka.Message {
	m := t.m
	topic := letterTopic(*m.TopicPartition.Topic, d.group)
	headers := make([]kafka.Header, len(m.Headers), len(m.Headers)+13)
	copy(headers, m.Headers)
	add := func(name, value string) { headers = append(headers, kafka.Header{Key: name, Value: []byte(value)}) }
	add(HeaderOriginTopic, *m.TopicPartition.Topic)
	add(HeaderOriginPartition, strconv.Itoa(int(m.TopicPartition.Partition)))
	add(HeaderOriginOffset, strconv.FormatInt(int64(m.TopicPartition.Offset), 10))
	add(HeaderOriginTimestamp, stamp(m.Timestamp))
	add(HeaderOriginGroup, d.group)
	add(HeaderErrorStage, string(f.stage))
	add(HeaderErrorClass, f.class)
	add(HeaderErrorMessage, truncated(f.err.Error(), maxErrorMessage))
	add(HeaderAttempts, strconv.Itoa(t.attempts))
	add(HeaderFirstFailedAt, stamp(t.first))
	add(HeaderFailedAt, stamp(time.Now()))
	keyID, valueID := f.ids(t)
	if !keyID.IsZero() {
		add(HeaderKeySchemaID, keyID.String())
	}
	if !valueID.IsZero() {
		add(HeaderValueSchemaID, valueID.String())
	}
	return &kafka.Message{
		TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: kafka.PartitionAny},
		Key:            m.Key,
		Value:          m.Value,
		Headers:        headers,
	}
}

// close gives up what is not acknowledged: the lanes have given it up already.
func (d *deadLetters) close() {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	if err := d.producer.Purge(kafka.PurgeInFlight | kafka.PurgeQueue); err != nil {
		d.log.Debug("dead letters not purged", slog.Any(keyError, err))
	}
	d.producer.Close()
	d.drains.Wait()
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// truncated cuts text to at most limit bytes, not inside a character.
func truncated(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}
