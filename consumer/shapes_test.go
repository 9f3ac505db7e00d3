package consumer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/serde"
)

// startBatch runs a consumer of batches until the test ends it.
func startBatch(t *testing.T, c *text, batch consumer.Batch, handler func(context.Context, []*textRecord) error) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	r := &running{t: t, cancel: cancel, result: make(chan error, 1)}
	go func() { r.result <- c.RunBatch(ctx, batch, handler) }()
	t.Cleanup(func() {
		cancel()
		_ = r.wait()
	})
	return r
}

func offsets(recs []*textRecord) []int64 {
	list := make([]int64, len(recs))
	for i, rec := range recs {
		list[i] = rec.Offset
	}
	return list
}

func TestRunBatch(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		values  []string
		results []error   // of the calls; nil after that
		want    [][]int64 // offsets of each call
		letters int64
	}{
		{"settled", []string{"a", "a", "a", "a", "a"}, nil, [][]int64{{0, 1, 2}, {3, 4}}, 0},
		{
			"an error repeats the batch",
			[]string{"a", "a", "a", "a", "a"},
			[]error{errBill, errBill},
			[][]int64{{0, 1, 2}, {0, 1, 2}, {0, 1, 2}, {3, 4}},
			0,
		},
		{
			"an index settles what is before it",
			[]string{"a", "a", "a", "a", "a"},
			[]error{&consumer.BatchError{Index: 1, Err: errBill}},
			[][]int64{{0, 1, 2}, {1}, {2, 3, 4}},
			0,
		},
		{
			"an index given up",
			[]string{"a", "a", "a", "a", "a"},
			[]error{&consumer.BatchError{Index: 1, Err: consumer.Permanent(errBill)}},
			[][]int64{{0, 1, 2}, {2, 3, 4}},
			1,
		},
		{
			"an index skipped",
			[]string{"a", "a", "a", "a", "a"},
			[]error{fmt.Errorf("wrapped: %w", &consumer.BatchError{Index: 2, Err: consumer.Skip("test")})},
			[][]int64{{0, 1, 2}, {3, 4}},
			0,
		},
		{
			"an index beyond the batch is an error like any other",
			[]string{"a", "a"},
			[]error{&consumer.BatchError{Index: 2, Err: errBill}},
			[][]int64{{0, 1}, {0, 1}},
			0,
		},
		{"the whole batch given up", []string{"a", "a", "a", "a"}, []error{consumer.DeadLetter(errBill)}, [][]int64{{0, 1, 2}, {3}}, 3},
		{"undecodable records end a batch", []string{"a", "bad", "a", "a"}, nil, [][]int64{{0}, {2, 3}}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 1)
			var records []*kgo.Record
			for _, value := range test.values {
				records = append(records, &kgo.Record{Value: []byte(value)})
			}
			produce(t, c, records...)
			member := newFake(t, config(c), failing(serde.ClassCorrupt), consumer.WithDeadLetters(), consumer.WithRetry(consumer.Retry{Initial: time.Millisecond}))
			calls := make(chan []int64, 20)
			n := 0
			r := startBatch(t, member, consumer.Batch{Max: 3, Linger: 300 * time.Millisecond}, func(_ context.Context, recs []*textRecord) error {
				calls <- offsets(recs)
				n++
				if n <= len(test.results) {
					return test.results[n-1]
				}
				return nil
			})
			for _, want := range test.want {
				if diff := cmp.Diff(want, receive(t, calls)); diff != "" {
					t.Fatalf("batch (-want +got):\n%s", diff)
				}
			}
			eventually(t, "the dead letters are there", func() bool { return length(c, letters, 0) == test.letters })
			r.stop()
			if got, want := committed(c, 0), int64(len(test.values)); got != want {
				t.Errorf("committed %d, want %d", got, want)
			}
			if len(calls) > 0 {
				t.Errorf("another call with %v", <-calls)
			}
		})
	}
}

func TestRunBatchRefusals(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	handler := func(context.Context, []*textRecord) error { return nil }
	for _, test := range []struct {
		name  string
		opts  []consumer.Option
		batch consumer.Batch
		want  string
	}{
		{"too large for the queue", []consumer.Option{consumer.WithPartitionQueue(10, 1<<20)}, consumer.Batch{Max: 11}, "WithPartitionQueue"},
		{"by key", []consumer.Option{consumer.WithOrder(consumer.ByKey(3))}, consumer.Batch{}, "ByKey(3)"},
		{"middleware", []consumer.Option{consumer.WithMiddleware(func(next consumer.Handler) consumer.Handler { return next })}, consumer.Batch{}, "middleware"},
	} {
		if err := newText(t, config(c), test.opts...).RunBatch(t.Context(), test.batch, handler); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: RunBatch() = %v, want %q in it", test.name, err, test.want)
		}
	}
}

func TestRecords(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 10)...)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got []int64
	tries := 0
	for rec, err := range newText(t, config(c), consumer.WithRetry(consumer.Retry{Initial: time.Millisecond})).Records(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if rec.Offset == 3 {
			if tries++; tries < 3 {
				rec.Settle(errBill)
				continue
			}
		}
		got = append(got, rec.Offset)
		rec.Settle(nil)
		rec.Settle(errBill) // too late
		if rec.Offset == 9 {
			cancel()
		}
	}
	if want := []int64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}; !slices.Equal(got, want) || tries != 3 {
		t.Errorf("got offsets %v and offset 3 %d times, want %v and 3", got, tries, want)
	}
	if got := committed(c, 0); got != 10 {
		t.Errorf("committed %d, want 10", got)
	}
}

