package consumer

import (
	"sync"
	"sync/atomic"
)

// intent is which partitions the user wants paused, whether they are assigned or not. The zero value pauses nothing.
type intent struct {
	version atomic.Int64 // changes with every change

	mu     sync.Mutex
	all    bool
	differ map[TopicPartition]bool // those that are not as all says
}

// set notes a wish; no partitions are all.
func (i *intent) set(paused bool, partitions []TopicPartition) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(partitions) == 0 {
		i.all = paused
		clear(i.differ)
	}
	for _, p := range partitions {
		switch {
		case paused == i.all:
			delete(i.differ, p)
		case i.differ == nil:
			i.differ = map[TopicPartition]bool{p: true}
		default:
			i.differ[p] = true
		}
	}
	i.version.Add(1)
}

func (i *intent) paused(p TopicPartition) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.all != i.differ[p]
}

// Pause stops handing records of the partitions to the handler, and fetching them; without arguments, those of all partitions. Records
// in the handler are finished, what is queued is held. It takes effect within a tenth of a second. It is a wish that outlives assignments: it may be
// called before Run, and a partition that comes back, or comes for the first time, is paused if it is in the wish. Membership
// is not affected.
func (c *Consumer[K, V]) Pause(partitions ...TopicPartition) { c.intent.set(true, partitions) }

// Resume takes back what [Consumer.Pause] did, for the partitions or, without arguments, for all.
func (c *Consumer[K, V]) Resume(partitions ...TopicPartition) { c.intent.set(false, partitions) }

// applyIntent brings the lanes to what the user wants, if that has changed.
func (e *engine) applyIntent() {
	version := e.intent.version.Load()
	if version == e.applied {
		return
	}
	e.applied = version
	for _, l := range e.lanes {
		e.hold(l)
	}
}

// hold brings one lane to what the user wants.
func (e *engine) hold(l *lane) {
	if paused := e.intent.paused(l.TopicPartition); paused != l.held {
		l.held = paused
		l.suspend(paused)
	}
	e.adjust(l)
}
