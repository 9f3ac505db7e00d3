package registry

import (
	"context"
	"sync"
	"time"
)

// memo answers from a table, and lets concurrent callers of a missing key share one flight that fills it.
type memo[K comparable, V any] struct {
	table *table[K, V]
	ttl   time.Duration // 0: kept until evicted
	size  func(K, V) int

	mu      sync.Mutex
	flights map[K]*flight[V]
}

// flight is one load and those who wait for it. It ends when it is done or when the last of them has left.
type flight[V any] struct {
	cancel  context.CancelFunc
	waiters int // under the memo's mu
	done    chan struct{}
	value   V     // once done
	err     error // once done
}

func newMemo[K comparable, V any](t *table[K, V], ttl time.Duration, size func(K, V) int) *memo[K, V] {
	return &memo[K, V]{table: t, ttl: ttl, size: size, flights: make(map[K]*flight[V])}
}

// get returns what is kept for key, or what load returns; errors are not kept. Where ctx ends first, get returns its error at
// once, and load goes on for the others. load runs under a context with the values of the first caller's.
func (m *memo[K, V]) get(ctx context.Context, key K, load func(context.Context) (V, error)) (V, error) {
	if value, ok := m.table.get(key); ok {
		return value, nil
	}
	var zero V
	if err := ctx.Err(); err != nil {
		return zero, err
	}
	f, value, ok := m.join(ctx, key, load)
	if ok {
		return value, nil
	}
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		m.leave(key, f)
		return zero, ctx.Err()
	}
}

// join looks into the table once more, since a flight may have landed after the first look: it fills the table and goes from the
// map in one step under mu, so whoever finds no flight here finds its value there. Without this, late callers would ask again.
func (m *memo[K, V]) join(ctx context.Context, key K, load func(context.Context) (V, error)) (f *flight[V], value V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if value, ok = m.table.get(key); ok {
		return nil, value, true
	}
	f = m.flights[key]
	if f == nil {
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		f = &flight[V]{cancel: cancel, done: make(chan struct{})}
		m.flights[key] = f
		go m.fly(ctx, key, f, load)
	}
	f.waiters++
	return f, value, false
}

func (m *memo[K, V]) fly(ctx context.Context, key K, f *flight[V], load func(context.Context) (V, error)) {
	defer f.cancel()
	f.value, f.err = load(ctx)
	m.mu.Lock()
	if m.flights[key] == f { // otherwise abandoned, or forgotten: what it brings may be outdated
		delete(m.flights, key)
		if f.err == nil {
			m.table.put(key, f.value, m.size(key, f.value), m.ttl)
		}
	}
	m.mu.Unlock()
	close(f.done)
}

func (m *memo[K, V]) leave(key K, f *flight[V]) {
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

// forget drops what is kept for matching keys, and what their flights will bring: who asks from now on asks the registry.
func (m *memo[K, V]) forget(match func(K) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key := range m.flights {
		if match(key) {
			delete(m.flights, key)
		}
	}
	m.table.remove(match)
}
