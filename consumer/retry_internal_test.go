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
)

func TestRetryPolicy(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		retry    Retry
		attempts int
		since    time.Duration
		longest  time.Duration // of the pause; -1: there is none
	}{
		{"the first", Retry{}, 1, 0, 200 * time.Millisecond},
		{"the fourth", Retry{}, 4, 0, 1600 * time.Millisecond},
		{"capped", Retry{}, 9, 0, 30 * time.Second},
		{"far beyond the cap", Retry{}, 1000, 0, 30 * time.Second},
		{"no overflow", Retry{Initial: time.Hour, Max: 100 * time.Hour, For: -1}, 30, 0, 100 * time.Hour},
		{"after five minutes", Retry{}, 1, 5*time.Minute + 1, -1},
		{"for ever", Retry{For: -1}, 100, 1000 * time.Hour, 30 * time.Second},
		{"attempts left", Retry{Attempts: 3}, 2, 0, 400 * time.Millisecond},
		{"no attempts left", Retry{Attempts: 3}, 3, 0, -1},
		{"nothing is tried again", Retry{Attempts: 1}, 1, 0, -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			policy := test.retry.complete()
			var most time.Duration
			for range 2000 {
				pause, ok := policy.next(test.attempts, test.since)
				if ok != (test.longest >= 0) || ok && (pause < 0 || pause > test.longest) {
					t.Fatalf("next(%d, %v) = %v, %t, want at most %v", test.attempts, test.since, pause, ok, test.longest)
				}
				most = max(most, pause)
			}
			if test.longest > 0 && most < test.longest*9/10 {
				t.Errorf("the longest of 2000 pauses was %v, want them up to %v", most, test.longest)
			}
		})
	}
}

func TestRetryEndsAfterItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var attempts []int
		began := time.Now()
		l := newTestLane(t, defaultSettings(), decodes, nil)
		l.e.codec.handle = func(_ context.Context, unit []*task) error {
			attempts = append(attempts, unit[0].rec.Info().Attempt)
			return errors.New("never")
		}
		l.push(message(0))
		<-l.e.stopping.Done()
		if took := time.Since(began); took > 5*time.Minute || took < 4*time.Minute {
			t.Errorf("given up after %v, want shortly before 5 min", took)
		}
		for i, attempt := range attempts {
			if attempt != i+1 {
				t.Fatalf("attempts %v, want them counted from 1", attempts)
			}
		}
		if len(attempts) < 10 {
			t.Errorf("only %d attempts in 5 min", len(attempts))
		}
		if err, ok := errors.AsType[*RecordError](l.e.failure); !ok || err.Stage != StageHandler {
			t.Errorf("the run was stopped with %v, want a RecordError: never a silent drop", l.e.failure)
		}
		end(l)
	})
}

func TestRetryAfterTakesNoAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		set := defaultSettings()
		set.retry.Attempts = 2
		var attempts []int
		var times []time.Duration
		began := time.Now()
		l := newTestLane(t, set, decodes, nil)
		l.e.codec.handle = func(_ context.Context, unit []*task) error {
			attempts = append(attempts, unit[0].rec.Info().Attempt)
			times = append(times, time.Since(began))
			if len(attempts) <= 5 {
				return RetryAfter(time.Hour, errors.New("closed for the night"))
			}
			return errors.New("failed")
		}
		l.push(message(0))
		<-l.e.stopping.Done()
		if len(attempts) != 7 || attempts[5] != 1 || attempts[6] != 2 || times[5] != 5*time.Hour {
			t.Errorf("attempts %v at %v, want 1 for five hours, once more, and then 2", attempts, times)
		}
		end(l)
	})
}

func TestHandlerTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		set := defaultSettings()
		set.retry.Attempts, set.handlerTimeout = 2, time.Minute
		var causes []error
		l := newTestLane(t, set, decodes, func(ctx context.Context, offset int64) error {
			if offset == 0 {
				return nil
			}
			<-ctx.Done()
			causes = append(causes, context.Cause(ctx))
			if offset == 1 {
				return nil // finished, if late
			}
			return ctx.Err()
		})
		for offset := range int64(3) {
			l.push(message(offset))
		}
		<-l.e.stopping.Done()
		if len(causes) != 3 {
			t.Fatalf("the handler timed out %d times, want 3: once for offset 1, twice for offset 2", len(causes))
		}
		for _, cause := range causes {
			if !errors.Is(cause, ErrHandlerTimeout) {
				t.Errorf("cause of the handler's context = %v, want ErrHandlerTimeout", cause)
			}
		}
		if err := l.e.failure; !errors.Is(err, ErrHandlerTimeout) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the run was stopped with %v, want ErrHandlerTimeout and the handler's error", err)
		}
		if got, _ := l.position(); got != 2 {
			t.Errorf("position %d, want 2", got)
		}
		end(l)
	})
}

func TestCancellationIsNoAttempt(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{ErrShutdown, ErrRevoked, ErrLost} {
		t.Run(cause.Error(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				set := defaultSettings()
				set.retry.Attempts, set.handlerTimeout = 1, time.Hour
				var got error
				l := newTestLane(t, set, decodes, func(ctx context.Context, _ int64) error {
					<-ctx.Done()
					got = context.Cause(ctx)
					return ctx.Err()
				})
				l.push(message(0))
				synctest.Wait()
				l.halt(cause)
				l.cancel(cause)
				<-l.done
				if !errors.Is(got, cause) {
					t.Errorf("cause of the handler's context = %v, want %v", got, cause)
				}
				if l.e.failure != nil {
					t.Errorf("the run was stopped with %v", l.e.failure)
				}
				if abandoned, _ := l.unfinished(); len(abandoned) != 1 {
					t.Errorf("abandoned %v, want the record", abandoned)
				}
			})
		})
	}
}

func TestRetryIsLogged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		set := defaultSettings()
		set.log = slog.New(slog.NewTextHandler(&log, nil))
		l := newTestLane(t, set, decodes, func(context.Context, int64) error { return RetryAfter(time.Minute, errors.New("not yet")) })
		l.push(message(7))
		synctest.Wait()
		end(l)
		for _, want := range []string{"topic=orders.raw", "partition=0", "offset=7", "pause=1m0s", `error="not yet"`} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("log %q, want %s in it", &log, want)
			}
		}
	})
}
