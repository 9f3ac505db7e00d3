package eventlog_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gocloud.dev/blob"

	"github.com/magicbyte-go/magicbyte/eventlog"
	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

// firsts returns the first offsets of the files of a partition.
func firsts(t *testing.T, bucket *blob.Bucket, topic string, opts ...eventlog.ReadOption) []int64 {
	t.Helper()
	files, err := eventlog.List(t.Context(), bucket, topic, opts...)
	if err != nil {
		t.Fatal(err)
	}
	var list []int64
	for _, f := range files {
		list = append(list, f.First)
	}
	return list
}

// TestNames has files under their first offset, below prefix, topic, time path and partition.
func TestNames(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	topic := env.CreateTopic(t, "orders.raw", 12)
	env.Produce(t, makeRecords(topic, 11, 0, 5)...)
	for _, tt := range []struct {
		name string
		opts []eventlog.Option
		want string
	}{
		{"plain", nil, "TOPIC/partition=11/TOPIC+11+00000000000000000000.avro"},
		{"prefix", []eventlog.Option{eventlog.WithPrefix("/raw/prod/")}, "raw/prod/TOPIC/partition=11/TOPIC+11+00000000000000000000.avro"},
		{
			"time path",
			[]eventlog.Option{eventlog.WithPrefix("raw"), eventlog.WithTimePath("year=2006/month=01/day=02/hour=15")},
			"raw/TOPIC/year=2026/month=03/day=01/hour=10/partition=11/TOPIC+11+00000000000000000000.avro",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bucket := memory(t)
			runToEnd(t, env, "log-"+tt.name, topic, bucket, tt.opts...)
			want := strings.ReplaceAll(tt.want, "TOPIC", topic)
			if got := keys(t, bucket); !slices.Equal(got, []string{want}) {
				t.Errorf("got %q, want %q", got, want)
			}
			var opts []eventlog.ReadOption
			if prefix, _, ok := strings.Cut(want, "/"+topic+"/"); ok {
				opts = append(opts, eventlog.WithPrefix(prefix))
			}
			if got := firsts(t, bucket, topic, opts...); !slices.Equal(got, []int64{0}) {
				t.Errorf("List finds %v", got)
			}
		})
	}
}

// TestRotation ends files by what the records say.
func TestRotation(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	at := func(d time.Duration, n int) integration.Record {
		return integration.Record{Timestamp: base.Add(d), Value: bytes.Repeat([]byte("x"), n)}
	}
	for _, tt := range []struct {
		name     string
		rotation eventlog.Rotation
		records  []integration.Record
		want     []int64 // first offsets
	}{
		{"records", eventlog.Rotation{Records: 2}, []integration.Record{at(0, 1), at(0, 1), at(0, 1), at(0, 1), at(0, 1)}, []int64{0, 2, 4}},
		{"bytes end behind the record that reaches them", eventlog.Rotation{Bytes: 300}, []integration.Record{at(0, 100), at(0, 200), at(0, 268), at(0, 1)}, []int64{0, 2, 3}},
		{"window of an hour by default", eventlog.Rotation{}, []integration.Record{at(0, 1), at(time.Hour-time.Millisecond, 1), at(time.Hour, 1)}, []int64{0, 2}},
		{
			"late records change nothing",
			eventlog.Rotation{Window: time.Minute},
			[]integration.Record{at(0, 1), at(-time.Hour, 1), at(30*time.Second, 1), at(time.Minute, 1), at(0, 1), at(2*time.Minute, 1)},
			[]int64{0, 3, 5},
		},
		{"no window", eventlog.Rotation{Window: -1}, []integration.Record{at(0, 1), at(1000*time.Hour, 1)}, []int64{0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			topic := env.CreateTopic(t, "rotation", 1)
			for i := range tt.records {
				tt.records[i].Topic = topic
			}
			produced := env.Produce(t, tt.records...)
			bucket := memory(t)
			runToEnd(t, env, topic, topic, bucket, eventlog.WithRotation(tt.rotation))
			if got := firsts(t, bucket, topic); !slices.Equal(got, tt.want) {
				t.Errorf("files begin at %v, want %v", got, tt.want)
			}
			checkLog(t, produced, readAll(t, bucket, topic))
		})
	}
}

// TestFilesAreTheSameTwice writes a topic twice, by different groups, in each compression.
func TestFilesAreTheSameTwice(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	topic := env.CreateTopic(t, "orders", 2)
	produced := env.Produce(t, append(makeRecords(topic, 0, 0, 2000), makeRecords(topic, 1, 0, 500)...)...)
	for _, c := range []ocf.Compression{ocf.Null, ocf.Deflate, ocf.Snappy, ocf.Zstandard} {
		t.Run(string(c), func(t *testing.T) {
			t.Parallel()
			one, two := memory(t), memory(t)
			for i, bucket := range []*blob.Bucket{one, two} {
				runToEnd(t, env, fmt.Sprintf("%s-%d", c, i), topic, bucket, eventlog.WithCompression(c), eventlog.WithRotation(eventlog.Rotation{Records: 333}))
			}
			a, b := objects(t, one), objects(t, two)
			if len(a) != 9 || len(b) != 9 {
				t.Errorf("got %d and %d files, want 9", len(a), len(b))
			}
			for key := range a {
				if !bytes.Equal(a[key], b[key]) {
					t.Errorf("%s differs", key)
				}
			}
			checkLog(t, produced, readAll(t, one, topic))
			key := fmt.Sprintf("%s/partition=0/%s+0+%020d.avro", topic, topic, 333)
			r, err := ocf.NewReader(bytes.NewReader(a[key]), eventlog.Envelopes)
			if err != nil {
				t.Fatal(err)
			}
			if h := r.Header(); h.Compression != c {
				t.Errorf("compression %s, want %s", h.Compression, c)
			}
			m, err := eventlog.Describe(t.Context(), one, key)
			if err != nil || m.Topic != topic || m.Partition != 0 || m.First != 333 || m.Last != 665 || m.Records != 333 || m.Mode != eventlog.Raw || m.Begins {
				t.Errorf("Describe: %+v, %v", m, err)
			}
		})
	}
}
