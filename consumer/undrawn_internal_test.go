package consumer

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
)

// TestAWorkerThatHasNotDrawnItsRun: between the start of a worker and its first look anything may happen to the lane.
func TestAWorkerThatHasNotDrawnItsRun(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name             string
		meanwhile, after func(l *lane)
		want             []int64
		ended            bool
	}{
		{"nothing", func(*lane) {}, func(*lane) {}, []int64{0, 1, 2}, false},
		{"the lane is halted", func(l *lane) { l.halt(ErrRevoked) }, func(*lane) {}, nil, true},
		{"the lane is lost", func(l *lane) { l.halt(ErrLost); l.close(); l.abandon(); l.cancel(ErrLost) }, func(*lane) {}, nil, true},
		{"the lane is suspended", func(l *lane) { l.suspend(true) }, func(*lane) {}, nil, false},
		{"the lane is suspended for a while", func(l *lane) { l.suspend(true) }, func(l *lane) { l.suspend(false) }, []int64{0, 1, 2}, false},
		{"the lane is suspended and goes on before", func(l *lane) { l.suspend(true); l.suspend(false) }, func(*lane) {}, []int64{0, 1, 2}, false},
		{"more records come", func(l *lane) { l.enqueue(queuedOf(message(3))) }, func(*lane) {}, []int64{0, 1, 2, 3}, false},
		{"the run is to end", func(l *lane) { l.e.stop(nil) }, func(l *lane) { l.halt(ErrShutdown) }, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var handled []int64
				l := newTestLane(t, defaultSettings(), decodes, func(_ context.Context, offset int64) error {
					handled = append(handled, offset)
					return nil
				})
				s := &l.e.sched
				s.limit-- // so that the records wait
				s.running = s.limit
				l.enqueue(queuedOf(message(0), message(1), message(2)))
				s.mu.Lock()
				s.limit++
				s.running = 1
				st := s.next()
				s.mu.Unlock()
				if st == nil || len(st.current) > 0 {
					t.Fatal("no strand is in the hands of a worker that has not looked at it")
				}
				if abandoned, unflushed := l.unfinished(); len(abandoned)+len(unflushed) > 0 || l.status().Unsettled != 3 {
					t.Errorf("%v abandoned, %v unflushed, %d unsettled, want none, none and 3", abandoned, unflushed, l.status().Unsettled)
				}
				tt.meanwhile(l)
				if l.ended() {
					t.Error("the lane has ended although a worker has its strand")
				}
				s.work(st)
				tt.after(l)
				synctest.Wait()
				if !slices.Equal(handled, tt.want) {
					t.Errorf("handled %v, want %v", handled, tt.want)
				}
				if l.ended() != tt.ended {
					t.Errorf("ended = %v, want %v", l.ended(), tt.ended)
				}
				end(l)
				if l.load() != (load{}) || s.running != 0 {
					t.Errorf("%+v and %d workers are left", l.load(), s.running)
				}
			})
		})
	}
}
