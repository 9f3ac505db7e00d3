package consumer

import (
	"container/heap"
	"context"
	"slices"
	"time"
)

// window says which records workers may start where records are handled in transactions. Its fields are guarded by the scheduler's lock, and its
// methods expect it to be held.
//
// A transaction takes what is ready until it closes. From then on it takes only records that it cannot be committed without: those that lie before one that
// it has started, in the same partition. It has come to its barrier when nothing of it runs and, in each partition, no record is settled behind one that is not.
//
//	partition 0, by key    a12 settled | b13 running | a14 not started | c15 settled | a16 not started
//	closed: b13 ends, a14 is started since c15 is settled, a16 is not; then 16 is the offset to commit
type window struct {
	current *transaction // nil between two of them
	held    bool         // no other begins
	ends    func() bool  // whether the run is to end, which is so some time before held is
	aside   []*strand    // ready, but not for this transaction
	leaving map[*lane]bool
	past    map[Ref]past  // of records that come again after a roll-back
	undo    *undo         // for the poll goroutine
	commits [][]Ref       // to tell the hooks of, by the poll goroutine
	wanted  chan struct{} // has a token when something is ready and no transaction is open
	changed chan struct{} // has a token when the current transaction may have come to its barrier
}

// transaction is one of them. The scheduler's lock guards it.
type transaction struct {
	ctx     context.Context //nolint:containedctx // of the producer's transaction: those of handlers derive from it
	end     context.CancelCauseFunc
	left    int    // records that it may still start
	last    uint64 // arrival of the last record that it has started
	touched map[*lane]*share
	running map[*task]past // in the handler, as they were before
	handled []*task        // settled
	after   []func()       // once it is committed
	closed  time.Time      // when it took new records last; zero while it does
	sealed  bool           // it is at its barrier: nothing is started any more
	cause   error          // why it is rolled back
	fate    fate
	done    chan struct{} // closed with fate
}

type fate uint8

const (
	undecided fate = iota
	wasCommitted
	wasRolledBack // or nobody knows yet
)

// share is what a transaction has of one lane.
type share struct {
	ctx      context.Context //nolint:containedctx // of its handlers: ends with the lane's, too
	cancel   context.CancelCauseFunc
	detach   func() bool // from the lane's
	top      int64       // the highest offset that was started
	position int64       // committed with the transaction; -1 where none is
}

// laneWindow is what the window keeps in a lane.
type laneWindow struct {
	base     int64 // where the partition goes on after a roll-back
	based    bool
	troubled []int64 // records that wait to be tried again, or came again after such a wait: nothing behind the first of them is started
}

