package consumer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/producer"
)

// TestTransactionsMembersJoinAndLeave has members come and go while records are handled, under each protocol and order.
func TestTransactionsMembersJoinAndLeave(t *testing.T) {
	t.Parallel()
	const partitions = 4
	for _, protocol := range protocols {
		for _, order := range orders {
			t.Run(protocol.name+" "+order.String(), func(t *testing.T) {
				t.Parallel()
				c := txCluster(t, partitions)
				each := 0 // records of each partition so far
				feed := func(n int) {
					t.Helper()
					for p := range int32(partitions) {
						produce(t, c, keyed(p, each+n)[each:]...)
					}
					each += n
				}
				feed(200)
				await := func(came <-chan int32) { // until a member has had a record
					t.Helper()
					for deadline := time.After(20 * time.Second); ; {
						select {
						case <-came:
							return
						case <-time.After(100 * time.Millisecond):
							feed(10)
						case <-deadline:
							t.Fatal("a member got nothing within 20 s")
						}
					}
				}
				var calls atomic.Int64
				member := func(i int) (*running, <-chan int32) {
					came := make(chan int32, 1)
					o := newOutlet(t, c, fmt.Sprint("billing-", i))
					r := startTransactions(t, newText(t, protocol.config(config(c)), consumer.WithOrder(order), consumer.WithTransactionLimits(50, 20*time.Millisecond)),
						o, func(ctx context.Context, rec *textRecord) error {
							calls.Add(1)
							select {
							case came <- rec.Partition:
							default:
							}
							return o.send(ctx, rec)
						})
					return r, came
				}
				first, came := member(0)
				await(came)
				second, came := member(1)
				await(came)
				second.stop()
				third, came := member(2)
				await(came)
				first.stop()
				done(t, c, partitions, int64(each))
				third.stop()
				diffSeen(t, c, invoices, places(partitions, each))
				t.Logf("%d calls for %d records", calls.Load(), partitions*each)
			})
		}
	}
}

// TestTransactionsRevoked has a partition go to another member while its handler runs: the transaction is committed within the drain, or rolled back.
func TestTransactionsRevoked(t *testing.T) {
	t.Parallel()
	for _, finishes := range []bool{true, false} {
		t.Run(fmt.Sprint("finishes ", finishes), func(t *testing.T) {
			t.Parallel()
			c := txCluster(t, 1)
			produce(t, c, numbered(0, 0, 2)...)
			drain := 10 * time.Second
			if !finishes {
				drain = 100 * time.Millisecond
			}
			entered, release, causes := make(chan int64, 8), make(chan struct{}), make(chan error, 8)
			member := func(id string) *running {
				o := newOutlet(t, c, id)
				// An eager group revokes everything, so that it is known what the first member loses.
				return startTransactions(t, newText(t, config(c, "partition.assignment.strategy", "range"), consumer.WithRevokeDrain(drain)), o,
					func(ctx context.Context, rec *textRecord) error {
						if err := o.send(ctx, rec); err != nil {
							return err
						}
						entered <- rec.Offset
						select {
						case <-release:
							return nil
						case <-ctx.Done():
							causes <- context.Cause(ctx)
							return ctx.Err()
						}
					})
			}
			first := member("billing-0")
			receive(t, entered)
			joins := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.JoinGroup}, Count: -1, Observe: true})
			second := member("billing-1")
			eventually(t, "the second member joins", func() bool { return joins.Hits() > 0 })
			if !finishes {
				if got := receive(t, causes); !errors.Is(got, consumer.ErrRevoked) {
					t.Errorf("cause of the handler's context = %v, want ErrRevoked", got)
				}
				if got := receive(t, entered); got != 0 {
					t.Errorf("after a cancelled handler the partition went on with offset %d, want 0 again", got)
				}
			}
			close(release)
			if got := receive(t, entered); got != 1 {
				t.Errorf("the partition went on with offset %d, want 1", got)
			}
			done(t, c, 1, 2)
			first.stop()
			second.stop()
			diffSeen(t, c, invoices, places(1, 2))
		})
	}
}

// TestTransactionsLost has the session of a member expire while a record of it is in a transaction.
func TestTransactionsLost(t *testing.T) {
	t.Parallel()
	for _, protocol := range protocols {
		t.Run(protocol.name, func(t *testing.T) {
			t.Parallel()
			c := txCluster(t, 1)
			produce(t, c, numbered(0, 0, 3)...)
			entered, causes := make(chan int64, 8), make(chan error, 8)
			first := true
			o := newOutlet(t, c, "billing-0")
			r := startTransactions(t, newText(t, protocol.config(config(c))), o, func(ctx context.Context, rec *textRecord) error {
				if err := o.send(ctx, rec); err != nil {
					return err
				}
				entered <- rec.Offset
				if first {
					first = false
					<-ctx.Done()
					causes <- context.Cause(ctx)
				}
				return nil // the first time too late to settle anything
			})
			receive(t, entered)
			heartbeat, err := kmsg.Heartbeat, kerr.UnknownMemberID
			if protocol.name == "KIP-848" {
				heartbeat, err = kmsg.ConsumerGroupHeartbeat, kerr.FencedMemberEpoch
			}
			c.Fault(kfake.Fault{Keys: []kmsg.Key{heartbeat}, Group: group, TopLevel: true, Err: err})
			if got := receive(t, causes); !errors.Is(got, consumer.ErrLost) {
				t.Errorf("cause of the handler's context = %v, want ErrLost", got)
			}
			for want := range int64(3) {
				if got := receive(t, entered); got != want {
					t.Errorf("went on with offset %d, want %d", got, want)
				}
			}
			done(t, c, 1, 3)
			r.stop()
			diffSeen(t, c, invoices, places(1, 3))
		})
	}
}

