package chaos_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/integration/chaos"
)

// story is a run in which all is well: member 1 handles four records of partition 0, two of each key, is killed before its last
// commit, and member 2 goes on. The record at offset 2 fails once, the one at 4 is poison.
func story() []chaos.Entry {
	acked := func(number, offset int64, key int32) chaos.Entry {
		return chaos.Entry{Kind: chaos.Acked, Number: number, Offset: offset, Key: key}
	}
	by := func(member int32, kind chaos.Kind, number int64) chaos.Entry {
		return chaos.Entry{Kind: kind, Member: member, Number: number, Offset: number, Key: int32(number % 2)}
	}
	entries := []chaos.Entry{
		acked(0, 0, 0), acked(1, 1, 1), acked(2, 2, 0), acked(3, 3, 1),
		{Kind: chaos.Poisoned, Offset: 4},
		acked(5, 5, 1),
		{Kind: chaos.Indeterminate, Number: 6, Key: 0}, // which is there, at 6
		{Kind: chaos.Indeterminate, Number: 7, Key: 1}, // which is not
		{Kind: chaos.Refused, Number: 8},
		{Kind: chaos.Assigned, Member: 1},
		by(1, chaos.Began, 0), by(1, chaos.Settled, 0),
		by(1, chaos.Began, 1), by(1, chaos.Settled, 1),
		{Kind: chaos.Tried, Offset: 2},
		{Kind: chaos.Committed, Offset: 2},
		by(1, chaos.Began, 2), by(1, chaos.Failed, 2),
		by(1, chaos.Began, 2), by(1, chaos.Settled, 2),
		by(1, chaos.Began, 3),
		{Kind: chaos.Gone, Member: 1},
		{Kind: chaos.Assigned, Member: 2},
		by(2, chaos.Began, 2), by(2, chaos.Settled, 2), // again: it was not committed
		{Kind: chaos.Committed, Offset: 3},
		by(2, chaos.Began, 3), by(2, chaos.Settled, 3), // again: the kill cut it short
		{Kind: chaos.Calm},
		by(2, chaos.Began, 5), by(2, chaos.Condemned, 5),
		by(2, chaos.Began, 6), by(2, chaos.Settled, 6),
		{Kind: chaos.Tried, Offset: 7},
		{Kind: chaos.Committed, Offset: 7, Number: 2},
		{Kind: chaos.Storm},
		{Kind: chaos.Revoked, Member: 2},
		{Kind: chaos.Gone, Member: 2},
	}
	return timed(entries)
}

// timed gives the entries times of a millisecond's distance.
func timed(entries []chaos.Entry) []chaos.Entry {
	for i := range entries {
		entries[i].At = time.Duration(i+1) * time.Millisecond
	}
	return entries
}

func storyTopic() chaos.Topic {
	return chaos.Topic{
		Ends:    map[int32]int64{0: 7},
		Letters: []chaos.Letter{{At: 0, Offset: 4, Poison: true}, {At: 1, Offset: 5}},
	}
}

// find returns the index of the nth entry, from 1, of a kind about an offset.
func find(t *testing.T, entries []chaos.Entry, kind chaos.Kind, offset int64, nth int) int {
	t.Helper()
	for i, e := range entries {
		if e.Kind == kind && e.Offset == offset {
			if nth--; nth == 0 {
				return i
			}
		}
	}
	t.Fatalf("the story has no entry of kind %d about offset %d", kind, offset)
	return 0
}

func TestCheckOfACleanRun(t *testing.T) {
	t.Parallel()
	for _, order := range []chaos.Order{chaos.ByPartition, chaos.ByKey, chaos.Unordered} {
		v := chaos.Check(story(), 0, order, storyTopic())
		v.LongestStall = 0
		want := &chaos.Verdict{
			Acked: 5, Indeterminate: 2, Arrived: 1, Refused: 1, Poisoned: 1,
			Deliveries: 9, Retries: 1, Letters: 2, Duplicates: 2,
		}
		if diff := cmp.Diff(want, v); diff != "" {
			t.Errorf("order %d: verdict (-want +got):\n%s", order, diff)
		}
		if err := v.Err(); err != nil {
			t.Errorf("order %d: Err() = %v, want nil", order, err)
		}
	}
}

