package integration

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Record is what stands on a topic, byte by byte. A nil Key or Value is null, an empty one is not.
type Record struct {
	Topic     string
	Partition int32
	Offset    int64
	Timestamp time.Time
	Key       []byte
	Value     []byte
	Headers   []Header
}

// Header is one header of a record. A name may occur more than once.
type Header struct {
	Key   string
	Value []byte
}

// Header returns the value of the last header of that name, nil where there is none.
func (r Record) Header(key string) []byte {
	for _, h := range slices.Backward(r.Headers) {
		if h.Key == key {
			return h.Value
		}
	}
	return nil
}

// Produce writes records as they are, each to its Topic and Partition, in their order, and waits until all are written. It
// returns them with their offsets and timestamps.
func (e *Env) Produce(tb testing.TB, records ...Record) []Record {
	tb.Helper()
	ctx, cancel := within(tb)
	defer cancel()
	var out []*kgo.Record
	for _, r := range records {
		headers := make([]kgo.RecordHeader, 0, len(r.Headers))
		for _, h := range r.Headers {
			headers = append(headers, kgo.RecordHeader(h))
		}
		out = append(out, &kgo.Record{
			Topic: r.Topic, Partition: r.Partition, Timestamp: r.Timestamp, Key: r.Key, Value: r.Value, Headers: headers,
		})
	}
	results := e.kafka.ProduceSync(ctx, out...)
	if err := results.FirstErr(); err != nil {
		tb.Fatalf("integration: produce %d records to %s: %v", len(records), records[0].Topic, err)
	}
	written := make([]Record, 0, len(out))
	for _, r := range out {
		written = append(written, fromKafka(r))
	}
	return written
}

// Consume reads a topic from its beginning, without a group, until it has n committed records, and returns these by partition and
// offset. It fails the test when they do not come within 30 s.
func (e *Env) Consume(tb testing.TB, topic string, n int) []Record {
	tb.Helper()
	return e.read(tb, topic, func(records []Record, _ map[int32]int64) bool { return len(records) >= n })
}

// ReadAll returns all committed records that stand on a topic now, by partition and offset.
func (e *Env) ReadAll(tb testing.TB, topic string) []Record {
	tb.Helper()
	ends := e.EndOffsets(tb, topic)
	return e.read(tb, topic, func(_ []Record, next map[int32]int64) bool {
		for partition, end := range ends {
			if next[partition] < end {
				return false
			}
		}
		return true
	})
}

// read consumes topic until enough says so of the records and of the offsets that come next in each partition.
func (e *Env) read(tb testing.TB, topic string, enough func([]Record, map[int32]int64) bool) []Record {
	tb.Helper()
	ctx, cancel := within(tb)
	defer cancel()
	client, err := newClient(e.Brokers,
		kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.FetchMaxWait(100*time.Millisecond),
		// The markers of transactions take offsets, too: with them the end of a partition is seen to be reached.
		kgo.KeepControlRecords(),
	)
	if err != nil {
		tb.Fatalf("integration: read %s: %v", topic, err)
	}
	defer client.Close()
	var records []Record
	next := make(map[int32]int64)
	for !enough(records, next) {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			tb.Fatalf("integration: read %s: %v after %d records", topic, cmp.Or(context.Cause(ctx), err), len(records))
		}
		fetches.EachRecord(func(r *kgo.Record) {
			next[r.Partition] = r.Offset + 1
			if !r.Attrs.IsControl() {
				records = append(records, fromKafka(r))
			}
		})
	}
	slices.SortFunc(records, func(a, b Record) int {
		return cmp.Or(cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Offset, b.Offset))
	})
	return records
}

func fromKafka(r *kgo.Record) Record {
	record := Record{
		Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Timestamp: r.Timestamp, Key: r.Key, Value: r.Value,
	}
	for _, h := range r.Headers {
		record.Headers = append(record.Headers, Header(h))
	}
	return record
}
