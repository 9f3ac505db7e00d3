package consumer

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/serde"
)

// newTestEngine makes an engine that needs no broker. handle gets the offsets.
func newTestEngine(t *testing.T, set settings, decode func(context.Context) error, handle func(context.Context, int64) error) *engine {
	t.Helper()
	if problems := errors.Join(set.complete(defaultMaxPollInterval)...); problems != nil {
		t.Fatal(problems)
	}
	e := newEngine(t.Context(), set, codec{
		decode: func(ctx context.Context, _ string, m *kafka.Message) (AnyRecord, error) {
			if err := decode(ctx); err != nil {
				return nil, &decodeError{stage: StageValue, err: err}
			}
			return &Record[string, string]{Meta: Meta{Offset: int64(m.TopicPartition.Offset)}}, nil
		},
		handle: func(ctx context.Context, unit []*task) error {
			return handle(ctx, unit[0].offset())
		},
	})
	e.pulse.limit = 1000 * time.Hour // there is no poll goroutine to beat
	e.sched.beat()
	return e
}

// newTestLane makes an engine with one lane.
func newTestLane(t *testing.T, set settings, decode func(context.Context) error, handle func(context.Context, int64) error) *lane {
	t.Helper()
	return newLane(newTestEngine(t, set, decode, handle), TopicPartition{"orders.raw", 0}, 1)
}

// end ends a lane whose handlers return.
func end(l *lane) {
	l.halt(ErrShutdown)
	<-l.done
	l.cancel(nil)
}

// position returns the offset to commit, if there is one and the epoch is open.
func (l *lane) position() (int64, bool) {
	at, ok := l.committable()
	return int64(at.Offset), ok
}

// push hands one record to a lane.
func (l *lane) push(m *kafka.Message) {
	l.enqueue([]queued{{arrival: arrived(m, l.e.pulse.last.Load())}})
}

// queuedOf are messages as the poll goroutine hands them over.
func queuedOf(messages ...*kafka.Message) (list []queued) {
	for _, m := range messages {
		list = append(list, queued{arrival: arrived(m, 0)})
	}
	return list
}

func message(offset int64) *kafka.Message {
	topic := "orders.raw"
	return &kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic, Offset: kafka.Offset(offset)}, Value: []byte("v")}
}

func decodes(context.Context) error { return nil }

func TestCompletionAfterTheEpochChangesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		l := newTestLane(t, defaultSettings(), decodes, func(context.Context, int64) error {
			<-release
			return nil
		})
		l.push(message(5))
		l.push(message(6))
		synctest.Wait()
		if got, ok := l.position(); got != 5 || !ok {
			t.Errorf("position() = %d, %t with offset 5 in the handler, want 5", got, ok)
		}
		l.halt(ErrRevoked)
		l.cancel(ErrRevoked)
		l.close()
		close(release)
		<-l.done
		if got, ok := l.position(); ok {
			t.Errorf("position() = %d after the epoch was closed, want none", got)
		}
		if got, _ := l.mark.position(); got != 5 {
			t.Errorf("the late completion moved the watermark to %d", got)
		}
	})
}

func TestHaltDropsWhatWasNotStarted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var handled []int64
		release := make(chan struct{})
		l := newTestLane(t, defaultSettings(), decodes, func(_ context.Context, offset int64) error {
			handled = append(handled, offset)
			<-release
			return nil
		})
		for offset := range int64(10) {
			l.push(message(offset))
		}
		synctest.Wait()
		l.halt(ErrRevoked)
		l.push(message(10))
		close(release)
		<-l.done
		if len(handled) != 1 || handled[0] != 0 {
			t.Errorf("handled offsets %v, want 0 alone", handled)
		}
		if got, _ := l.position(); got != 1 {
			t.Errorf("position() = %d, want 1: the running handler finished, nothing else was started", got)
		}
		if got := l.load(); got != (load{}) {
			t.Errorf("%+v counted as unsettled after everything was dropped", got)
		}
		l.cancel(nil)
	})
}

func TestLaneStartsNothingWhilePollGoroutineIsStuck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		handled := make(chan int64, 1)
		l := newTestLane(t, defaultSettings(), decodes, func(_ context.Context, offset int64) error {
			handled <- offset
			return nil
		})
		l.e.pulse.limit = 2 * time.Hour
		<-time.After(3 * time.Hour) // of synctest's clock: the whole process was stopped
		l.push(message(0))
		<-time.After(time.Minute)
		synctest.Wait()
		if len(handled) != 0 {
			t.Error("a handler was started although the poll goroutine has not run")
		}
		l.e.sched.beat()
		<-handled
		end(l)
	})
}

func TestRegistryOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		set := defaultSettings()
		set.log = slog.New(slog.NewTextHandler(&log, nil))
		asked, began := 0, time.Now()
		handled := make(chan int64, 1)
		l := newTestLane(t, set, func(context.Context) error {
			if asked++; time.Since(began) < time.Hour {
				return &serde.Error{Class: serde.ClassRegistryUnavailable, Err: errors.New("connection refused")}
			}
			return nil
		}, func(_ context.Context, offset int64) error {
			handled <- offset
			return nil
		})
		l.push(message(0))
		<-handled
		if asked != 3601 {
			t.Errorf("asked %d times in an hour, want once a second", asked)
		}
		if n := strings.Count(log.String(), "\n"); n != 2 {
			t.Errorf("%d lines in the log, want one when the outage began and one when it ended:\n%s", n, &log)
		}
		end(l)
	})
}

func TestUnknownSchemaWaitBeginsAgainAfterAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var ended time.Duration
		l := newTestLane(t, defaultSettings(), func(context.Context) error {
			class := serde.ClassUnknownSchema
			if at := time.Since(began); at >= 20*time.Second && at < 40*time.Second {
				class = serde.ClassRegistryUnavailable
			}
			return &serde.Error{Class: class, Err: errors.New("no")}
		}, nil)
		l.push(message(0))
		<-l.e.stopping.Done() // without dead letters the run stops
		ended = time.Since(began)
		if want := 70 * time.Second; ended != want {
			t.Errorf("given up after %v, want %v: 30 s of saying no without a break", ended, want)
		}
		if _, ok := errors.AsType[*RecordError](l.e.failure); !ok {
			t.Errorf("the run was stopped with %v, want a RecordError", l.e.failure)
		}
		end(l)
	})
}

func TestBrake(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		bad  func(i int) bool
		want int // records until it acts; 0: never within 1000
	}{
		{"all", func(int) bool { return true }, 20},
		{"none", func(int) bool { return false }, 0},
		{"every other one", func(i int) bool { return i%2 == 1 }, 0},
		{"two of three", func(i int) bool { return i%3 > 0 }, 20},
		{"after many good ones", func(i int) bool { return i >= 500 }, 551},
		{"a burst of 50 among good ones", func(i int) bool { return i >= 200 && i < 250 }, 0},
		{"the first ten", func(i int) bool { return i < 10 }, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var b brake
			got := 0
			for i := range 1000 {
				if b.note(int64(i), test.bad(i)) {
					got = i + 1
					break
				}
			}
			if got != test.want {
				t.Errorf("acted after %d records, want %d", got, test.want)
			}
			for _, offset := range b.undecodable() {
				if !test.bad(int(offset)) {
					t.Errorf("names offset %d, which was fine", offset)
				}
			}
		})
	}
}
