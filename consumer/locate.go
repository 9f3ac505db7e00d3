package consumer

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
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
// Where nothing is committed, it is told what auto.offset.reset says: finding that out by itself takes the client 100 to 600 ms more, in which a group that
// changes all the time would never begin. For "latest" it is told the end as the brokers say it, which is returned to be committed: what comes from now on is
// handled by this member or the next one, which would begin at the end that it finds.
//
// A shutdown needs no answer, and where none comes it is left to the client.
func (e *engine) locate(partitions []kafka.TopicPartition) (ends map[TopicPartition]kafka.TopicPartition) {
	member, ok := e.client.(kafkaclient.GroupMember)
	if !ok || len(partitions) == 0 || !e.drainBy.IsZero() {
		return nil
	}
	var offsets []kafka.TopicPartition
	var found map[TopicPartition]kafka.TopicPartition
	var err error
	asked, answered := slices.Clone(partitions), make(chan struct{})
	e.aside.Go(func() {
		defer close(answered)
		offsets, err = member.Committed(asked, int(committedTimeout.Milliseconds()))
		if err == nil && e.reset == kafka.OffsetEnd {
			found = e.findEnds(offsets)
		}
	})
	if !e.awaitAnswer(answered) {
		return nil
	}
	if err != nil || len(offsets) != len(partitions) {
		e.log.Warn("committed offsets not known, left to the Kafka client", slog.String(keyGroup, e.group), slog.Any(keyError, err))
		return nil
	}
	for i, at := range offsets {
		switch {
		case at.Error != nil || *at.Topic != *partitions[i].Topic || at.Partition != partitions[i].Partition:
			continue
		case at.Offset == kafka.OffsetInvalid && e.reset != 0:
			at.Offset = e.reset
			if end, ok := found[TopicPartition{*at.Topic, at.Partition}]; ok {
				at = end
			}
		case at.Offset < 0:
			continue
		}
		partitions[i].Offset, partitions[i].LeaderEpoch = at.Offset, at.LeaderEpoch
	}
	return found
}

// resetOf returns where partitions begin of which nothing is committed, as auto.offset.reset says, 0 if it is left to the client, which has to fail then.
func resetOf(config kafka.ConfigMap) kafka.Offset {
	switch strings.ToLower(fmt.Sprint(config["auto.offset.reset"])) { // as the client reads it
	case "smallest", "earliest", "beginning":
		return kafka.OffsetBeginning
	case "largest", "latest", "end":
		return kafka.OffsetEnd
	default:
		return 0
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

// located has the lanes of partitions begin where they were located. Those with a committed offset take nothing before.
func (e *engine) located(partitions []kafka.TopicPartition, ends map[TopicPartition]kafka.TopicPartition) {
	for _, tp := range partitions {
		l := e.lanes[TopicPartition{*tp.Topic, tp.Partition}]
		if end, ok := ends[l.TopicPartition]; ok {
			l.initial = &end
			continue
		}
		if tp.Offset >= 0 {
			l.begin(int64(tp.Offset), leaderOf(&tp), repetition{})
			l.stored = int64(tp.Offset)
			if l.assignment == nil { // a sink's commits are exact
				e.setbacks.noted(l, tp)
			}
		}
	}
}
