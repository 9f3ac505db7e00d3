package consumer_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/consumer/consumertest"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/serde"
)

func TestTransactionsRefusedArguments(t *testing.T) {
	t.Parallel()
	c := txCluster(t, 1)
	fine := func(context.Context, *textRecord) error { return nil }
	o := newOutlet(t, c, "billing-0", "transaction.timeout.ms", "1000")
	var none *producer.Transactions
	for _, tt := range []struct {
		name    string
		tx      consumer.Transactions
		handler func(context.Context, *textRecord) error
		opts    []consumer.Option
		want    string
	}{
		{name: "no transactions", handler: fine, want: "transactions are nil"},
		{name: "a nil pointer", tx: none, handler: fine, want: "transactions are nil"},
		{name: "no handler", tx: o, want: "handler is nil"},
		{name: "long interval", tx: o, handler: fine, opts: []consumer.Option{consumer.WithTransactionLimits(1, 500*time.Millisecond)}, want: "half of transaction.timeout.ms"},
		{
			name: "a producer for dead letters", tx: o, handler: fine, want: "WithDeadLetterProducer",
			opts: []consumer.Option{consumer.WithDeadLetters(), consumer.WithDeadLetterProducer(kafka.ConfigMap{"linger.ms": 1})},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := newText(t, config(c), tt.opts...).RunTransactions(t.Context(), tt.tx, tt.handler)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("RunTransactions = %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := consumer.New(config(c), []string{topic}, serde.StringKey(), serde.StringValue(), consumer.WithTransactionLimits(0, 0)); err == nil {
		t.Error("New accepted transactions of no records")
	}
}

// TestTransactionsTopicMissing has the producer's topic not exist: Run says so before the first record.
func TestTransactionsTopicMissing(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	tx, err := producer.NewTransactions(kafka.ConfigMap{"bootstrap.servers": strings.Join(c.ListenAddrs(), ",")}, "billing-0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := producer.Join(tx, "nowhere", producer.NoKey[string](), serde.StringValue()); err != nil {
		t.Fatal(err)
	}
	err = startTransactions(t, newText(t, config(c)), tx, func(context.Context, *textRecord) error { return nil }).wait()
	if !errors.Is(err, producer.ErrTopicMissing) {
		t.Errorf("RunTransactions = %v, want ErrTopicMissing", err)
	}
	if err := tx.Start(t.Context()); !errors.Is(err, producer.ErrClosed) {
		t.Errorf("Start afterwards = %v, want ErrClosed: the run closes it", err)
	}
}

func TestTransactionsInMemory(t *testing.T) {
	t.Parallel()
	c := txCluster(t, 1)
	feed := consumertest.New(t, topic, serde.StringKey(), serde.StringValue())
	err := feed.RunTransactions(t.Context(), newOutlet(t, c, "billing-0"), func(context.Context, *textRecord) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "in memory") {
		t.Errorf("RunTransactions = %v, want word of the topic in memory", err)
	}
}

// TestTransactionsSlowHandler has a handler take longer than a transaction may. That is a failed attempt, of this record alone.
func TestTransactionsSlowHandler(t *testing.T) {
	t.Parallel()
	for _, heeds := range []bool{true, false} {
		name := "ignores its context"
		if heeds {
			name = "heeds its context"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const each = 5
			c := txCluster(t, 2)
			produce(t, c, numbered(0, 0, each)...)
			produce(t, c, numbered(1, 0, each)...)
			var mu sync.Mutex
			var attempts []int
			causes := make(chan error, 8)
			o := newOutlet(t, c, "billing-0", "transaction.timeout.ms", "5000")
			r := startTransactions(t, newText(t, config(c), consumer.WithDeadLetters(),
				consumer.WithRetry(consumer.Retry{Attempts: 2, Initial: time.Millisecond, Max: time.Millisecond})), o,
				func(ctx context.Context, rec *textRecord) error {
					if rec.Partition == 0 && rec.Offset == 2 {
						mu.Lock()
						attempts = append(attempts, rec.Attempt)
						mu.Unlock()
						<-ctx.Done()
						causes <- context.Cause(ctx)
						if !heeds {
							<-time.After(time.Second)
							return nil
						}
						return ctx.Err()
					}
					return o.send(ctx, rec)
				})
			if got := receive(t, causes); !errors.Is(got, consumer.ErrHandlerTimeout) {
				t.Errorf("cause of the handler's context = %v, want ErrHandlerTimeout", got)
			}
			eventually(t, "all but one record is handled, and that is dead-lettered", func() bool { return committed(c, 0) == each && committed(c, 1) == each })
			r.stop()
			want := slices.DeleteFunc(places(2, each), func(s string) bool { return s == "0/2" })
			diffSeen(t, c, invoices, want)
			diffSeen(t, c, letters, []string{"2"})
			if diff := cmp.Diff([]int{1, 2}, attempts); diff != "" {
				t.Errorf("attempts (-want +got):\n%s", diff)
			}
		})
	}
}

// TestTransactionsRegistryOutage has the registry not answer for a record in the middle of a partition.
func TestTransactionsRegistryOutage(t *testing.T) {
	t.Parallel()
	for _, order := range orders {
		t.Run(order.String(), func(t *testing.T) {
			t.Parallel()
			const each = 40
			c := txCluster(t, 2)
			records := keyed(0, each)
			records[5].Value = []byte("bad")
			produce(t, c, records...)
			produce(t, c, keyed(1, each)...)
			var up atomic.Bool
			down := failing(serde.ClassRegistryUnavailable)
			value := fake(func(ctx context.Context, in serde.Input) (string, serde.Meta, error) {
				if up.Load() {
					return string(in.Payload), serde.Meta{}, nil
				}
				return down(ctx, in)
			})
			o := newOutlet(t, c, "billing-0")
			var calls atomic.Int64
			r := startTransactions(t, newFake(t, config(c), value, consumer.WithOrder(order), consumer.WithDeadLetters()), o, func(ctx context.Context, rec *textRecord) error {
				calls.Add(1)
				return o.send(ctx, rec)
			})
			eventually(t, "the other partition goes on", func() bool { return committed(c, 1) == each })
			eventually(t, "the partition has come to the record", func() bool { return committed(c, 0) == 5 })
			before := calls.Load()
			<-time.After(2500 * time.Millisecond) // two more questions to the registry
			if again := calls.Load() - before; again > 0 {
				t.Errorf("handlers ran %d times for records that cannot be committed", again)
			}
			up.Store(true)
			done(t, c, 2, each)
			r.stop()
			want := places(2, each)
			want[slices.Index(want, "0/5")] = "0/bad"
			slices.Sort(want)
			diffSeen(t, c, invoices, want)
			diffSeen(t, c, letters, nil)
		})
	}
}

// TestTransactionsPauseAndSeek has the user interfere in the middle of a transaction.
func TestTransactionsPauseAndSeek(t *testing.T) {
	t.Parallel()
	for _, order := range orders {
		t.Run(order.String(), func(t *testing.T) {
			t.Parallel()
			const each = 60
			c := txCluster(t, 1)
			produce(t, c, keyed(0, each)...)
			entered, release := make(chan struct{}), make(chan struct{})
			var once sync.Once
			o := newOutlet(t, c, "billing-0")
			consume := newText(t, config(c), consumer.WithOrder(order))
			r := startTransactions(t, consume, o, func(ctx context.Context, rec *textRecord) error {
				if rec.Offset == 10 {
					once.Do(func() {
						close(entered)
						<-release
					})
				}
				return o.send(ctx, rec)
			})
			<-entered
			consume.Pause()
			close(release)
			eventually(t, "the transaction has ended", func() bool { return committed(c, 0) >= 0 || length(c, invoices, 0) > 0 })
			consume.Resume()
			done(t, c, 1, each)
			diffSeen(t, c, invoices, places(1, each))
			if err := consume.Seek(t.Context(), consumer.Ref{Topic: topic, Offset: each - 10}); err != nil {
				t.Fatal(err)
			}
			want := slices.Concat(places(1, each), places(1, each)[:0])
			for i := each - 10; i < each; i++ {
				want = append(want, place(&textRecord{Value: string(numbered(0, i, 1)[0].Value)}))
			}
			slices.Sort(want)
			eventually(t, "the last ten come again", func() bool { return len(seen(t, c, invoices)) == len(want) })
			r.stop()
			diffSeen(t, c, invoices, want)
		})
	}
}

// spy counts what the hooks are told.
type spy struct {
	mu      sync.Mutex
	settled map[consumer.Ref]int
	letters map[consumer.Ref]int
	commits []consumer.Ref
}

func (s *spy) OnSettled(ref consumer.Ref, _ consumer.Outcome, _ time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settled[ref]++
}

func (s *spy) OnDeadLetter(ref consumer.Ref, _ consumer.Stage, _ string, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.letters[ref]++
}

func (s *spy) OnCommitted(offsets []consumer.Ref, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commits = append(s.commits, offsets...)
}

// TestTransactionsHooks has hooks told once of what is settled, however often transactions are rolled back.
func TestTransactionsHooks(t *testing.T) {
	t.Parallel()
	const each = 20
	c := txCluster(t, 1)
	produce(t, c, numbered(0, 0, each)...)
	s := &spy{settled: map[consumer.Ref]int{}, letters: map[consumer.Ref]int{}}
	o := newOutlet(t, c, "billing-0")
	r := startTransactions(t, newText(t, config(c), consumer.WithHooks(s), consumer.WithDeadLetters(), soon), o, func(ctx context.Context, rec *textRecord) error {
		if err := o.send(ctx, rec); err != nil {
			return err
		}
		switch {
		case rec.Offset == 7:
			return consumer.Permanent(errors.New("broken"))
		case rec.Offset == 12 && rec.Attempt < 3:
			return errors.New("not yet")
		}
		return nil
	})
	done(t, c, 1, each)
	r.stop()
	for i := range int64(each) {
		ref := consumer.Ref{Topic: topic, Offset: i}
		if got := s.settled[ref]; got != 1 {
			t.Errorf("%v was told %d times to be settled", ref, got)
		}
	}
	if diff := cmp.Diff(map[consumer.Ref]int{{Topic: topic, Offset: 7}: 1}, s.letters); diff != "" {
		t.Errorf("dead letters (-want +got):\n%s", diff)
	}
	if len(s.commits) == 0 || s.commits[len(s.commits)-1].Offset != each {
		t.Errorf("commits told: %v, want the last at %d", s.commits, each)
	}
}

// TestTransactionsLateSend has a goroutine that a handler left behind send when its record is settled: into no transaction.
func TestTransactionsLateSend(t *testing.T) {
	t.Parallel()
	c := txCluster(t, 1)
	produce(t, c, numbered(0, 0, 1)...)
	left, result := make(chan context.Context, 1), make(chan error, 1)
	o := newOutlet(t, c, "billing-0")
	r := startTransactions(t, newText(t, config(c), consumer.WithTransactionLimits(10, 5*time.Second)), o, func(ctx context.Context, _ *textRecord) error {
		left <- ctx
		return nil
	})
	ctx := receive(t, left)
	late := "late"
	go func() {
		for {
			if _, err := o.invoices.Send(ctx, &late); err != nil {
				result <- err
				return
			}
		}
	}()
	if err := receive(t, result); !errors.Is(err, producer.ErrNoTransaction) {
		t.Errorf("Send = %v, want ErrNoTransaction", err)
	}
	r.stop()
}

// TestTransactionsLateSendAsync has a handler return before it has sent, as if nothing were left to do. Nobody but the commit notices, and the record has failed.
func TestTransactionsLateSendAsync(t *testing.T) {
	t.Parallel()
	c := txCluster(t, 1)
	produce(t, c, numbered(0, 0, 3)...)
	o := newOutlet(t, c, "billing-0")
	var late sync.WaitGroup
	r := startTransactions(t, newText(t, config(c), consumer.WithDeadLetters(), consumer.WithTransactionLimits(100, time.Second),
		consumer.WithRetry(consumer.Retry{Attempts: 2, Initial: time.Millisecond, Max: time.Millisecond})), o,
		func(ctx context.Context, rec *textRecord) error {
			if rec.Offset != 1 {
				return o.send(ctx, rec)
			}
			late.Go(func() {
				<-time.After(50 * time.Millisecond)
				o.invoices.SendAsync(ctx, auditOf(rec), nil)
			})
			return nil
		})
	done(t, c, 1, 3)
	r.stop()
	late.Wait()
	diffSeen(t, c, letters, []string{"1"})
	diffSeen(t, c, invoices, []string{"0/0", "0/2"})
}
