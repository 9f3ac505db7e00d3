package eventlog

import (
	"context"
	"sync"
)

// memory is what all files of a writer take.
type memory struct {
	limit int64

	mu      sync.Mutex
	used    int64
	leaving int64 // of it, in files that are complete and wait to be stored
	peak    int64
	open    map[*partition]int64 // of open files
	changed chan struct{}        // closed when any of this changes for the better
}

func newMemory(limit int64) *memory {
	return &memory{limit: limit, open: map[*partition]int64{}, changed: make(chan struct{})}
}

// take notes n bytes of an open file, out of what the partition has reserved if that is enough; fewer than zero are given back. The partition's lock
// is held.
func (m *memory) take(p *partition, n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	granted := max(0, min(n, p.grant))
	p.grant -= granted
	m.used += n - granted
	m.peak = max(m.peak, m.used)
	m.open[p] += n
}

// completed notes that n bytes of an open file will be given back once it is stored.
func (m *memory) completed(p *partition, n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leaving += n
	if m.open[p] -= n; m.open[p] <= 0 {
		delete(m.open, p)
	}
	m.tell()
}

// released notes that n bytes of a complete file are given back.
func (m *memory) released(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leaving -= n
	m.used -= n
	m.tell()
}

// tell wakes who waits. The lock is held.
func (m *memory) tell() {
	close(m.changed)
	m.changed = make(chan struct{})
}

// unreserve gives back what was reserved.
func (m *memory) unreserve(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used -= n
	m.tell()
}

// state reserves n bytes if they are within the limit; if not, whose open file is the largest, nil where waiting is all that helps or nothing does
// (idle, and then they are reserved); and what is closed with the next change.
func (m *memory) state(n int64) (fits bool, largest *partition, idle bool, changed <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.used+n <= m.limit {
		m.reserved(n)
		return true, nil, false, nil
	}
	if m.used-m.leaving+n > m.limit {
		var most int64
		for p, held := range m.open {
			if held > most {
				largest, most = p, held
			}
		}
	}
	if idle = m.used == 0; idle {
		m.reserved(n)
	}
	return false, largest, idle, m.changed
}

func (m *memory) reserved(n int64) {
	m.used += n
	m.peak = max(m.peak, m.used)
}

// changes returns what is closed with the next change.
func (m *memory) changes() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.changed
}

// stir wakes who waits.
func (m *memory) stir() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tell()
}

// reserve waits until n bytes more are within the limit, closes the largest open files for it, and reserves them. More than the limit gets in once nothing
// else is there.
func (m *memory) reserve(ctx context.Context, n int64) error {
	for {
		fits, largest, idle, changed := m.state(n)
		switch {
		case fits || idle:
			return nil
		case largest != nil:
			if err := largest.closeEarly(); err != nil {
				return err
			}
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
