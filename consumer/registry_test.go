package consumer_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/serde"
)

// outage fails with a class, and signals each question, until it is over.
type outage struct {
	class serde.Class
	over  atomic.Bool
	asked chan struct{}
}

func newOutage(class serde.Class) *outage {
	return &outage{class: class, asked: make(chan struct{}, 100)}
}

func (o *outage) deserialize(_ context.Context, in serde.Input) (string, serde.Meta, error) {
	if o.over.Load() || string(in.Payload) == "known" {
		return string(in.Payload), serde.Meta{}, nil
	}
	o.asked <- struct{}{}
	return "", serde.Meta{}, &serde.Error{Op: "deserialize", Class: o.class, Topic: in.Topic, Err: errors.New("not now")}
}

func TestRegistryOutageHoldsThePartition(t *testing.T) {
	t.Parallel()
	for _, class := range []serde.Class{serde.ClassRegistryUnavailable, serde.ClassUnknownSchema} {
		t.Run(class.String(), func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 2)
			produce(t, c, &kgo.Record{Value: []byte("first")}, &kgo.Record{Value: []byte("second")}, &kgo.Record{Partition: 1, Value: []byte("known")})
			o := newOutage(class)
			values := make(chan string, 10)
			r := start(t, newFake(t, config(c), o.deserialize, consumer.WithDeadLetters()), func(_ context.Context, rec *textRecord) error {
				values <- rec.Value
				return nil
			})
			receive(t, o.asked)
			if got := receive(t, values); got != "known" {
				t.Errorf("got %q, want the record of the other partition", got)
			}
			receive(t, o.asked) // asked again
			if len(values) > 0 {
				t.Errorf("the partition went on with %q", <-values)
			}
			o.over.Store(true)
			for _, want := range []string{"first", "second"} {
				if got := receive(t, values); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
			r.stop()
			if got := length(c, letters, 0); got != 0 {
				t.Errorf("%d dead letters after an outage, want none", got)
			}
		})
	}
}

func TestRegistryOutageDoesNotDelayShutdown(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, &kgo.Record{Value: []byte("first")})
	asked := make(chan struct{}, 1)
	hangs := func(ctx context.Context, _ serde.Input) (string, serde.Meta, error) {
		asked <- struct{}{}
		<-ctx.Done()
		return "", serde.Meta{}, &serde.Error{Op: "deserialize", Class: serde.ClassOther, Err: ctx.Err()}
	}
	r := start(t, newFake(t, config(c), hangs, consumer.WithDeadLetters()), func(context.Context, *textRecord) error { return nil })
	receive(t, asked)
	began := time.Now()
	r.stop()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the shutdown took %v with a registry that does not answer", took)
	}
	if got := length(c, letters, 0); got != 0 {
		t.Errorf("%d dead letters for a decoding that was interrupted, want none", got)
	}
	if got := committed(c, 0); got > 0 {
		t.Errorf("committed %d beyond a record that was interrupted", got)
	}
}

func TestUnknownSchemaIsPermanentAfterAWhile(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, &kgo.Record{Value: []byte("first")}, &kgo.Record{Value: []byte("known")})
	o := newOutage(serde.ClassUnknownSchema)
	values := make(chan string, 10)
	r := start(t, newFake(t, config(c), o.deserialize, consumer.WithDeadLetters(), consumer.WithUnknownSchemaWait(500*time.Millisecond)),
		func(_ context.Context, rec *textRecord) error {
			values <- rec.Value
			return nil
		})
	if got := receive(t, values); got != "known" {
		t.Errorf("got %q, want the record after it", got)
	}
	r.stop()
	if got := len(o.asked); got != 2 {
		t.Errorf("asked %d times, want at once and after a second", got)
	}
	if got := length(c, letters, 0); got != 1 {
		t.Errorf("%d dead letters, want 1", got)
	}
}

func TestDeserializerThatDoesNotStartEndsRun(t *testing.T) {
	t.Parallel()
	c, err := consumer.New(config(cluster(t, 1)), []string{topic}, serde.StringKey(), refusing{serde.StringValue()})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Run(t.Context(), func(context.Context, *textRecord) error { return nil }); !errors.Is(err, serde.ErrUnauthorized) {
		t.Errorf("Run() = %v, want serde.ErrUnauthorized", err)
	}
}

type refusing struct{ *serde.Plain[string] }

func (refusing) Start(context.Context, string) error { return serde.ErrUnauthorized }
