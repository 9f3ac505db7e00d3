package consumer

import (
	"log/slog"
	"sync/atomic"
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
	keyAttempts   = "attempts"
	keyPause      = "pause" // until the next attempt
	keyRecords    = "records"

	keyTransactionalID = "transactional_id"
)

// holds logs once when records begin to wait for the schema registry, and once when none waits any more.
type holds struct {
	waiting atomic.Int64
	since   atomic.Int64 // in nanoseconds of Unix time
}

func (h *holds) begin(log *slog.Logger, attrs []any) {
	if h.waiting.Add(1) == 1 {
		h.since.Store(time.Now().UnixNano())
		log.Warn("waiting for the schema registry; records are held, none is given up for it", attrs...)
	}
}

func (h *holds) end(log *slog.Logger) {
	if h.waiting.Add(-1) == 0 {
		log.Info("no longer waiting for the schema registry", slog.Duration(keyDuration, time.Since(time.Unix(0, h.since.Load()))))
	}
}

// forget is end for a record that is dropped: nothing is known of the registry then.
func (h *holds) forget() { h.waiting.Add(-1) }
