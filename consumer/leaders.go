package consumer

import "github.com/confluentinc/confluent-kafka-go/v2/kafka"

// noLeader is the leader epoch of a record where brokers are too old to tell it.
const noLeader int32 = -1

// leaderOf returns the leader epoch of a record, or of an offset.
func leaderOf(tp *kafka.TopicPartition) int32 {
	if tp.LeaderEpoch == nil {
		return noLeader
	}
	return *tp.LeaderEpoch
}

// leaders knows by the leaders of which epochs the records of one partition were appended. A commit names that of the last record before its offset,
// so that whoever begins there can tell whether the log was cut meanwhile and written anew (KIP-320). The leader must have been there up to the offset, as
// far as is known: a broker says where the epoch has ended, and what ends before the offset counts as cut. It keeps what the watermark has not passed, and
// is as good as empty: epochs are those of a partition's leaders, not of a group. The zero value is ready for use; it is not safe for concurrent use.
type leaders struct {
	terms []term // rising
}

// term is what one leader has appended: from first up to last, and maybe more before the next term.
type term struct {
	first, last int64
	epoch       int32
}

// deliver notes a record that comes to the lane, or what lies before all of them.
func (l *leaders) deliver(offset int64, epoch int32) {
	if n := len(l.terms); n > 0 && l.terms[n-1].epoch == epoch {
		l.terms[n-1].last = offset
		return
	}
	l.terms = append(l.terms, term{offset, offset, epoch})
}

// before returns the leader epoch of the last record before an offset that never falls, nil where it is not known, or where the leader
// may have changed between the two.
func (l *leaders) before(offset int64) *int32 {
	for len(l.terms) > 1 && l.terms[1].first < offset {
		l.terms = l.terms[1:]
	}
	if len(l.terms) == 0 || l.terms[0].first >= offset || l.terms[0].last+1 < offset || l.terms[0].epoch == noLeader {
		return nil
	}
	epoch := l.terms[0].epoch
	return &epoch
}
