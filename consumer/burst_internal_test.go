package consumer

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
	"github.com/magicbyte-go/magicbyte/serde"
)

// script is a Kafka client whose Poll does what was written down, step by step, and has nothing after that.
type script struct {
	kafkaclient.Consumer
	steps []func() kafka.Event
}

func (s *script) Poll(int) kafka.Event {
	if len(s.steps) == 0 {
		return nil
	}
	step := s.steps[0]
	s.steps = s.steps[1:]
	return step()
}

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
