package cache

import (
	"sync"
	"sync/atomic"
	"time"
)

// Table is a hash table for many readers and few writers: a read takes no lock and allocates nothing. It is bounded by the bytes
// of its entries; beyond that, entries not read since the last look at them go first.
//
// Readers load the current slots once and probe them. A slot only ever goes from nil to an entry, or from an entry to a newer one of the
// same key, so a probe never misses a key that was there when it began. Removing and growing build new slots and
// publish them whole; a reader still in the old ones sees the table as it was a moment ago.
type Table[K comparable, V any] struct {
	hash  func(K) uint64
	limit int64
	slots atomic.Pointer[[]slot[K, V]]

	mu    sync.Mutex // writers
	count int
	bytes int64
	hand  int // the slot where the next eviction begins, so that no entry is the first to go by its place
}

type slot[K comparable, V any] = atomic.Pointer[entry[K, V]]

type entry[K comparable, V any] struct {
	key     K
	value   V
	size    int64
	read    atomic.Bool
	ends    bool      // at expires
	ages    time.Time // when it should be replaced
	expires time.Time // when it must be
}

// entryOverhead is about what an entry costs besides the strings in it.
const entryOverhead = 256

// NewTable returns an empty table for limit bytes, counted as the sizes given to Put and [entryOverhead] for each entry.
func NewTable[K comparable, V any](limit int64, hash func(K) uint64) *Table[K, V] {
	t := &Table[K, V]{hash: hash, limit: limit}
	slots := make([]slot[K, V], 16)
	t.slots.Store(&slots)
	return t
}

// age says how far an entry is in its time.
type age uint8

const (
	gone  age = iota // never there, evicted or expired
	fresh            // in the first three quarters of its time, or without end
	aging            // in the last quarter
)

// Get returns the value kept for key.
func (t *Table[K, V]) Get(key K) (value V, ok bool) {
	if v := t.Peek(key); v != nil {
		return *v, true
	}
	return value, false
}

// Peek returns where the value kept for key lies, or nil: it must not be changed. Copies of large values are what a hit takes longest for.
func (t *Table[K, V]) Peek(key K) *V {
	v, _ := t.look(key)
	return v
}

func (t *Table[K, V]) look(key K) (*V, age) {
	_, e := t.find(*t.slots.Load(), key)
	if e == nil {
		return nil, gone
	}
	a := fresh
	if e.ends {
		switch now := time.Now(); {
		case !now.Before(e.expires):
			return nil, gone
		case !now.Before(e.ages):
			a = aging
		}
	}
	if !e.read.Load() { // written once, so that readers on many cores do not fight for the cache line
		e.read.Store(true)
	}
	return &e.value, a
}

// find returns the index of key's slot and what is in it, or of the empty one where it belongs. At least a quarter of the slots is empty.
func (t *Table[K, V]) find(slots []slot[K, V], key K) (int, *entry[K, V]) {
	mask := len(slots) - 1
	for i := int(t.hash(key)) & mask; ; i = (i + 1) & mask {
		if e := slots[i].Load(); e == nil || e.key == key {
			return i, e
		}
	}
}

// Put keeps value for ttl, or until it is evicted for a ttl of 0. size is the length of the strings in it.
func (t *Table[K, V]) Put(key K, value V, size int, ttl time.Duration) {
	e := &entry[K, V]{key: key, value: value, size: int64(size) + entryOverhead}
	if ttl > 0 {
		now := time.Now()
		e.ends, e.ages, e.expires = true, now.Add(ttl/4*3), now.Add(ttl)
	}
	if e.size > t.limit {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	slots := *t.slots.Load()
	i, old := t.find(slots, key)
	if old != nil {
		t.bytes -= old.size
	} else {
		t.count++
	}
	slots[i].Store(e)
	t.bytes += e.size
	if t.bytes > t.limit {
		t.evict(e)
	} else if t.count*4 > len(slots)*3 {
		t.rebuild(func(*entry[K, V]) bool { return true })
	}
}

// evict makes room down to seven eighths of the limit, so that the next entries need not do it again, and keeps the newest entry. Entries that
// were read get a second chance: the first round only takes their mark.
func (t *Table[K, V]) evict(newest *entry[K, V]) {
	excess := t.bytes - t.limit/8*7
	spare := func(e *entry[K, V]) bool {
		if excess <= 0 {
			return true
		}
		t.hand++
		if e == newest || e.read.Swap(false) {
			return true
		}
		excess -= e.size
		return false
	}
	t.rebuild(spare)
	if excess > 0 {
		t.rebuild(spare)
	}
}

// remove drops the entries whose key matches.
func (t *Table[K, V]) remove(match func(K) bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rebuild(func(e *entry[K, V]) bool { return !match(e.key) })
}

// rebuild publishes new slots with the entries to keep, at most half full.
func (t *Table[K, V]) rebuild(keep func(*entry[K, V]) bool) {
	var kept []*entry[K, V]
	t.bytes = 0
	old := *t.slots.Load()
	for n, start := 0, t.hand; n < len(old); n++ {
		if e := old[(start+n)&(len(old)-1)].Load(); e != nil && keep(e) {
			kept = append(kept, e)
			t.bytes += e.size
		}
	}
	size := 16
	for size < 2*len(kept) {
		size *= 2
	}
	slots := make([]slot[K, V], size)
	for _, e := range kept {
		i, _ := t.find(slots, e.key)
		slots[i].Store(e)
	}
	t.count = len(kept)
	t.slots.Store(&slots)
}
