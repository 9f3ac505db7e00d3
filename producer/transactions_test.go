package producer_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/producer"
)

const otherTopic = "ledger"

// newTransactionCluster starts an embedded broker with both topics, of one partition each.
func newTransactionCluster(t testing.TB) *kfake.Cluster {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, topic, otherTopic))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster
}

type bench struct {
	*producer.Transactions
	events, others producer.Sender[string, event]
}

// joined returns transactions that two senders have joined, not started.
func joined(t testing.TB, cluster *kfake.Cluster, opts ...producer.Option) bench {
	t.Helper()
	tx, err := producer.NewTransactions(configOf(cluster), "billing-0", opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 5*time.Second)
		defer cancel()
		_ = tx.Close(ctx)
	})
	b := bench{Transactions: tx}
	if b.events, err = producer.Join(tx, topic, eventKey(), &eventValue{}); err != nil {
		t.Fatal(err)
	}
	if b.others, err = producer.Join(tx, otherTopic, eventKey(), &eventValue{}); err != nil {
		t.Fatal(err)
	}
	return b
}

func startJoined(t testing.TB, cluster *kfake.Cluster, opts ...producer.Option) bench {
	t.Helper()
	b := joined(t, cluster, opts...)
	if err := b.Start(within(t, 10*time.Second)); err != nil {
		t.Fatal(err)
	}
	return b
}

// committed returns the values that a consumer of committed records sees in both topics, up to and with the one that a transaction made
// for this purpose writes to each of them.
func committed(t testing.TB, cluster *kfake.Cluster) []string {
	t.Helper()
	ctx := within(t, 10*time.Second)
	writer, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.TransactionalID(t.Name()))
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	const end = "end"
	if err := writer.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	for _, topic := range []string{topic, otherTopic} {
		if err := writer.ProduceSync(ctx, &kgo.Record{Topic: topic, Partition: 0, Value: []byte(end)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.EndTransaction(ctx, kgo.TryCommit); err != nil {
		t.Fatal(err)
	}
	reader, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.ConsumeTopics(topic, otherTopic),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	var values []string
	for ends := 0; ends < 2; {
		fetches := reader.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatalf("read committed: %v (so far %q)", err, values)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			if string(r.Value) == end {
				ends++
				return
			}
			values = append(values, r.Topic+"/"+string(r.Value))
		})
	}
	slices.Sort(values)
	return values
}

func TestTransaction(t *testing.T) {
	t.Parallel()
	failure := errors.New("no stock")
	tests := []struct {
		name  string
		end   func() error // what the function does after it has sent
		panic bool
		want  error
		seen  []string
	}{
		{name: "commits", end: func() error { return nil }, seen: []string{"ledger/b", "orders.raw/a", "orders.raw/c"}},
		{name: "rolls back on an error", end: func() error { return failure }, want: failure},
		{name: "rolls back on a panic", end: func() error { panic(failure) }, panic: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cluster := newTransactionCluster(t)
			b := startJoined(t, cluster)
			ctx := within(t, 10*time.Second)
			once := func(f func() error) (recovered any, err error) {
				defer func() { recovered = recover() }()
				return nil, b.Do(ctx, func(ctx context.Context) error {
					if _, err := b.events.Send(ctx, &event{ID: "1", Text: "a"}); err != nil {
						return err
					}
					if _, err := b.others.SendBatch(ctx, []producer.Message[string, event]{{Value: &event{ID: "1", Text: "b"}}}); err != nil {
						return err
					}
					b.events.SendAsync(ctx, producer.Message[string, event]{Value: &event{ID: "1", Text: "c"}}, nil)
					return f()
				})
			}
			recovered, err := once(tt.end)
			if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
				t.Errorf("Do = %v, want %v", err, tt.want)
			}
			if tt.panic != (recovered == any(failure)) {
				t.Errorf("recovered %v", recovered)
			}
			if diff := cmp.Diff(tt.seen, committed(t, cluster)); diff != "" {
				t.Errorf("committed records (-want +got):\n%s", diff)
			}
			// Whatever the end was, the next one works.
			if _, err := once(func() error { return nil }); err != nil {
				t.Errorf("the next Do = %v", err)
			}
		})
	}
}

