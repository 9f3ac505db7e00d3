package cache

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrClosed is the error of a Memo whose group was closed.
var ErrClosed = errors.New("closed")

// Memo answers from a table, and lets concurrent callers of a missing key share one flight that fills it.
type Memo[K comparable, V any] struct {
	table *Table[K, V]
	ttl   func(V) time.Duration
	size  func(K, V) int
	group *Group

	mu      sync.Mutex
	flights map[K]*flight[V]
}

// flight is one load and those who wait for it. It ends when it is done or when the last of them has left.
type flight[V any] struct {
	cancel  context.CancelFunc
	waiters int // under the memo's mu; a refresh in the background waits for itself
	until   patience
	done    chan struct{}
	value   V     // once done
	err     error // once done
}

// Forever is the time of what does not change.
func Forever[V any](V) time.Duration { return 0 }

// NewMemo returns a memo that keeps values in t for as long as ttl says, until they are evicted where it is 0. size returns the length of the
// strings in an entry. Flights belong to group.
func NewMemo[K comparable, V any](t *Table[K, V], ttl func(V) time.Duration, group *Group, size func(K, V) int) *Memo[K, V] {
	return &Memo[K, V]{table: t, ttl: ttl, size: size, group: group, flights: make(map[K]*flight[V])}
}

// Get returns what is kept for key, or what load returns; errors are not kept. Where ctx ends first, Get returns its error at
// once, and load goes on for the others. load runs under a context with the values of the first caller's, whose end [Deadline] tells. A value in the last quarter of its
// time is returned, and load runs in the background to replace it.
func (m *Memo[K, V]) Get(ctx context.Context, key K, load func(context.Context) (V, error)) (V, error) {
	kept, age := m.table.look(key)
	switch age {
	case fresh:
		return *kept, nil
	case aging:
		m.refresh(ctx, key, load)
		return *kept, nil
	}
	var zero V
	if err := ctx.Err(); err != nil {
		return zero, err
	}
	f, value, ok := m.join(ctx, key, load)
	switch {
	case ok:
		return value, nil
	case f == nil:
		return zero, ErrClosed
	}
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		m.leave(key, f)
		return zero, ctx.Err()
	}
}

// Cached returns where the value kept for key lies, or nil: it must not be changed. It takes no lock and allocates nothing.
func (m *Memo[K, V]) Cached(key K) *V { return m.table.Peek(key) }

// Put keeps value as if it had been loaded.
func (m *Memo[K, V]) Put(key K, value V) { m.table.Put(key, value, m.size(key, value), m.ttl(value)) }

// join looks into the table once more, since a flight may have landed after the first look: it fills the table and goes from the
// map in one step under mu, so whoever finds no flight here finds its value there. Without this, late callers would ask again.
func (m *Memo[K, V]) join(ctx context.Context, key K, load func(context.Context) (V, error)) (f *flight[V], value V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if value, ok = m.table.Get(key); ok {
		return nil, value, true
	}
	f = m.flights[key]
	if f == nil {
		if f = m.start(ctx, ctx, key, load); f == nil {
			return nil, value, false
		}
	}
	f.waiters++
	f.until.extend(ctx)
	return f, value, false
}

func (m *Memo[K, V]) refresh(ctx context.Context, key K, load func(context.Context) (V, error)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.flights[key] == nil {
		if f := m.start(ctx, context.Background(), key, load); f != nil {
			f.waiters++
		}
	}
}

// start begins a flight, under mu, for someone who waits until the end of waiting. It returns nil when the group is closed.
func (m *Memo[K, V]) start(ctx, waiting context.Context, key K, load func(context.Context) (V, error)) *flight[V] {
	f := &flight[V]{done: make(chan struct{})}
	f.until.extend(waiting) // before it takes off: load asks
	f.cancel = m.group.Go(ctx, func(ctx context.Context) { m.fly(ctx, key, f, load) })
	if f.cancel == nil {
		return nil
	}
	m.flights[key] = f
	return f
}

func (m *Memo[K, V]) fly(ctx context.Context, key K, f *flight[V], load func(context.Context) (V, error)) {
	f.value, f.err = load(context.WithValue(ctx, patienceKey{}, &f.until))
	if f.err != nil && m.group.Closed() {
		f.err = ErrClosed // rather than the end of a context that was none of the waiters'
	}
	m.mu.Lock()
	if m.flights[key] == f { // otherwise abandoned, or forgotten: what it brings may be outdated
		delete(m.flights, key)
		if f.err == nil {
			m.Put(key, f.value)
		}
	}
	m.mu.Unlock()
	close(f.done)
}

func (m *Memo[K, V]) leave(key K, f *flight[V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f.waiters--
	if f.waiters == 0 {
		f.cancel()
		if m.flights[key] == f { // a later caller must not join a flight that is being cancelled
			delete(m.flights, key)
		}
	}
}

// Forget drops what is kept for matching keys, and what their flights will bring: who asks from now on asks the registry.
func (m *Memo[K, V]) Forget(match func(K) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key := range m.flights {
		if match(key) {
			delete(m.flights, key)
		}
	}
	m.table.remove(match)
}
