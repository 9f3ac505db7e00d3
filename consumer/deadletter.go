package consumer

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// deadLetters writes dead letters. All methods but close are safe for concurrent use.
type deadLetters struct {
	producer kafkaclient.Producer
	transact *transact // writes them instead of a producer of their own; nil but in transactions
	group    string
	profile  HeaderProfile
	log      *slog.Logger
	drains   sync.WaitGroup
	tokens   *kafkaclient.Tokens

	mu     sync.RWMutex // held for reading around each Produce
	closed bool
}

func openDeadLetters(config kafka.ConfigMap, group string, set settings) (*deadLetters, error) {
	producer, err := set.openProducer(config)
	if err != nil {
		return nil, fmt.Errorf("consumer: dead letters: %w", err)
	}
	d := &deadLetters{producer: producer, group: group, profile: set.letterHeaders, log: set.log}
	d.tokens = kafkaclient.NewTokens(producer, set.tokens, set.log)
	logs := producer.Logs()
	d.drains.Go(func() { kafkaclient.DrainLogs(logs, set.log) })
	d.drains.Go(d.reports)
	return d, nil
}

// reports hands each delivery report to the function that was sent with the dead letter.
func (d *deadLetters) reports() {
	closed := false
	defer func() {
		if !closed { // a hook has ended the goroutine: other dead letters wait for what comes next
			d.drains.Go(d.reports)
		}
	}()
	for event := range d.producer.Events() {
		switch event := event.(type) {
		case *kafka.Message:
			event.Opaque.(func(error))(kafkaclient.Outcome(event, true)) //nolint:errcheck // send put it there
		case kafka.Error:
			d.log.Warn("Kafka client of the dead letters", slog.Any(keyError, event))
		case kafka.OAuthBearerTokenRefresh:
			d.tokens.Refresh()
		}
	}
	closed = true
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
	written := func() {
		l.tell([]*task{t}, DeadLettered)
		each(e.set.hooks, func(h HookDeadLetter) { h.OnDeadLetter(t.ref(), f.stage, f.class, f.err) })
		e.log.Warn("record dead-lettered", append(l.attrs(t, f.err), slog.String(keyStage, string(f.stage)))...)
	}
	switch {
	case e.transact != nil && (err == nil || transient(err) || errors.Is(err, kafkaclient.ErrNoTransaction)):
		e.transact.posted(st, t, f, err, written)
	case err == nil:
		if e.sched.posted(st, t, false, 0) {
			written()
		}
	case passing(err):
		if e.sched.posted(st, t, true, e.set.sendRetry) {
			e.log.Warn("dead letter not written, to be tried again", l.attrs(t, err)...)
		}
	case e.sched.awaits(st):
		err = fmt.Errorf("dead letter to %s: %w", letterTopic(l.Topic, e.group), err)
		if hasCode(err, kafka.ErrMsgSizeTooLarge, kafka.ErrInvalidMsgSize, kafka.ErrRecordListTooLarge) {
			err = fmt.Errorf("%w: it is the record with some 500 bytes of headers more: see max.message.bytes of that topic, and message.max.bytes in WithDeadLetterProducer", err)
		}
		e.stop(l.recordError(t, f.stage, errors.Join(f.err, err), "")) // first, so that nothing behind it is started
		e.sched.refused(st)
	}
}

// send hands a dead letter to the producer. done is called with its outcome, once, by this goroutine or another; never after close.
func (d *deadLetters) send(letter *kafka.Message, done func(error)) {
	if d.transact != nil {
		d.transact.post(letter, done)
		return
	}
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
	if errors.Is(err, kafkaclient.ErrUnconfirmed) {
		return true
	}
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
	return &kafka.Message{
		TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: kafka.PartitionAny},
		Key:            m.Key,
		Value:          m.Value,
		Headers:        d.profile.append(headers, d.group, t, f),
	}
}

// close gives up what is not acknowledged: the lanes have given it up already.
func (d *deadLetters) close() {
	if d.transact != nil {
		return
	}
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	if err := d.producer.Purge(kafka.PurgeInFlight | kafka.PurgeQueue); err != nil {
		d.log.Debug("dead letters not purged", slog.Any(keyError, err))
	}
	d.tokens.Close()
	d.producer.Close()
	d.drains.Wait()
}