// TestCheckFindsViolations spoils the clean run, in one way at a time.
func TestCheckFindsViolations(t *testing.T) {
	t.Parallel()
	type count = func(*chaos.Verdict) int
	lost := func(v *chaos.Verdict) int { return v.Lost }
	order := func(v *chaos.Verdict) int { return v.Order }
	beyond := func(v *chaos.Verdict) int { return v.Beyond }
	doubled := func(v *chaos.Verdict) int { return v.Doubled }
	tests := []struct {
		name  string
		order chaos.Order
		spoil func(t *testing.T, entries []chaos.Entry, topic *chaos.Topic) []chaos.Entry
		count count
	}{
		{"an acknowledged record is not handled", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			i := find(t, e, chaos.Began, 6, 1)
			return slices.Delete(e, i, i+2)
		}, lost},
		{"an acknowledged record is gone from the log", chaos.ByPartition, func(_ *testing.T, e []chaos.Entry, topic *chaos.Topic) []chaos.Entry {
			topic.Ends[0] = 6
			return e
		}, lost},
		{"a record that nobody knows is not handled", chaos.ByPartition, func(_ *testing.T, e []chaos.Entry, topic *chaos.Topic) []chaos.Entry {
			topic.Ends[0] = 8
			return e
		}, lost},
		{"poison is dropped", chaos.ByPartition, func(_ *testing.T, e []chaos.Entry, topic *chaos.Topic) []chaos.Entry {
			topic.Letters = topic.Letters[1:]
			return e
		}, lost},
		{"a whole partition is not handled", chaos.ByPartition, func(_ *testing.T, e []chaos.Entry, topic *chaos.Topic) []chaos.Entry {
			topic.Ends[1] = 3
			return e
		}, lost},
		{"first deliveries are swapped", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			i := find(t, e, chaos.Began, 0, 1)
			e[i], e[i+1], e[i+2], e[i+3] = e[i+2], e[i+3], e[i], e[i+1]
			return e
		}, order},
		{"first deliveries of a key are swapped", chaos.ByKey, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			i := find(t, e, chaos.Began, 0, 1)
			moved := slices.Clone(e[i : i+2])
			return slices.Insert(slices.Delete(e, i, i+2), find(t, e, chaos.Settled, 2, 1)-1, moved...)
		}, order},
		{"two at once in one member", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			i := find(t, e, chaos.Settled, 0, 1)
			e[i], e[i+1] = e[i+1], e[i]
			return e
		}, order},
		{"two at once in two members", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			return atOnce(t, e)
		}, order},
		{"two at once in two members, of which neither was given up while it worked", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			return append(atOnce(t, e), chaos.Entry{Kind: chaos.Expelled, Member: 1, Offset: int64(time.Hour)}, chaos.Entry{Kind: chaos.Expelled, Member: 3, Offset: int64(time.Hour)})
		}, order},
		{"two at once in two members, of which one was given up in a calm", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			return atOnce(t, e, chaos.Entry{Kind: chaos.Calm}, chaos.Entry{Kind: chaos.Expelled, Member: 1, Offset: int64(time.Hour)}, chaos.Entry{Kind: chaos.Storm})
		}, order},
		{"two at once in two members, of which one had been given up before it got the partition", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			return atOnce(t, e, chaos.Entry{Kind: chaos.Expelled, Member: 1, Offset: int64(time.Millisecond)})
		}, order},
		{"a record that is to be tried again is overtaken", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			i := find(t, e, chaos.Began, 2, 2)
			return slices.Delete(e, i, i+2)
		}, order},
		{"a member handles what it has not", chaos.ByPartition, func(_ *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			i := slices.IndexFunc(e, func(e chaos.Entry) bool { return e.Kind == chaos.Assigned && e.Member == 2 })
			return slices.Delete(e, i, i+1)
		}, order},
		{"the log has a key's records in another order than they were sent", chaos.Unordered, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			first, second := find(t, e, chaos.Acked, 1, 1), find(t, e, chaos.Acked, 3, 1)
			e[first].Number, e[second].Number = 3, 1
			for i := range e {
				if e[i].Kind != chaos.Acked && e[i].Member > 0 && (e[i].Offset == 1 || e[i].Offset == 3) {
					e[i].Number = 4 - e[i].Offset
				}
			}
			return e
		}, order},
		{"a commit is asked for beyond what was not handled", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			e[find(t, e, chaos.Tried, 2, 1)].Offset = 3
			return e
		}, beyond},
		{"a commit is read beyond what was not handled", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			e[find(t, e, chaos.Committed, 2, 1)].Offset = 3
			return e
		}, beyond},
		{"a commit is read beyond what is handled again", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			return slices.Insert(e, find(t, e, chaos.Settled, 2, 2), chaos.Entry{Kind: chaos.Committed, Offset: 3})
		}, beyond},
		{"a commit is read before the dead letter is there", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			e[find(t, e, chaos.Committed, 7, 1)].Number = 1
			return e
		}, beyond},
		{"the committed offset goes back", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			e[find(t, e, chaos.Committed, 3, 1)].Offset = 1
			return e
		}, func(v *chaos.Verdict) int { return v.Backward }},
		{"a commit is asked for that goes back to where the assignment has never been", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			i := find(t, e, chaos.Committed, 3, 1)
			later := e[i].At + 2*time.Second
			return slices.Insert(e, i+1, chaos.Entry{Kind: chaos.Tried, Offset: 1, At: later}, chaos.Entry{Kind: chaos.Committed, Offset: 1, At: later})
		}, func(v *chaos.Verdict) int { return v.Backward }},
		{"a commit that nobody saw being asked for goes back to where the assignment has never been", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			i := find(t, e, chaos.Committed, 3, 1)
			e = slices.Insert(e, i+1, chaos.Entry{Kind: chaos.Committed, Offset: 1, At: e[i].At + 2*time.Second})
			return slices.DeleteFunc(e, func(e chaos.Entry) bool { return e.Kind == chaos.Tried })
		}, func(v *chaos.Verdict) int { return v.Backward }},
		{"the committed offset goes back in a calm to one that was committed", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			i := find(t, e, chaos.Committed, 7, 1)
			return slices.Insert(e, i+1, chaos.Entry{Kind: chaos.Committed, Offset: 3, At: e[i].At})
		}, func(v *chaos.Verdict) int { return v.Backward }},
		{"the committed offset goes back to one of an earlier assignment", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			i := find(t, e, chaos.Committed, 3, 1)
			return slices.Insert(e, i+1, chaos.Entry{Kind: chaos.Committed, Offset: 2, At: e[i].At})
		}, func(v *chaos.Verdict) int { return v.Backward }},
		{"a committed record is handled again", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			return slices.Insert(e, find(t, e, chaos.Began, 2, 2), chaos.Entry{Kind: chaos.Committed, Offset: 3})
		}, func(v *chaos.Verdict) int { return v.Unexplained }},
		{"a record is handled twice in an assignment", chaos.Unordered, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			i := find(t, e, chaos.Began, 0, 1)
			return slices.Insert(e, i+2, e[i], e[i+1])
		}, func(v *chaos.Verdict) int { return v.Unexplained }},
		{"a record is handled twice in a calm", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			return slices.Insert(e, find(t, e, chaos.Began, 3, 2), chaos.Entry{Kind: chaos.Calm})
		}, func(v *chaos.Verdict) int { return v.GracefulDuplicates }},
		{"a record is handled twice in a calm after the machine stood still, though nothing was lost by that", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			return slices.Insert(e, find(t, e, chaos.Began, 3, 2), chaos.Entry{Kind: chaos.Calm}, chaos.Entry{Kind: chaos.Halted})
		}, func(v *chaos.Verdict) int { return v.GracefulDuplicates }},
		{"a record is handled twice in a calm after a loss, long after the machine stood still", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			i := find(t, e, chaos.Began, 3, 2)
			lost := chaos.Entry{Kind: chaos.Lost, Member: 1, At: e[i].At}
			return slices.Insert(e, i, chaos.Entry{Kind: chaos.Calm, At: lost.At}, chaos.Entry{Kind: chaos.Halted, At: lost.At - 5*time.Second}, lost)
		}, func(v *chaos.Verdict) int { return v.GracefulDuplicates }},
		{"a record that had failed and was handled then is handled once more in a calm", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			return slices.Insert(e, find(t, e, chaos.Began, 2, 3), chaos.Entry{Kind: chaos.Calm})
		}, func(v *chaos.Verdict) int { return v.GracefulDuplicates }},
		{"a record that was cancelled in a calm is handled again", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			i := find(t, e, chaos.Began, 3, 1)
			cancelled := e[i]
			cancelled.Kind = chaos.Cancelled
			return slices.Insert(e, i+1, cancelled, chaos.Entry{Kind: chaos.Calm})
		}, func(v *chaos.Verdict) int { return v.GracefulDuplicates }},
		{"a record is in the log twice", chaos.Unordered, func(_ *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			for i := range e {
				if e[i].Offset == 6 && e[i].Member == 2 {
					e[i].Number = 2
				}
			}
			return e
		}, doubled},
		{"a record is in the log twice, and none was given up before it was acknowledged", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, topic *chaos.Topic) []chaos.Entry {
			return twice(t, e, topic, 5)
		}, doubled},
		{"a record is in the log twice that was sent after others were given up", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, topic *chaos.Topic) []chaos.Entry {
			return givenUp(twice(t, e, topic, 2), 1, 2)
		}, doubled},
		{"a record is in the log twice, and none that was sent before it was given up", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, topic *chaos.Topic) []chaos.Entry {
			return givenUp(twice(t, e, topic, 2), 3, 6)
		}, doubled},
		{"a record is in the log three times", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, topic *chaos.Topic) []chaos.Entry {
			e = twice(t, e, topic, 2)
			return givenUp(append(e, chaos.Entry{Kind: chaos.Acked, Number: 2, Offset: 8}), 1, 6)
		}, doubled},
		{"a refused record is in the log", chaos.ByPartition, func(_ *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			e[slices.IndexFunc(e, func(e chaos.Entry) bool { return e.Kind == chaos.Indeterminate })].Kind = chaos.Refused
			return e
		}, doubled},
		{"a dead letter is not what it was", chaos.ByPartition, func(_ *testing.T, e []chaos.Entry, topic *chaos.Topic) []chaos.Entry {
			topic.Letters[1].Differs = true
			return e
		}, func(v *chaos.Verdict) int { return v.LettersDiffer }},
		{"a good record is a dead letter", chaos.ByPartition, func(_ *testing.T, e []chaos.Entry, topic *chaos.Topic) []chaos.Entry {
			topic.Letters = append(topic.Letters, chaos.Letter{At: 2, Offset: 1})
			return e
		}, func(v *chaos.Verdict) int { return v.LettersUncaused }},
		{"a calm stands still and goes on", chaos.ByPartition, func(t *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			for i := find(t, e, chaos.Began, 5, 1); i < len(e); i++ {
				e[i].At += 6 * time.Second
			}
			return e
		}, func(v *chaos.Verdict) int { return v.Stalls }},
		{"a calm stands still to its end", chaos.ByPartition, func(_ *testing.T, e []chaos.Entry, _ *chaos.Topic) []chaos.Entry {
			e = slices.Insert(e, 6, chaos.Entry{Kind: chaos.Acked, Number: 9, Offset: 7, At: time.Millisecond})
			for i := slices.IndexFunc(e, func(e chaos.Entry) bool { return e.Kind == chaos.Storm }); i < len(e); i++ {
				e[i].At += 6 * time.Second
			}
			return e
		}, func(v *chaos.Verdict) int { return v.Stalls }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			topic := storyTopic()
			v := chaos.Check(tt.spoil(t, story(), &topic), 0, tt.order, topic)
			if tt.count(v) == 0 || v.Err() == nil {
				t.Errorf("not found: verdict %+v", v)
			}
		})
	}
}

