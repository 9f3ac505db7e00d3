package consumer

import (
	"sync/atomic"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// arrival is one record as it came.
type arrival struct {
	m      *kafka.Message
	size   int
	seq    uint64 // order of arrival in the consumer, once it is in its lane
	polled int64  // when, as pulse has it
}

// arrived makes an arrival of a record. The headers count, too.
func arrived(m *kafka.Message, polled int64) arrival {
	a := arrival{m: m, polled: polled, size: len(m.Key) + len(m.Value)}
	for _, h := range m.Headers {
		a.size += len(h.Key) + len(h.Value)
	}
	return a
}

func (a *arrival) ref() Ref {
	return Ref{Topic: *a.m.TopicPartition.Topic, Partition: a.m.TopicPartition.Partition, Offset: a.offset()}
}

func (a *arrival) offset() int64 { return int64(a.m.TopicPartition.Offset) }

// task is one record in the hands of a worker, from the first of them until it is settled.
type task struct {
	arrival
	rec AnyRecord // once it is decoded

	attempts     int       // that failed
	first        time.Time // when the first of them did
	unknownSince time.Time // since when the registry says that it does not know the schema
	held         bool      // waits for the schema registry

	step *step // within a transaction; nil without
	past *past // before a roll-back; nil where there was none
}

// failed counts a failed attempt.
func (t *task) failed() {
	if t.attempts++; t.attempts == 1 {
		t.first = time.Now()
	}
}

// strandState is where a strand stands. Only one that is resting or gathering looks at what is pushed to it.
type strandState uint8

const (
	resting   strandState = iota // its lane is shut
	gathering                    // it waits for a batch to become full, or for its timer
	ready                        // in the scheduler's heap
	working                      // in the hands of a worker
	waiting                      // for its timer, to try again
	condemned                    // its current tasks are on their way to the dead letters
)

// strand is a sequence of records of one lane that are handled one after the other: a whole partition, a key of it, or a single
// record, as the order has it. It is in its lane as long as it has any. The scheduler's lock guards it, but a worker may read current, and
// what it holds from progress on, while it has the strand.
type strand struct {
	lane    *lane
	key     strandKey
	state   strandState
	index   int     // in the heap of ready strands
	queue   queue   // not started
	current []*task // what a worker has, or what waits to be worked on again: one, a batch, or a run (see runRecords)
	counted int     // of current, so many are settled and out of the load

	gathered bool        // the batch need not become full any more
	pending  int         // dead letters without a report
	failure  failure     // why the current tasks are condemned
	timer    *time.Timer // nil: none
	ticks    int         // of timers: one that was stopped too late sees another count

	// The worker's, for all to read:
	progress atomic.Int32 // of current, so many are settled
	handling atomic.Int32 // of the rest, so many are in the user's handler
}

// rest are the current tasks that are not known to be settled.
func (st *strand) rest() []*task { return st.current[st.counted:] }

// keep makes tasks, which are some of the current ones, what is current. The array stays: a strand allocates one.
func (st *strand) keep(tasks []*task) {
	n := copy(st.current, tasks)
	clear(st.current[n:])
	st.current, st.counted = st.current[:n], 0
	st.progress.Store(0)
}

// oldest returns its next record, nil where it has none. It may be moved with the next change.
func (st *strand) oldest() *arrival {
	switch {
	case len(st.rest()) > 0:
		return &st.rest()[0].arrival
	case st.queue.len() > 0:
		return st.queue.first()
	default:
		return nil
	}
}

func (st *strand) empty() bool { return len(st.rest()) == 0 && st.queue.len() == 0 }

// stopTimer makes sure that no timer wakes the strand any more.
func (st *strand) stopTimer() {
	if st.timer != nil {
		st.timer.Stop()
		st.timer = nil
	}
	st.ticks++
}

// appendRefs appends the names of tasks.
func appendRefs(list []Ref, tasks []*task) []Ref {
	for _, t := range tasks {
		list = append(list, t.ref())
	}
	return list
}

// readyHeap holds the strands that may be worked on, the one whose next task arrived first on top (see container/heap).
type readyHeap []*strand

func (h readyHeap) Len() int           { return len(h) }
func (h readyHeap) Less(i, j int) bool { return h[i].oldest().seq < h[j].oldest().seq }

func (h readyHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push is called by container/heap.
func (h *readyHeap) Push(x any) {
	st := x.(*strand) //nolint:errcheck // the scheduler pushes nothing else
	st.index = len(*h)
	*h = append(*h, st)
}

// Pop is called by container/heap.
func (h *readyHeap) Pop() any {
	last := len(*h) - 1
	st := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return st
}
