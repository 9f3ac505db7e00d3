package kafkaclient

import (
	"context"
	"sync"
)

// Attempt follows what one call of a consumer's handler sends within a transaction. The zero value has sent nothing. It is safe for
// concurrent use.
type Attempt struct {
	mu      sync.Mutex
	over    bool
	sent    int // records that the client has taken
	open    int // of these, those without an outcome
	failure error
}

type attemptKey struct{}

// WithAttempt returns a context whose records belong to a.
func WithAttempt(ctx context.Context, a *Attempt) context.Context {
	return context.WithValue(ctx, attemptKey{}, a)
}

// AttemptOf returns the attempt that ctx belongs to, nil where there is none. The methods of nil do nothing.
func AttemptOf(ctx context.Context) *Attempt {
	a, _ := ctx.Value(attemptKey{}).(*Attempt)
	return a
}

// Admit counts a record that is about to be sent, and reports whether it may be: not once the attempt is over, since its outcome is
// judged by what it had sent until then.
func (a *Attempt) Admit() bool {
	if a == nil {
		return true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over {
		return false
	}
	a.sent++
	a.open++
	return true
}

// Withdraw takes back an admitted record that the client has not taken.
func (a *Attempt) Withdraw() {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sent--
	a.open--
}

// Report notes the outcome of an admitted record: nil where it was written.
func (a *Attempt) Report(err error) {
	if a == nil {
		return
	}
	a.mu.Lock()
	a.open--
	a.mu.Unlock()
	if err != nil {
		a.Fail(err)
	}
}

// Waits reports whether a record has no outcome yet.
func (a *Attempt) Waits() bool {
	if a == nil {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.open > 0
}

// Fail notes that a record of the attempt was not written. The first failure stays.
func (a *Attempt) Fail(err error) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.failure == nil {
		a.failure = err
	}
}

// End lets the attempt send nothing any more, and reports whether it has sent anything.
func (a *Attempt) End() (sent bool) {
	if a == nil {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	return a.sent > 0
}

// Failure returns why a record of the attempt was not written, nil where all were, as far as that is known by now.
func (a *Attempt) Failure() error {
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.failure
}
