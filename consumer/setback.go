package consumer

import (
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// setbacks have commits go back. In the background the client commits nothing that does not lie above its last commit, be that of an assignment before, or of
// a log that is no more: after a seek, in a topic that was made anew, or where another member went back, a crash would have the group go on at the old
// offset, and what lies before it passed over. So such an offset is committed by itself; what comes behind it the client commits again. The zero value
// is ready for use, by the poll goroutine.
type setbacks struct {
	last  map[TopicPartition]kafka.TopicPartition // the highest that the client has been given since it last went back: it commits what is above alone
	asked time.Time
	under *goingBack // the commit under way; nil: none is
}

// goingBack is a commit of offsets that went back.
type goingBack struct {
	done    chan struct{}
	outcome kafka.OffsetsCommitted // once it is done
}

// noted takes an offset of a lane that the client has got to commit, or that is committed.
func (s *setbacks) noted(l *lane, at kafka.TopicPartition) {
	if last, ok := s.last[l.TopicPartition]; ok && below(at, last) {
		l.setback = &at
		return
	}
	l.setback = nil
	if s.last == nil {
		s.last = map[TopicPartition]kafka.TopicPartition{}
	}
	s.last[l.TopicPartition] = at
}

// below is how the client compares offsets: by the epochs of their leaders first, where they are known.
func below(a, b kafka.TopicPartition) bool {
	if x, y := leaderOf(&a), leaderOf(&b); x != noLeader && y != noLeader && x != y {
		return x < y
	}
	return a.Offset < b.Offset
}

// commitSetbacks commits offsets that went back, beside the poll goroutine, one list after the other and not more often than setbackEvery. It is for partitions
// that the member has and keeps: a revocation commits what was stored, wherever it lies.
func (e *engine) commitSetbacks() {
	s := &e.setbacks
	if s.under != nil {
		select {
		case <-s.under.done:
			outcome := s.under.outcome
			s.under = nil
			e.wentBack(outcome)
		default:
			return
		}
	}
	member, ok := e.client.(kafkaclient.GroupMember)
	if !ok || time.Since(s.asked) < setbackEvery {
		return
	}
	var offsets []kafka.TopicPartition
	for _, l := range e.lanes {
		if l.setback != nil {
			offsets = append(offsets, *l.setback)
		}
	}
	if len(offsets) == 0 || e.client.AssignmentLost() {
		return
	}
	under := &goingBack{done: make(chan struct{})}
	s.asked, s.under = time.Now(), under
	e.aside.Go(func() {
		defer close(under.done)
		results, err := member.CommitOffsets(offsets)
		if err != nil {
			results = offsets // which the client does not return
		}
		under.outcome = kafka.OffsetsCommitted{Offsets: results, Error: err}
	})
}

// setbackEvery is the least time between two commits of offsets that went back.
const setbackEvery = time.Second

// wentBack takes the outcome of such a commit. What failed is committed again while its lane lasts. From what succeeded the client goes on, up to what it
// was given meanwhile.
func (e *engine) wentBack(outcome kafka.OffsetsCommitted) {
	e.committed(outcome)
	if outcome.Error != nil {
		return
	}
	for _, tp := range outcome.Offsets {
		l := e.lanes[TopicPartition{*tp.Topic, tp.Partition}]
		if tp.Error == nil && l != nil && l.setback != nil && !below(*l.setback, tp) {
			e.setbacks.last[l.TopicPartition] = *l.setback
			l.setback = nil
		}
	}
}
