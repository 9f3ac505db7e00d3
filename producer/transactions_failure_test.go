package producer_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/producer"
)

// tooLarge is refused by librdkafka before it is queued.
func tooLarge() *event { return &event{Text: strings.Repeat("x", 2<<20)} }

// TestTransactionRefusedRecord has records refused before they are queued, of which librdkafka's commit knows nothing.
func TestTransactionRefusedRecord(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		send func(ctx context.Context, events producer.Sender[string, event]) error
		want error
		seen []string
	}{
		{
			name: "only a callback has heard of it", want: producer.ErrAborted,
			send: func(ctx context.Context, events producer.Sender[string, event]) error {
				events.SendAsync(ctx, producer.Message[string, event]{Value: tooLarge()}, func(producer.Receipt, error) {})
				return nil
			},
		},
		{
			name: "nobody has heard of it", want: producer.ErrAborted,
			send: func(ctx context.Context, events producer.Sender[string, event]) error {
				events.SendAsync(ctx, producer.Message[string, event]{Value: tooLarge()}, nil)
				return nil
			},
		},
		{
			name: "Send has returned it, and the function goes on", seen: []string{"orders.raw/kept"},
			send: func(ctx context.Context, events producer.Sender[string, event]) error {
				if _, err := events.Send(ctx, tooLarge()); err == nil {
					return errors.New("sent")
				}
				return nil
			},
		},
		{
			name: "SendBatch has returned it, and the function goes on", seen: []string{"orders.raw/kept"},
			send: func(ctx context.Context, events producer.Sender[string, event]) error {
				if _, err := events.SendBatch(ctx, []producer.Message[string, event]{{Value: tooLarge()}}); err == nil {
					return errors.New("sent")
				}
				return nil
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cluster := newTransactionCluster(t)
			b := startJoined(t, cluster)
			ctx := within(t, 10*time.Second)
			err := b.Do(ctx, func(ctx context.Context) error {
				if _, err := b.events.Send(ctx, &event{Text: "kept"}); err != nil {
					return err
				}
				return tt.send(ctx, b.events)
			})
			if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
				t.Errorf("Do = %v, want %v", err, tt.want)
			}
			if diff := cmp.Diff(tt.seen, committed(t, cluster)); diff != "" {
				t.Errorf("committed records (-want +got):\n%s", diff)
			}
			if err := b.Do(ctx, func(context.Context) error { return nil }); err != nil {
				t.Errorf("the next Do = %v", err)
			}
		})
	}
}

func testGroup(t *testing.T) *kafka.ConsumerGroupMetadata {
	t.Helper()
	group, err := kafka.NewTestConsumerGroupMetadata("billing")
	if err != nil {
		t.Fatal(err)
	}
	return group
}

// TestTransactionOffsetsOfAnother adds the offsets of a transaction that has ended while the next one is open.
func TestTransactionOffsetsOfAnother(t *testing.T) {
	t.Parallel()
	b := startJoined(t, newTransactionCluster(t))
	ctx := within(t, 10*time.Second)
	name := topic
	offsets := []kafka.TopicPartition{{Topic: &name, Offset: 5}}
	var left context.Context
	if err := b.Do(ctx, func(ctx context.Context) error {
		left = context.WithoutCancel(ctx) //nolint:fatcontext // a context that outlives its transaction is what is tested
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	err := b.Do(ctx, func(ctx context.Context) error {
		if err := b.SendOffsets(left, offsets, testGroup(t)); !errors.Is(err, producer.ErrNoTransaction) {
			t.Errorf("SendOffsets of the transaction before = %v, want ErrNoTransaction", err)
		}
		if err := b.SendOffsets(ctx, offsets, nil); err == nil || !strings.Contains(err.Error(), "metadata is nil") {
			t.Errorf("SendOffsets without a group = %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestTransactionOffsetsWait has the coordinator of the group move: it answers that it is loading.
func TestTransactionOffsetsWait(t *testing.T) {
	t.Parallel()
	cluster := newTransactionCluster(t)
	b := startJoined(t, cluster)
	cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.TxnOffsetCommit}, Err: kerr.CoordinatorLoadInProgress, Count: 2})
	name := topic
	err := b.Do(within(t, 20*time.Second), func(ctx context.Context) error {
		return b.SendOffsets(ctx, []kafka.TopicPartition{{Topic: &name, Offset: 5}}, testGroup(t))
	})
	if err != nil {
		t.Errorf("Do = %v", err)
	}
}

// TestTransactionTimeout has a function take longer than the brokers allow.
func TestTransactionTimeout(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T, timeoutMs string) (*producer.Transactions, producer.Sender[string, event], context.Context) {
		config := configOf(newTransactionCluster(t))
		config["transaction.timeout.ms"] = timeoutMs
		tx, err := producer.NewTransactions(config, "slow")
		if err != nil {
			t.Fatal(err)
		}
		events, err := producer.Join(tx, topic, eventKey(), &eventValue{})
		if err != nil {
			t.Fatal(err)
		}
		ctx := within(t, 20*time.Second)
		if err := tx.Start(ctx); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := tx.Close(ctx); err != nil {
				t.Errorf("Close = %v", err)
			}
		})
		return tx, events, ctx
	}
	t.Run("its context ends early enough", func(t *testing.T) {
		t.Parallel()
		tx, events, ctx := start(t, "5000") // a second is left for the roll-back, on a machine that does other things, too
		err := tx.Do(ctx, func(ctx context.Context) error {
			_, err := events.Send(ctx, &event{})
			<-ctx.Done()
			return err
		})
		if !errors.Is(err, producer.ErrAborted) || !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, producer.ErrFailed) {
			t.Errorf("Do = %v, want ErrAborted by context.DeadlineExceeded", err)
		}
		if err := tx.Do(ctx, func(ctx context.Context) error { _, err := events.Send(ctx, &event{}); return err }); err != nil {
			t.Errorf("the next Do = %v", err)
		}
	})
	t.Run("it does not care", func(t *testing.T) {
		t.Parallel()
		tx, events, ctx := start(t, "1000")
		err := tx.Do(ctx, func(ctx context.Context) error {
			_, err := events.Send(ctx, &event{})
			<-time.After(2 * time.Second)
			return err
		})
		if !errors.Is(err, producer.ErrFenced) {
			t.Errorf("Do = %v, want ErrFenced", err)
		}
	})
}

