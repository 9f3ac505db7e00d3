package consumer_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/serde"
)

var orders = []consumer.Order{consumer.ByPartition(), consumer.ByKey(8), consumer.Unordered(8)}

// soon is a policy of short pauses.
var soon = consumer.WithRetry(consumer.Retry{Initial: time.Millisecond, Max: 5 * time.Millisecond})

// TestTransactionsRetry has attempts fail before and after they have sent something.
func TestTransactionsRetry(t *testing.T) {
	t.Parallel()
	const partitions, each = 2, 60
	for _, order := range orders {
		for _, sendsFirst := range []bool{false, true} {
			name := order.String() + " fails before it sends"
			if sendsFirst {
				name = order.String() + " fails after it has sent"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				c := txCluster(t, partitions)
				for p := range int32(partitions) {
					produce(t, c, keyed(p, each)...)
				}
				var mu sync.Mutex
				attempts := map[consumer.Ref][]int{}
				o := newOutlet(t, c, "billing-0")
				r := startTransactions(t, newText(t, config(c), consumer.WithOrder(order), soon), o, func(ctx context.Context, rec *textRecord) error {
					fails := rec.Offset%20 == 7 && rec.Attempt < 3
					mu.Lock()
					if rec.Offset%20 == 7 {
						attempts[rec.Ref()] = append(attempts[rec.Ref()], rec.Attempt)
					}
					mu.Unlock()
					if fails && !sendsFirst {
						return errors.New("not yet")
					}
					if err := o.send(ctx, rec); err != nil {
						return err
					}
					if fails {
						return errors.New("not any more")
					}
					return nil
				})
				done(t, c, partitions, each)
				r.stop()
				diffSeen(t, c, invoices, places(partitions, each))
				for ref, got := range attempts {
					if first := got[:min(3, len(got))]; !cmp.Equal(first, []int{1, 2, 3}) && !sendsFirst {
						t.Errorf("%v: attempts %v, want 1, 2, 3", ref, got)
					}
					if got[len(got)-1] < 3 && !sendsFirst {
						t.Errorf("%v: attempts %v", ref, got)
					}
				}
			})
		}
	}
}

// TestTransactionsResults has each result that a handler can have, after it has sent something.
func TestTransactionsResults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		result  func() error
		letter  bool
		seen    []string
		calls   int64 // with the record; 0: not looked at
		failure bool
	}{
		{name: "nil", result: func() error { return nil }, seen: []string{"0/0", "0/1", "0/2"}, calls: 1},
		{name: "Skip", result: func() error { return consumer.Skip("not ours") }, seen: []string{"0/0", "0/1", "0/2"}, calls: 1},
		{name: "Permanent", result: func() error { return consumer.Permanent(errors.New("broken")) }, letter: true, seen: []string{"0/0", "0/2"}, calls: 1},
		{name: "DeadLetter", result: func() error { return consumer.DeadLetter(errors.New("odd")) }, letter: true, seen: []string{"0/0", "0/2"}, calls: 1},
		{name: "panic, as often as allowed", result: func() error { panic("ouch") }, letter: true, seen: []string{"0/0", "0/2"}, calls: 3},
		{name: "Stop", result: func() error { return consumer.Stop(errors.New("enough")) }, failure: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := txCluster(t, 1)
			produce(t, c, numbered(0, 0, 3)...)
			var calls atomic.Int64
			o := newOutlet(t, c, "billing-0")
			r := startTransactions(t, newText(t, config(c), consumer.WithDeadLetters(),
				consumer.WithRetry(consumer.Retry{Attempts: 3, Initial: time.Millisecond, Max: time.Millisecond})), o,
				func(ctx context.Context, rec *textRecord) error {
					if err := o.send(ctx, rec); err != nil || rec.Offset != 1 {
						return err
					}
					calls.Add(1)
					return tt.result()
				})
			if tt.failure {
				err := r.wait()
				if failed, ok := errors.AsType[*consumer.RecordError](err); !ok || failed.Offset != 1 {
					t.Errorf("RunTransactions = %v, want a RecordError of offset 1", err)
				}
				if got := committed(c, 0); got > 1 {
					t.Errorf("committed %d, beyond the record that was not settled", got)
				}
			} else {
				done(t, c, 1, 3)
				r.stop()
				diffSeen(t, c, invoices, tt.seen)
				if got := calls.Load(); got != tt.calls {
					t.Errorf("the handler was called %d times with the record, want %d", got, tt.calls)
				}
			}
			var want []string
			if tt.letter {
				want = []string{"1"}
			}
			diffSeen(t, c, letters, want)
		})
	}
}

