package consumer

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Retry says how often, and for how long, a record is given to the handler again after it returned an error. Fields that are zero
// have their default. Between two attempts the record's partition waits, or its key with [ByKey]; no goroutine does.
//
// Attempts are counted in memory: they start again when the partition goes to another member or the service restarts.
type Retry struct {
	// For is how long after its first failed attempt a record may be tried again. Default: 5 minutes. Negative is for ever.
	For time.Duration
	// Attempts bounds the calls of the handler with a record, the first one included; 1 tries nothing again. Default: no bound.
	Attempts int
	// Initial is the longest pause after the first failed attempt; each further one doubles it, up to Max. The pause itself is
	// drawn evenly between nothing and the longest, so that consumers that failed together do not come back together. Defaults: 200
	// ms and 30 s.
	Initial, Max time.Duration
}

// complete fills in the defaults.
func (r Retry) complete() Retry {
	if r.For == 0 {
		r.For = 5 * time.Minute
	}
	if r.Initial == 0 {
		r.Initial = 200 * time.Millisecond
	}
	if r.Max == 0 {
		r.Max = max(30*time.Second, r.Initial)
	}
	return r
}

// check returns what is wrong with a policy whose defaults are filled in.
func (r Retry) check() error {
	if r.Attempts < 0 || r.Initial < 0 || r.Max < r.Initial {
		return fmt.Errorf("consumer: WithRetry: attempts %d, initial pause %v, longest %v: none may be negative, and the longest not below the initial",
			r.Attempts, r.Initial, r.Max)
	}
	return nil
}

// next returns the pause before the next attempt, after so many failed ones, the first of them so long ago; false when there is none.
func (r Retry) next(attempts int, since time.Duration) (time.Duration, bool) {
	if r.Attempts > 0 && attempts >= r.Attempts {
		return 0, false
	}
	longest := r.Max
	if doublings := attempts - 1; doublings < 32 {
		if grown := r.Initial << doublings; grown>>doublings == r.Initial {
			longest = min(grown, r.Max)
		}
	}
	pause := rand.N(longest + 1)
	return pause, r.For < 0 || since+pause <= r.For
}