// atOnce has a second member begin with what the first one has not ended, and puts entries behind that.
func atOnce(t *testing.T, e []chaos.Entry, more ...chaos.Entry) []chaos.Entry {
	t.Helper()
	i := slices.IndexFunc(e, func(e chaos.Entry) bool { return e.Kind == chaos.Gone })
	gone := e[i]
	at := find(t, e, chaos.Settled, 2, 2)
	return slices.Insert(slices.Delete(e, i, i+1), at, append(more, gone)...)
}

// TestCheckExcuses are cases that look like violations, but are the price of an expired session, or no concern of the group.
func TestCheckExcuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		entries  []chaos.Entry
		overlaps int
	}{
		{"a zombie works on until it hears of the loss", []chaos.Entry{
			{Kind: chaos.Acked},
			{Kind: chaos.Assigned, Member: 1},
			{Kind: chaos.Began, Member: 1},
			{Kind: chaos.Assigned, Member: 2},
			{Kind: chaos.Began, Member: 2},
			{Kind: chaos.Settled, Member: 2},
			{Kind: chaos.Committed, Offset: 1},
			{Kind: chaos.Cancelled, Member: 1},
			{Kind: chaos.Lost, Member: 1},
		}, 1},
		{"a member that was given up ends before it hears of that", []chaos.Entry{
			{Kind: chaos.Acked},
			{Kind: chaos.Assigned, Member: 1},
			{Kind: chaos.Began, Member: 1},
			{Kind: chaos.Assigned, Member: 2},
			{Kind: chaos.Began, Member: 2},
			{Kind: chaos.Expelled, Member: 1, Offset: int64(time.Hour)},
			{Kind: chaos.Settled, Member: 2},
			{Kind: chaos.Settled, Member: 1},
			{Kind: chaos.Revoked, Member: 1},
			{Kind: chaos.Gone, Member: 1},
		}, 1},
		{"a stopped process keeps a record", []chaos.Entry{
			{Kind: chaos.Acked},
			{Kind: chaos.Assigned, Member: 1},
			{Kind: chaos.Began, Member: 1},
			{Kind: chaos.Stopped, Member: 1},
			{Kind: chaos.Assigned, Member: 2},
			{Kind: chaos.Began, Member: 2},
			{Kind: chaos.Settled, Member: 2},
			{Kind: chaos.Gone, Member: 1},
		}, 1},
		{"a client goes back by itself", []chaos.Entry{
			{Kind: chaos.Acked},
			{Kind: chaos.Assigned, Member: 1},
			{Kind: chaos.Began, Member: 1},
			{Kind: chaos.Settled, Member: 1},
			{Kind: chaos.Committed, Offset: 1},
			{Kind: chaos.Rewound, Member: 1},
			{Kind: chaos.Lost, Member: 1},
			{Kind: chaos.Assigned, Member: 1},
			{Kind: chaos.Committed, Offset: 0},
			{Kind: chaos.Began, Member: 1},
			{Kind: chaos.Settled, Member: 1},
			{Kind: chaos.Committed, Offset: 1},
		}, 0},
		{"a record that failed is tried again by the next member", []chaos.Entry{
			{Kind: chaos.Acked},
			{Kind: chaos.Calm},
			{Kind: chaos.Assigned, Member: 1},
			{Kind: chaos.Began, Member: 1},
			{Kind: chaos.Failed, Member: 1},
			{Kind: chaos.Revoked, Member: 1},
			{Kind: chaos.Assigned, Member: 2},
			{Kind: chaos.Began, Member: 2},
			{Kind: chaos.Settled, Member: 2},
		}, 0},
		{"a session ends in a calm as the machine stands still", []chaos.Entry{
			{Kind: chaos.Acked},
			{Kind: chaos.Calm},
			{Kind: chaos.Assigned, Member: 1},
			{Kind: chaos.Began, Member: 1},
			{Kind: chaos.Settled, Member: 1},
			{Kind: chaos.Halted, Offset: int64(time.Second)},
			{Kind: chaos.Lost, Member: 1},
			{Kind: chaos.Assigned, Member: 1},
			{Kind: chaos.Began, Member: 1},
			{Kind: chaos.Settled, Member: 1},
		}, 0},
		{"a client repeats a commit whose answer was lost", []chaos.Entry{
			{Kind: chaos.Acked},
			{Kind: chaos.Assigned, Member: 1},
			{Kind: chaos.Tried},
			{Kind: chaos.Began, Member: 1},
			{Kind: chaos.Settled, Member: 1},
			{Kind: chaos.Committed, Offset: 1},
			{Kind: chaos.Committed, Offset: 0},
			{Kind: chaos.Committed, Offset: 1},
		}, 0},
		{"a client repeats a commit right before the partition changes hands", []chaos.Entry{
			{Kind: chaos.Acked},
			{Kind: chaos.Assigned, Member: 1},
			{Kind: chaos.Began, Member: 1},
			{Kind: chaos.Settled, Member: 1},
			{Kind: chaos.Tried, Offset: 1},
			{Kind: chaos.Committed, Offset: 1},
			{Kind: chaos.Revoked, Member: 1},
			{Kind: chaos.Tried}, // the first time it did not get there
			{Kind: chaos.Assigned, Member: 2},
			{Kind: chaos.Committed},
			{Kind: chaos.Began, Member: 2},
			{Kind: chaos.Settled, Member: 2},
			{Kind: chaos.Committed, Offset: 1},
		}, 0},
		{"a client repeats a commit, and the next member begins there before it is read", []chaos.Entry{
			{Kind: chaos.Acked},
			{Kind: chaos.Assigned, Member: 1},
			{Kind: chaos.Began, Member: 1},
			{Kind: chaos.Settled, Member: 1},
			{Kind: chaos.Tried, Offset: 1},
			{Kind: chaos.Revoked, Member: 1},
			{Kind: chaos.Committed, Offset: 1},
			{Kind: chaos.Tried}, // the first time it did not get there
			{Kind: chaos.Assigned, Member: 2},
			{Kind: chaos.Began, Member: 2},
			{Kind: chaos.Settled, Member: 2},
			{Kind: chaos.Committed},
			{Kind: chaos.Committed, Offset: 1},
		}, 0},
		{"a client repeats a commit that nobody saw", []chaos.Entry{
			{Kind: chaos.Acked},
			{Kind: chaos.Assigned, Member: 1},
			{Kind: chaos.Began, Member: 1},
			{Kind: chaos.Settled, Member: 1},
			{Kind: chaos.Committed, Offset: 1},
			{Kind: chaos.Committed}, // the first time it did not get there
			{Kind: chaos.Committed, Offset: 1},
		}, 0},
		{"another group has the same offsets", []chaos.Entry{
			{Kind: chaos.Acked},
			{Kind: chaos.Assigned, Member: 1},
			{Kind: chaos.Began, Member: 1},
			{Kind: chaos.Settled, Member: 1},
			{Kind: chaos.Assigned, Member: 9, Group: 1},
			{Kind: chaos.Began, Member: 9, Group: 1},
		}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := chaos.Check(timed(tt.entries), 0, chaos.ByPartition, chaos.Topic{Ends: map[int32]int64{0: 1}})
			if err := v.Err(); err != nil {
				t.Error(err)
			}
			if v.Overlaps != tt.overlaps {
				t.Errorf("overlaps = %d, want %d", v.Overlaps, tt.overlaps)
			}
		})
	}
}