// TestTransactionsRetryAfterWaitsOutside has a record that waits for longer than a transaction may be held, while others of its partition are settled.
func TestTransactionsRetryAfterWaitsOutside(t *testing.T) {
	t.Parallel()
	for _, order := range orders {
		t.Run(order.String(), func(t *testing.T) {
			t.Parallel()
			const each = 40
			c := txCluster(t, 2)
			produce(t, c, keyed(0, each)...)
			produce(t, c, keyed(1, each)...)
			open := make(chan struct{})
			o := newOutlet(t, c, "billing-0")
			r := startTransactions(t, newText(t, config(c), consumer.WithOrder(order)), o, func(ctx context.Context, rec *textRecord) error {
				if rec.Partition == 0 && rec.Offset == 5 {
					select {
					case <-open:
					default:
						return consumer.RetryAfter(1500*time.Millisecond, errors.New("busy"))
					}
				}
				return o.send(ctx, rec)
			})
			eventually(t, "the other partition goes on", func() bool { return committed(c, 1) == each })
			eventually(t, "the partition has come to the record", func() bool { return committed(c, 0) == 5 })
			close(open)
			done(t, c, 2, each)
			r.stop()
			diffSeen(t, c, invoices, places(2, each))
		})
	}
}

// TestTransactionsUndeliverableRecord has a handler send, without waiting, what brokers refuse: that is its failure.
func TestTransactionsUndeliverableRecord(t *testing.T) {
	t.Parallel()
	c := txCluster(t, 1)
	produce(t, c, numbered(0, 0, 3)...)
	big := strings.Repeat("x", 2<<20)
	o := newOutlet(t, c, "billing-0")
	r := startTransactions(t, newText(t, config(c), consumer.WithDeadLetters(), consumer.WithRetry(consumer.Retry{Attempts: 2, Initial: time.Millisecond, Max: time.Millisecond})),
		o, func(ctx context.Context, rec *textRecord) error {
			if rec.Offset == 1 {
				o.audit.SendAsync(ctx, producer.Message[producer.None, string]{Value: &big}, nil)
			}
			return o.send(ctx, rec)
		})
	done(t, c, 1, 3)
	r.stop()
	diffSeen(t, c, invoices, []string{"0/0", "0/2"})
	diffSeen(t, c, letters, []string{"1"})
}

// TestTransactionsPoison has records that cannot be decoded: their dead letters are part of the transactions.
func TestTransactionsPoison(t *testing.T) {
	t.Parallel()
	t.Run("dead letters", func(t *testing.T) {
		t.Parallel()
		c := txCluster(t, 1)
		records := numbered(0, 0, 40)
		for i, rec := range records {
			if i%10 == 3 {
				rec.Value = []byte("bad")
			}
		}
		produce(t, c, records...)
		o := newOutlet(t, c, "billing-0")
		r := startTransactions(t, newFake(t, config(c), failing(serde.ClassUnresolvable), consumer.WithDeadLetters()), o, o.send)
		done(t, c, 1, 40)
		r.stop()
		if got := len(seen(t, c, invoices)); got != 36 {
			t.Errorf("%d invoices, want 36", got)
		}
		diffSeen(t, c, letters, []string{"bad", "bad", "bad", "bad"})
	})
	t.Run("brake", func(t *testing.T) {
		t.Parallel()
		c := txCluster(t, 1)
		var records []*kgo.Record
		for range 60 {
			records = append(records, &kgo.Record{Value: []byte("bad")})
		}
		produce(t, c, records...)
		o := newOutlet(t, c, "billing-0")
		r := startTransactions(t, newFake(t, config(c), failing(serde.ClassUnresolvable), consumer.WithDeadLetters()), o, o.send)
		if _, ok := errors.AsType[*consumer.PoisonError](r.wait()); !ok {
			t.Errorf("RunTransactions = %v, want a PoisonError", r.wait())
		}
		if got, at := len(seen(t, c, letters)), max(0, committed(c, 0)); int64(got) != at {
			t.Errorf("%d dead letters are seen, but %d is committed", got, at)
		}
	})
}

