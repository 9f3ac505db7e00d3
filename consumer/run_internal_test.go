package consumer

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// pushAll hands records with the offsets from first up to, and without, end to a lane at once.
func (l *lane) pushAll(first, end int64) {
	var records []queued
	for offset := first; offset < end; offset++ {
		records = append(records, queued{arrival: arrived(message(offset), l.e.pulse.last.Load())})
	}
	l.enqueue(records)
}

// blocking makes a lane whose handler waits at one offset, which it sends to the first channel, until the second is closed.
func blocking(t *testing.T, at int64, handled *[]int64) (*lane, chan struct{}) {
	t.Helper()
	release := make(chan struct{})
	return newTestLane(t, defaultSettings(), decodes, func(ctx context.Context, offset int64) error {
		*handled = append(*handled, offset)
		if offset == at {
			return until(ctx, release)
		}
		return nil
	}), release
}

// until is a handler that waits to be released, or to be cancelled.
func until(ctx context.Context, release <-chan struct{}) error {
	select {
	case <-release:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// upTo is the offsets from 0 to last.
func upTo(last int64) []int64 {
	var offsets []int64
	for offset := range last + 1 {
		offsets = append(offsets, offset)
	}
	return offsets
}

func TestSettledRecordsOfARunCountAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var handled []int64
		l, release := blocking(t, 5, &handled)
		l.pushAll(0, 20)
		synctest.Wait()
		if got, _ := l.position(); got != 5 {
			t.Errorf("position() = %d with offset 5 in the handler, want 5", got)
		}
		if got := l.load(); got.records != 15 || got.bytes != 15 || got.total != 15 {
			t.Errorf("load() = %+v, want 15 records, with a byte each", got)
		}
		if got := l.status(); got.Position != 5 || got.Unsettled != 15 {
			t.Errorf("status() = %+v, want position 5, 15 unsettled", got)
		}
		if abandoned, _ := l.unfinished(); len(abandoned) != 1 || abandoned[0].Offset != 5 {
			t.Errorf("unfinished() = %v, want the record in the handler alone", abandoned)
		}
		close(release)
		synctest.Wait()
		if got, _ := l.position(); got != 20 || !slices.Equal(handled, upTo(19)) || l.load() != (load{}) {
			t.Errorf("position() = %d after %v, %+v unsettled; want 20 after 0 to 19, and nothing", got, handled, l.load())
		}
		end(l)
	})
}

// TestRunStops: whatever shuts a lane, the record behind the one in the handler is not started, although the worker has it.
func TestRunStops(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		stop func(*lane)
		left int   // records in the lane once the handler has returned
		want int64 // the watermark then
	}{
		{"revoked", func(l *lane) { l.halt(ErrRevoked) }, 0, 6},
		{"sought", func(l *lane) { l.halt(errSought); l.close() }, 0, -1},
		{"cancelled", func(l *lane) { l.halt(ErrLost); l.close(); l.cancel(ErrLost) }, 0, -1},
		{"paused", func(l *lane) { l.suspend(true) }, 14, 6},
		{"shut down", func(l *lane) { l.e.stop(nil) }, 14, 6},
		{"not polled", func(l *lane) { l.e.pulse.limit = time.Minute; <-time.After(time.Hour) }, 14, 6},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var handled []int64
				l, release := blocking(t, 5, &handled)
				l.pushAll(0, 20)
				synctest.Wait()
				test.stop(l)
				synctest.Wait()
				close(release)
				<-time.After(time.Second)
				synctest.Wait()
				if !slices.Equal(handled, upTo(5)) {
					t.Errorf("handled %v, want 0 to 5", handled)
				}
				got, ok := l.position()
				if !ok {
					got = -1
				}
				if got != test.want || l.load().records != test.left {
					t.Errorf("position %d, %d records left; want %d, %d", got, l.load().records, test.want, test.left)
				}
				end(l)
				l.e.sched.workers.Wait()
			})
		})
	}
}

func TestRunGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var handled []int64
		l, release := blocking(t, 5, &handled)
		l.pushAll(0, 200)
		synctest.Wait()
		l.suspend(true)
		close(release)
		synctest.Wait()
		l.pushAll(200, 300)
		l.suspend(false)
		synctest.Wait()
		if !slices.Equal(handled, upTo(299)) {
			t.Errorf("handled %v, want 0 to 299 in order", handled)
		}
		end(l)
	})
}

// TestRunsWithAllOutcomes: whatever becomes of the records of a run, each is settled once, in order, and nothing is passed over.
func TestRunsWithAllOutcomes(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		synctest.Test(t, func(t *testing.T) {
			const records = 1000
			random, handling := rand.New(rand.NewPCG(seed, 0)), rand.New(rand.NewPCG(seed, 1))
			set := defaultSettings()
			set.retry.For = -1
			var next atomic.Int64
			inside := false
			l := newTestLane(t, set, decodes, func(_ context.Context, offset int64) error {
				if offset != next.Load() || inside {
					t.Errorf("seed %d: offset %d in the handler (another one: %t), want %d", seed, offset, inside, next.Load())
				}
				switch handling.IntN(30) {
				case 0:
					return errors.New("not yet")
				case 1:
					return RetryAfter(time.Duration(handling.IntN(1000)), errors.New("not yet"))
				case 2:
					next.Add(1)
					return Skip("not wanted")
				case 3:
					panic("once")
				case 4:
					inside = true
					<-time.After(time.Duration(handling.IntN(int(10 * time.Millisecond))))
					inside = false
				}
				next.Add(1)
				return nil
			})
			for pushed := int64(0); pushed < records; {
				n := min(records-pushed, 1+random.Int64N(100))
				l.pushAll(pushed, pushed+n)
				pushed += n
				<-time.After(time.Duration(random.IntN(int(time.Millisecond))))
				before := next.Load()
				if got, _ := l.position(); got < before-1 || got > next.Load() {
					t.Errorf("seed %d: position %d while %d records were handled", seed, got, before)
				}
				if random.IntN(4) == 0 {
					l.suspend(true)
					<-time.After(time.Millisecond)
					l.suspend(false)
				}
			}
			<-time.After(24 * time.Hour)
			synctest.Wait()
			if got, _ := l.position(); got != records || next.Load() != records || l.load() != (load{}) {
				t.Errorf("seed %d: position %d, %d handled, %+v left; want %d, and nothing", seed, got, next.Load(), l.load(), records)
			}
			end(l)
		})
	}
}
