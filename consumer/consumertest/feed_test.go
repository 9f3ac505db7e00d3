package consumertest_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"go.uber.org/goleak"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/consumer/consumertest"
	"github.com/magicbyte-go/magicbyte/serde"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type record = consumer.Record[string, string]

func newFeed(t *testing.T, opts ...consumer.Option) *consumertest.Feed[string, string] {
	return consumertest.New(t, "lines", serde.StringKey(), serde.StringValue(), opts...)
}

func TestFeed(t *testing.T) {
	t.Parallel()
	feed := newFeed(t, consumer.WithDeadLetters(), consumer.WithRetry(consumer.Retry{Attempts: 2, Initial: time.Millisecond}))
	var mu sync.Mutex
	var got []string
	feed.Start(func(_ context.Context, rec *record) error {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, rec.Key+rec.Value)
		if rec.Value == "bad" {
			return errors.New("no such account")
		}
		return nil
	})
	appended := feed.Append(
		consumertest.Record{Key: []byte("1"), Value: []byte("a")},
		consumertest.Record{Key: []byte("2"), Value: []byte("bad"), Headers: []kafka.Header{{Key: "trace", Value: []byte("t")}}},
		consumertest.Record{Key: []byte("3"), Value: []byte("c")})
	if appended[2].Offset != 2 {
		t.Errorf("appended %+v, want offset 2 for the last", appended)
	}
	if err := feed.Wait(); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if want := []string{"1a", "2bad", "2bad", "3c"}; !slices.Equal(got, want) {
		t.Errorf("handled %v, want %v", got, want)
	}
	if got := feed.Committed(0); got != 3 {
		t.Errorf("committed %d, want 3", got)
	}
	letters := feed.DeadLetters()
	if len(letters) != 1 || string(letters[0].Key) != "2" || string(letters[0].Value) != "bad" || letters[0].Headers[0].Key != "trace" {
		t.Errorf("dead letters %+v, want the second record", letters)
	}
}

func TestWaitReturnsTheErrorOfRun(t *testing.T) {
	t.Parallel()
	feed := newFeed(t)
	broken := errors.New("broken")
	feed.Start(func(context.Context, *record) error { return consumer.Stop(broken) })
	feed.Append(consumertest.Record{Partition: 7, Value: []byte("a")})
	if err := feed.Wait(); !errors.Is(err, broken) {
		t.Errorf("Wait() = %v, want %v", err, broken)
	}
	if got := feed.Committed(7); got != 0 {
		t.Errorf("committed %d, want 0", got)
	}
}

func TestDeadLettersThatFail(t *testing.T) {
	t.Parallel()
	feed := newFeed(t, consumer.WithDeadLetters())
	feed.FailDeadLetters(kafka.NewError(kafka.ErrTopicAuthorizationFailed, "", false))
	feed.Start(func(context.Context, *record) error { return consumer.DeadLetter(errors.New("no")) })
	feed.Append(consumertest.Record{Value: []byte("a")})
	kafkaError, ok := errors.AsType[kafka.Error](feed.Wait())
	if !ok || kafkaError.Code() != kafka.ErrTopicAuthorizationFailed {
		t.Errorf("Wait() = %v, want the failure of the dead letter", kafkaError)
	}
}

func TestSeekAndPause(t *testing.T) {
	t.Parallel()
	feed := newFeed(t)
	offsets := make(chan int64, 100)
	feed.Start(func(_ context.Context, rec *record) error {
		offsets <- rec.Offset
		return nil
	})
	at := time.UnixMilli(1_700_000_000_000)
	for i := range 10 {
		feed.Append(consumertest.Record{Value: []byte("v"), Timestamp: at.Add(time.Duration(i) * time.Second)})
	}
	if err := feed.Wait(); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		<-offsets
	}
	if err := feed.Seek(t.Context(), consumer.Ref{Topic: "lines", Offset: 8}); err != nil {
		t.Fatal(err)
	}
	for want := int64(8); want < 10; want++ {
		if got := <-offsets; got != want {
			t.Errorf("after Seek: got offset %d, want %d", got, want)
		}
	}
	if err := feed.SeekTime(t.Context(), at.Add(9*time.Second)); err != nil {
		t.Fatal(err)
	}
	if got := <-offsets; got != 9 {
		t.Errorf("after SeekTime: got offset %d, want 9", got)
	}
	feed.Pause()
	feed.Resume()
	feed.Append(consumertest.Record{Value: []byte("v")})
	if got := <-offsets; got != 10 {
		t.Errorf("after Resume: got offset %d, want 10", got)
	}
}

func TestRunToEnd(t *testing.T) {
	t.Parallel()
	feed := newFeed(t)
	feed.Append(consumertest.Record{Value: []byte("a")}, consumertest.Record{Partition: 3, Value: []byte("b")})
	var mu sync.Mutex
	handled := 0
	err := feed.RunToEnd(t.Context(), func(context.Context, *record) error {
		mu.Lock()
		defer mu.Unlock()
		handled++
		return nil
	})
	if err != nil || handled != 2 {
		t.Errorf("RunToEnd() = %v after %d records, want nil and 2", err, handled)
	}
}

// TestRunToEndBehindASeek: a partition that was sought comes to its end again.
func TestRunToEndBehindASeek(t *testing.T) {
	t.Parallel()
	feed := newFeed(t)
	at := feed.Append(consumertest.Record{Key: []byte("1"), Value: []byte("a")})[0]
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	handled := 0
	err := feed.RunToEnd(ctx, func(ctx context.Context, _ *record) error {
		if handled++; handled > 1 {
			return nil
		}
		for range 4 * consumertest.Partitions { // polls, in which it comes to all ends
			_ = feed.Client(ctx, func(*kafka.Consumer) error { return nil })
		}
		return feed.Seek(ctx, consumer.Ref{Topic: "lines", Partition: at.Partition, Offset: at.Offset})
	})
	if err != nil || ctx.Err() != nil || handled != 2 {
		t.Errorf("RunToEnd() = %v (%v) after %d records, want nil and 2", err, ctx.Err(), handled)
	}
}
