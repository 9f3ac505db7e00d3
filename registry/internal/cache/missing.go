package cache

import (
	"sync"
	"time"
)

const (
	missingTTL   = 5 * time.Second
	missingLimit = 10_000
)

// Missing remembers the errors of keys that the registry said it does not have, so that a topic full of them is not a storm of requests.
// The zero value is ready to use. Every entry lives as long as every other, so they expire in the order in which they came, and a queue finds the oldest.
type Missing[K comparable] struct {
	mu    sync.Mutex
	ids   map[K]absence
	queue []K // oldest first
}

type absence struct {
	err   error
	until time.Time
}

// Get returns the error that the registry gave for key lately, or nil.
func (m *Missing[K]) Get(key K) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a, ok := m.ids[key]; ok && time.Now().Before(a.until) {
		return a.err
	}
	return nil
}

// Put remembers err for key. It is called when Get had nothing, by one flight a key, so key is not in the queue unless it has expired.
func (m *Missing[K]) Put(key K, err error) {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.queue) > 0 && (len(m.queue) >= missingLimit || !now.Before(m.ids[m.queue[0]].until)) {
		delete(m.ids, m.queue[0])
		m.queue = m.queue[1:]
	}
	if m.ids == nil {
		m.ids = make(map[K]absence)
	}
	m.ids[key] = absence{err: err, until: now.Add(missingTTL)}
	m.queue = append(m.queue, key)
}
