package consumer

import (
	"sync/atomic"
	"time"
)

// pulse tells the workers that the poll goroutine runs. When the whole process was stopped for a while, workers may wake before
// the poll goroutine has learned that the session expired and the partitions are with somebody else: so they start
// nothing until it has run again.
type pulse struct {
	start time.Time
	limit time.Duration // how old the last beat may be
	last  atomic.Int64  // nanoseconds since start
}

func (p *pulse) beat() { p.last.Store(int64(time.Since(p.start))) }

// since returns how long ago a beat was, given as last holds it.
func (p *pulse) since(beat int64) time.Duration { return time.Since(p.start) - time.Duration(beat) }

// fresh reports whether the last beat is young enough.
func (p *pulse) fresh() bool {
	return time.Since(p.start)-time.Duration(p.last.Load()) <= p.limit
}
