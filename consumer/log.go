package consumer

import (
	"log/slog"
	"sync"
	"time"
)

// Keys of log attributes.
const (
	keyTopic      = "topic"
	keyPartition  = "partition"
	keyPartitions = "partitions"
	keyOffset     = "offset"
	keyGroup      = "group"
	keyStage      = "stage"
	keyError      = "error"
	keyStack      = "stack"
	keyDuration   = "duration"
	keyEpoch      = "epoch"
)

// holds logs once when lanes begin to wait for the schema registry, and once when none waits any more.
type holds struct {
	mu      sync.Mutex
	waiting int
	since   time.Time
}

func (h *holds) begin(l *lane, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waiting++
	if h.waiting == 1 {
		h.since = time.Now()
		l.e.log.Warn("waiting for the schema registry; records are held, none is given up for it", l.attrs(err)...)
	}
}

func (h *holds) end(l *lane) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waiting--
	if h.waiting == 0 {
		l.e.log.Info("no longer waiting for the schema registry", slog.Duration(keyDuration, time.Since(h.since)))
	}
}
