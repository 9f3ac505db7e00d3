package consumer

import (
	"context"
	"sync/atomic"
	"time"
)

// pulse tells the lanes that the poll goroutine runs. When the whole process was stopped for a while, lanes may wake before
// the poll goroutine has learned that the session expired and the partitions are with somebody else: so they start
// nothing until it has run again.
type pulse struct {
	start time.Time
	limit time.Duration // how old the last beat may be
	last  atomic.Int64  // nanoseconds since start
}

func (p *pulse) beat() { p.last.Store(int64(time.Since(p.start))) }

// wait returns true as soon as the last beat is young enough, and false when ctx ends before.
func (p *pulse) wait(ctx context.Context) bool {
	for time.Since(p.start)-time.Duration(p.last.Load()) > p.limit {
		if !sleep(ctx, 10*time.Millisecond) {
			return false
		}
	}
	return true
}
