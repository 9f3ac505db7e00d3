package producer_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/serde"
)

type hookFunc func(context.Context, *producer.Outgoing) func(producer.Receipt, error)

func (f hookFunc) OnSend(ctx context.Context, r *producer.Outgoing) func(producer.Receipt, error) {
	return f(ctx, r)
}

type contextKey struct{}

func TestSendHook(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	var mu sync.Mutex
	var seen []string
	note := func(name string) hookFunc {
		return func(ctx context.Context, r *producer.Outgoing) func(producer.Receipt, error) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, name+" sends to "+r.Topic+" for "+ctx.Value(contextKey{}).(string))
			r.Headers = append(r.Headers, kafka.Header{Key: name, Value: []byte("h")})
			return func(receipt producer.Receipt, err error) {
				mu.Lock()
				defer mu.Unlock()
				if err != nil || receipt.Offset != 0 {
					t.Errorf("outcome of %s = %+v, %v", name, receipt, err)
				}
				seen = append(seen, name+" is done")
			}
		}
	}
	p := startProducer(t, configOf(cluster), producer.WithSendHook(note("first")), producer.WithSendHook(note("second")))
	headers := make([]kafka.Header, 1, 8) // room behind it, which is the caller's
	headers[0] = kafka.Header{Key: "own", Value: []byte("o")}
	_, err := p.SendMessage(context.WithValue(within(t, 10*time.Second), contextKey{}, "caller"),
		producer.Message[string, event]{Value: &event{Text: "x"}, Headers: headers})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"first sends to orders.raw for caller", "second sends to orders.raw for caller", "first is done", "second is done",
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	var keys []string
	for _, h := range readAll(t, cluster, 1)[0].Headers {
		keys = append(keys, h.Key)
	}
	if diff := cmp.Diff([]string{"own", "first", "second"}, keys); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if got := headers[:2][1].Key; got != "" {
		t.Errorf("the caller's array was written to: %q", got)
	}
}

// TestSendHookOutcome has each way in which a send can fail reach the hook, once, and with what the sender gets.
func TestSendHookOutcome(t *testing.T) {
	t.Parallel()
	invalid := errors.New("invalid")
	tests := []struct {
		name      string
		fault     *kerr.Error
		value     producer.Serializer[event]
		cancelled bool // the sender's context ends once the broker has the record
	}{
		{name: "not serialized", value: failingValue{err: invalid}},
		{name: "refused by the broker", fault: kerr.MessageTooLarge},
		{name: "given up by the sender", cancelled: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cluster := newCluster(t, 1)
			if tt.fault != nil {
				cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: tt.fault})
			}
			ctx, cancel := context.WithCancel(within(t, 10*time.Second))
			defer cancel()
			answer := make(chan struct{})
			if tt.cancelled {
				cluster.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
					cluster.SleepControl(func() { cancel(); <-answer })
					return nil, nil, false
				})
			}
			outcomes := make(chan error, 2)
			hook := hookFunc(func(context.Context, *producer.Outgoing) func(producer.Receipt, error) {
				return func(_ producer.Receipt, err error) { outcomes <- err }
			})
			value := tt.value
			if value == nil {
				value = &eventValue{}
			}
			p, err := producer.New(configOf(cluster), topic, eventKey(), value, producer.WithSendHook(hook))
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Start(within(t, 10*time.Second)); err != nil {
				t.Fatal(err)
			}
			_, sent := p.Send(ctx, &event{})
			if sent == nil || errors.Is(sent, producer.ErrIndeterminate) != tt.cancelled {
				t.Errorf("Send = %v", sent)
			}
			close(answer)
			got := <-outcomes
			if tt.cancelled && got != nil {
				t.Errorf("outcome = %v, want the broker's acknowledgement, which came later", got)
			}
			if !tt.cancelled && got != sent { //nolint:errorlint // the very same
				t.Errorf("outcome = %v, want %v", got, sent)
			}
			if err := p.Close(within(t, 10*time.Second)); err != nil {
				t.Error(err)
			}
			if len(outcomes) > 0 {
				t.Error("a second outcome")
			}
		})
	}
}

// failingValue serializes nothing.
type failingValue struct {
	serde.Plain[string]
	err error
}

func (s failingValue) Part() serde.Part                    { return serde.Value }
func (s failingValue) Err() error                          { return nil }
func (s failingValue) Start(context.Context, string) error { return nil }
func (s failingValue) AppendSerialize(context.Context, []byte, string, *event) (serde.Encoded, error) {
	return serde.Encoded{}, s.err
}

func TestSendHookPanics(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	var out bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&out, nil))
	hooks := []producer.Option{
		producer.WithLogger(logger),
		producer.WithSendHook(hookFunc(func(context.Context, *producer.Outgoing) func(producer.Receipt, error) { panic("before") })),
		producer.WithSendHook(hookFunc(func(context.Context, *producer.Outgoing) func(producer.Receipt, error) {
			return func(producer.Receipt, error) { panic("after") }
		})),
		producer.WithSendHook(hookFunc(func(context.Context, *producer.Outgoing) func(producer.Receipt, error) { return nil })),
	}
	p := startProducer(t, configOf(cluster), hooks...)
	if _, err := p.Send(within(t, 10*time.Second), &event{}); err != nil {
		t.Errorf("Send = %v", err)
	}
	if err := p.Close(within(t, 10*time.Second)); err != nil {
		t.Errorf("Close = %v", err)
	}
	for _, want := range []string{"before", "after"} {
		if !strings.Contains(out.String(), "panic="+want) {
			t.Errorf("the log has no panic %q:\n%s", want, &out)
		}
	}
}

// TestSendHookIsToldOfAPanic: what a hook has begun it can end, also where the caller's own code panics.
func TestSendHookIsToldOfAPanic(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	var told []error
	hook := hookFunc(func(context.Context, *producer.Outgoing) func(producer.Receipt, error) {
		return func(_ producer.Receipt, err error) { told = append(told, err) }
	})
	p, err := producer.New(configOf(cluster), topic, producer.KeyOf(serde.StringKey(), func(*event) string { panic("a test") }), &eventValue{}, producer.WithSendHook(hook))
	if err != nil {
		t.Fatal(err)
	}
	ctx := within(t, 10*time.Second)
	if err := p.Start(ctx); err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() {
			if r := recover(); r != "a test" {
				t.Errorf("Send panicked with %v, want the key function's panic", r)
			}
		}()
		_, _ = p.Send(ctx, &event{})
	}()
	if len(told) != 1 || told[0] == nil || !strings.Contains(told[0].Error(), "panicked") {
		t.Errorf("the hook was told %v, want the panic once", told)
	}
	if err := p.Close(ctx); err != nil {
		t.Errorf("Close = %v", err)
	}
}
