package consumer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// Sink takes over the records of one partition during one assignment: it gathers them, say into a file, and settles them once that is stored,
// by [Assignment.Settle]. Its methods are called one at a time.
type Sink[K, V any] interface {
	// Take takes records over, in the order of their offsets. nil means that they are the sink's: they count for no bound of the consumer any
	// more, and stay unsettled. An error decides about them as it does in [Consumer.RunBatch]: what comes again, comes to the same sink. Take may
	// block for as long as it wants, to hold back what comes; its ctx ends as a handler's does.
	Take(ctx context.Context, recs []*Record[K, V]) error
	// End is called once, after the last Take: the partition goes to another member, or Run ends. Until ctx ends, what is stored can still
	// be settled; rebalance or shutdown wait for End as they wait for a handler. Where nothing can be settled any more, because the partition was
	// lost or sought, ctx has ended before.
	End(ctx context.Context)
}

// SinkConfig says how [Consumer.RunSinks] hands records over. Fields that are zero have their default.
type SinkConfig struct {
	// Max is how many records Take gets at most. Default: 500.
	Max int
	// ToEnd ends Run as [Consumer.RunToEnd] does, when everything up to the partitions' ends was taken over. Sinks then have their End.
	ToEnd bool
}

// Assignment is a partition during one assignment to this member, as a [Sink] sees it. All methods are safe for concurrent use.
type Assignment struct {
	TopicPartition
	l    *lane
	done chan struct{} // closed when committed is known

	committed int64

	// What follows is guarded by the scheduler's lock.
	through int64     // settled up to here, -1 before
	taken   []holding // not settled; only where a hook wants to know of them
	end     func()    // of the sink; nil before it is open, and after it was called
}

// holding is a record that a sink has.
type holding struct {
	ref    Ref
	polled int64
}

// RunSinks is [Consumer.Run] for what settles records long after it has taken them, and many at once. open makes a sink when the first records
// of an assignment are there; its error ends Run. Records are handed over in batches as they come, without waiting for more.
//
// What is committed for a partition is what its sink has settled, to the record: the offset behind it, and nothing before the first
// [Assignment.Settle]. So a restart goes on exactly there. The order must be [ByPartition].
func (c *Consumer[K, V]) RunSinks(ctx context.Context, config SinkConfig, open func(a *Assignment) (Sink[K, V], error)) error {
	if config.Max == 0 {
		config.Max = min(500, c.set.queueRecords)
	}
	switch {
	case open == nil:
		return errors.New("consumer: there is nothing that opens sinks")
	case config.Max < 1 || config.Max > c.set.queueRecords:
		return fmt.Errorf("consumer: a sink takes %d records: at least 1, and at most the %d of WithPartitionQueue", config.Max, c.set.queueRecords)
	case c.set.order.kind != byPartition:
		return fmt.Errorf("consumer: sinks with %v: they need ByPartition", c.set.order)
	case len(c.set.middleware) > 0:
		return errors.New("consumer: sinks with middleware, which sees one record: use Run")
	}
	sinks := func(e *engine) { e.sinks, e.toEnd = true, config.ToEnd }
	return c.run(ctx, sinks, Batch{Max: config.Max}, func(ctx context.Context, unit []*task) error {
		a := ctx.Value(assignmentKey{}).(*Assignment) //nolint:errcheck // newLane put it there
		sink, ok := a.l.sink.(Sink[K, V])
		if !ok {
			var err error
			if sink, err = open(a); err != nil {
				return Stop(err)
			}
			a.opened(sink, func() { sink.End(a.l.handler) })
		}
		recs := make([]*Record[K, V], len(unit))
		for i, t := range unit {
			recs[i] = t.rec.(*Record[K, V]) //nolint:errcheck // the decoder made it
		}
		return sink.Take(ctx, recs)
	})
}

type assignmentKey struct{}

// assign gives a lane its assignment if records go to sinks, and returns the values of its contexts.
func (e *engine) assign(l *lane) context.Context {
	if !e.sinks {
		return e.values
	}
	l.assignment = &Assignment{TopicPartition: l.TopicPartition, l: l, done: make(chan struct{}), committed: -1, through: -1}
	return context.WithValue(e.values, assignmentKey{}, l.assignment)
}

