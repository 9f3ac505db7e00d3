package transport

import (
	"sync"
	"time"
)

// A failed endpoint is left alone for a time that doubles with each further failure. It costs nothing meanwhile, unless all have failed.
const (
	firstRest = time.Second
	longRest  = 30 * time.Second
)

// pool says which endpoint comes next: the last one that answered, then those without failure, then one that has rested. A rested one gets
// a single request; if that fails too, it rests for longer.
type pool struct {
	mu        sync.Mutex
	preferred int
	breakers  []breaker
}

type breaker struct {
	failures int       // since the last answer
	cause    error     // of the last of them
	rests    time.Time // until then, if there were failures
	probing  bool      // one request is finding out whether it is back
}

func newPool(n int) *pool { return &pool{breakers: make([]breaker, n)} }

// next returns the index of an endpoint that was not tried, or -1. The first one of a round is always an endpoint: when all are
// resting, the one that has rested for longest is asked nevertheless, so that whichever comes back first is found soon.
func (p *pool) next(tried []bool) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	rested, first, asked := -1, p.preferred, false
	now := time.Now()
	for n := range p.breakers {
		i := (p.preferred + n) % len(p.breakers)
		b := &p.breakers[i]
		switch {
		case tried[i]:
			asked = true
		case b.failures == 0:
			return i
		case rested < 0 && !b.probing && !now.Before(b.rests):
			rested = i
		case b.rests.Before(p.breakers[first].rests):
			first = i
		}
	}
	switch {
	case rested >= 0:
		p.breakers[rested].probing = true
		return rested
	case asked:
		return -1
	default:
		return first
	}
}

// more is how many endpoints that were not tried may be asked by now.
func (p *pool) more(tried []bool) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, b := range p.breakers {
		if !tried[i] && (b.failures == 0 || !b.probing && !time.Now().Before(b.rests)) {
			n++
		}
	}
	return n
}

// answered says that endpoint i is there.
func (p *pool) answered(i int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.breakers[i] = breaker{}
	p.preferred = i
}

// failed says why endpoint i is not.
func (p *pool) failed(i int, cause error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := &p.breakers[i]
	b.probing, b.cause = false, cause
	b.failures++
	b.rests = time.Now().Add(min(firstRest<<min(b.failures-1, 10), longRest))
}

// release says that nothing was learnt about endpoint i.
func (p *pool) release(i int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.breakers[i].probing = false
}

// lately returns why endpoint i is left alone, or nil.
func (p *pool) lately(i int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.breakers[i].cause
}
