package eventlog

import "io"

// LimitMemory gives files less than options allow.
func LimitMemory(w *Writer, limit int64) { w.memory.limit = limit }

// MemoryOf returns the most that a writer's files took, their bound, and what is still held.
func MemoryOf(w *Writer) (peak, limit, left int64) {
	w.memory.mu.Lock()
	defer w.memory.mu.Unlock()
	return w.memory.peak, w.memory.limit, w.memory.used
}

// Rewrite writes a file of envelopes again.
func Rewrite(m *Metadata, records func(yield func(*Envelope) bool)) (io.Reader, error) {
	var f *file
	var failure error
	for e := range records {
		if f == nil {
			if f, failure = newFile(layout{}, defaultSettings().spec, kind{}, "", e, m.First, m.Begins, func(int64) {}); failure != nil {
				return nil, failure
			}
		}
		if err := f.add(e); err != nil {
			return nil, err
		}
	}
	if err := f.complete(); err != nil {
		return nil, err
	}
	return f.reader(), nil
}

// AwaitOpen waits until so many partitions have an open file.
func AwaitOpen(w *Writer, n int) {
	for {
		w.memory.mu.Lock()
		open, changed := len(w.memory.open), w.memory.changed
		w.memory.mu.Unlock()
		if open == n {
			return
		}
		<-changed
	}
}

// FileOf makes a file of envelopes, and returns how much memory it took before it was complete, and the most that it took until it was.
func FileOf(records func(yield func(*Envelope) bool)) (before, peak int64, err error) {
	var f *file
	var held int64
	for e := range records {
		if f == nil {
			if f, err = newFile(layout{}, defaultSettings().spec, kind{}, "", e, e.Offset, true, func(n int64) { held += n; peak = max(peak, held) }); err != nil {
				return 0, 0, err
			}
		}
		if err := f.add(e); err != nil {
			return 0, 0, err
		}
	}
	before = held
	return before, peak, f.complete()
}
