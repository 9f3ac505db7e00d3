package eventlog_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"gocloud.dev/blob"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/eventlog"
	"github.com/magicbyte-go/magicbyte/integration"
)

// TestLastFileThatIsThereInPart: another owner has stored a part of the file that a run to the end closes last. The rest is stored, too.
func TestLastFileThatIsThereInPart(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	topic := env.CreateTopic(t, "orders", 1)
	bucket := memory(t)
	produced := env.Produce(t, makeRecords(topic, 0, 0, 50)...)
	runToEnd(t, env, "killed before it has committed", topic, bucket)
	produced = append(produced, env.Produce(t, makeRecords(topic, 0, 50, 50)...)...)
	w, err := eventlog.New(config(env, "next"), []string{topic}, bucket)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkLog(t, produced, readAll(t, bucket, topic))
	if got := firsts(t, bucket, topic); !slices.Equal(got, []int64{0, 50}) {
		t.Errorf("files begin at %v, want 0 and 50", got)
	}
	if _, _, left := eventlog.MemoryOf(w); left != 0 {
		t.Errorf("%d bytes are still held", left)
	}
	env.AwaitCommitted(t, "next", topic, map[int32]int64{0: 100})
}

// TestFileThatIsThereInPartAtTheEnd: what is left of a file that another owner has stored a part of is dropped where the partition ends meanwhile, and holds
// no memory that other partitions would wait for.
func TestFileThatIsThereInPartAtTheEnd(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	topic := env.CreateTopic(t, "orders", 1)
	inner := memory(t)
	env.Produce(t, makeRecords(topic, 0, 0, 50)...)
	runToEnd(t, env, "killed before it has committed", topic, inner)
	env.Produce(t, makeRecords(topic, 0, 50, 100)...)
	storing, ended := make(chan struct{}), make(chan struct{})
	bucket := faulty(t, inner, faults{before: func(context.Context, string, []byte) error {
		close(storing)
		<-ended
		return nil
	}})
	w, err := eventlog.New(config(env, "next"), []string{topic}, bucket, records(100))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- w.Run(context.WithoutCancel(t.Context())) }()
	<-storing
	eventlog.AwaitOpen(w, 1) // with 100 to 149
	closed := make(chan error, 1)
	go func() { closed <- w.Close(context.WithoutCancel(t.Context())) }()
	eventlog.AwaitOpen(w, 0) // the partition has ended
	close(ended)
	if err := errors.Join(<-closed, <-done); err != nil {
		t.Fatal(err)
	}
	if _, _, left := eventlog.MemoryOf(w); left != 0 {
		t.Errorf("%d bytes are still held", left)
	}
	env.AwaitCommitted(t, "next", topic, map[int32]int64{0: 50})
}

// TestRunToEndSaysThatItHasNotStoredAll: a bucket that is too slow for the time that a shutdown has leaves records out.
func TestRunToEndSaysThatItHasNotStoredAll(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	topic := env.CreateTopic(t, "orders", 1)
	env.Produce(t, makeRecords(topic, 0, 0, 10)...)
	bucket := faulty(t, memory(t), faults{before: func(ctx context.Context, _ string, _ []byte) error {
		<-ctx.Done()
		return ctx.Err()
	}})
	w, err := eventlog.New(config(env, "log"), []string{topic}, bucket, eventlog.WithConsumer(consumer.WithShutdownDrain(50*time.Millisecond)))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.RunToEnd(t.Context()); err == nil {
		t.Errorf("RunToEnd() = nil, and the log has %q", keys(t, bucket))
	}
}

// TestGapBelowATimePath: the name of what is missing cannot be told where it had a time in it.
func TestGapBelowATimePath(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	topic := env.CreateTopic(t, "orders", 1)
	env.Produce(t, makeRecords(topic, 0, 0, 40)...)
	bucket := memory(t)
	runToEnd(t, env, "log", topic, bucket, records(10), eventlog.WithTimePath("2006/01/02"))
	for _, i := range []int{1, 2} {
		if err := bucket.Delete(t.Context(), keys(t, bucket)[i]); err != nil {
			t.Fatal(err)
		}
	}
	want := eventlog.GapError{Topic: topic, From: 10, To: 20}
	report, err := eventlog.Verify(t.Context(), bucket, topic, -1, eventlog.WithEnds(map[int32]int64{0: 40}))
	if err != nil {
		t.Fatal(err)
	}
	problems := report.Problems
	for _, err := range eventlog.Read(t.Context(), bucket, topic, 0, -1) {
		if err != nil {
			problems = append(problems, err)
		}
	}
	var got []eventlog.GapError
	for _, problem := range problems {
		if gap, ok := errors.AsType[*eventlog.GapError](problem); ok {
			got = append(got, *gap)
		}
	}
	if want := []eventlog.GapError{want, {Topic: topic, From: 30, To: 40}, want}; !slices.Equal(got, want) {
		t.Errorf("got the gaps %+v, want %+v", got, want)
	}
}

// TestFromWithinTwoChains: below a time path two owners may write two chains, of which one ends early. What lies in the other is read wherever reading begins,
// and there is no gap; that they overlap is told from where they do.
func TestFromWithinTwoChains(t *testing.T) {
	t.Parallel()
	bucket := memory(t)
	for _, f := range []struct {
		path        string
		first, last int64
	}{{"10", 100, 149}, {"10", 150, 159}, {"11", 100, 199}, {"11", 200, 209}} {
		in, err := eventlog.Rewrite(&eventlog.Metadata{First: f.first}, func(yield func(*eventlog.Envelope) bool) {
			for offset := f.first; offset <= f.last; offset++ {
				if !yield(&eventlog.Envelope{Topic: "orders", Offset: offset, Timestamp: base, TimestampType: eventlog.TimestampTypeCreateTime}) {
					return
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := bucket.Upload(t.Context(), fmt.Sprintf("orders/%s/partition=0/orders+0+%020d.avro", f.path, f.first), in, &blob.WriterOptions{ContentType: "application/avro"}); err != nil {
			t.Fatal(err)
		}
	}
	for from := int64(100); from < 210; from++ {
		next := from
		for e, err := range eventlog.Read(t.Context(), bucket, "orders", from, -1) {
			if err != nil {
				t.Fatalf("from %d: %v", from, err)
			}
			if e.Offset != next {
				t.Fatalf("from %d: got offset %d, want %d", from, e.Offset, next)
			}
			next++
		}
		if next != 210 {
			t.Fatalf("from %d: read up to %d, want 209", from, next-1)
		}
		report, err := eventlog.Verify(t.Context(), bucket, "orders", from, eventlog.WithEnds(map[int32]int64{0: 210}))
		if err != nil {
			t.Fatal(err)
		}
		if _, gap := errors.AsType[*eventlog.GapError](report.Err()); gap || (len(report.Problems) > 0) != (from < 160) {
			t.Fatalf("from %d: %v", from, report.Err())
		}
	}
}
