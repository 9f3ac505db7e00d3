package consumer

import (
	"container/heap"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// scheduler hands the records of all lanes to workers: of a strand one (or one batch) after the other, of all strands as many at
// once as the order allows, the oldest first. A worker is a goroutine that lives as long as there is something to do, and never waits:
// what must wait, for a pause between attempts, for the schema registry, for a dead letter to be acknowledged, is parked with a timer or
// a callback.
//
// Its lock guards all lanes and strands. Under it neither the Kafka client nor the user's code is called, and nothing is logged.
// The methods in the lower half of this file expect it to be held.
type scheduler struct {
	order    Order
	limit    int // workers at once
	batch    int // tasks that a worker takes at once
	linger   time.Duration
	pulse    *pulse
	stopping context.Context // nothing is started any more once it ended
	post     func(*strand)   // sends the dead letters of a condemned strand
	window   *window         // nil but in transactions
	relief   chan struct{}   // what the poll goroutine waits for while a lane is full: a worker is done with what it had

	gated   atomic.Bool    // something is ready but the poll goroutine does not run
	workers sync.WaitGroup // of all workers

	mu      sync.Mutex
	ready   readyHeap
	running int // workers
	arrived uint64
	bytes   int  // unsettled in all lanes
	tight   bool // somebody waits for relief
	spare   spareTasks
}

// outcome is what becomes of the tasks that a worker had.
type outcome uint8

const (
	done        outcome = iota // nothing more: those that are not settled go back to the queue
	again                      // they are ready as before: the poll goroutine does not run
	retry                      // they wait
	condemn                    // they go to the dead letters
	give                       // the run ends, or the lane did before they came to the handler
	interrupted                // their handler was cancelled
)

// verdict is what a worker found out about the current tasks of a strand.
type verdict struct {
	settled int // so many of them, from the first, are settled
	kept    int // so many of those behind stay together for what is next; the rest goes back to the queue
	outcome outcome
	after   time.Duration // of retry
	failure failure       // of condemn
}

// work is a worker, which begins with a strand.
func (s *scheduler) work(st *strand) {
	defer func() {
		if st != nil { // a handler ended the goroutine
			st.lane.e.stop(st.lane.recordError(st.current[st.progress.Load()], StageHandler, errGoexit, ""))
			if s.window != nil {
				s.vanished(st)
			}
			if next := s.finish(st, verdict{outcome: give}); next != nil { // which a transaction needs that is still open
				s.workers.Go(func() { s.work(next) })
			}
		}
	}()
	for st != nil {
		v := s.run(st)
		next := s.finish(st, v)
		if v.outcome == condemn {
			s.post(st)
		}
		st = next
	}
}

var errGoexit = errors.New("the handler ended its goroutine (runtime.Goexit; testing.T.FailNow does it)")

// finish notes what became of a strand's tasks, and returns the strand that the worker is to go on with, nil where there is none.
func (s *scheduler) finish(st *strand, v verdict) *strand {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apply(st, v)
	next := s.next()
	if next == nil {
		s.running--
	}
	s.dispatch()
	if s.window != nil {
		signal(s.window.changed)
	}
	if s.tight {
		signal(s.relief)
	}
	return next
}

// relieve says whether relief is waited for.
func (s *scheduler) relieve(wanted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tight = wanted
}

// beat notes that the poll goroutine runs.
func (s *scheduler) beat() {
	s.pulse.beat()
	if s.gated.Load() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.gated.Store(false)
		s.dispatch()
	}
}

// mayStart reports whether handlers may be started.
func (s *scheduler) mayStart() bool { return s.stopping.Err() == nil && s.pulse.fresh() }

// wake is what a strand's timer does.
func (s *scheduler) wake(st *strand, tick int) {
	s.mu.Lock()
	if st.ticks != tick {
		s.mu.Unlock()
		return
	}
	st.timer = nil
	if st.state == condemned {
		s.mu.Unlock()
		s.post(st)
		return
	}
	st.gathered = true
	s.advance(st)
	s.dispatch()
	s.mu.Unlock()
}

// outgoing returns the tasks of a condemned strand whose dead letters are to be sent, and why; none once they were given up.
func (s *scheduler) outgoing(st *strand) ([]*task, failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st.state != condemned {
		return nil, failure{}
	}
	st.pending = len(st.current)
	return slices.Clone(st.current), st.failure
}

// posted notes the report of a dead letter. repeat says that it was not written and is to be sent again after a while. It returns false
// for one that was given up before.
func (s *scheduler) posted(st *strand, t *task, repeat bool, after time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st.state != condemned {
		return false
	}
	st.pending--
	if !repeat {
		s.settle(st.lane, t)
		i := slices.Index(st.current, t)
		st.current = slices.Delete(st.current, i, i+1)
	}
	switch {
	case st.pending > 0:
	case len(st.current) > 0:
		s.park(st, after)
	default:
		s.proceed(st)
		s.dispatch()
	}
	if s.window != nil {
		signal(s.window.changed)
	}
	return true
}

// awaits reports whether the dead letters of a strand were not given up.
func (s *scheduler) awaits(st *strand) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return st.state == condemned
}

// refused drops a strand whose dead letters can never be written.
func (s *scheduler) refused(st *strand) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st.state == condemned {
		s.leave(st)
	}
}

// From here on the lock is held.

