package consumer_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/consumer"
)

func TestRetriesThenDeadLetter(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, &kgo.Record{Value: []byte("later")}, &kgo.Record{Value: []byte("never")}, &kgo.Record{Value: []byte("panics")}, &kgo.Record{Value: []byte("fine")})
	calls := make(chan string, 100)
	began := time.Now().Add(-time.Second)
	r := start(t, newText(t, config(c), consumer.WithDeadLetters(), consumer.WithRetry(consumer.Retry{Attempts: 3, Initial: time.Millisecond})),
		func(_ context.Context, rec *textRecord) error {
			calls <- rec.Value + strconv.Itoa(rec.Attempt)
			switch {
			case rec.Value == "never", rec.Value == "later" && rec.Attempt < 3:
				return errBill
			case rec.Value == "panics":
				panic(errBill)
			}
			return nil
		})
	for _, want := range []string{"later1", "later2", "later3", "never1", "never2", "never3", "panics1", "panics2", "panics3", "fine1"} {
		if got := receive(t, calls); got != want {
			t.Fatalf("call %q, want %q: the partition waits for a record that is tried again", got, want)
		}
	}
	r.stop()
	for i, rec := range read(t, c, letters, 2) {
		headers := map[string]string{}
		for _, h := range rec.Headers {
			headers[h.Key] = string(h.Value)
		}
		first, err := time.Parse(time.RFC3339, headers[consumer.HeaderFirstFailedAt])
		failed, err2 := time.Parse(time.RFC3339, headers[consumer.HeaderFailedAt])
		if errors.Join(err, err2) != nil || first.Before(began) || failed.Before(first) {
			t.Errorf("first failed at %q, failed at %q", headers[consumer.HeaderFirstFailedAt], headers[consumer.HeaderFailedAt])
		}
		if got := headers[consumer.HeaderAttempts]; got != "3" {
			t.Errorf("%s = %s, want 3", consumer.HeaderAttempts, got)
		}
		if got, want := headers[consumer.HeaderErrorClass], []string{"handler", "panic"}[i]; got != want {
			t.Errorf("%s = %s, want %s", consumer.HeaderErrorClass, got, want)
		}
	}
	if got := committed(c, 0); got != 4 {
		t.Errorf("committed %d, want 4", got)
	}
}

// TestByKeyCommitsBelowTheSlowestKey: one key fails for a while, the others go on, and nothing beyond it is committed.
func TestByKeyCommitsBelowTheSlowestKey(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	var records []*kgo.Record
	for i := range 200 {
		records = append(records, &kgo.Record{Key: []byte{byte(i % 10)}, Value: []byte("v")})
	}
	produce(t, c, records...)
	handled := make(chan int64, 400)
	var mu sync.Mutex
	last := map[string]int64{}
	over := make(chan struct{})
	r := start(t, newText(t, config(c, "auto.commit.interval.ms", "50"), consumer.WithOrder(consumer.ByKey(4)), consumer.WithRetry(consumer.Retry{Initial: time.Millisecond, Max: time.Millisecond})),
		func(_ context.Context, rec *textRecord) error {
			if rec.Offset == 13 {
				select {
				case <-over:
				default:
					return errBill
				}
			}
			mu.Lock()
			defer mu.Unlock()
			if rec.Offset < last[rec.Key] {
				t.Errorf("key %q: offset %d after %d", rec.Key, rec.Offset, last[rec.Key])
			}
			last[rec.Key] = rec.Offset
			handled <- rec.Offset
			return nil
		})
	for range 181 { // all but those of the key from offset 13 on
		receive(t, handled)
	}
	eventually(t, "what is before the failing record is committed", func() bool { return committed(c, 0) == 13 })
	close(over)
	for range 19 {
		receive(t, handled)
	}
	r.stop()
	if got := committed(c, 0); got != 200 {
		t.Errorf("committed %d, want 200", got)
	}
}
