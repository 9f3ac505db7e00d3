package eventlog

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// reading is what the options of a reader say.
type reading struct {
	layout      layout
	partitions  []int32 // nil: all
	since       time.Time
	until       time.Time
	ends        map[int32]int64
	rate        float64
	repartition bool
	envelopes   bool // files of values are an error
	problems    []error
}

func newReading(opts []ReadOption) (*reading, error) {
	r := &reading{}
	for _, opt := range opts {
		if opt != nil {
			opt.applyRead(r)
		}
	}
	return r, errors.Join(r.problems...)
}

// WithPartitions reads some partitions alone. Default: all.
func WithPartitions(partitions ...int32) ReadOption {
	return readOption(func(r *reading) { r.partitions = partitions })
}

// WithTimes reads records whose timestamp is not before since, and before until; a zero time is no bound. Default: none. Files of values have no
// timestamps, but for the first and the last one, and are read as a whole or not at all.
func WithTimes(since, until time.Time) ReadOption {
	return readOption(func(r *reading) { r.since, r.until = since, until })
}

// WithEnds has [Verify] look whether each of these partitions reaches up to an offset, which is not included: what its group has committed, say. Else the loss
// of the last objects cannot be told. Default: none.
func WithEnds(ends map[int32]int64) ReadOption {
	return readOption(func(r *reading) { r.ends = ends })
}

// WithRate bounds how many records a second [Replay] sends. Default, and 0: no bound.
func WithRate(perSecond float64) ReadOption {
	return readOption(func(r *reading) {
		if perSecond < 0 {
			r.problems = append(r.problems, fmt.Errorf("eventlog: WithRate: %v: must not be negative", perSecond))
		}
		r.rate = perSecond
	})
}

// WithRepartition lets the producer's partitioner choose where [Replay] sends a record. Default: the partition that it was read from.
func WithRepartition() ReadOption { return readOption(func(r *reading) { r.repartition = true }) }

func (r *reading) wants(partition int32) bool {
	return r.partitions == nil || slices.Contains(r.partitions, partition)
}

// within reports whether a record is of the wanted time.
func (r *reading) within(at time.Time) bool {
	return (r.since.IsZero() || !at.Before(r.since)) && (r.until.IsZero() || at.Before(r.until))
}

// overlaps reports whether a file may have records of the wanted time.
func (r *reading) overlaps(m *Metadata) bool {
	return (r.since.IsZero() || !m.End.Before(r.since)) && (r.until.IsZero() || m.Start.Before(r.until))
}