// twice has the story's record be in the log once more, where it is handled, too.
func twice(t *testing.T, entries []chaos.Entry, topic *chaos.Topic, number int64) []chaos.Entry {
	t.Helper()
	topic.Ends[0] = 8
	i := find(t, entries, chaos.Settled, 6, 1)
	again := chaos.Entry{Member: 2, Offset: 7, Number: number, Key: int32(number % 2), At: entries[i].At}
	began, settled := again, again
	began.Kind, settled.Kind = chaos.Began, chaos.Settled
	return slices.Insert(entries, i+1, began, settled)
}

// givenUp has a record reported as indeterminate before all acknowledgements, when those with numbers below next had been sent.
func givenUp(entries []chaos.Entry, number, next int64) []chaos.Entry {
	return slices.Insert(entries, 0, chaos.Entry{Kind: chaos.Indeterminate, Number: number, Offset: next})
}

// TestCheckExcusesRecordsThatWereSentAgain: a producer that gives records up takes a new epoch, and what it sends again may be there already.
func TestCheckExcusesRecordsThatWereSentAgain(t *testing.T) {
	t.Parallel()
	topic := storyTopic()
	entries := givenUp(twice(t, story(), &topic, 2), -1, 6)
	v := chaos.Check(entries, 0, chaos.ByPartition, topic)
	if err := v.Err(); err != nil || v.Resent != 1 {
		t.Errorf("%d records were sent again, want 1; violations: %v", v.Resent, err)
	}
}