// TestTransactionOnlyInside sends with contexts that belong to no transaction, or not to the one that is open.
func TestTransactionOnlyInside(t *testing.T) {
	t.Parallel()
	cluster := newTransactionCluster(t)
	b := startJoined(t, cluster)
	ctx := within(t, 10*time.Second)
	send := func(ctx context.Context) error { _, err := b.events.Send(ctx, &event{Text: "stray"}); return err }

	if err := send(ctx); !errors.Is(err, producer.ErrNoTransaction) {
		t.Errorf("Send without a transaction = %v", err)
	}
	var left context.Context
	if err := b.Do(ctx, func(ctx context.Context) error {
		left = context.WithoutCancel(ctx) //nolint:fatcontext // a context that outlives its transaction is what is tested
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := send(left); !errors.Is(err, producer.ErrNoTransaction) {
		t.Errorf("Send with the context of a transaction that has ended = %v", err)
	}
	err := b.Do(ctx, func(inside context.Context) error {
		for name, wrong := range map[string]context.Context{"the one before": left, "the caller's": ctx} {
			if err := send(wrong); !errors.Is(err, producer.ErrNoTransaction) {
				t.Errorf("Send inside a transaction with the context of %s = %v", name, err)
			}
		}
		if err := b.Do(inside, func(context.Context) error { return nil }); err == nil || !strings.Contains(err.Error(), "nest") {
			t.Errorf("Do inside of Do = %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if err := b.SendOffsets(ctx, nil, nil); !errors.Is(err, producer.ErrNoTransaction) {
		t.Errorf("SendOffsets without a transaction = %v", err)
	}
	if got := committed(t, cluster); len(got) > 0 {
		t.Errorf("committed %q", got)
	}
}

func TestTransactionOneAtATime(t *testing.T) {
	t.Parallel()
	b := startJoined(t, newTransactionCluster(t))
	ctx := within(t, 10*time.Second)
	entered, leave := make(chan struct{}), make(chan struct{})
	first := make(chan error, 1)
	go func() {
		first <- b.Do(ctx, func(context.Context) error { close(entered); <-leave; return nil })
	}()
	<-entered
	short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if err := b.Do(short, func(context.Context) error { t.Error("two at once"); return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("second Do = %v", err)
	}
	close(leave)
	if err := <-first; err != nil {
		t.Error(err)
	}
}

func TestTransactionRecordFails(t *testing.T) {
	t.Parallel()
	cluster := newTransactionCluster(t)
	b := startJoined(t, cluster)
	ctx := within(t, 10*time.Second)
	cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.MessageTooLarge})
	outcome := make(chan error, 1)
	err := b.Do(ctx, func(ctx context.Context) error {
		b.events.SendAsync(ctx, producer.Message[string, event]{Value: &event{Text: "refused"}},
			func(_ producer.Receipt, err error) { outcome <- err })
		return nil
	})
	if !errors.Is(err, producer.ErrAborted) || errors.Is(err, producer.ErrFailed) {
		t.Errorf("Do = %v, want ErrAborted", err)
	}
	if err := <-outcome; err == nil {
		t.Error("the record was acknowledged")
	}
	if err := b.Do(ctx, func(ctx context.Context) error { _, err := b.events.Send(ctx, &event{Text: "again"}); return err }); err != nil {
		t.Errorf("the next Do = %v", err)
	}
	if diff := cmp.Diff([]string{"orders.raw/again"}, committed(t, cluster)); diff != "" {
		t.Errorf("committed records (-want +got):\n%s", diff)
	}
}

func TestTransactionCancelled(t *testing.T) {
	t.Parallel()
	cluster := newTransactionCluster(t)
	b := startJoined(t, cluster)
	ctx, cancel := context.WithCancel(within(t, 10*time.Second))
	err := b.Do(ctx, func(ctx context.Context) error {
		_, err := b.events.Send(ctx, &event{Text: "a"})
		cancel()
		return err
	})
	if !errors.Is(err, producer.ErrAborted) || !errors.Is(err, context.Canceled) {
		t.Errorf("Do = %v, want ErrAborted by context.Canceled", err)
	}
	if got := committed(t, cluster); len(got) > 0 {
		t.Errorf("committed %q", got)
	}
}

func TestTransactionFenced(t *testing.T) {
	t.Parallel()
	cluster := newTransactionCluster(t)
	old := startJoined(t, cluster)
	ctx := within(t, 20*time.Second)
	err := old.Do(ctx, func(ctx context.Context) error {
		if _, err := old.events.Send(ctx, &event{Text: "of the old one"}); err != nil {
			return err
		}
		successor := startJoined(t, cluster)
		return successor.Do(context.WithoutCancel(t.Context()), func(ctx context.Context) error {
			_, err := successor.events.Send(ctx, &event{Text: "of the new one"})
			return err
		})
	})
	if !errors.Is(err, producer.ErrFenced) || !errors.Is(err, producer.ErrFailed) {
		t.Errorf("Do of the old one = %v, want ErrFenced and ErrFailed", err)
	}
	if err := old.Do(ctx, func(context.Context) error { return nil }); !errors.Is(err, producer.ErrFenced) {
		t.Errorf("the next Do of the old one = %v, want ErrFenced", err)
	}
	if diff := cmp.Diff([]string{"orders.raw/of the new one"}, committed(t, cluster)); diff != "" {
		t.Errorf("committed records (-want +got):\n%s", diff)
	}
}

// TestTransactionIndefinite has the broker keep silent about a commit.
func TestTransactionIndefinite(t *testing.T) {
	t.Parallel()
	cluster := newTransactionCluster(t)
	b := startJoined(t, cluster, producer.WithCommitGrace(100*time.Millisecond))
	ctx, cancel := context.WithCancel(within(t, 10*time.Second))
	cluster.ControlKey(int16(kmsg.EndTxn), func(kmsg.Request) (kmsg.Response, error, bool) {
		cancel() // the commit is under way
		return nil, errors.New("no answer"), true
	})
	cluster.ControlKey(int16(kmsg.EndTxn), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		return nil, errors.New("no answer"), true
	})
	err := b.Do(ctx, func(ctx context.Context) error { _, err := b.events.Send(ctx, &event{}); return err })
	if !errors.Is(err, producer.ErrIndeterminate) || !errors.Is(err, producer.ErrFailed) || !errors.Is(err, context.Canceled) {
		t.Errorf("Do = %v, want ErrIndeterminate and ErrFailed", err)
	}
	if err := b.Do(within(t, time.Second), func(context.Context) error { return nil }); !errors.Is(err, producer.ErrFailed) {
		t.Errorf("the next Do = %v, want ErrFailed", err)
	}
}

func TestTransactionOffsets(t *testing.T) {
	t.Parallel()
	cluster := newTransactionCluster(t)
	b := startJoined(t, cluster)
	ctx := within(t, 10*time.Second)
	group, err := kafka.NewTestConsumerGroupMetadata("billing")
	if err != nil {
		t.Fatal(err)
	}
	name := topic
	do := func(offset kafka.Offset, result error) error {
		return b.Do(ctx, func(ctx context.Context) error {
			if _, err := b.others.Send(ctx, &event{Text: "x"}); err != nil {
				return err
			}
			if err := b.SendOffsets(ctx, []kafka.TopicPartition{{Topic: &name, Offset: offset}}, group); err != nil {
				return err
			}
			return result
		})
	}
	if err := do(7, nil); err != nil {
		t.Fatal(err)
	}
	rolledBack := errors.New("rolled back")
	if err := do(9, rolledBack); !errors.Is(err, rolledBack) {
		t.Fatal(err)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	fetch := kmsg.NewOffsetFetchRequest()
	fetch.Group = "billing"
	fetch.Topics = []kmsg.OffsetFetchRequestTopic{{Topic: topic, Partitions: []int32{0}}}
	answer, err := fetch.RequestWith(ctx, client)
	if err != nil {
		t.Fatal(err)
	}
	if got := answer.Topics[0].Partitions[0].Offset; got != 7 {
		t.Errorf("committed offset %d, want 7", got)
	}
}

func TestTransactionsStates(t *testing.T) {
	t.Parallel()
	cluster := newTransactionCluster(t)
	ctx := within(t, 10*time.Second)
	nothing := func(context.Context) error { return nil }

	b := joined(t, cluster)
	if err := b.Do(ctx, nothing); !errors.Is(err, producer.ErrNotStarted) {
		t.Errorf("Do before Start = %v", err)
	}
	if _, err := b.events.Send(ctx, &event{}); !errors.Is(err, producer.ErrNotStarted) {
		t.Errorf("Send before Start = %v", err)
	}
	if err := b.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if err := b.Start(ctx); err == nil {
		t.Error("second Start = nil")
	}
	if _, err := producer.Join(b.Transactions, topic, eventKey(), &eventValue{}); err == nil {
		t.Error("Join after Start = nil")
	}
	if err := b.Close(ctx); err != nil {
		t.Errorf("Close = %v", err)
	}
	if err := b.Close(ctx); err != nil {
		t.Errorf("second Close = %v", err)
	}
	if err := b.Do(ctx, nothing); !errors.Is(err, producer.ErrClosed) {
		t.Errorf("Do after Close = %v", err)
	}
	if _, err := b.events.Send(ctx, &event{}); !errors.Is(err, producer.ErrClosed) {
		t.Errorf("Send after Close = %v", err)
	}
	if err := b.Start(ctx); !errors.Is(err, producer.ErrClosed) {
		t.Errorf("Start after Close = %v", err)
	}
	if err := joined(t, cluster).Close(ctx); err != nil {
		t.Errorf("Close before Start = %v", err)
	}
}

func TestTransactionsCloseEndsTransaction(t *testing.T) {
	t.Parallel()
	cluster := newTransactionCluster(t)
	b := startJoined(t, cluster)
	ctx := within(t, 10*time.Second)
	entered := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- b.Do(ctx, func(ctx context.Context) error {
			if _, err := b.events.Send(ctx, &event{Text: "a"}); err != nil {
				return err
			}
			close(entered)
			<-ctx.Done()
			return context.Cause(ctx)
		})
	}()
	<-entered
	if err := b.Close(ctx); err != nil {
		t.Errorf("Close = %v", err)
	}
	if err := <-done; !errors.Is(err, producer.ErrClosed) {
		t.Errorf("Do = %v, want ErrClosed", err)
	}
	if got := committed(t, cluster); len(got) > 0 {
		t.Errorf("committed %q", got)
	}
}

func TestNewTransactions(t *testing.T) {
	t.Parallel()
	_, err := producer.NewTransactions(kafka.ConfigMap{"transactional.id": "x", "enable.idempotence": false}, "", nil)
	for _, want := range []string{"transactional id is empty", "bootstrap.servers", "use producer.NewTransactions", "nil Option"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("NewTransactions = %v, want %q in it", err, want)
		}
	}
	tx, err := producer.NewTransactions(kafka.ConfigMap{"bootstrap.servers": "localhost:1"}, "x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := producer.Join(tx, "a b", eventKey(), producer.Serializer[event](nil)); err == nil ||
		!strings.Contains(err.Error(), "illegal topic name") || !strings.Contains(err.Error(), "serializer is nil") {
		t.Errorf("Join = %v, want both problems", err)
	}
	if err := tx.Start(within(t, 300*time.Millisecond)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Start without a broker = %v", err)
	}
}
