package consumer

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// TestWorkOfAWorkerThatVanishes: what an open transaction still needs is handled by another one.
func TestWorkOfAWorkerThatVanishes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		set := defaultSettings()
		set.order = ByKey(1)
		proceed := make(chan struct{})
		var decoded, handled atomic.Int64
		e := newTestEngine(t, set, func(context.Context) error {
			if decoded.Add(1) == 1 {
				<-proceed
				runtime.Goexit()
			}
			return nil
		}, func(context.Context, int64) error {
			handled.Add(1)
			return nil
		})
		e.useTransactions(&pretendedTransactor{pretended: newPretended(1, 1, 10)})
		w := &e.transact.window
		l := newLane(e, TopicPartition{"orders.raw", 0}, 1)
		w.current = &transaction{
			ctx: t.Context(), end: func(error) {}, left: 100, running: map[*task]past{}, done: make(chan struct{}),
			touched: map[*lane]*share{l: {top: 5, position: -1}}, // it has settled that one
		}
		l.push(keyed(0, 0, []byte("a")))
		l.push(keyed(0, 1, []byte("b")))
		close(proceed)
		synctest.Wait()
		if handled.Load() != 1 || l.busy != 0 || e.sched.running != 0 {
			t.Errorf("%d records were handled, %d strands are busy, %d workers run; want 1, 0, 0", handled.Load(), l.busy, e.sched.running)
		}
		w.current.detach()
		l.halt(ErrShutdown)
		l.cancel(nil)
	})
}

// vanishing ends the goroutine that tells it of a settled record.
type vanishing struct{ told *atomic.Int64 }

func (v vanishing) OnSettled(Ref, Outcome, time.Duration) {
	v.told.Add(1)
	runtime.Goexit()
}

// TestTransactionsGoOnWithoutAHookThatVanishes: it is told of all others, and the run does not come to a stop.
func TestTransactionsGoOnWithoutAHookThatVanishes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const records = 50
		brokers := newPretended(1, 1, records)
		x := &pretendedTransactor{pretended: brokers}
		hook := vanishing{new(atomic.Int64)}
		set := defaultSettings()
		set.hooks.list, set.txRecords = []Hook{hook}, 10
		e := newTestEngine(t, set, decodes, func(context.Context, int64) error { return nil })
		e.set.openConsumer = func(kafka.ConfigMap) (kafkaclient.Consumer, error) { return brokers, nil }
		e.useTransactions(x)
		e.topics, e.group, e.ready, e.intent = []string{brokers.topic}, "group", make(chan struct{}), &intent{}
		ended := make(chan error, 1)
		go func() { ended <- e.run(kafka.ConfigMap{}, nil) }()
		for began := time.Now(); !brokers.done() && time.Since(began) < time.Hour; {
			<-time.After(time.Second)
		}
		if !brokers.done() {
			t.Errorf("it came to a stop at %v of %d", brokers.committed, records)
		}
		e.stop(nil)
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if got := hook.told.Load(); got != records {
			t.Errorf("the hook was told of %d records, want %d", got, records)
		}
	})
}
