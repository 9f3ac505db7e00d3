package serde

import (
	"maps"
	"sync"
	"sync/atomic"
)

// topics is a table with one entry per topic. Reading takes no lock; the first topic, for most services the only one, is found
// by comparing its name.
type topics[E any] struct {
	table atomic.Pointer[topicTable[E]]
	mu    sync.Mutex
}

type topicTable[E any] struct {
	firstName string
	first     *E
	all       map[string]*E
}

// entry returns topic's entry, made by create when it is missing.
func (t *topics[E]) entry(topic string, create func() *E) *E {
	if table := t.table.Load(); table != nil {
		if table.firstName == topic {
			return table.first
		}
		if e, ok := table.all[topic]; ok {
			return e
		}
	}
	return t.add(topic, create)
}

func (t *topics[E]) add(topic string, create func() *E) *E {
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.table.Load()
	if old == nil {
		e := create()
		t.table.Store(&topicTable[E]{firstName: topic, first: e, all: map[string]*E{topic: e}})
		return e
	}
	if e, ok := old.all[topic]; ok {
		return e
	}
	e := create()
	next := *old
	next.all = maps.Clone(old.all)
	next.all[topic] = e
	t.table.Store(&next)
	return e
}