func signal(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// admits reports whether the first of the ready strands may be started. Those that may not although one behind them may are set aside.
func (w *window) admits(ready *readyHeap) bool {
	t := w.current
	if t == nil {
		signal(w.wanted)
		return false
	}
	if w.ends != nil && w.ends() { // what a record has ended the run for must not be passed
		w.close()
	}
	for len(*ready) > 0 && t.cause == nil && !t.sealed {
		st := (*ready)[0]
		next := st.oldest()
		closed := !t.closed.IsZero()
		switch {
		case t.needs(st.lane, next):
			return true
		case closed && next.seq > t.last:
			return false // and so are all behind it
		case !closed && !w.leaving[st.lane]:
			return true
		}
		heap.Pop(ready)
		st.state = resting
		w.aside = append(w.aside, st)
	}
	return false
}

// needs reports whether the transaction cannot be committed without a record.
func (t *transaction) needs(l *lane, next *arrival) bool {
	share := t.touched[l]
	return share != nil && next.offset() < share.top
}

// started notes that a worker has a strand.
func (w *window) started(st *strand) {
	t, first := w.current, st.current[0]
	s := t.touched[st.lane]
	if s == nil {
		s = &share{top: -1, position: -1}
		t.touched[st.lane] = s
	}
	s.top = max(s.top, first.offset())
	t.last = max(t.last, first.seq)
	if t.left--; t.left <= 0 {
		w.close()
	}
}

// close has the current transaction take nothing any more that it does not need.
func (w *window) close() {
	if t := w.current; t != nil && t.closed.IsZero() {
		t.closed = time.Now()
		signal(w.changed)
	}
}

// doom has a transaction rolled back. The contexts of its handlers end.
func (w *window) doom(t *transaction, cause error) {
	if t != nil && t.cause == nil && t.fate == undecided {
		t.cause = cause
		t.end(cause)
		signal(w.changed)
	}
}

// decide notes what became of the current transaction, and makes ready what it has set aside.
func (w *window) decide(s *scheduler, t *transaction, f fate) {
	t.fate = f
	w.current = nil
	close(t.done)
	for _, st := range w.aside {
		if st.state == resting && st.lane.strands[st.key] == st {
			s.advance(st)
		}
	}
	clear(w.aside)
	w.aside = w.aside[:0]
}

// progress is how far a transaction is from its barrier.
type progress uint8

const (
	growing      progress = iota
	stillRunning          // handlers, or dead letters on their way
	stillWaiting          // for a record that is to be tried again
	atBarrier
	doomed
)

// progress looks at the current transaction, and dooms one that cannot come to its barrier in time.
func (w *window) progress(t *transaction, patience time.Duration) progress {
	switch {
	case t.cause != nil:
		return doomed
	case t.closed.IsZero():
		return growing
	}
	for l := range t.touched {
		if l.busy > 0 {
			return stillRunning
		}
	}
	state := atBarrier
	for l, share := range t.touched {
		switch {
		case !l.mark.gap():
			continue
		case l.suspended || l.halted || !l.fills(share.top):
			w.doom(t, errGap)
			return doomed
		case time.Since(t.closed) >= patience:
			w.doom(t, errWaits)
			return doomed
		}
		state = stillWaiting
	}
	t.sealed = state == atBarrier
	return state
}

// vanished dooms the transaction of a handler that has ended its goroutine: what it has sent must not be seen.
func (s *scheduler) vanished(st *strand) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if step := st.current[0].step; step != nil {
		step.attempt.End()
		s.window.doom(step.of, errGoexit)
	}
}

// fills reports whether a record before an offset is still there to be handled.
func (l *lane) fills(top int64) bool {
	for _, st := range l.strands {
		if next := st.oldest(); next != nil && next.offset() < top {
			return true
		}
	}
	return false
}

// delivered takes note of a record that comes to a lane, and reminds it of what it went through before a roll-back.
func (w *window) delivered(l *lane, r *queued) {
	if !l.window.based {
		l.window.base, l.window.based = r.offset(), true
	}
	if len(w.past) == 0 {
		return
	}
	if p, ok := w.past[r.ref()]; ok {
		r.task = &task{attempts: p.attempts, first: p.first, unknownSince: p.unknownSince, past: &p}
		l.window.troubled = append(l.window.troubled, r.offset()) // which rise
	}
}

// begin has a lane that was just opened take nothing before an offset, where it was told to begin; leader is the leader epoch of the last record before.
// The client may still go on at the beginning of the assignment, or of an earlier one (see repetition and precedes), and what is committed already would be
// handled again: so what the lane before it has seen of the beginning is kept.
func (l *lane) begin(offset int64, leader int32, seen repetition) {
	s := &l.e.sched
	s.mu.Lock()
	defer s.mu.Unlock()
	l.mark.last, l.mark.some = offset-1, true
	l.window.base, l.window.based = offset, true
	l.again = seen
	l.leaders.deliver(offset-1, leader)
	l.again.floor, l.again.told, l.again.leader, l.again.on = offset, offset, leader, false
}

// trouble has nothing started in a lane behind a record that waits to be tried again: it would have to be done again if that takes too long.
func (w *window) trouble(s *scheduler, st *strand) {
	l, offset := st.lane, st.current[0].offset()
	i, known := slices.BinarySearch(l.window.troubled, offset)
	if known {
		return
	}
	l.window.troubled = slices.Insert(l.window.troubled, i, offset)
	for _, other := range l.strands {
		if other.state == ready && other.barred() {
			s.retire(other)
		}
	}
}

// settled notes that a record is no trouble any more.
func (w *window) settled(s *scheduler, l *lane, offset int64) {
	if i, known := slices.BinarySearch(l.window.troubled, offset); known {
		l.window.troubled = slices.Delete(l.window.troubled, i, i+1)
		s.reopen(l)
	}
}

// barred reports whether a strand must wait for a record of its lane that is in trouble.
func (st *strand) barred() bool {
	troubled := st.lane.window.troubled
	return len(troubled) > 0 && st.oldest().offset() > troubled[0]
}
