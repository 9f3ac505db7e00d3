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

// known returns topic's entry, or nil.
func (t *topics[E]) known(topic string) *E {
	table := t.table.Load()
	switch {
	case table == nil:
		return nil
	case table.firstName == topic:
		return table.first
	default:
		return table.all[topic]
	}
}

// entry returns topic's entry, made by create when it is missing.
func (t *topics[E]) entry(topic string, create func() *E) *E {
	if e := t.known(topic); e != nil {
		return e
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
