package consumer

import (
	"hash/maphash"
	"log/slog"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

var originSeed = maphash.MakeSeed()

// origin is what tells a record of a partition from another one with its offset, in a log that was made anew or cut.
type origin struct {
	offset int64
	time   int64
	epoch  int32 // of the leader that appended it
	sum    uint64
}

// originOf returns a record's origin. ok is false where the broker is too old to tell the epochs of its leaders.
func originOf(m *kafka.Message) (_ origin, ok bool) {
	if m.TopicPartition.LeaderEpoch == nil || *m.TopicPartition.LeaderEpoch < 0 {
		return origin{}, false
	}
	var h maphash.Hash
	h.SetSeed(originSeed)
	_, _ = h.Write(m.Key) // never fails
	_, _ = h.Write(m.Value)
	return origin{int64(m.TopicPartition.Offset), m.Timestamp.UnixMilli(), *m.TopicPartition.LeaderEpoch, h.Sum64()}, true
}

// repetition notices that the client delivers records again. It does so from the first one on: where nothing is committed it asks for the offset to
// start at; if the connection fails or the group rebalances meanwhile it asks once more, and the second answer can come after the first has been
// used. If the partition was paused in between, to make room, the client goes on at the second answer. And it does so with the last one: a rebalance
// of other partitions pauses this one, too, for a moment; where it falls between the two steps in which a record is taken from the client's
// queue, and its position moved behind it, the client comes back to that record. The zero value has seen nothing.
type repetition struct {
	last   *kafka.Message // until it is sealed
	latest origin         // of the last record, once it is
	first  origin         // of the first record
	known  bool           // whether first is
	start  int64          // its offset
	some   bool           // whether any record was seen
	floor  int64          // the least offset that goes on where the last record ended
	told   int64          // the offset that the lane was told to begin at, and what lies before is committed; 0: none
	leader int32          // the leader epoch of the last record before that, if it is known
	epoch  int32          // of the last record
	on     bool
}

// saw notes a record that goes on where the last one ended.
func (r *repetition) saw(m *kafka.Message) {
	if !r.some {
		r.some = true
		r.first, r.known = originOf(m)
		r.start = int64(m.TopicPartition.Offset)
	}
	if e := m.TopicPartition.LeaderEpoch; e != nil {
		r.epoch = *e
	}
	r.last = m
	r.floor = int64(m.TopicPartition.Offset) + 1
	r.on = false
}

// seal takes the origin of the last record, which must not have been handed over: a handler's record is the user's, who may change its bytes.
func (r *repetition) seal() {
	if r.last != nil {
		r.latest, _ = originOf(r.last)
		r.last = nil
	}
}

// next reports whether m goes on where the last record ended, or where the lane was told to begin.
func (r *repetition) next(m *kafka.Message) bool {
	return int64(m.TopicPartition.Offset) >= r.floor
}

// has reports whether m, whose offset is not above the last one, is a record that was seen before: the client began again with the very first
// one, or with the last, and m was not appended by a later leader than the last one, as it would be where the log was cut. Anything else is of another log.
func (r *repetition) has(m *kafka.Message) bool {
	o, ok := originOf(m)
	if !ok || !r.known || o.epoch > r.epoch {
		return false
	}
	r.seal()
	r.on = r.on || o == r.first || o == r.latest
	return r.on
}

// repeated reports whether a record is to be dropped since the lane has it already.
func (e *engine) repeated(l *lane, m *kafka.Message) bool {
	before := l.again.on
	if !l.again.has(m) && !e.precedes(l, m) {
		return false
	}
	if !before {
		e.log.Info("the Kafka client started the partition again: records that it has delivered already, or that are committed, are dropped",
			slog.String(keyGroup, e.group), slog.String(keyTopic, l.Topic), slog.Int(keyPartition, int(l.Partition)))
	}
	return true
}

// precedes reports whether a record lies before the committed offset that the lane was told to begin at, in a log that reaches that far: the client
// uses an answer that it got for an earlier assignment. A log that ends before, or has records of a later leader there, is another one, made anew or cut.
// So is one that ends before the last record that came, or begins with younger ones: what is dropped of a new log is lost, what is not dropped of the
// same one comes once more. In transactions nothing may come once more, and timestamps, which producers may choose, do not count.
func (e *engine) precedes(l *lane, m *kafka.Message) bool {
	member, ok := e.client.(kafkaclient.GroupMember)
	if !ok || int64(m.TopicPartition.Offset) >= l.again.told || l.again.leader != noLeader && leaderOf(&m.TopicPartition) > l.again.leader {
		return false
	}
	if l.again.some && e.transact == nil && m.Timestamp.UnixMilli() > l.again.latest.time {
		return false
	}
	_, end, err := member.GetWatermarkOffsets(l.Topic, l.Partition)
	l.again.on = err == nil && end >= l.again.floor
	return l.again.on
}
