package consumer

import (
	"errors"
	"log/slog"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// store hands the watermarks that moved to the client, which commits them in the background. Only the poll goroutine calls it, the
// one that closes epochs too, so what is stored is always of an open one.
func (e *engine) store(lanes map[TopicPartition]*lane) {
	if e.transact != nil {
		return // transactions commit offsets
	}
	var moved []*lane
	var offsets []kafka.TopicPartition
	for _, l := range lanes {
		if offset, ok := l.committable(); ok && int64(offset.Offset) != l.stored {
			moved, offsets = append(moved, l), append(offsets, offset)
		}
	}
	if len(offsets) == 0 {
		return
	}
	// The error of the call only repeats those of the partitions.
	results, _ := e.client.StoreOffsets(offsets)
	for i, result := range results {
		switch {
		case result.Error == nil:
			moved[i].stored = int64(result.Offset)
			e.setbacks.noted(moved[i], offsets[i])
		case hasCode(result.Error, kafka.ErrState, kafka.ErrUnknownPartition):
			// The client has given the partition up already, and the callback that says so is on its way.
			e.log.Debug("offset not stored", moved[i].offsetAttrs(result)...)
		default:
			e.log.Warn("offset not stored", moved[i].offsetAttrs(result)...)
		}
	}
}

// committed looks at the outcome of a commit. A failed one is no loss: the offsets stay stored and the next commit has them.
func (e *engine) committed(event kafka.OffsetsCommitted) {
	if hasCode(event.Error, kafka.ErrNoOffset) {
		return
	}
	each(e.set.hooks, func(h HookCommit) { h.OnCommitted(commits(event.Offsets), event.Error) })
	if event.Error == nil {
		return
	}
	level := slog.LevelWarn
	if hasCode(event.Error, kafka.ErrRebalanceInProgress, kafka.ErrIllegalGeneration, kafka.ErrUnknownMemberID) {
		level = slog.LevelDebug
	}
	e.log.Log(e.values, level, "offsets not committed", slog.Any(keyError, event.Error))
}

// commits lists what was committed: the client names partitions without an offset, too.
func commits(offsets []kafka.TopicPartition) []Ref {
	var refs []Ref
	for _, tp := range offsets {
		if tp.Offset >= 0 {
			refs = append(refs, Ref{Topic: *tp.Topic, Partition: tp.Partition, Offset: int64(tp.Offset)})
		}
	}
	return refs
}

func (l *lane) offsetAttrs(tp kafka.TopicPartition) []any {
	return []any{
		slog.String(keyTopic, l.Topic), slog.Int(keyPartition, int(l.Partition)), slog.Int64(keyEpoch, l.epoch),
		slog.Int64(keyOffset, int64(tp.Offset)), slog.Any(keyError, tp.Error),
	}
}

// hasCode reports whether err is an error of the Kafka client with one of the codes.
func hasCode(err error, codes ...kafka.ErrorCode) bool {
	kafkaError, ok := errors.AsType[kafka.Error](err)
	if !ok {
		return false
	}
	for _, code := range codes {
		if kafkaError.Code() == code {
			return true
		}
	}
	return false
}