// dispatch starts workers for what is ready.
func (s *scheduler) dispatch() {
	for s.running < s.limit {
		st := s.next()
		if st == nil {
			return
		}
		s.running++
		s.workers.Go(func() { s.work(st) })
	}
}

// next takes the oldest strand that is ready, for a worker; nil where there is none, or nothing may be started.
func (s *scheduler) next() *strand {
	if len(s.ready) == 0 || s.stopping.Err() != nil {
		return nil
	}
	if !s.pulse.fresh() {
		s.gated.Store(true)
		if !s.pulse.fresh() { // else it beat in between, and may not have seen the gate
			return nil
		}
	}
	if s.window != nil && !s.window.admits(&s.ready) {
		return nil
	}
	st := heap.Pop(&s.ready).(*strand) //nolint:errcheck // it holds nothing else
	if len(st.current) == 0 && !s.runs() {
		st.current = st.queue.pop(st.current, s.batch, &s.spare)
	}
	st.state, st.gathered = working, false
	st.lane.busy++
	if s.window != nil {
		s.window.started(st)
	}
	return st
}

// apply brings a strand from its worker's hands to where the verdict sends it.
func (s *scheduler) apply(st *strand, v verdict) {
	l := st.lane
	s.count(st)
	handled := int(st.handling.Load())
	st.handling.Store(0)
	st.keep(st.rest())
	for _, t := range st.current[:v.settled] {
		s.settle(l, t)
	}
	rest := st.current[v.settled:]
	if v.outcome == interrupted {
		l.cut = appendRefs(l.cut, rest[:handled-v.settled])
	}
	if l.halted && v.outcome != condemn || l.abandoned {
		st.keep(rest)
		s.leave(st)
		return
	}
	if back := rest[v.kept:]; len(back) > 0 && v.outcome != give {
		if l.halted {
			s.release(l, back)
		} else {
			st.queue.unpop(back)
		}
		rest = rest[:v.kept]
	}
	st.keep(rest)
	switch v.outcome {
	case done, again:
		s.proceed(st)
	case retry:
		l.busy--
		st.state = waiting
		s.park(st, v.after)
		if s.window != nil {
			s.window.trouble(s, st)
		}
	case condemn:
		st.state, st.failure = condemned, v.failure
	case give, interrupted:
		s.leave(st)
	}
}

// proceed lets a strand that was busy go on with what is next.
func (s *scheduler) proceed(st *strand) {
	st.lane.busy--
	st.state = resting
	s.advance(st)
	s.endIfIdle(st.lane)
}

// leave drops a strand that was busy.
func (s *scheduler) leave(st *strand) {
	st.lane.busy--
	s.drop(st)
	s.endIfIdle(st.lane)
}

// advance makes a strand ready, if it has anything to do and its lane is open.
func (s *scheduler) advance(st *strand) {
	lingers := st.state == gathering
	st.state = resting
	switch {
	case st.empty():
		delete(st.lane.strands, st.key)
	case !st.lane.open(), st.barred():
	case s.linger > 0 && len(st.current) == 0 && !st.gathered && st.queue.len() < s.batch:
		st.state = gathering
		if !lingers {
			s.park(st, s.linger)
		}
	default:
		st.stopTimer()
		st.state = ready
		heap.Push(&s.ready, st)
	}
}

// park has a timer wake the strand.
func (s *scheduler) park(st *strand, after time.Duration) {
	st.stopTimer()
	tick := st.ticks
	st.timer = time.AfterFunc(after, func() { s.wake(st, tick) })
}

// retire takes a strand that no worker has out of everything that could start it.
func (s *scheduler) retire(st *strand) {
	if st.state == ready {
		heap.Remove(&s.ready, st.index)
	}
	st.stopTimer()
	st.state = resting
}

// drop forgets a strand and all it has: it will be delivered again.
func (s *scheduler) drop(st *strand) {
	s.retire(st)
	s.release(st.lane, st.rest())
	s.forsake(st)
	st.keep(nil)
	delete(st.lane.strands, st.key)
}

// settle notes a task as done, unless its epoch is over.
func (s *scheduler) settle(l *lane, t *task) {
	if !l.closed {
		l.mark.settle(t.offset())
	}
	if s.window != nil {
		s.window.settled(s, l, t.offset())
	}
	s.unload(l, t.size)
}

// release takes tasks that are dropped out of the load.
func (s *scheduler) release(l *lane, tasks []*task) {
	for _, t := range tasks {
		s.unload(l, t.size)
		if t.held {
			l.e.holds.forget()
		}
	}
}

// unload takes a record out of the load.
func (s *scheduler) unload(l *lane, size int) {
	l.records--
	l.bytes -= size
	s.bytes -= size
}

// forsake drops what waits in a strand.
func (s *scheduler) forsake(st *strand) {
	s.release(st.lane, st.queue.pop(nil, st.queue.len(), &s.spare))
}

// reopen makes the strands of a lane ready that was not open, if it is now.
func (s *scheduler) reopen(l *lane) {
	for _, st := range l.strands {
		if st.state == resting {
			s.advance(st)
		}
	}
	s.dispatch()
}

// endIfIdle notes that a halted lane has come to its end, and lets the one that waits for it go on.
func (s *scheduler) endIfIdle(l *lane) {
	if !l.halted || l.busy > 0 || l.ended() || s.endSink(l) {
		return
	}
	close(l.done)
	if l.next != nil {
		l.next.waits = false
		s.reopen(l.next)
		l.next = nil
	}
}
