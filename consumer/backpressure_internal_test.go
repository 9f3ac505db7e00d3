package consumer

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestFullLaneBreathes: a partition is paused only if its handlers need long to make room, because the client throws away then what it has
// fetched.
func TestFullLaneBreathes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		each   time.Duration // a record
		other  bool          // another lane has nothing to do
		waited time.Duration
		left   int // records
		paused bool
	}{
		{"half is free at once", time.Microsecond, true, 512 * time.Microsecond, 512, false}, // when a run is done
		{"an eighth is free in time", 100 * time.Microsecond, true, 13 * time.Millisecond, 894, false},
		{"another lane waits", time.Millisecond, true, breath, 1004, true},
		{"nobody waits", time.Millisecond, false, tick, 924, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const bound = 1024
				set := defaultSettings()
				set.queueRecords = bound
				release := make(chan struct{})
				e, client, lanes := newScripted(t, set, 2, func(_ context.Context, offset int64) error {
					if offset >= bound {
						<-release
					} else {
						<-time.After(tt.each)
					}
					return nil
				})
				if !tt.other { // the other lane is busy
					e.lanes[lanes[1].TopicPartition].enqueue(queuedOf(keyed(1, bound, nil)))
				}
				var records []queued
				for offset := range int64(bound) {
					records = append(records, queuedOf(message(offset))...)
				}
				lanes[0].enqueue(records)
				began := time.Now()
				e.fill(lanes[0])
				if waited := time.Since(began); waited != tt.waited {
					t.Errorf("the poll goroutine waited for %v, want %v", waited, tt.waited)
				}
				if got := lanes[0].load().records; got < tt.left-1 || got > tt.left+1 {
					t.Errorf("%d records are left, want %d", got, tt.left)
				}
				if client.paused != tt.paused || lanes[0].full != tt.paused {
					t.Errorf("paused: %t, full: %t, want %t", client.paused, lanes[0].full, tt.paused)
				}
				close(release)
				<-time.After(bound * tt.each)
				for _, l := range lanes {
					end(l)
				}
			})
		})
	}
}

// TestShutdownEndsABreath: nobody waits for room that is not needed any more.
func TestShutdownEndsABreath(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		set := defaultSettings()
		set.queueRecords = 2
		release := make(chan struct{})
		e, client, lanes := newScripted(t, set, 1, func(context.Context, int64) error {
			<-release
			return nil
		})
		lanes[0].enqueue(queuedOf(message(0), message(1)))
		began := time.Now()
		time.AfterFunc(5*time.Millisecond, func() { e.stop(nil) })
		e.fill(lanes[0])
		if waited := time.Since(began); waited != 5*time.Millisecond || !client.paused {
			t.Errorf("waited for %v, paused: %t", waited, client.paused)
		}
		close(release)
		end(lanes[0])
	})
}
