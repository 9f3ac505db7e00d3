package consumer

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
	"github.com/magicbyte-go/magicbyte/serde"
)

// TestEachRecordIsInOneCommittedTransaction: whatever happens to handlers, partitions and transactions.
func TestEachRecordIsInOneCommittedTransaction(t *testing.T) {
	t.Parallel()
	for _, order := range []Order{ByPartition(), ByKey(8), Unordered(20)} {
		t.Run(order.String(), func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(12) {
				together(t, seed, order)
			}
		})
	}
}

func together(t *testing.T, seed uint64, order Order) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		const partitions, records = 3, 600
		brokers := newPretended(seed, partitions, records)
		brokers.restive, brokers.flighty = []int{0, 3000}[seed%2], []int{0, 0, 0, 300}[seed%4]
		brokers.atMost = true
		x := &pretendedTransactor{pretended: brokers, fails: []int{0, 20, 6}[seed%3]}
		set := defaultSettings()
		set.order, set.deadLetters, set.allowMissing = order, seed%4 > 0, false
		set.queueRecords = 300
		set.openConsumer = func(kafka.ConfigMap) (kafkaclient.Consumer, error) { return brokers, nil }
		if problems := errors.Join(set.complete(defaultMaxPollInterval)...); problems != nil {
			t.Fatal(problems)
		}
		var e *engine
		codec := codec{
			decode: func(_ context.Context, _ string, m *kafka.Message) (AnyRecord, error) {
				if brokers.chance(400) == 0 {
					return nil, &decodeError{stage: StageValue, err: &serde.Error{Class: serde.ClassRegistryUnavailable}}
				}
				return &Record[string, string]{Meta: Meta{Partition: m.TopicPartition.Partition, Offset: int64(m.TopicPartition.Offset)}}, nil
			},
			handle: func(ctx context.Context, unit []*task) error {
				ref := unit[0].ref()
				took := time.Duration(brokers.chance(int(2 * time.Millisecond)))
				if brokers.chance(50) == 0 {
					took *= 40
				}
				<-time.After(took)
				switch brokers.chance(300) {
				case 0, 1, 2:
					return errors.New("not yet")
				case 3:
					return RetryAfter(time.Duration(brokers.chance(int(2*time.Second))), errors.New("not yet"))
				case 4:
					panic("once")
				case 5:
					if set.deadLetters {
						return Permanent(errors.New("never"))
					}
				}
				if err := x.send(ctx, ref); err != nil {
					return err
				}
				if brokers.chance(500) == 0 {
					return errors.New("not yet, but it was sent")
				}
				return nil
			},
		}
		deadline := time.Now().Add(time.Hour)
		for !brokers.done() && time.Now().Before(deadline) {
			e = newEngine(t.Context(), set, codec)
			e.useTransactions(x)
			e.topics, e.group, e.ready, e.intent = []string{brokers.topic}, "group", make(chan struct{}), &intent{}
			brokers.logs = make(chan kafka.LogEvent)
			ended := make(chan error, 1)
			go func() { ended <- e.run(kafka.ConfigMap{}, nil) }()
			until := time.Now().Add(time.Duration(brokers.chance(int(20 * time.Second))))
			for !brokers.done() && (seed%5 > 2 || time.Now().Before(until)) && time.Now().Before(deadline) && e.stopping.Err() == nil {
				<-time.After(10 * time.Millisecond)
				if brokers.chance(60) == 0 {
					p := TopicPartition{brokers.topic, int32(brokers.chance(partitions))} //nolint:gosec // a few
					e.intent.set(true, []TopicPartition{p})
					<-time.After(time.Duration(brokers.chance(int(time.Second))))
					e.intent.set(false, []TopicPartition{p})
				}
			}
			e.stop(nil)
			if err := <-ended; err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
			if n := e.sched.bytes; n != 0 {
				t.Errorf("seed %d: %d bytes are left", seed, n)
			}
		}
		for id := range int32(partitions) {
			times := map[int64]int{}
			for i, offset := range brokers.seen[id] {
				times[offset]++
				if order.kind == byPartition && int64(i) != offset {
					t.Fatalf("seed %d: partition %d: offset %d is the %dth", seed, id, offset, i)
				}
			}
			for offset := range int64(records) {
				if times[offset] != 1 {
					t.Fatalf("seed %d: partition %d: offset %d was committed %d times; the group stands at %d", seed, id, offset, times[offset], brokers.committed[id])
				}
			}
		}
	})
}

// TestNothingNewOnceTheRunIsToEnd: what comes in behind a record that has ended the run is not started, although the transaction that it was in
// is still open.
func TestNothingNewOnceTheRunIsToEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var handled []int64
		e := newTestEngine(t, defaultSettings(), decodes, func(_ context.Context, offset int64) error {
			handled = append(handled, offset)
			return Stop(errors.New("enough"))
		})
		e.useTransactions(&pretendedTransactor{pretended: newPretended(1, 1, 10)})
		w := &e.transact.window
		w.current = &transaction{
			ctx: t.Context(), end: func(error) {}, left: 100, touched: map[*lane]*share{}, running: map[*task]past{}, done: make(chan struct{}),
		}
		l := newLane(e, TopicPartition{"orders.raw", 0}, 1)
		l.push(message(0))
		synctest.Wait()
		l.push(message(1))
		synctest.Wait()
		if len(handled) != 1 {
			t.Errorf("handled %v, want 0 alone", handled)
		}
		w.current.detach()
		end(l)
	})
}
