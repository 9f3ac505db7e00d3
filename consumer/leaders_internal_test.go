package consumer

import "testing"

func TestACommitNamesTheLeaderOfTheLastRecordBefore(t *testing.T) {
	var l leaders
	if got := l.before(5); got != nil {
		t.Errorf("before(5) = %d with no records, want none", *got)
	}
	for _, r := range []struct {
		offset int64
		epoch  int32
	}{{3, 1}, {4, 1}, {7, 1}, {8, 4}, {9, 4}, {12, noLeader}, {13, 5}} { // compaction leaves holes
		l.deliver(r.offset, r.epoch)
	}
	for _, tt := range []struct {
		offset int64
		want   int32
	}{{3, noLeader}, {4, 1}, {7, 1}, {8, 1}, {9, 4}, {10, 4}, {12, noLeader}, {13, noLeader}, {14, 5}, {100, noLeader}} {
		got := noLeader
		if epoch := l.before(tt.offset); epoch != nil {
			got = *epoch
		}
		if got != tt.want {
			t.Errorf("before(%d) = %d, want %d", tt.offset, got, tt.want)
		}
	}
	if len(l.terms) != 1 {
		t.Errorf("%d terms are kept that the watermark has passed", len(l.terms)-1)
	}
}

// TestACommitNamesNoLeaderAcrossAHole: a broker takes the log for cut where the epoch that a commit names ends before its offset. So it does where the
// records between the last one and the next, whose leader is another one, are gone or were never delivered: markers of transactions, aborted ones, compacted ones.
func TestACommitNamesNoLeaderAcrossAHole(t *testing.T) {
	t.Parallel()
	var l leaders
	l.deliver(9, 1)
	l.deliver(15, 1)
	if got := l.before(15); got == nil || *got != 1 {
		t.Error("a hole within the epoch of one leader: its epoch is not named, although it goes on behind the hole")
	}
	l.deliver(25, 2) // of the leader who began anywhere from 16 on
	if got := l.before(25); got != nil {
		t.Errorf("before(25) = %d, which may have ended at 16; want none", *got)
	}
	if got := l.before(26); got == nil || *got != 2 {
		t.Error("before(26): the leader of the record before it is not named")
	}
	if got := l.before(1001); got != nil { // what a sink knows to be stored by another member
		t.Errorf("before(1001) = %d, of a record far before it; want none", *got)
	}
}
