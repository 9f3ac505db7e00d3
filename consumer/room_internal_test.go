package consumer

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// TestRoom: what may be read ahead fits into every lane that it may be for, and into the consumer.
func TestRoom(t *testing.T) {
	t.Parallel()
	const size = 10 // of a record
	sized := func(partition int32, offset int64) *kafka.Message {
		m := keyed(partition, offset, nil)
		m.Value = make([]byte, size)
		return m
	}
	for _, tt := range []struct {
		name           string
		lanes          []int // how many records each holds
		burst          int   // in the poll goroutine's hands, for the last lane
		paused         bool  // is the first one
		drained        bool  // the handlers are through by the time that is asked
		records, bytes int
	}{
		{"nothing is held", []int{0, 0}, 0, false, false, 50, 500},
		{"half is held", []int{50, 0}, 0, false, false, 50, 500},
		{"more is held", []int{70, 0}, 0, false, false, 30, 300},
		{"by one of many", []int{20, 99, 0}, 0, false, false, 1, 10},
		{"a lane is full", []int{100, 0}, 0, false, false, 0, 0},
		{"a full lane is paused", []int{100, 30}, 0, true, false, 50, 500},
		{"the handlers have made room", []int{100, 70}, 0, false, true, 50, 500},
		{"in the burst", []int{0, 0}, 60, false, false, 40, 400},
		{"in lane and burst", []int{0, 60}, 30, false, false, 10, 100},
		{"the consumer is nearly full", []int{48, 49, 48, 49}, 0, false, false, 50, 60},
		{"with the burst it is", []int{48, 49, 48, 40}, 15, false, false, 45, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				set := defaultSettings()
				set.queueRecords, set.queueBytes, set.totalBytes = 100, 100*size, 200*size
				release := make(chan struct{})
				e, _, lanes := newScripted(t, set, int32(len(tt.lanes)), func(context.Context, int64) error { <-release; return nil })
				for i, n := range tt.lanes {
					for offset := range int64(n) {
						e.burst.lane = lanes[i]
						e.burst.add(sized(int32(i), offset), 0)
					}
					e.pushBurst()
				}
				last := len(lanes) - 1
				for offset := range int64(tt.burst) {
					e.burst.lane = lanes[last]
					e.burst.add(sized(int32(last), 1000+offset), 0)
				}
				lanes[0].paused = tt.paused
				if tt.drained {
					close(release)
					synctest.Wait()
				}
				if records, bytes := e.room(); records != tt.records || bytes != tt.bytes {
					t.Errorf("there is room for %d records and %d bytes, want %d and %d", records, bytes, tt.records, tt.bytes)
				}
				if !tt.drained {
					close(release)
				}
				synctest.Wait()
			})
		})
	}
}

// TestLanesThatAreGoneAreNoReason: what a partition held that went away does not count.
func TestLanesThatAreGoneAreNoReason(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		set := defaultSettings()
		set.queueRecords = 100
		e, client, lanes := newScripted(t, set, 2, func(ctx context.Context, _ int64) error { <-ctx.Done(); return ctx.Err() })
		client.records(0, 0, 90)
		for len(client.steps) > 0 {
			e.step(0)
		}
		if records, _ := e.room(); records != 10 {
			t.Errorf("there is room for %d records, want 10", records)
		}
		e.revoked(lanes[0].list(), true)
		if records, _ := e.room(); records != 50 || len(e.narrow) != 0 {
			t.Errorf("there is room for %d records, and %d lanes are narrow, after the one that was went away: want 50 and 0", records, len(e.narrow))
		}
	})
}
