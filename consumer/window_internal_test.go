package consumer

import (
	"context"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// The client may go on at the beginning of its assignment after the partition was set back to an offset behind that: what is committed must not be handled again.
func TestALaneThatWasSetBackTakesNothingBefore(t *testing.T) {
	set := defaultSettings()
	handled := make(chan int64, 8)
	first := newTestLane(t, set, decodes, func(context.Context, int64) error { return nil })
	log := make([]*kafka.Message, 6)
	for i := range log {
		log[i] = appended(int64(i), 1, int64(10+i), "v")
		first.again.saw(log[i])
	}
	l := newTestLane(t, set, decodes, func(_ context.Context, offset int64) error {
		handled <- offset
		return nil
	})
	l.begin(4, noLeader, first.again)
	if at, ok := l.position(); at != 4 || !ok {
		t.Errorf("position = %d, %v, want 4", at, ok)
	}
	for _, m := range log {
		ok := l.again.next(m)
		if want := m.TopicPartition.Offset >= 4; ok != want {
			t.Fatalf("next of %v = %v, want %v", m.TopicPartition.Offset, ok, want)
		}
		if ok {
			l.again.saw(m)
			l.push(m)
		} else if !l.again.has(m) {
			t.Errorf("record %v is not known to be an old one", m.TopicPartition.Offset)
		}
	}
	for want := int64(4); want < 6; want++ {
		if got := <-handled; got != want {
			t.Errorf("handled %d, want %d", got, want)
		}
	}
	end(l)
	end(first)
}

func TestWindowTakesWhatItNeedsOnceItIsClosed(t *testing.T) {
	set := defaultSettings()
	set.order = Unordered(1)
	e := newTestEngine(t, set, decodes, nil)
	l := newLane(e, TopicPartition{"orders.raw", 0}, 1)
	w := &window{wanted: make(chan struct{}, 1), changed: make(chan struct{}, 1), current: &transaction{
		left: 10, touched: map[*lane]*share{}, running: map[*task]past{}, done: make(chan struct{}),
	}}
	strands := make([]*strand, 4)
	var heap readyHeap
	for i := range strands {
		tk := &task{arrival: arrived(message(int64(10+i)), 0)}
		tk.seq = uint64(1 + i)
		strands[i] = &strand{lane: l, key: strandKey{offset: tk.offset()}, current: []*task{tk}}
		l.strands[strands[i].key] = strands[i]
	}
	// 10 and 12 were started; then the transaction closes.
	for _, i := range []int{0, 2} {
		w.started(strands[i])
	}
	w.close()
	for _, i := range []int{1, 3} {
		strands[i].state = ready
		heap.Push(strands[i])
	}
	if !w.admits(&heap) || heap[0] != strands[1] {
		t.Fatal("11 is needed, since 12 was started, and is not admitted")
	}
	heap = heap[1:]
	if w.admits(&heap) {
		t.Error("13 is admitted to a transaction that is closed")
	}
	if len(w.aside) > 0 {
		t.Errorf("%d strands are set aside although they arrived behind the last that was started", len(w.aside))
	}
	// A partition that was not started yet waits, but not what is needed behind it.
	other := &strand{lane: newLane(e, TopicPartition{"orders.raw", 1}, 2), current: []*task{{arrival: arrived(message(5), 0)}}}
	heap = readyHeap{other, strands[1]}
	if !w.admits(&heap) || heap[0] != strands[1] || len(w.aside) != 1 {
		t.Error("what is needed waits behind a partition that is not of the transaction")
	}
}
