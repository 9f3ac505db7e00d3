package consumer

import "testing"

func TestACommitNamesTheLeaderOfTheLastRecordBefore(t *testing.T) {
	var l leaders
	if got := l.before(5); got != nil {
		t.Errorf("before(5) = %d with no records, want none", *got)
	}
	for _, r := range []term{{3, 1}, {4, 1}, {7, 1}, {8, 4}, {9, 4}, {12, noLeader}, {13, 5}} { // compaction leaves holes
		l.deliver(r.first, r.epoch)
	}
	for _, tt := range []struct {
		offset int64
		want   int32
	}{{3, noLeader}, {4, 1}, {7, 1}, {8, 1}, {9, 4}, {11, 4}, {12, 4}, {13, noLeader}, {14, 5}, {100, 5}} {
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
