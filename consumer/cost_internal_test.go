package consumer

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/serde"
)

// newCostEngine makes an engine of bytes, whose handler tells of each record that has the offset of the last one of a burst.
func newCostEngine(tb testing.TB) (e *engine, handled chan int64) {
	tb.Helper()
	set := defaultSettings()
	if problems := errors.Join(set.complete(defaultMaxPollInterval)...); problems != nil {
		tb.Fatal(problems)
	}
	handled = make(chan int64, 1)
	e = newEngine(tb.Context(), set, codec{
		decode: decoder(serde.BytesKey(), serde.BytesValue()),
		handle: func(_ context.Context, unit []*task) error {
			if offset := unit[0].offset(); offset%burstRecords == burstRecords-1 {
				handled <- offset
			}
			return nil
		},
	})
	e.pulse.limit = 1000 * time.Hour // there is no poll goroutine to beat
	e.open(TopicPartition{"orders.raw", 0})
	return e, handled
}

// poll hands a burst of new records over, and returns when the last one was handled.
func (e *engine) pollBurst(first int64, handled <-chan int64) {
	topic, value := "orders.raw", []byte("v")
	for i := range int64(burstRecords) {
		e.message(&kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic, Offset: kafka.Offset(first + i)}, Value: value})
	}
	e.handOver()
	<-handled
}

// BenchmarkPollToSettle is what a record costs beside the client, but for making its message.
func BenchmarkPollToSettle(b *testing.B) {
	e, handled := newCostEngine(b)
	b.ReportAllocs()
	next := int64(0)
	for b.Loop() {
		e.pollBurst(next, handled)
		next += burstRecords
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/burstRecords, "ns/record")
}

// TestAllocationsFromPollToSettle: beside the message, which the client makes, a record allocates itself alone. The worker of a burst is a
// goroutine and what starts it; the first tasks of a burst may come before those of the last one are back.
func TestAllocationsFromPollToSettle(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	e, handled := newCostEngine(t)
	next := int64(0)
	burst := func() {
		e.pollBurst(next, handled)
		next += burstRecords
	}
	for range 20 { // queues and the watermark grow to their size
		burst()
	}
	const message, record, worker = 1, 1, 8
	got := testing.AllocsPerRun(100, burst)
	if most := float64(burstRecords*(message+record) + runRecords + worker); got > most {
		t.Errorf("%v allocations for a burst of %d records, want at most %v", got, burstRecords, most)
	}
}