func TestRecordsLeftEarly(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 10)...)
	member := newText(t, config(c))
	began := time.Now()
	for rec, err := range member.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if rec.Offset == 4 {
			break // not settled
		}
		rec.Settle(nil)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("leaving the loop took %v", took)
	}
	if err := member.Close(t.Context()); err != nil {
		t.Errorf("Close() = %v, want nil: nothing was cut short", err)
	}
	if got := committed(c, 0); got != 4 {
		t.Errorf("committed %d, want 4", got)
	}
}

func TestRecordsYieldsTheError(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 1)...)
	var last error
	for rec, err := range newText(t, config(c)).Records(t.Context()) {
		if last = err; err == nil {
			rec.Settle(consumer.Stop(errBill))
		}
	}
	if !errors.Is(last, errBill) {
		t.Errorf("the last error = %v, want %v", last, errBill)
	}
}

func TestMiddleware(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 2)...)
	calls := make(chan string, 20)
	around := func(name string) consumer.Middleware {
		return func(next consumer.Handler) consumer.Handler {
			return func(ctx context.Context, rec consumer.AnyRecord) error {
				calls <- fmt.Sprint(name, " ", rec.Info().Ref(), " ", rec.AnyKey(), " ", *rec.AnyValue().(*string))
				if name == "inner" && rec.Info().Offset == 1 {
					return nil // the handler is not called
				}
				return next(ctx, rec)
			}
		}
	}
	r := start(t, newText(t, config(c), consumer.WithMiddleware(around("outer"), around("inner"))), func(_ context.Context, rec *textRecord) error {
		calls <- "handler " + rec.Value
		return nil
	})
	for _, want := range []string{"outer orders.raw[0]@0 k 0", "inner orders.raw[0]@0 k 0", "handler 0", "outer orders.raw[0]@1 k 1", "inner orders.raw[0]@1 k 1"} {
		if got := receive(t, calls); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	r.stop()
	if got := committed(c, 0); got != 2 {
		t.Errorf("committed %d, want 2", got)
	}
}

func TestRunToEnd(t *testing.T) {
	t.Parallel()
	for _, protocol := range protocols {
		t.Run(protocol.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 3)
			produce(t, c, append(numbered(0, 0, 300), numbered(1, 0, 20)...)...) // partition 2 is empty
			handled, tries := 0, 0
			member := newText(t, protocol.config(config(c)), consumer.WithMaxHandlers(1), consumer.WithRetry(consumer.Retry{Initial: 300 * time.Millisecond}))
			err := member.RunToEnd(within(t, 20*time.Second), func(_ context.Context, rec *textRecord) error {
				if rec.Offset == 299 && rec.Attempt == 1 {
					tries++
					return errBill // the end waits for it
				}
				handled++
				return nil
			})
			if err != nil || handled != 320 || tries != 1 {
				t.Errorf("RunToEnd() = %v after %d records and %d failures, want nil, 320, 1", err, handled, tries)
			}
			if got := committed(c, 0); got != 300 {
				t.Errorf("committed %d, want 300", got)
			}
		})
	}
}

// TestSeekBeforeTheEnd: the end of a partition that the client found before a seek is not where the records end that come after it.
func TestSeekBeforeTheEnd(t *testing.T) {
	t.Parallel()
	const records, back = 300, 20
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, records)...)
	member := newText(t, config(c), consumer.WithPartitionQueue(10, 1<<30))
	sought, want := map[int64]bool{}, int64(0)
	err := member.RunToEnd(within(t, 30*time.Second), func(ctx context.Context, rec *textRecord) error {
		if rec.Offset != want {
			t.Errorf("offset %d, want %d", rec.Offset, want)
		}
		want = rec.Offset + 1
		if rec.Offset < records-4 || sought[rec.Offset] {
			return nil
		}
		sought[rec.Offset] = true
		want = rec.Offset - back
		return member.Seek(ctx, consumer.Ref{Topic: topic, Partition: 0, Offset: want})
	})
	if err != nil || want != records || len(sought) != 4 {
		t.Errorf("RunToEnd() = %v after offset %d and %d seeks, want nil, %d and 4", err, want-1, len(sought), records-1)
	}
	if got := committed(c, 0); got != records {
		t.Errorf("committed %d, want %d", got, records)
	}
}

func TestMux(t *testing.T) {
	t.Parallel()
	type placed struct{ id string }
	type refunded struct{ id string }
	var got []string
	mux := consumer.Mux[any](nil,
		consumer.On(func(_ context.Context, rec *consumer.Record[string, *placed]) error {
			got = append(got, "placed "+rec.Key+rec.Value.id)
			return nil
		}),
		consumer.On(func(_ context.Context, rec *consumer.Record[string, *refunded]) error {
			got = append(got, "refunded "+rec.Key+rec.Value.id+rec.Topic)
			return errBill
		}))
	rec := func(value any) *consumer.Record[string, any] {
		return &consumer.Record[string, any]{Key: "k", Value: value, Meta: consumer.Meta{Topic: topic}}
	}
	if err := mux(t.Context(), rec(&placed{"1"})); err != nil {
		t.Errorf("mux(placed) = %v", err)
	}
	if err := mux(t.Context(), rec(&refunded{"2"})); !errors.Is(err, errBill) {
		t.Errorf("mux(refunded) = %v, want the handler's error", err)
	}
	if err := mux(t.Context(), rec("text")); err == nil || !strings.Contains(err.Error(), "string") {
		t.Errorf("mux(string) = %v, want an error that names the type", err)
	}
	if want := []string{"placed k1", "refunded k2" + topic}; !slices.Equal(got, want) {
		t.Errorf("handled %v, want %v", got, want)
	}
}
