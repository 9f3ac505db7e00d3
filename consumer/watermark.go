package consumer

import "slices"

// watermark knows up to where the records of one partition are settled during one assignment. It works on the set of offsets
// that were delivered, since compaction and transaction markers leave holes: the offset to commit is the lowest delivered
// one that is not settled, else the last delivered one plus one.
//
// Offsets arrive in rising order and are settled in any order. What it needs grows with what is unsettled alone, however far
// one stuck record lags behind. The zero value is ready for use; it is not safe for concurrent use.
type watermark struct {
	offsets []int64 // delivered, rising; those before head are passed
	settled []bool  // beside offsets
	head    int
	done    int   // settled ones at or behind head
	top     int64 // highest settled offset
	last    int64 // last delivered offset
	some    bool  // whether anything was delivered
}

// deliver notes an offset as handed to the lane. An offset that is not above the last one changes nothing, and false is
// returned.
func (w *watermark) deliver(offset int64) bool {
	if w.some && offset <= w.last {
		return false
	}
	if len(w.offsets) == cap(w.offsets) && w.head+w.done > len(w.offsets)/2 {
		w.compact()
	}
	w.offsets = append(w.offsets, offset)
	w.settled = append(w.settled, false)
	w.last, w.some = offset, true
	return true
}

// compact keeps what is unsettled.
func (w *watermark) compact() {
	n := 0
	for i := w.head; i < len(w.offsets); i++ {
		if !w.settled[i] {
			w.offsets[n] = w.offsets[i]
			n++
		}
	}
	w.offsets, w.settled = w.offsets[:n], w.settled[:n]
	clear(w.settled)
	w.head, w.done = 0, 0
}

// settle notes a delivered offset as done. Offsets that were never delivered or are settled already change nothing.
func (w *watermark) settle(offset int64) {
	if w.head < len(w.offsets) && w.offsets[w.head] == offset { // in order, as most are
		w.top = max(w.top, offset)
		w.head++
		w.pass()
		return
	}
	i, ok := slices.BinarySearch(w.offsets[w.head:], offset)
	if !ok || w.settled[w.head+i] {
		return
	}
	w.settled[w.head+i] = true
	w.top = max(w.top, offset)
	w.done++
	w.pass()
}

// pass moves the head over what is settled.
func (w *watermark) pass() {
	for w.head < len(w.offsets) && w.settled[w.head] {
		w.head++
		w.done--
	}
	if w.head == len(w.offsets) {
		w.offsets, w.settled, w.head = w.offsets[:0], w.settled[:0], 0
	}
}

// gap reports whether something is settled behind a record that is not. done does not say: compact forgets what is settled.
func (w *watermark) gap() bool { return w.head < len(w.offsets) && w.offsets[w.head] < w.top }

// position returns the offset to commit, and false while nothing was delivered. It never goes backwards.
func (w *watermark) position() (int64, bool) {
	if w.head < len(w.offsets) {
		return w.offsets[w.head], true
	}
	return w.last + 1, w.some
}
