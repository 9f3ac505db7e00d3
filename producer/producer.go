package producer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
	"github.com/magicbyte-go/magicbyte/internal/kafkaconfig"
	"github.com/magicbyte-go/magicbyte/serde"
)

// Producer sends values of type V with keys of type K to one topic. New makes it; Start must come through before the first
// record. All its methods are safe for concurrent use.
type Producer[K, V any] struct {
	topic   string
	key     Key[K, V]
	value   Serializer[V]
	config  kafka.ConfigMap
	options options

	scratches sync.Pool // of *scratch[K]

	running   atomic.Pointer[client] // set from Start to Close
	joined    *Transactions          // nil for a producer of its own
	callbacks aside

	mu       sync.Mutex
	starting *attempt      // a Start under way
	closed   chan struct{} // made by the first Close, closed when it has ended
	closeErr error         // of that Close

	closing   chan struct{}      // closed when Close begins
	replacing *client            // the last one that was or is being replaced
	hurry     context.CancelFunc // has that end at once
	lastDelay time.Duration      // before the last replacement
	rebuilds  sync.WaitGroup
}

// attempt is one call of Start.
type attempt struct {
	cancel context.CancelFunc
	done   chan struct{}
}

// New checks a producer's configuration and reports all that is wrong with it at once. It opens no connection and does not
// change config.
func New[K, V any](config kafka.ConfigMap, topic string, key Key[K, V], value Serializer[V], opts ...Option) (*Producer[K, V], error) {
	o := newOptions(opts)
	resolved, err := kafkaconfig.Resolve(config, rules(o, nil))
	if err := errors.Join(append(o.errs, checkParts(topic, key, value), err)...); err != nil {
		return nil, err
	}
	return newProducer(topic, key, value, resolved, o), nil
}

func newProducer[K, V any](topic string, key Key[K, V], value Serializer[V], config kafka.ConfigMap, o options) *Producer[K, V] {
	p := &Producer[K, V]{topic: topic, key: key, value: value, config: config, options: o, closing: make(chan struct{})}
	p.scratches.New = func() any { return &scratch[K]{buf: make([]byte, 0, 512)} }
	return p
}

// checkParts returns what is wrong with a topic's name and its serializers.
func checkParts[K, V any](topic string, key Key[K, V], value Serializer[V]) error {
	err := kafkaclient.CheckTopicName(topic)
	if err != nil {
		err = fmt.Errorf("producer: %w", err)
	}
	return errors.Join(err, key.err, checkSerializer(key.serializer, serde.Key), checkSerializer(value, serde.Value))
}

// checkSerializer returns what is wrong with the serializer of one part.
func checkSerializer[T any](serializer Serializer[T], part serde.Part) error {
	if v := reflect.ValueOf(serializer); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return fmt.Errorf("producer: the %s serializer is nil", part)
	}
	if err := serializer.Err(); err != nil {
		return fmt.Errorf("producer: %s serializer: %w", part, err)
	}
	if serializer.Part() != part {
		return fmt.Errorf("producer: the serializer given for the %s was made for the %s", part, serializer.Part())
	}
	return nil
}

// Topic returns the topic's name.
func (p *Producer[K, V]) Topic() string { return p.topic }

