package consumer

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

const (
	statusEvery = time.Second     // between two calls of HookStatus
	spansEvery  = 5 * time.Second // between two questions for the ends of partitions
)

// PartitionStatus is how one partition of this member stands.
type PartitionStatus struct {
	TopicPartition
	// Unsettled are the records that were delivered and are not settled, and UnsettledBytes their keys, values and headers.
	Unsettled, UnsettledBytes int
	// Oldest is how long ago the oldest of them was delivered, to a tenth of a second; 0 where there is none. One that grows without end is
	// a handler that hangs, or a record that fails again and again.
	Oldest time.Duration
	// Position is the offset to commit: that of the first record that is not settled, or -1 where nothing was delivered yet and nothing is
	// committed.
	Position int64
	// Lag is how far the position is from the partition's end as read_committed sees it, asked every five seconds; -1 while it is not known. Markers of
	// transactions count as records do.
	Lag int64
	// Paused says that the partition is not fetched: it holds enough, or [Consumer.Pause] wants it.
	Paused bool
}

// HookStatus is told every second, after each rebalance and at the end how the partitions of this member stand: those that are missing
// in the list went away. The poll goroutine calls it.
type HookStatus interface {
	OnStatus(partitions []PartitionStatus)
}

// report tells the hooks of the partitions, if it is time.
func (e *engine) report(now time.Time) {
	if !e.observed || now.Sub(e.reported) < statusEvery {
		return
	}
	e.reportNow(now)
	if e.subscribed && len(e.lanes) > 0 && now.Sub(e.asked) >= spansEvery && e.spans.begin() {
		e.asked = now
		e.askSpans()
	}
}

// reportNow tells the hooks of the partitions.
func (e *engine) reportNow(now time.Time) {
	if !e.observed {
		return
	}
	e.reported = now
	list := make([]PartitionStatus, 0, len(e.lanes))
	for p, l := range e.lanes {
		status := l.status()
		span, known := e.spans.of(p)
		if status.Position < 0 && known {
			status.Position = span.Committed
		}
		if known && status.Position >= 0 {
			status.Lag = max(0, span.End-status.Position)
		}
		list = append(list, status)
	}
	each(e.set.hooks, func(h HookStatus) { h.OnStatus(list) })
}

// status is how a lane stands, without what only brokers know.
func (l *lane) status() PartitionStatus {
	s := &l.e.sched
	s.mu.Lock()
	defer s.mu.Unlock()
	l.count()
	status := PartitionStatus{
		TopicPartition: l.TopicPartition, Unsettled: l.records, UnsettledBytes: l.bytes, Position: -1, Lag: -1, Paused: l.paused,
	}
	if offset, ok := l.mark.position(); ok {
		status.Position = offset
	}
	for _, st := range l.strands {
		if t := st.oldest(); t != nil {
			status.Oldest = max(status.Oldest, s.pulse.since(t.polled))
		}
	}
	return status
}

// askSpans asks the brokers where partitions end, beside the poll goroutine.
func (e *engine) askSpans() {
	partitions := make([]kafka.TopicPartition, 0, len(e.lanes))
	for p := range e.lanes {
		partitions = append(partitions, kafka.TopicPartition{Topic: &p.Topic, Partition: p.Partition})
	}
	e.aside.Go(func() {
		ctx, cancel := context.WithTimeout(e.beside, spansEvery)
		defer cancel()
		spans, err := kafkaclient.Spans(ctx, e.client, e.group, partitions)
		if err != nil {
			e.log.Debug("ends of partitions not known", slog.Any(keyError, err))
		}
		e.spans.end(partitions, spans)
	})
}

// spans remembers what brokers said of partitions. The zero value is ready for use, by several goroutines at once.
type spans struct {
	mu   sync.Mutex
	busy bool
	last map[TopicPartition]kafkaclient.Span
}

// begin reports whether no question is under way; the caller asks one then, and calls end.
func (s *spans) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	begun := !s.busy
	s.busy = true
	return begun
}

// end takes the answers, nil where there were none.
func (s *spans) end(partitions []kafka.TopicPartition, answers []kafkaclient.Span) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = false
	if answers == nil {
		return
	}
	s.last = make(map[TopicPartition]kafkaclient.Span, len(answers))
	for i, span := range answers {
		if span.End >= 0 {
			s.last[TopicPartition{*partitions[i].Topic, partitions[i].Partition}] = span
		}
	}
}

func (s *spans) of(p TopicPartition) (kafkaclient.Span, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	span, ok := s.last[p]
	return span, ok
}
