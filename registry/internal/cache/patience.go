package cache

import (
	"context"
	"sync"
	"time"
)

// patience is how long those who wait for a flight will do so at most. A flight's context cannot tell: who comes later may wait for longer.
type patience struct {
	mu      sync.Mutex
	until   time.Time
	endless bool
}

type patienceKey struct{}

// extend notes that one more waits, until its context ends.
func (p *patience) extend(ctx context.Context) {
	until, ends := Deadline(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	if !ends {
		p.endless = true
	} else if until.After(p.until) {
		p.until = until
	}
}

// Deadline says when ctx ends or, where it is a flight's, when the last of those will be gone who wait for it. It is false where there is no such time.
func Deadline(ctx context.Context) (time.Time, bool) {
	until, ends := ctx.Deadline()
	p, inFlight := ctx.Value(patienceKey{}).(*patience)
	if !inFlight {
		return until, ends
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.endless || ends && until.Before(p.until) {
		return until, ends
	}
	return p.until, true
}
