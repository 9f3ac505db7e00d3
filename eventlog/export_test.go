package eventlog

// LimitMemory gives files less than options allow.
func LimitMemory(w *Writer, limit int64) { w.memory.limit = limit }

// MemoryOf returns the most that a writer's files took, their bound, and what is still held.
func MemoryOf(w *Writer) (peak, limit, left int64) {
	w.memory.mu.Lock()
	defer w.memory.mu.Unlock()
	return w.memory.peak, w.memory.limit, w.memory.used
}