// TestTransactionsBrokersRefuse has brokers refuse one request of a transaction.
func TestTransactionsBrokersRefuse(t *testing.T) {
	t.Parallel()
	const each = 30
	for _, tt := range []struct {
		name  string
		fault kfake.Fault
		ends  error // of RunTransactions; nil: it goes on
	}{
		{name: "offsets of an old generation", fault: kfake.Fault{Keys: []kmsg.Key{kmsg.TxnOffsetCommit}, Err: kerr.IllegalGeneration}},
		{name: "offsets of an unknown member", fault: kfake.Fault{Keys: []kmsg.Key{kmsg.TxnOffsetCommit}, Err: kerr.UnknownMemberID}},
		{name: "offsets while the coordinator loads", fault: kfake.Fault{Keys: []kmsg.Key{kmsg.TxnOffsetCommit}, Err: kerr.CoordinatorLoadInProgress}},
		{name: "the group in the transaction, for a moment", fault: kfake.Fault{Keys: []kmsg.Key{kmsg.AddOffsetsToTxn}, Err: kerr.ConcurrentTransactions, TopLevel: true}},
		{name: "the commit, while the coordinator moves", fault: kfake.Fault{Keys: []kmsg.Key{kmsg.EndTxn}, Err: kerr.NotCoordinator, TopLevel: true}},
		{name: "the commit, for good", fault: kfake.Fault{Keys: []kmsg.Key{kmsg.EndTxn}, Err: kerr.InvalidTxnState, TopLevel: true}},
		{name: "a record", fault: kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: invoices, Err: kerr.InvalidRecord}},
		{name: "the commit of one that is fenced", fault: kfake.Fault{Keys: []kmsg.Key{kmsg.EndTxn}, Err: kerr.ProducerFenced, TopLevel: true}, ends: producer.ErrFenced},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := txCluster(t, 1)
			produce(t, c, numbered(0, 0, each)...)
			faults := c.Fault(tt.fault)
			o := newOutlet(t, c, "billing-0")
			r := startTransactions(t, newText(t, config(c), soon, consumer.WithTransactionLimits(10, 100*time.Millisecond)), o, o.send)
			if tt.ends != nil {
				if err := r.wait(); !errors.Is(err, tt.ends) {
					t.Errorf("RunTransactions = %v, want %v", err, tt.ends)
				}
				// Whoever comes next goes on where it ended.
				o = newOutlet(t, c, "billing-0")
				r = startTransactions(t, newText(t, config(c)), o, o.send)
			}
			done(t, c, 1, each)
			r.stop()
			if faults.Hits() == 0 {
				t.Error("the fault was not met")
			}
			diffSeen(t, c, invoices, places(1, each))
		})
	}
}

// TestTransactionsIndefiniteCommit has the answer to a commit not come: once the commit was made, once it was not.
func TestTransactionsIndefiniteCommit(t *testing.T) {
	t.Parallel()
	const each = 20
	for _, made := range []bool{true, false} {
		name := "not made"
		if made {
			name = "made"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := txCluster(t, 1)
			produce(t, c, numbered(0, 0, each)...)
			other, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...))
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			// The coordinator answers no commit until another client comes.
			var inits, calls atomic.Int64
			var pass atomic.Bool
			c.ControlKey(int16(kmsg.InitProducerID), func(kmsg.Request) (kmsg.Response, error, bool) {
				c.KeepControl()
				inits.Add(1)
				return nil, nil, false
			})
			var asked atomic.Int64
			c.ControlKey(int16(kmsg.EndTxn), func(req kmsg.Request) (kmsg.Response, error, bool) {
				c.KeepControl()
				if inits.Load() > 1 || pass.Load() {
					return nil, nil, false
				}
				if asked.Add(1) == 1 && made { // by another connection, with the same words
					commit := *req.(*kmsg.EndTxnRequest)
					pass.Store(true)
					c.SleepControl(func() {
						if _, err := commit.RequestWith(t.Context(), other); err != nil {
							t.Errorf("commit: %v", err)
						}
					})
					pass.Store(false)
				}
				return nil, errors.New("no answer"), true
			})
			o := newOutlet(t, c, "billing-0", "transaction.timeout.ms", "2000")
			r := startTransactions(t, newText(t, config(c), consumer.WithTransactionLimits(each, 500*time.Millisecond)), o, func(ctx context.Context, rec *textRecord) error {
				if rec.Offset == 0 {
					calls.Add(1)
				}
				return o.send(ctx, rec)
			})
			eventually(t, "the producer is made anew", func() bool { return inits.Load() == 2 })
			produce(t, c, numbered(0, each, 1)...)
			done(t, c, 1, each+1)
			r.stop()
			diffSeen(t, c, invoices, places(1, each+1))
			if got := calls.Load(); made == (got > 1) {
				t.Errorf("the handler was called %d times with the first record", got)
			}
		})
	}
}
