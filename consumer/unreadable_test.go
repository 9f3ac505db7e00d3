package consumer_test

import (
	"context"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/serde"
)

// Errors whose methods panic where the pointer is nil, as those of many libraries do.

type noText struct{ text string }

func (e *noText) Error() string { return e.text }

type noCause struct{ cause error }

func (e *noCause) Error() string { return "a text" }
func (e *noCause) Unwrap() error { return e.cause }

type noIs struct{ target error }

func (e *noIs) Error() string        { return "a text" }
func (e *noIs) Is(target error) bool { return e.target == target } //nolint:errorlint // as many do

type noAs struct{ asked int }

func (e *noAs) Error() string { return "a text" }
func (e *noAs) As(any) bool   { e.asked++; return false }

// TestUnreadableErrors: an error that panics when it is looked at is a failure of its record alone, whatever looks at it.
func TestUnreadableErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		value   fake
		handler func() error
		want    []string // in the dead letter's message
	}{
		{name: "no text", handler: func() error { return (*noText)(nil) }, want: []string{"*consumer_test.noText", "nil pointer"}},
		{name: "no cause", handler: func() error { return (*noCause)(nil) }, want: []string{"*consumer_test.noCause", "nil pointer"}},
		{name: "Is panics", handler: func() error { return (*noIs)(nil) }, want: []string{"*consumer_test.noIs"}},
		{name: "As panics", handler: func() error { return (*noAs)(nil) }, want: []string{"*consumer_test.noAs"}},
		{name: "a batch error of this package", handler: func() error { return (*consumer.BatchError)(nil) }, want: []string{"*consumer.BatchError"}},
		{name: "in a batch error", handler: func() error { return &consumer.BatchError{Err: (*noText)(nil)} }, want: []string{"*consumer_test.noText"}},
		{name: "panic with it", handler: func() error { panic((*noCause)(nil)) }, want: []string{"panic", "a text"}},
		{name: "Permanent", handler: func() error { return consumer.Permanent((*noText)(nil)) }, want: []string{"*consumer_test.noText"}},
		{name: "Permanent with a cause", handler: func() error { return consumer.Permanent((*noCause)(nil)) }, want: []string{"*consumer_test.noCause"}},
		{
			name: "of a deserializer",
			value: func(context.Context, serde.Input) (string, serde.Meta, error) {
				return "", serde.Meta{}, (*noText)(nil)
			},
			want: []string{"*consumer_test.noText"},
		},
	} {
		for _, hooked := range []bool{false, true} {
			name := test.name
			opts := []consumer.Option{consumer.WithDeadLetters(), consumer.WithRetry(consumer.Retry{Attempts: 1})}
			if hooked {
				name, opts = name+", with hooks", append(opts, consumer.WithHooks(rude{}))
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				c := cluster(t, 1)
				produce(t, c, &kgo.Record{Value: []byte("v")})
				value := test.value
				if value == nil {
					value = failing(serde.ClassCorrupt)
				}
				r := start(t, newFake(t, config(c), value, opts...), func(context.Context, *textRecord) error { return test.handler() })
				headers := map[string]string{}
				for _, h := range read(t, c, letters, 1)[0].Headers {
					headers[h.Key] = string(h.Value)
				}
				r.stop()
				if got := headers[consumer.HeaderErrorClass]; got != "panic" && !strings.HasPrefix(test.name, "Permanent") {
					t.Errorf("class %q, want panic", got)
				}
				for _, want := range test.want {
					if got := headers[consumer.HeaderErrorMessage]; !strings.Contains(got, want) {
						t.Errorf("message %q, want %q in it", got, want)
					}
				}
				if got := headers[consumer.HeaderAttempts]; got != "1" {
					t.Errorf("%s attempts, want 1", got)
				}
			})
		}
	}
}

// TestUnreadableErrorsKeepTheDecision: what the handler decides, and for which record, holds.
func TestUnreadableErrorsKeepTheDecision(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"no text", (*noText)(nil), "*consumer_test.noText"},
		{"no cause", (*noCause)(nil), "*consumer_test.noCause"},
		{"Stop", consumer.Stop((*noCause)(nil)), "*consumer_test.noCause"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 1)
			produce(t, c, numbered(0, 0, 5)...)
			batches := newText(t, config(c), consumer.WithRetry(consumer.Retry{Attempts: 1}))
			err := batches.RunBatch(t.Context(), consumer.Batch{Max: 5}, func(_ context.Context, recs []*textRecord) error {
				for i, rec := range recs {
					if rec.Offset == 3 {
						return &consumer.BatchError{Index: i, Err: test.err}
					}
				}
				return nil
			})
			if err == nil || !strings.Contains(err.Error(), "orders.raw[0]@3") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("RunBatch() = %v, want the record that failed, and %s", err, test.want)
			}
			if got := committed(c, 0); got != 3 {
				t.Errorf("committed %d, want 3", got)
			}
		})
	}
}