// Start connects, makes sure that the topic exists ([ErrTopicMissing]), and starts the serializers, which resolve or register their
// schemas. It waits as long as ctx allows for brokers and registry, and 30 s at most for brokers that do not answer (without limit
// with [WithAllowMissingTopic]). After an error nothing is left open, and Start may be
// called again; after success it must not be.
func (p *Producer[K, V]) Start(ctx context.Context) error {
	p.mu.Lock()
	switch {
	case p.closed != nil:
		p.mu.Unlock()
		return ErrClosed
	case p.starting != nil || p.running.Load() != nil:
		p.mu.Unlock()
		return errors.New("producer: start: it was started before")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	this := &attempt{cancel: cancel, done: make(chan struct{})}
	p.starting = this
	p.mu.Unlock()

	c, err := p.connect(ctx)

	p.mu.Lock()
	p.starting = nil
	if err == nil && p.closed == nil {
		p.run(c)
		c = nil
	} else if p.closed != nil {
		err = ErrClosed
	}
	p.mu.Unlock()
	if c != nil {
		_ = c.close(ctx, c.shut) // nothing was sent
	}
	close(this.done)
	if err != nil && !errors.Is(err, ErrClosed) {
		return fmt.Errorf("producer: start %s: %w", p.topic, err)
	}
	return err
}

// connect opens a client and does what must be done before the first record. The client is returned beside an error, too, where there is one.
func (p *Producer[K, V]) connect(ctx context.Context) (*client, error) {
	c, err := p.open() //nolint:contextcheck // the client outlives ctx, and so do its log lines
	if err != nil {
		return nil, err
	}
	if err := c.waitTopic(ctx, p.topic, p.options.allowMissingTopic); err != nil {
		return c, err
	}
	if err := p.startSerializers(ctx); err != nil {
		return c, err
	}
	attrs := []slog.Attr{slog.String(logTopic, p.topic)}
	if s, ok := p.value.(interface{ Encoding() serde.Encoding }); ok {
		attrs = append(attrs, slog.String(logEncoding, s.Encoding().String()))
	}
	p.options.logger.LogAttrs(ctx, slog.LevelInfo, "producer started", attrs...)
	return c, nil
}

// startSerializers resolves the schemas of the topic.
func (p *Producer[K, V]) startSerializers(ctx context.Context) error {
	if err := registerTogether(ctx, p.topic, p.key.serializer, p.value); err != nil {
		return err
	}
	if err := p.key.serializer.Start(ctx, p.topic); err != nil {
		return fmt.Errorf("key: %w", err)
	}
	if err := p.value.Start(ctx, p.topic); err != nil {
		return fmt.Errorf("value: %w", err)
	}
	return nil
}

// client returns the running client, or the error of the state that there is none in.
func (p *Producer[K, V]) client() (*client, error) {
	if c := p.running.Load(); c != nil {
		return c, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed != nil {
		return nil, ErrClosed
	}
	return nil, ErrNotStarted
}

// Flush sends what linger.ms still holds back and waits until every record that was accepted before has its outcome, or ctx ends. Outcomes
// reach those who sent: Flush itself returns nil even where records failed.
func (p *Producer[K, V]) Flush(ctx context.Context) error {
	c, err := p.client()
	if err != nil {
		return err
	}
	if c.failure.Load() != nil {
		if c, err = p.successor(ctx, c); err != nil {
			return err
		}
	}
	select {
	case <-c.stop:
		return ErrClosed
	default:
	}
	if err := c.flush(ctx); err != nil {
		return fmt.Errorf("producer: flush %s: %w", p.topic, err)
	}
	return nil
}

// Close accepts no more records, sends what was accepted until ctx ends, gives up the rest, and disconnects; it takes up to 7 s
// beyond ctx when librdkafka does not let go. The outcome of each record reaches whoever sent it, and all that were not acknowledged since
// Close began are listed in a [*CloseError]. Every call after the first waits for that one, as long as its own ctx allows, and returns the
// same. A Start under way is cancelled.
func (p *Producer[K, V]) Close(ctx context.Context) error {
	p.mu.Lock()
	if p.closed != nil {
		p.mu.Unlock()
		select {
		case <-p.closed:
			return p.closeErr
		case <-ctx.Done():
			return fmt.Errorf("producer: close %s: %w", p.topic, ctx.Err())
		}
	}
	p.closed = make(chan struct{})
	close(p.closing)
	starting, hurry := p.starting, p.hurry
	p.mu.Unlock()
	defer close(p.closed)

	if starting != nil {
		starting.cancel()
		<-starting.done
	}
	if hurry != nil {
		defer context.AfterFunc(ctx, hurry)()
	}
	p.rebuilds.Wait() // no other begins
	switch c := p.running.Swap(nil); c {
	case nil:
	case p.replacing: // and closed
		kafkaclient.CloseWithin(closeLimit, p.callbacks.wait)
	default:
		c.release() // those who wait for its successor, of which there is none
		p.closeErr = c.close(ctx, c.shutAll)
	}
	return p.closeErr
}
