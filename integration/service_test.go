package integration_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

// The parts of a service, made as its main would make them, with ends that belong to the test.

// patience bounds every wait; nothing takes that long unless it is broken.
const patience = 30 * time.Second

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// testLog keeps what goes wrong in the test's own output.
func testLog(t *testing.T) *slog.Logger {
	t.Helper()
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}

func newRegistry(t *testing.T, url string) *registry.Client {
	t.Helper()
	reg, err := registry.New(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = reg.Close() })
	return reg
}

// newProducer returns a producer that is not started, and is closed with the test.
func newProducer[V any](
	t *testing.T, env *integration.Env, topic string, key producer.Key[string, V], value producer.Serializer[V],
) *producer.Producer[string, V] {
	t.Helper()
	p, err := producer.New(kafka.ConfigMap{"bootstrap.servers": env.Brokers}, topic, key, value, producer.WithLogger(testLog(t)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()
		if err := p.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return p
}

func started[V any](t *testing.T, p *producer.Producer[string, V]) *producer.Producer[string, V] {
	t.Helper()
	if err := p.Start(within(t)); err != nil {
		t.Fatal(err)
	}
	return p
}

type orderProducer = producer.Producer[string, schemas.OrderEvent]

// newOrders returns a producer of order events that asks the registry at url, and is not started.
func newOrders(t *testing.T, env *integration.Env, url, topic string, opts ...serde.SerializerOption) *orderProducer {
	t.Helper()
	key := producer.KeyOf(serde.StringKey(), func(e *schemas.OrderEvent) string { return e.OrderID })
	return newProducer(t, env, topic, key, serde.NewSerializer(schemas.OrderEvents, newRegistry(t, url), opts...))
}

func startOrders(t *testing.T, env *integration.Env, topic string, opts ...serde.SerializerOption) *orderProducer {
	t.Helper()
	return started(t, newOrders(t, env, env.RegistryURL, topic, opts...))
}

func send[V any](t *testing.T, p *producer.Producer[string, V], value *V) producer.Receipt {
	t.Helper()
	receipt, err := p.Send(within(t), value)
	if err != nil {
		t.Fatal(err)
	}
	return receipt
}

// typedOrders reads order events as their Go type.
func typedOrders(t *testing.T, env *integration.Env, opts ...serde.DeserializerOption) *serde.Deserializer[schemas.OrderEvent] {
	t.Helper()
	return serde.NewDeserializer(schemas.OrderEvents, newRegistry(t, env.RegistryURL), opts...)
}

// memberConfig makes a member that the group does not miss for long.
func memberConfig(brokers, group string) kafka.ConfigMap {
	return kafka.ConfigMap{
		"bootstrap.servers":     brokers,
		"group.id":              group,
		"auto.offset.reset":     "earliest",
		"session.timeout.ms":    3000,
		"heartbeat.interval.ms": 200,
	}
}

// reader is a consumer that hands over each record that it has handled.
type reader[V any] struct {
	*consumer.Consumer[string, V]
	records chan *consumer.Record[string, V]
	cancel  context.CancelFunc
	ended   chan struct{}
	err     error // of Run, once ended is closed
}

// read runs a member of group, which ends with the test if it was not stopped before.
func read[V any](
	t *testing.T, env *integration.Env, topic, group string, value consumer.Deserializer[V], opts ...consumer.Option,
) *reader[V] {
	t.Helper()
	c, err := consumer.New(memberConfig(env.Brokers, group), []string{topic}, serde.StringKey(), value,
		append(opts, consumer.WithLogger(testLog(t)))...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	r := &reader[V]{
		Consumer: c,
		records:  make(chan *consumer.Record[string, V], 1<<14), // more than any topic here has, so that no handler waits
		cancel:   cancel,
		ended:    make(chan struct{}),
	}
	go func() {
		defer close(r.ended)
		r.err = c.Run(ctx, func(_ context.Context, rec *consumer.Record[string, V]) error {
			r.records <- rec
			return nil
		})
	}()
	t.Cleanup(func() { r.stop(t) })
	return r
}

// stop ends the consumer as a service does that is told to end, and returns what it handled and nobody took.
func (r *reader[V]) stop(t *testing.T) []*consumer.Record[string, V] {
	t.Helper()
	r.cancel()
	select {
	case <-r.ended:
	case <-time.After(patience):
		t.Fatal("Run did not end")
	}
	if r.err != nil {
		t.Errorf("Run() = %v, want nil", r.err)
	}
	var rest []*consumer.Record[string, V]
	for len(r.records) > 0 {
		rest = append(rest, <-r.records)
	}
	return rest
}

// take returns the next n records, in the order in which they were handled.
func (r *reader[V]) take(t *testing.T, n int) []*consumer.Record[string, V] {
	t.Helper()
	timeout := time.After(patience)
	records := make([]*consumer.Record[string, V], 0, n)
	for len(records) < n {
		select {
		case rec := <-r.records:
			records = append(records, rec)
		case <-r.ended:
			t.Fatalf("Run() = %v after %d of %d records", r.err, len(records), n)
		case <-timeout:
			t.Fatalf("%d of %d records within %v", len(records), n, patience)
		}
	}
	return records
}

// letters returns the name of a group's dead-letter topic.
func letters(topic, group string) string { return topic + "." + group + ".dlq" }

// errorAs returns the error of type E in err's tree, and fails the test where there is none.
func errorAs[E error](t *testing.T, err error) E {
	t.Helper()
	var target E
	if !errors.As(err, &target) {
		t.Fatalf("error = %v, want a %T", err, target)
	}
	return target
}
