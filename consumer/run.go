package consumer

import "math"

// runRecords is how many records a worker takes of a strand at most when no other strand can be waiting for it. It starts them one by one,
// and gives back what is left when the lane must not go on; what it takes at once is the lock.
const runRecords = 256

// run takes what a worker has of a strand through decoding and handler. It ends at the first record, or batch, that is not simply done.
func (s *scheduler) run(st *strand) verdict {
	if s.batch > 1 || s.window != nil {
		return st.lane.process(st, st.current)
	}
	s.draw(st)
	for i := range st.current {
		if i > 0 && st.lane.shut.Load() {
			return verdict{outcome: again}
		}
		v := st.lane.process(st, st.current[i:i+1])
		if v.outcome != done || v.settled != 1 {
			return v
		}
		st.handling.Store(0)
		st.progress.Store(int32(i + 1)) //nolint:gosec // up to runRecords
	}
	return verdict{}
}

// runs reports whether a worker takes a run at once. Without a bound on workers every strand has its own, and none waits while another is
// ahead of its turn. In transactions each record joins the transaction that is open when it starts.
func (s *scheduler) runs() bool { return s.batch == 1 && s.window == nil && s.limit == math.MaxInt }

// draw has a worker take its run. Whoever has started it, often the poll goroutine, has left that to it.
func (s *scheduler) draw(st *strand) {
	if !s.runs() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(st.current) == 0 && st.lane.open() {
		st.current = st.queue.pop(st.current, runRecords, &s.spare)
	}
}

// count settles what the worker that has the strand has done since the last look. The scheduler's lock is held.
func (s *scheduler) count(st *strand) {
	for done := int(st.progress.Load()); st.counted < done; st.counted++ {
		t := st.current[st.counted]
		s.settle(st.lane, t)
		st.current[st.counted] = nil // the worker, whose next record may take long, has no use for it any more; nobody has
		s.spare.give(t)
	}
}
