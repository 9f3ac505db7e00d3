package registry

import (
	"sync"
	"time"
)

const (
	missingTTL   = 5 * time.Second
	missingLimit = 10_000
)

// missing remembers ids that the registry said it does not have, so that a topic full of them is not a storm of requests.
// Every entry lives as long as every other, so they expire in the order in which they came, and a queue finds the oldest.
type missing struct {
	mu    sync.Mutex
	ids   map[idKey]absence
	queue []idKey // oldest first
}

type absence struct {
	err   *Error
	until time.Time
}

// get returns the error that the registry gave for key lately, or nil.
func (m *missing) get(key idKey) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a, ok := m.ids[key]; ok && time.Now().Before(a.until) {
		return a.err
	}
	return nil
}

// put remembers err for key. It is called when get had nothing, by one flight a key, so key is not in the queue unless it has expired.
func (m *missing) put(key idKey, err *Error) {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.queue) > 0 && (len(m.queue) >= missingLimit || !now.Before(m.ids[m.queue[0]].until)) {
		delete(m.ids, m.queue[0])
		m.queue = m.queue[1:]
	}
	if m.ids == nil {
		m.ids = make(map[idKey]absence)
	}
	m.ids[key] = absence{err: err, until: now.Add(missingTTL)}
	m.queue = append(m.queue, key)
}