// opened notes the sink. A worker calls it, which has the lane's only strand.
func (a *Assignment) opened(sink any, end func()) {
	s := &a.l.e.sched
	s.mu.Lock()
	defer s.mu.Unlock()
	a.l.sink, a.end = sink, end
}

// Context ends as a handler's does, also between calls of Take: see [ErrShutdown], [ErrRevoked], [ErrLost].
func (a *Assignment) Context() context.Context { return a.l.handler }

// Settle settles all records up to and including an offset. Less than what was settled changes nothing, and so does everything once the
// assignment is over. An offset beyond what was taken is for records that are known to be stored by another member.
func (a *Assignment) Settle(through int64) {
	s := &a.l.e.sched
	s.mu.Lock()
	if a.l.closed || through <= a.through {
		s.mu.Unlock()
		return
	}
	a.through = through
	n := 0
	for n < len(a.taken) && a.taken[n].ref.Offset <= through {
		n++
	}
	settled := a.taken[:n]
	a.taken = a.taken[n:]
	s.mu.Unlock()
	for _, h := range settled {
		each(a.l.e.set.hooks, func(hook HookSettle) { hook.OnSettled(h.ref, Handled, a.l.e.pulse.since(h.polled)) })
	}
}

// Stop ends Run with an error, as [Stop] does when Take returns it.
func (a *Assignment) Stop(err error) { a.l.e.stop(readable(err)) }

// Committed returns the offset where the group stood in the partition when it was assigned, -1 where nothing was committed, and behind [Consumer.Seek]. It asks the
// brokers once, and waits for their answer until ctx ends.
func (a *Assignment) Committed(ctx context.Context) (int64, error) {
	select {
	case <-a.done:
		return a.committed, nil
	case <-ctx.Done():
		return -1, context.Cause(ctx)
	}
}

// take notes tasks that the sink has taken over, for the hooks.
func (a *Assignment) take(unit []*task) {
	if !has[HookSettle](a.l.e.set.hooks) {
		return
	}
	s := &a.l.e.sched
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range unit {
		if t.offset() > a.through {
			a.taken = append(a.taken, holding{t.ref(), t.polled})
		}
	}
}

// askCommitted asks the brokers where the group stands in partitions that were just assigned, beside the poll goroutine.
func (e *engine) askCommitted(partitions []kafka.TopicPartition) {
	if !e.sinks || len(partitions) == 0 {
		return
	}
	assignments := make([]*Assignment, len(partitions))
	for i, tp := range partitions {
		assignments[i] = e.lanes[TopicPartition{*tp.Topic, tp.Partition}].assignment
	}
	e.aside.Go(func() {
		for e.beside.Err() == nil {
			ctx, cancel := context.WithTimeout(e.beside, spansEvery)
			spans, err := kafkaclient.Spans(ctx, e.client, e.group, partitions)
			cancel()
			if err == nil {
				for i, span := range spans {
					assignments[i].committed = span.Committed
					close(assignments[i].done)
				}
				return
			}
			e.log.Warn("committed offsets not known, to be asked again", slog.String(keyGroup, e.group), slog.Any(keyError, err))
			pause := time.NewTimer(time.Second)
			select {
			case <-pause.C:
			case <-e.beside.Done():
				pause.Stop()
			}
		}
	})
}

// sought says of the assignment of a partition that goes on where a seek sent it that its committed offset does not matter.
func (a *Assignment) sought() {
	if a != nil {
		close(a.done)
	}
}

// place is the offset to commit, if there is one. The scheduler's lock is held.
func (l *lane) place() (int64, bool) {
	if l.assignment != nil {
		return l.assignment.through + 1, l.assignment.through >= 0
	}
	return l.mark.position()
}

// endSink has the sink of a lane that would end come to its end before, and reports whether it does. The scheduler's lock is held.
func (s *scheduler) endSink(l *lane) bool {
	if l.assignment == nil || l.assignment.end == nil {
		return false
	}
	end, cause := l.assignment.end, l.cause
	l.assignment.end = nil
	l.busy++
	s.workers.Go(func() {
		defer func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			l.busy--
			s.endIfIdle(l)
		}()
		if !errors.Is(cause, ErrRevoked) && !errors.Is(cause, ErrShutdown) {
			l.cancel(cause)
		}
		guard(l.e.log, "end of a sink", end)
	})
	return true
}