// TestTransactionFailsDuringCommit has the broker refuse the commit for good. It may be the second time that it hears of it.
func TestTransactionFailsDuringCommit(t *testing.T) {
	t.Parallel()
	cluster := newTransactionCluster(t)
	b := startJoined(t, cluster)
	cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.EndTxn}, Err: kerr.ProducerFenced, TopLevel: true})
	err := b.Do(within(t, 10*time.Second), func(ctx context.Context) error { _, err := b.events.Send(ctx, &event{}); return err })
	if !errors.Is(err, producer.ErrFailed) || !errors.Is(err, producer.ErrFenced) || !errors.Is(err, producer.ErrIndeterminate) {
		t.Errorf("Do = %v, want ErrFailed, ErrFenced and ErrIndeterminate", err)
	}
}

// TestTransactionsCloseWithoutPatience closes while a function runs that does not end.
func TestTransactionsCloseWithoutPatience(t *testing.T) {
	t.Parallel()
	b := startJoined(t, newTransactionCluster(t))
	ctx := within(t, 10*time.Second)
	entered, leave := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- b.Do(ctx, func(ctx context.Context) error {
			_, err := b.events.Send(ctx, &event{})
			close(entered)
			<-leave
			return err
		})
	}()
	<-entered
	over, cancel := context.WithCancel(ctx)
	cancel()
	if err := b.Close(over); !errors.Is(err, context.Canceled) {
		t.Errorf("Close = %v, want word of the transaction that has not ended", err)
	}
	close(leave)
	if err := <-done; !errors.Is(err, producer.ErrClosed) {
		t.Errorf("Do = %v, want ErrClosed", err)
	}
	if err := b.events.Flush(ctx); !errors.Is(err, producer.ErrClosed) {
		t.Errorf("Flush = %v, want ErrClosed", err)
	}
	if _, ok := b.events.(interface{ Close(context.Context) error }); ok {
		t.Error("a joined sender has a Close")
	}
}

// TestTransactionGoexit ends the goroutine inside of the function, as testing.T's Fatal does.
func TestTransactionGoexit(t *testing.T) {
	t.Parallel()
	cluster := newTransactionCluster(t)
	b := startJoined(t, cluster)
	ctx := within(t, 10*time.Second)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_ = b.Do(ctx, func(ctx context.Context) error {
			if _, err := b.events.Send(ctx, &event{Text: "gone"}); err != nil {
				return err
			}
			runtime.Goexit()
			return nil
		})
	}()
	<-gone
	if err := b.Do(ctx, func(ctx context.Context) error { _, err := b.events.Send(ctx, &event{Text: "next"}); return err }); err != nil {
		t.Errorf("the next Do = %v", err)
	}
	if diff := cmp.Diff([]string{"orders.raw/next"}, committed(t, cluster)); diff != "" {
		t.Errorf("committed records (-want +got):\n%s", diff)
	}
}
