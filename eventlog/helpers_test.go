package eventlog_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/blob/memblob"

	"github.com/magicbyte-go/magicbyte/eventlog"
	"github.com/magicbyte-go/magicbyte/integration"
)

// memory returns an empty bucket.
func memory(t testing.TB) *blob.Bucket {
	t.Helper()
	bucket := memblob.OpenBucket(nil)
	t.Cleanup(func() { _ = bucket.Close() })
	return bucket
}

// folder returns a bucket in a folder, and the lock file for it.
func folder(t testing.TB, dir string) (bucket *blob.Bucket, lockFile string) {
	t.Helper()
	bucket, err := fileblob.OpenBucket(dir, &fileblob.Options{NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bucket.Close() })
	return bucket, filepath.Join(dir, ".lock")
}

func kafkaConfig(properties map[string]any) kafka.ConfigMap {
	config := kafka.ConfigMap{}
	for name, value := range properties {
		config[name] = value
	}
	return config
}

// config is that of a writer.
func config(env *integration.Env, group string) kafka.ConfigMap {
	return kafka.ConfigMap{"bootstrap.servers": env.Brokers, "group.id": group}
}

// base is the timestamp of the first record that is produced.
var base = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

// makeRecords returns n records of a partition, a second apart, from the i-th on.
func makeRecords(topic string, partition int32, i, n int) []integration.Record {
	records := make([]integration.Record, 0, n)
	for j := i; j < i+n; j++ {
		r := integration.Record{
			Topic: topic, Partition: partition, Timestamp: base.Add(time.Duration(j) * time.Second),
			Key: fmt.Appendf(nil, "key-%d", j), Value: fmt.Appendf(nil, "value-%d-%d-%s", partition, j, bytes.Repeat([]byte("x"), j%50)),
		}
		switch j % 7 {
		case 1:
			r.Key = nil
		case 2:
			r.Value = nil
		case 3:
			r.Key, r.Value = []byte{}, []byte{}
		case 4:
			r.Headers = []integration.Header{{Key: "h", Value: []byte("1")}, {Key: "h", Value: nil}, {Key: "\xff", Value: []byte{}}}
		case 5:
			r.Value = []byte{0, 0, 0, 0, 7, 1, 2, 3}
		}
		records = append(records, r)
	}
	return records
}

// runToEnd writes all that is there.
func runToEnd(t testing.TB, env *integration.Env, group, topic string, bucket *blob.Bucket, opts ...eventlog.Option) {
	t.Helper()
	w, err := eventlog.New(config(env, group), []string{topic}, bucket, opts...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := w.RunToEnd(ctx); err != nil {
		t.Fatal(err)
	}
	if ctx.Err() != nil {
		t.Fatal("the writer did not come to the end within a minute")
	}
}

// readAll returns the records of a topic, by partition.
func readAll(t testing.TB, bucket *blob.Bucket, topic string, opts ...eventlog.ReadOption) map[int32][]*eventlog.Envelope {
	t.Helper()
	got := map[int32][]*eventlog.Envelope{}
	for e, err := range eventlog.Read(t.Context(), bucket, topic, 0, -1, opts...) {
		if err != nil {
			t.Fatal(err)
		}
		got[e.Partition] = append(got[e.Partition], e)
	}
	return got
}

// checkLog compares the records of a log with those that were produced, byte for byte: every one once.
func checkLog(t testing.TB, want []integration.Record, got map[int32][]*eventlog.Envelope) {
	t.Helper()
	byPartition := map[int32][]integration.Record{}
	for _, r := range want {
		byPartition[r.Partition] = append(byPartition[r.Partition], r)
	}
	for partition, records := range byPartition {
		slices.SortFunc(records, func(a, b integration.Record) int { return cmp.Compare(a.Offset, b.Offset) })
		if len(records) != len(got[partition]) {
			t.Errorf("partition %d: got %d records, want %d", partition, len(got[partition]), len(records))
		}
		for i := range min(len(records), len(got[partition])) {
			if diff := different(&records[i], got[partition][i]); diff != "" {
				t.Fatalf("partition %d, record %d: %s", partition, i, diff)
			}
		}
	}
	if len(got) > len(byPartition) {
		t.Errorf("got %d partitions, want %d", len(got), len(byPartition))
	}
}

// different says what of a record was not kept.
func different(want *integration.Record, got *eventlog.Envelope) string {
	switch {
	case got.Topic != want.Topic || got.Partition != want.Partition || got.Offset != want.Offset:
		return fmt.Sprintf("got %s[%d]@%d, want %s[%d]@%d", got.Topic, got.Partition, got.Offset, want.Topic, want.Partition, want.Offset)
	case !got.Timestamp.Equal(want.Timestamp) || got.TimestampType != eventlog.TimestampTypeCreateTime:
		return fmt.Sprintf("got the timestamp %v (%v), want %v", got.Timestamp, got.TimestampType, want.Timestamp)
	case !equal(got.Key, want.Key):
		return fmt.Sprintf("got the key %q, want %q", got.Key, want.Key)
	case !equal(got.Value, want.Value):
		return fmt.Sprintf("got the value %q, want %q", got.Value, want.Value)
	case len(got.Headers) != len(want.Headers):
		return fmt.Sprintf("got the headers %q, want %q", got.Headers, want.Headers)
	}
	for i, h := range want.Headers {
		if string(got.Headers[i].Key) != h.Key || !equal(got.Headers[i].Value, h.Value) {
			return fmt.Sprintf("got the headers %q, want %q", got.Headers, want.Headers)
		}
	}
	return ""
}

// equal tells null from empty.
func equal(a, b []byte) bool { return bytes.Equal(a, b) && (a == nil) == (b == nil) }

// objects returns what is in a bucket.
func objects(t testing.TB, bucket *blob.Bucket) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	list := bucket.List(nil)
	for {
		o, err := list.Next(t.Context())
		if err == io.EOF { //nolint:errorlint // documented
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := bucket.ReadAll(t.Context(), o.Key)
		if err != nil {
			t.Fatal(err)
		}
		all[o.Key] = b
	}
}

// keys returns the names of the objects of a bucket.
func keys(t testing.TB, bucket *blob.Bucket) []string {
	t.Helper()
	var names []string
	for key := range objects(t, bucket) {
		names = append(names, key)
	}
	slices.Sort(names)
	return names
}
