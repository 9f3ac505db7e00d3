package consumer

import "sync"

// The poison brake: a consumer that was built against the wrong schema would otherwise carry a whole topic into the dead
// letters within minutes.
const (
	brakeWindow = 100 // records of a partition that are looked at
	brakeAfter  = 20  // records that must have been tried before it can act
)

// brake watches the last records of one partition. The zero value is ready for use, by several goroutines at once.
type brake struct {
	mu      sync.Mutex
	offsets [brakeWindow]int64
	bad     [brakeWindow]bool
	tried   int // in all
	count   int // of bad ones in the window
}

// note records one outcome and reports whether more than half of the window was permanently undecodable.
func (b *brake) note(offset int64, undecodable bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := b.tried % brakeWindow
	if b.bad[i] {
		b.count--
	}
	b.offsets[i], b.bad[i] = offset, undecodable
	if undecodable {
		b.count++
	}
	b.tried++
	return b.tried >= brakeAfter && 2*b.count > min(b.tried, brakeWindow)
}

// undecodable returns the offsets in the window that could not be decoded, oldest first.
func (b *brake) undecodable() []int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	var offsets []int64
	for i := max(0, b.tried-brakeWindow); i < b.tried; i++ {
		if b.bad[i%brakeWindow] {
			offsets = append(offsets, b.offsets[i%brakeWindow])
		}
	}
	return offsets
}
