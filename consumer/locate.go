package consumer

import (
	"log/slog"
	"slices"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// committedTimeout bounds a question for committed offsets.
const committedTimeout = 5 * time.Second

// locate has partitions that are assigned begin where they are committed, as the brokers say now. Left to itself the client asks for that, too, but an answer
// that it got for an assignment before may still be used for this one, and what other members have committed in between would be handled again: all of it,
// where nothing was committed then. It is the client's own question that it saves: of a partition with an offset the client does not ask.
//
// A shutdown needs no answer, and where none comes it is left to the client.
func (e *engine) locate(partitions []kafka.TopicPartition) {
	member, ok := e.client.(kafkaclient.GroupMember)
	if !ok || len(partitions) == 0 || !e.drainBy.IsZero() {
		return
	}
	var offsets []kafka.TopicPartition
	var err error
	asked, answered := slices.Clone(partitions), make(chan struct{})
	e.aside.Go(func() {
		defer close(answered)
		offsets, err = member.Committed(asked, int(committedTimeout.Milliseconds()))
	})
	if !e.awaitAnswer(answered) {
		return
	}
	if err != nil || len(offsets) != len(partitions) {
		e.log.Warn("committed offsets not known, left to the Kafka client", slog.String(keyGroup, e.group), slog.Any(keyError, err))
		return
	}
	for i, at := range offsets {
		if at.Error == nil && at.Offset >= 0 && *at.Topic == *partitions[i].Topic && at.Partition == partitions[i].Partition {
			partitions[i].Offset, partitions[i].LeaderEpoch = at.Offset, at.LeaderEpoch
		}
	}
}

// awaitAnswer waits for a question that has a time-out of its own, and reports whether it was answered before the run is to end. The lanes that
// the member has already go on.
func (e *engine) awaitAnswer(answered <-chan struct{}) bool {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-answered:
			e.sched.beat()
			return true
		case <-ticker.C:
			e.sched.beat()
			e.store(e.lanes)
		case <-e.stopping.Done():
			return false
		}
	}
}

// located has the lanes of partitions that were located take nothing before.
func (e *engine) located(partitions []kafka.TopicPartition) {
	for _, tp := range partitions {
		if tp.Offset >= 0 {
			l := e.lanes[TopicPartition{*tp.Topic, tp.Partition}]
			l.begin(int64(tp.Offset), leaderOf(&tp), repetition{})
			l.stored = int64(tp.Offset) // it is committed
		}
	}
}
