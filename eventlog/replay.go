package eventlog

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"gocloud.dev/blob"

	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/serde"
)

// mostSending is how many records are on their way to the brokers at once.
const mostSending = 10_000

// Replay reads the records of a topic as [Read] does, and produces them to the topic target: with their keys, values, timestamps and headers, to the partition that
// they were read from (see [WithRepartition]), in their order. It returns how many were acknowledged.
//
// The configuration is that of [producer.New]; the target must exist. The first error ends it, a gap too. A replay that was cut short can go on where the
// target ends, or begin again into a new topic: what was sent is sent again otherwise. Brokers may refuse timestamps that are too old or too new
// (message.timestamp.before.max.ms), and retention counts from them.
func Replay(ctx context.Context, bucket *blob.Bucket, topic string, from, to int64, config kafka.ConfigMap, target string, opts ...ReadOption) (sent int64, err error) {
	r, err := newReading(opts)
	if err != nil {
		return 0, err
	}
	r.envelopes = true
	p, err := producer.New(config, target, producer.Keys[[]byte](serde.BytesKey()), serde.BytesValue())
	if err != nil {
		return 0, err
	}
	if err := p.Start(ctx); err != nil {
		return 0, err
	}
	s := sending{p: p, slots: make(chan struct{}, mostSending)}
	err = s.all(ctx, r, r.read(ctx, bucket, topic, from, to))
	for range cap(s.slots) { // waits for all that is on its way: each has an outcome within delivery.timeout.ms
		s.slots <- struct{}{}
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer cancel()
	err = errors.Join(err, s.failure(), p.Close(closing))
	return s.sent, err
}

const closeTime = 10 * time.Second

// sending is a replay under way.
type sending struct {
	p     *producer.Producer[[]byte, []byte]
	slots chan struct{}

	mu   sync.Mutex
	sent int64
	err  error // the first
}

func (s *sending) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *sending) all(ctx context.Context, r *reading, records func(yield func(*Envelope, error) bool)) error {
	began, n := time.Now(), 0
	for e, err := range records {
		if err != nil {
			return err
		}
		if r.rate > 0 {
			if err := sleep(ctx, time.Until(began.Add(time.Duration(float64(n)/r.rate*float64(time.Second))))); err != nil {
				return err
			}
		}
		n++
		select {
		case s.slots <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if s.failure() != nil {
			<-s.slots
			return nil // it is told at the end
		}
		ref := consumerRef(e)
		s.p.SendAsync(ctx, message(e, r.repartition), func(_ producer.Receipt, err error) {
			s.mu.Lock()
			if err == nil {
				s.sent++
			} else if s.err == nil {
				s.err = fmt.Errorf("eventlog: replay %s: %w", ref, err)
			}
			s.mu.Unlock()
			<-s.slots
		})
	}
	return nil
}

func consumerRef(e *Envelope) string { return fmt.Sprintf("%s[%d]@%d", e.Topic, e.Partition, e.Offset) }

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// message is the record of an envelope.
func message(e *Envelope, repartition bool) producer.Message[[]byte, []byte] {
	m := producer.Message[[]byte, []byte]{Timestamp: e.Timestamp}
	if e.TimestampType == TimestampTypeNone {
		m.Timestamp = time.Time{}
	}
	if e.Key != nil {
		m.Key = &e.Key
	}
	if e.Value != nil {
		m.Value = &e.Value
	}
	if !repartition {
		m.Partition = &e.Partition
	}
	for i := range e.Headers {
		m.Headers = append(m.Headers, kafka.Header{Key: string(e.Headers[i].Key), Value: e.Headers[i].Value})
	}
	return m
}