// TestTransactionsSameID starts a second instance with the transactional id of one that runs, as after a deployment that has left the first one alive. The first one
// is in the middle of a transaction.
func TestTransactionsSameID(t *testing.T) {
	t.Parallel()
	const each = 20
	c := txCluster(t, 1)
	produce(t, c, numbered(0, 0, each)...)
	sent, release := make(chan struct{}, 1), make(chan struct{})
	zombie := newOutlet(t, c, "billing-0")
	first := startTransactions(t, newText(t, config(c)), zombie, func(ctx context.Context, rec *textRecord) error {
		if err := zombie.send(ctx, rec); err != nil {
			return err
		}
		if rec.Offset == 5 {
			sent <- struct{}{}
			<-release
		}
		return nil
	})
	receive(t, sent)
	o := newOutlet(t, c, "billing-0")
	inits := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.InitProducerID}, Count: -1, Observe: true})
	second := startTransactions(t, newText(t, config(c)), o, o.send)
	eventually(t, "the second instance takes the id over", func() bool { return inits.Hits() > 0 })
	close(release)
	if err := first.wait(); !errors.Is(err, producer.ErrFenced) {
		t.Errorf("RunTransactions of the first instance = %v, want ErrFenced", err)
	}
	done(t, c, 1, each)
	second.stop()
	diffSeen(t, c, invoices, places(1, each))
}

// TestTransactionsCommitCutOff has the commits of an instance get lost. The next one starts with its id.
func TestTransactionsCommitCutOff(t *testing.T) {
	t.Parallel()
	const each = 20
	c := txCluster(t, 1)
	produce(t, c, numbered(0, 0, each)...)
	// All commits of the first instance are lost on their way, until the second one has taken over.
	lost := make(chan struct{}, 8)
	inits := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.InitProducerID}, Count: -1, Observe: true})
	c.ControlKey(int16(kmsg.EndTxn), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		if inits.Hits() > 1 {
			return nil, nil, false
		}
		select {
		case lost <- struct{}{}:
		default:
		}
		return nil, errors.New("cut"), true
	})
	victim := newOutlet(t, c, "billing-0")
	first := startTransactions(t, newText(t, config(c)), victim, victim.send)
	receive(t, lost)
	o := newOutlet(t, c, "billing-0")
	second := startTransactions(t, newText(t, config(c)), o, o.send)
	if err := first.wait(); !errors.Is(err, producer.ErrFenced) {
		t.Errorf("RunTransactions of the first instance = %v, want ErrFenced", err)
	}
	done(t, c, 1, each)
	second.stop()
	diffSeen(t, c, invoices, places(1, each))
}

// TestTransactionsShutdown ends a run in the middle of a transaction.
func TestTransactionsShutdown(t *testing.T) {
	t.Parallel()
	for _, order := range orders {
		for _, finishes := range []bool{true, false} {
			t.Run(fmt.Sprint(order, " finishes ", finishes), func(t *testing.T) {
				t.Parallel()
				const each = 60
				c := txCluster(t, 1)
				produce(t, c, keyed(0, each)...)
				entered, release := make(chan struct{}), make(chan struct{})
				var blocks atomic.Bool
				blocks.Store(true)
				handler := func(o outlet) func(context.Context, *textRecord) error {
					return func(ctx context.Context, rec *textRecord) error {
						if err := o.send(ctx, rec); err != nil {
							return err
						}
						if rec.Offset == 10 && blocks.Swap(false) {
							close(entered)
							select {
							case <-release:
							case <-ctx.Done():
								return ctx.Err()
							}
						}
						return nil
					}
				}
				o := newOutlet(t, c, "billing-0")
				drain := 10 * time.Second
				if !finishes {
					drain = 200 * time.Millisecond
				}
				r := startTransactions(t, newText(t, config(c), consumer.WithOrder(order), consumer.WithShutdownDrain(drain)), o, handler(o))
				<-entered
				r.cancel()
				if finishes {
					close(release)
					r.stop()
					if got := committed(c, 0); got < 11 {
						t.Errorf("committed %d, want what was handled, behind 10", got)
					}
				} else {
					failed, ok := errors.AsType[*consumer.ShutdownError](r.wait())
					if !ok || !slices.Contains(failed.Abandoned, consumer.Ref{Topic: topic, Offset: 10}) {
						t.Errorf("RunTransactions = %v, want a ShutdownError that names offset 10", r.wait())
					}
				}
				if got, at := len(seen(t, c, invoices)), max(0, committed(c, 0)); int64(got) != at {
					t.Errorf("%d invoices are seen, but %d is committed", got, at)
				}
				o = newOutlet(t, c, "billing-0")
				r = startTransactions(t, newText(t, config(c), consumer.WithOrder(order)), o, handler(o))
				done(t, c, 1, each)
				r.stop()
				diffSeen(t, c, invoices, places(1, each))
			})
		}
	}
}
