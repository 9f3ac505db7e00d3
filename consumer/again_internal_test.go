package consumer

import (
	"context"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// appended is a record of a log, as the leader of that epoch appended it at second seconds.
func appended(offset int64, epoch int32, seconds int64, value string) *kafka.Message {
	m := message(offset)
	if epoch >= 0 {
		m.TopicPartition.LeaderEpoch = &epoch
	}
	m.Timestamp, m.Value = time.Unix(seconds, 0), []byte(value)
	return m
}

func TestRecordsAreKnownAgainOnlyWithinTheSameLog(t *testing.T) {
	seen := []*kafka.Message{appended(3, 1, 10, "a"), appended(4, 1, 11, "b"), appended(6, 2, 12, "c")}
	for _, tt := range []struct {
		name string
		seen []*kafka.Message
		then []*kafka.Message
		want []bool
	}{
		{"from the first one", seen, seen, []bool{true, true, true}},
		{"from the first one, twice", seen, append(seen[:2:2], seen...), []bool{true, true, true, true, true}},
		{"from the middle", seen, seen[1:2], []bool{false}},
		{"the last one", seen, seen[2:], []bool{true}},
		{"another one with the last one's offset", seen, []*kafka.Message{appended(6, 2, 12, "x")}, []bool{false}},
		{"retention has taken the first", seen, []*kafka.Message{appended(5, 1, 11, "x")}, []bool{false}},
		{"a log made anew", seen, []*kafka.Message{appended(3, 1, 99, "a")}, []bool{false}},
		{"another value", seen, []*kafka.Message{appended(3, 1, 10, "z")}, []bool{false}},
		{"another epoch", seen, []*kafka.Message{appended(3, 0, 10, "a")}, []bool{false}},
		{"a log that was cut", seen, []*kafka.Message{seen[0], seen[1], appended(5, 3, 13, "d")}, []bool{true, true, false}},
		{"no epochs", []*kafka.Message{appended(3, -1, 10, "a")}, []*kafka.Message{appended(3, -1, 10, "a")}, []bool{false}},
		{"nothing seen", nil, seen[:1], []bool{false}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var r repetition
			for _, m := range tt.seen {
				r.saw(m)
			}
			for i, m := range tt.then {
				if got := r.has(m); got != tt.want[i] {
					t.Errorf("has(record %d at %v) = %v, want %v", i, m.TopicPartition.Offset, got, tt.want[i])
				}
			}
		})
	}
}

func TestARepetitionEndsWhereTheLogGoesOn(t *testing.T) {
	var r repetition
	first, second, third := appended(0, 0, 10, "a"), appended(1, 0, 11, "b"), appended(2, 0, 12, "c")
	r.saw(first)
	if !r.has(first) {
		t.Fatal("the first record is not known")
	}
	r.saw(second)
	r.saw(third)
	if r.has(second) {
		t.Error("a record is known that came without the ones before it")
	}
}

func TestRecordsThatTheClientDeliversAgainAreNotHandled(t *testing.T) {
	for _, tt := range []struct {
		name string
		come []int
	}{
		{"all", []int{0, 1, 2, 0, 1, 2, 3}},
		{"the last one", []int{0, 1, 2, 2, 3}},
		{"the last one, of each", []int{0, 0, 1, 1, 1, 2, 2, 3, 3}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			handled := make(chan int64, 10)
			e := newTestEngine(t, defaultSettings(), decodes, func(_ context.Context, offset int64) error {
				handled <- offset
				return nil
			})
			l := e.open(TopicPartition{"orders.raw", 0})
			log := []*kafka.Message{appended(0, 0, 10, "a"), appended(1, 0, 11, "b"), appended(2, 0, 12, "c"), appended(3, 0, 13, "d")}
			for _, i := range tt.come {
				e.message(log[i])
			}
			e.handOver()
			for want := range int64(4) {
				if got := <-handled; got != want {
					t.Errorf("offset %d is handled, want %d", got, want)
				}
			}
			if e.lanes[l.TopicPartition] != l {
				t.Error("the epoch of the partition has ended")
			}
			end(l)
			if got, _ := l.position(); got != 4 {
				t.Errorf("position = %d, want 4", got)
			}
		})
	}
}

// TestARecordIsKnownAgainWhateverBecomesOfIt: once its handler has returned it is the user's, with the bytes that the client has made.
func TestARecordIsKnownAgainWhateverBecomesOfIt(t *testing.T) {
	t.Parallel()
	handled := make(chan int64, 10)
	e := newTestEngine(t, defaultSettings(), decodes, func(_ context.Context, offset int64) error {
		handled <- offset
		return nil
	})
	l := e.open(TopicPartition{"orders.raw", 0})
	e.message(appended(0, 0, 10, "a"))
	last := appended(1, 0, 11, "b")
	e.message(last)
	e.handOver()
	<-handled
	<-handled
	changed := make(chan struct{})
	go func() {
		last.Value[0] = 'x'
		close(changed)
	}()
	e.message(appended(1, 0, 11, "b"))
	<-changed
	e.message(appended(1, 0, 11, "b"))
	e.message(appended(2, 0, 12, "c"))
	e.handOver()
	if got := <-handled; got != 2 {
		t.Errorf("offset %d is handled, want 2", got)
	}
	if e.lanes[l.TopicPartition] != l {
		t.Error("the epoch of the partition has ended")
	}
	end(l)
}
