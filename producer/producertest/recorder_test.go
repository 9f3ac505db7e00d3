package producertest_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/producer/producertest"
	"github.com/magicbyte-go/magicbyte/serde"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newRecorder(t *testing.T) *producertest.Recorder[string, string] {
	return producertest.New(t, "lines", producer.KeyOf(serde.StringKey(), func(v *string) string { return (*v)[:1] }), serde.StringValue())
}

func TestRecorder(t *testing.T) {
	lines := newRecorder(t)
	var sender producer.Sender[string, string] = lines
	ctx := t.Context()
	if _, err := sender.Send(ctx, new("abc")); err != nil {
		t.Fatal(err)
	}
	receipts, err := sender.SendBatch(ctx, []producer.Message[string, string]{
		{Value: new("def"), Partition: new(int32(3)), Headers: []kafka.Header{{Key: "h", Value: []byte("v")}}},
		{Value: new("ghi")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if receipts[0].Partition != 3 || receipts[0].Offset != 0 || receipts[1].Partition != 0 || receipts[1].Offset != 1 {
		t.Errorf("receipts = %+v", receipts)
	}
	if _, err := sender.Delete(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	if err := sender.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	want := []producertest.Record{
		{Key: []byte("a"), Value: []byte("abc")},
		{Partition: 3, Key: []byte("d"), Value: []byte("def"), Headers: []kafka.Header{{Key: "h", Value: []byte("v")}}},
		{Offset: 1, Key: []byte("g"), Value: []byte("ghi")},
		{Offset: 2, Key: []byte("a")},
	}
	if diff := cmp.Diff(want, lines.Records()); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestRecorderFails(t *testing.T) {
	lines := newRecorder(t)
	ctx := t.Context()
	lines.Fail(kafka.NewError(kafka.ErrMsgTimedOut, "", false))
	if _, err := lines.Send(ctx, new("a")); !errors.Is(err, producer.ErrIndeterminate) {
		t.Errorf("Send = %v, want ErrIndeterminate", err)
	}
	lines.Fail(kafka.NewError(kafka.ErrTopicAuthorizationFailed, "", false))
	if _, err := lines.Send(ctx, new("a")); err == nil || errors.Is(err, producer.ErrIndeterminate) {
		t.Errorf("Send = %v, want a certain failure", err)
	}
	lines.Fail(nil)
	if _, err := lines.Send(ctx, new("a")); err != nil {
		t.Errorf("Send = %v", err)
	}
	if n := len(lines.Records()); n != 1 {
		t.Errorf("%d records, want 1", n)
	}
}

// TestRecorderCallbacksSend sends from callbacks, on the goroutine that all reports come through.
func TestRecorderCallbacksSend(t *testing.T) {
	lines := newRecorder(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	const n = 1000
	var second sync.WaitGroup
	second.Add(n)
	for range n {
		lines.SendAsync(ctx, producer.Message[string, string]{Value: new("a")}, func(producer.Receipt, error) {
			lines.SendAsync(ctx, producer.Message[string, string]{Value: new("b")}, func(_ producer.Receipt, err error) {
				if err != nil {
					t.Errorf("second record: %v", err)
				}
				second.Done()
			})
		})
	}
	second.Wait()
	if got := len(lines.Records()); got != 2*n {
		t.Errorf("%d records, want %d", got, 2*n)
	}
}
