package consumer_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/serde"
)

var errBill = errors.New("no such account")

func TestHandlerEndsRun(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		handler func() error
		opts    []consumer.Option
		want    error    // found by errors.Is, if not nil
		text    []string // in the error's text
	}{
		{
			name:    "an error without dead letters, not tried again",
			handler: func() error { return errBill },
			opts:    []consumer.Option{consumer.WithRetry(consumer.Retry{Attempts: 1})},
			want:    errBill,
			text:    []string{"orders.raw[1]@2", "handler", "WithDeadLetters"},
		},
		{
			name:    "DeadLetter without dead letters",
			handler: func() error { return consumer.DeadLetter(errBill) },
			want:    errBill,
			text:    []string{"orders.raw[1]@2", "WithDeadLetters"},
		},
		{
			name:    "a panic, not tried again",
			handler: func() error { panic(errBill) },
			opts:    []consumer.Option{consumer.WithRetry(consumer.Retry{Attempts: 1})},
			want:    errBill,
			text:    []string{"orders.raw[1]@2", "panic: no such account"},
		},
		{
			name:    "Permanent without dead letters",
			handler: func() error { return consumer.Permanent(errBill) },
			want:    errBill,
			text:    []string{"orders.raw[1]@2", "WithDeadLetters"},
		},
		{
			name:    "Stop, with dead letters on",
			handler: func() error { return fmt.Errorf("wrapped: %w", consumer.Stop(errBill)) },
			opts:    []consumer.Option{consumer.WithDeadLetters()},
			want:    errBill,
			text:    []string{"orders.raw[1]@2"},
		},
		{
			name:    "runtime.Goexit, with dead letters on",
			handler: func() error { runtime.Goexit(); return nil },
			opts:    []consumer.Option{consumer.WithDeadLetters()},
			text:    []string{"orders.raw[1]@2", "Goexit"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 2)
			produce(t, c, numbered(1, 0, 5)...)
			err := start(t, newText(t, config(c), test.opts...), func(_ context.Context, rec *textRecord) error {
				if rec.Offset < 2 {
					return nil
				}
				return test.handler()
			}).wait()
			recordError, ok := errors.AsType[*consumer.RecordError](err)
			if !ok || recordError.Ref != (consumer.Ref{Topic: topic, Partition: 1, Offset: 2}) || recordError.Stage != consumer.StageHandler {
				t.Fatalf("Run() = %v, want a RecordError for %s[1]@2", err, topic)
			}
			if test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("Run() = %v, want %v in it", err, test.want)
			}
			for _, text := range test.text {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("Run() = %v, want %q in it", err, text)
				}
			}
			if shutdown, ok := errors.AsType[*consumer.ShutdownError](err); ok {
				t.Errorf("Run() = %v, but nothing was cut short: %v", err, shutdown)
			}
			if got := committed(c, 1); got != 2 {
				t.Errorf("committed %d, want 2: the record is not settled", got)
			}
			if got := length(c, letters, 0); got != 0 {
				t.Errorf("%d dead letters, want none", got)
			}
		})
	}
}

func TestSkipSettles(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 3)...)
	done := make(chan int64, 3)
	r := start(t, newText(t, config(c)), func(_ context.Context, rec *textRecord) error {
		done <- rec.Offset
		return consumer.Skip("a test order")
	})
	for want := range int64(3) {
		if got := receive(t, done); got != want {
			t.Errorf("got offset %d, want %d", got, want)
		}
	}
	r.stop()
	if got := committed(c, 0); got != 3 {
		t.Errorf("committed %d, want 3", got)
	}
}

func TestRecord(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c,
		&kgo.Record{Key: []byte("ORD-1"), Value: []byte{}, Headers: []kgo.RecordHeader{{Key: "trace", Value: []byte("1")}}},
		&kgo.Record{})
	records := make(chan *textRecord, 2)
	r := start(t, newText(t, config(c)), func(_ context.Context, rec *textRecord) error {
		records <- rec
		return nil
	})
	full, null := receive(t, records), receive(t, records)
	r.stop()
	if full.Key != "ORD-1" || full.NullKey || full.Value != "" || full.Tombstone || full.Timestamp.IsZero() ||
		full.Encoding != serde.EncodingPlain || len(full.Headers) != 1 || full.Headers[0].Key != "trace" {
		t.Errorf("got %+v, want key ORD-1, an empty value and one header", full)
	}
	if !null.NullKey || !null.Tombstone || null.Key != "" || null.Value != "" || null.Offset != 1 {
		t.Errorf("got %+v, want a tombstone without key", null)
	}
}
