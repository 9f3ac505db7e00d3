package embedded

import "errors"

// Handlers run under the registry's lock, and some need what takes long: to read
// a text of a megabyte, to compare it with a thousand versions. Such work
// depends on nothing but its question, so a handler that meets it gives up; the
// work is done without the lock, and the handler runs again from its start,
// finds the answer remembered, and goes on if the question is still the same.
//
// Where others change the subject all the time, the question never stays the
// same; after some attempts the work is done under the lock.
const maxAttempts = 6

// pendingError ends an attempt: do is what the next one needs.
type pendingError struct{ do func() }

func (*pendingError) Error() string { return "embedded: work is pending" }

// memo remembers, within one call, the last answer of a pure function.
type memo[Q, A any] struct {
	known    bool
	question Q
	answer   A
}

func (m *memo[Q, A]) get(c *call, question Q, same func(Q, Q) bool, answer func(Q) A) (A, error) {
	if m.known && same(m.question, question) {
		return m.answer, nil
	}
	do := func() { m.known, m.question, m.answer = true, question, answer(question) }
	if c.attempts < maxAttempts {
		var none A
		return none, &pendingError{do}
	}
	do()
	return m.answer, nil
}

// run answers a call. What it returns shares nothing with the state that
// changes later, and tells nothing that could still be lost.
func (r *Registry) run(o operation, c *call) (any, error) {
	for {
		answer, end, err := r.attempt(o, c)
		if pending := (*pendingError)(nil); errors.As(err, &pending) {
			pending.do()
			c.attempts++
			continue
		}
		if lost := r.storage.wait(end); lost != nil {
			r.logger.Error("cannot store changes", logError, lost)
			return nil, errStore
		}
		return answer, err
	}
}

// attempt calls the handler under the lock that it needs.
func (r *Registry) attempt(o operation, c *call) (answer any, end int64, err error) {
	if o.writes {
		r.mu.Lock()
		defer r.mu.Unlock()
	} else {
		r.mu.RLock()
		defer r.mu.RUnlock()
	}
	answer, err = o.answer(r, c)
	return answer, r.storage.end(), err
}
