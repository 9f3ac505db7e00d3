package producer

import "sync"

// ledger lists the records that librdkafka has and that were not reported yet, oldest first.
type ledger struct {
	mu         sync.Mutex
	last       uint64 // number of the newest record ever added
	head, tail *pending
	flushes    []flushWait
	// closing collects what fails once Close has begun; nil before.
	closing *CloseError
}

// flushWait is closed when no record up to a number is left.
type flushWait struct {
	upTo uint64
	done chan struct{}
}

// add numbers p and lists it. It must come before Produce: the report may be faster than Produce's return.
func (l *ledger) add(p *pending) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	p.number, p.listed = l.last, true
	p.prev = l.tail
	if l.tail == nil {
		l.head = p
	} else {
		l.tail.next = p
	}
	l.tail = p
}

// withdraw takes out a record that librdkafka did not take.
func (l *ledger) withdraw(p *pending) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unlink(p)
}

// settle takes out a record with its outcome. It reports false where the record has one already.
func (l *ledger) settle(p *pending, err *Error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !p.listed {
		return false
	}
	l.unlink(p)
	l.book(p, err)
	return true
}

// book lists a failure in the error of Close, once that has begun.
func (l *ledger) book(p *pending, err *Error) {
	switch {
	case err == nil || l.closing == nil:
	case err.Indeterminate:
		l.closing.Indeterminate = append(l.closing.Indeterminate, p.ref())
	default:
		l.closing.NotSent = append(l.closing.NotSent, p.ref())
	}
}

func (l *ledger) unlink(p *pending) {
	if p.prev == nil {
		l.head = p.next
	} else {
		p.prev.next = p.next
	}
	if p.next == nil {
		l.tail = p.prev
	} else {
		p.next.prev = p.prev
	}
	p.prev, p.next, p.listed = nil, nil, false
	kept := l.flushes[:0]
	for _, flush := range l.flushes {
		if l.head == nil || l.head.number > flush.upTo {
			close(flush.done)
		} else {
			kept = append(kept, flush)
		}
	}
	clear(l.flushes[len(kept):])
	l.flushes = kept
}

// flushed returns a channel that is closed when all records listed now have their outcome.
func (l *ledger) flushed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	done := make(chan struct{})
	if l.head == nil {
		close(done)
	} else {
		l.flushes = append(l.flushes, flushWait{upTo: l.last, done: done})
	}
	return done
}

// beginClose starts the collection of what fails.
func (l *ledger) beginClose(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closing = &CloseError{Name: name}
}

// abandon takes out all that is left, as indeterminate, and returns it.
func (l *ledger) abandon() []*pending {
	l.mu.Lock()
	defer l.mu.Unlock()
	var left []*pending
	for l.head != nil {
		p := l.head
		p.lost = true
		l.unlink(p)
		l.book(p, &Error{Indeterminate: true})
		left = append(left, p)
	}
	return left
}

// collected returns what failed since beginClose.
func (l *ledger) collected() CloseError {
	l.mu.Lock()
	defer l.mu.Unlock()
	return *l.closing
}
