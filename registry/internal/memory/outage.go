package memory

import (
	"context"
	"sync"
	"time"
)

// Where there is a last known answer, a registry gets this long to give a new one. After it failed to, it is left alone for a time that
// doubles up to the longest, so that a service with hundreds of subjects does not wait for each of them.
const (
	patience   = 2 * time.Second
	firstQuiet = time.Second
	longQuiet  = 30 * time.Second
)

// outage remembers that the registry did not answer. The zero value is ready to use.
type outage struct {
	mu       sync.Mutex
	failures int
	until    time.Time // when the quiet time ends
	probing  bool      // one caller is finding out whether it is over
}

// quiet reports whether not to ask. When a quiet time is over, the first caller is told to ask, and the others are not until it had its patience.
func (o *outage) quiet() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	switch {
	case o.failures == 0:
		return false
	case now.Before(o.until):
		return true
	default:
		o.until, o.probing = now.Add(patience), true
		return false
	}
}

// failed notes that the registry did not answer, and reports whether that is news. Those who asked side by side count once.
func (o *outage) failed() (news bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	if o.failures > 0 && now.Before(o.until) && !o.probing {
		return false
	}
	o.failures++
	o.until, o.probing = now.Add(min(firstQuiet<<min(o.failures-1, 10), longQuiet)), false
	return o.failures == 1
}

// answered notes that the registry is there, and reports whether that is news.
func (o *outage) answered() (news bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	news = o.failures > 0
	o.failures, o.probing = 0, false
	return news
}

// patienceFor leaves the caller half of its time to go on with the last answer.
func patienceFor(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return min(patience, time.Until(deadline)/2)
	}
	return patience
}
