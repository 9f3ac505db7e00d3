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

type noTextError struct{ text string }

func (e *noTextError) Error() string { return e.text }

type noCauseError struct{ cause error }

func (e *noCauseError) Error() string { return "a text" }
func (e *noCauseError) Unwrap() error { return e.cause }

type noIsError struct{ target error }

func (e *noIsError) Error() string        { return "a text" }
func (e *noIsError) Is(target error) bool { return e.target == target }

type noAsError struct{ asked int }

func (e *noAsError) Error() string { return "a text" }
func (e *noAsError) As(any) bool   { e.asked++; return false }

// TestUnreadableErrors: an error that panics when it is looked at is a failure of its record alone, whatever looks at it.
func TestUnreadableErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		value   fake
		handler func() error
		want    []string // in the dead letter's message
	}{
		{name: "no text", handler: func() error { return (*noTextError)(nil) }, want: []string{"*consumer_test.noTextError", "nil pointer"}},
		{name: "no cause", handler: func() error { return (*noCauseError)(nil) }, want: []string{"*consumer_test.noCauseError", "nil pointer"}},
		{name: "Is panics", handler: func() error { return (*noIsError)(nil) }, want: []string{"*consumer_test.noIsError"}},
		{name: "As panics", handler: func() error { return (*noAsError)(nil) }, want: []string{"*consumer_test.noAsError"}},
		{name: "a batch error of this package", handler: func() error { return (*consumer.BatchError)(nil) }, want: []string{"*consumer.BatchError"}},
		{name: "in a batch error", handler: func() error { return &consumer.BatchError{Err: (*noTextError)(nil)} }, want: []string{"*consumer_test.noTextError"}},
		{name: "panic with it", handler: func() error { panic((*noCauseError)(nil)) }, want: []string{"panic", "a text"}},
		{name: "Permanent", handler: func() error { return consumer.Permanent((*noTextError)(nil)) }, want: []string{"*consumer_test.noTextError"}},
		{name: "Permanent with a cause", handler: func() error { return consumer.Permanent((*noCauseError)(nil)) }, want: []string{"*consumer_test.noCauseError"}},
		{
			name: "of a deserializer",
			value: func(context.Context, serde.Input) (string, serde.Meta, error) {
				return "", serde.Meta{}, (*noTextError)(nil)
			},
			want: []string{"*consumer_test.noTextError"},
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
		{"no text", (*noTextError)(nil), "*consumer_test.noTextError"},
		{"no cause", (*noCauseError)(nil), "*consumer_test.noCauseError"},
		{"Stop", consumer.Stop((*noCauseError)(nil)), "*consumer_test.noCauseError"},
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
