package eventlog_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gocloud.dev/blob"

	"github.com/magicbyte-go/magicbyte/eventlog"
	"github.com/magicbyte-go/magicbyte/integration"
)

// written is a log of 100 records in each of two partitions, ten a file.
func written(t *testing.T, opts ...eventlog.Option) (env *integration.Env, topic string, bucket *blob.Bucket, produced []integration.Record) {
	t.Helper()
	env = integration.Embedded(t)
	topic = env.CreateTopic(t, "orders", 2)
	produced = env.Produce(t, append(makeRecords(topic, 0, 0, 100), makeRecords(topic, 1, 0, 100)...)...)
	bucket = memory(t)
	runToEnd(t, env, "log", topic, bucket, append([]eventlog.Option{records(10)}, opts...)...)
	return env, topic, bucket, produced
}

func nameOf(topic string, partition int32, first int64) string {
	return fmt.Sprintf("%s/partition=%d/%s+%d+%020d.avro", topic, partition, topic, partition, first)
}

// TestVerifyNamesEachObject damages a log in every way, each by itself.
func TestVerifyNamesEachObject(t *testing.T) {
	t.Parallel()
	for _, compression := range []eventlog.Option{eventlog.WithCompression("null"), eventlog.WithCompression("zstandard")} {
		_, topic, log, _ := written(t, compression)
		whole := objects(t, log)
		key := nameOf(topic, 1, 50)
		put := func(t *testing.T, b *blob.Bucket, key string, object []byte) {
			t.Helper()
			if err := b.WriteAll(t.Context(), key, object, nil); err != nil {
				t.Fatal(err)
			}
		}
		for _, tt := range []struct {
			name   string
			damage func(t *testing.T, b *blob.Bucket)
			want   []string // what the problems name
		}{
			{"nothing", func(*testing.T, *blob.Bucket) {}, nil},
			{"removed", func(t *testing.T, b *blob.Bucket) { _ = b.Delete(t.Context(), key) }, []string{key}},
			{"two removed", func(t *testing.T, b *blob.Bucket) {
				_ = b.Delete(t.Context(), key)
				_ = b.Delete(t.Context(), nameOf(topic, 0, 90))
			}, []string{key, nameOf(topic, 0, 90)}},
			{"the first removed", func(t *testing.T, b *blob.Bucket) { _ = b.Delete(t.Context(), nameOf(topic, 1, 0)) }, []string{"offsets before 10"}},
			{"a partition removed", func(t *testing.T, b *blob.Bucket) {
				for k := range whole {
					if strings.Contains(k, "partition=1") {
						_ = b.Delete(t.Context(), k)
					}
				}
			}, []string{"[1]: offsets 0 to 99"}},
			{"truncated in a block", func(t *testing.T, b *blob.Bucket) { put(t, b, key, whole[key][:len(whole[key])-20]) }, []string{key}},
			{"truncated in the header", func(t *testing.T, b *blob.Bucket) { put(t, b, key, whole[key][:100]) }, []string{key}},
			{"truncated behind the header", func(t *testing.T, b *blob.Bucket) {
				put(t, b, key, whole[key][:headerLength(t, whole[key])])
			}, []string{key}},
			{"empty", func(t *testing.T, b *blob.Bucket) { put(t, b, key, nil) }, []string{key}},
			{"longer", func(t *testing.T, b *blob.Bucket) { put(t, b, key, append(slices.Clone(whole[key]), 0)) }, []string{key}},
			{"swapped", func(t *testing.T, b *blob.Bucket) {
				other := nameOf(topic, 0, 50)
				put(t, b, key, whole[other])
				put(t, b, other, whole[key])
			}, []string{key, nameOf(topic, 0, 50)}},
			{"another topic's", func(t *testing.T, b *blob.Bucket) {
				put(t, b, key, rename(t, whole[key], topic, strings.ToUpper(topic)))
			}, []string{key}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				b := memory(t)
				for k, object := range whole {
					put(t, b, k, object)
				}
				tt.damage(t, b)
				report, err := eventlog.Verify(t.Context(), b, topic, -1, eventlog.WithEnds(map[int32]int64{0: 100, 1: 100}))
				if err != nil {
					t.Fatal(err)
				}
				text := fmt.Sprint(report.Err())
				for _, want := range tt.want {
					if !strings.Contains(text, want) {
						t.Errorf("no problem names %s: %s", want, text)
					}
				}
				if len(tt.want) == 0 && report.Err() != nil {
					t.Errorf("got %v", report.Err())
				}
				for _, problem := range report.Problems {
					var gap *eventlog.GapError
					var object *eventlog.ObjectError
					if !errors.As(problem, &gap) && !errors.As(problem, &object) {
						t.Errorf("a problem of type %T", problem)
					}
				}
			})
		}
	}
}

func headerLength(t *testing.T, object []byte) int {
	t.Helper()
	// The first sync marker ends the header, and is the object's last 16 bytes, too.
	sync := string(object[len(object)-16:])
	i := strings.Index(string(object), sync)
	if i < 0 {
		t.Fatal("there is no sync marker")
	}
	return i + 16
}

// TestVerifyFindsEveryFlippedBit flips one bit of each byte of an object.
func TestVerifyFindsEveryFlippedBit(t *testing.T) {
	t.Parallel()
	_, topic, log, _ := written(t)
	key := nameOf(topic, 0, 30)
	object := objects(t, log)[key]
	step := 1
	if testing.Short() {
		step = 29
	}
	for i := 0; i < len(object); i += step {
		b := memory(t)
		bad := slices.Clone(object)
		bad[i] ^= 1 << (i % 8)
		if err := b.WriteAll(t.Context(), key, bad, nil); err != nil {
			t.Fatal(err)
		}
		report, err := eventlog.Verify(t.Context(), b, topic, 30)
		if err != nil {
			t.Fatal(err)
		}
		var found *eventlog.ObjectError
		if !errors.As(report.Err(), &found) || found.Key != key {
			t.Fatalf("bit %d of byte %d of %d: %v", i%8, i, len(object), report.Err())
		}
	}
}

// TestRead chooses by offset, partition and time, and tells of gaps.
func TestRead(t *testing.T) {
	t.Parallel()
	_, topic, bucket, _ := written(t)
	read := func(from, to int64, opts ...eventlog.ReadOption) (got map[int32][]int64, problems []error) {
		got = map[int32][]int64{}
		for e, err := range eventlog.Read(t.Context(), bucket, topic, from, to, opts...) {
			if err != nil {
				problems = append(problems, err)
				continue
			}
			got[e.Partition] = append(got[e.Partition], e.Offset)
		}
		return got, problems
	}
	check := func(name string, got []int64, from, to int64) {
		t.Helper()
		if int64(len(got)) != to-from || len(got) > 0 && (got[0] != from || got[len(got)-1] != to-1) {
			t.Errorf("%s: got %v, want %d to %d", name, got, from, to-1)
		}
	}
	got, problems := read(0, -1)
	check("all", got[0], 0, 100)
	check("all", got[1], 0, 100)
	got, _ = read(25, 61)
	check("a part", got[0], 25, 61)
	got, _ = read(25, 61, eventlog.WithPartitions(1))
	check("no partition 0", got[0], 0, 0)
	check("partition 1", got[1], 25, 61)
	got, _ = read(0, -1, eventlog.WithTimes(base.Add(13*time.Second), base.Add(44*time.Second)))
	check("times", got[0], 13, 44)
	got, _ = read(200, -1)
	check("behind the end", got[0], 0, 0)
	if len(problems) > 0 {
		t.Errorf("problems: %v", problems)
	}
	for e, err := range eventlog.Read(t.Context(), bucket, topic, 0, -1) {
		if err != nil || e.Offset != 0 {
			t.Errorf("got %v, %v", e, err)
		}
		break
	}

	for _, first := range []int64{0, 20, 30} {
		if err := bucket.Delete(t.Context(), nameOf(topic, 0, first)); err != nil {
			t.Fatal(err)
		}
	}
	if err := bucket.WriteAll(t.Context(), nameOf(topic, 0, 60), []byte("nothing"), nil); err != nil {
		t.Fatal(err)
	}
	got, problems = read(0, -1, eventlog.WithPartitions(0))
	if len(got[0]) != 60 || len(problems) != 4 {
		t.Fatalf("got %d records and %v", len(got[0]), problems)
	}
	for i, want := range []eventlog.GapError{{From: 0, To: 10}, {From: 20, To: 40}} {
		var gap *eventlog.GapError
		if !errors.As(problems[i], &gap) || gap.From != want.From || gap.To != want.To {
			t.Errorf("problem %d is %v, want a gap from %d to %d", i, problems[i], want.From, want.To)
		}
	}
	var object *eventlog.ObjectError
	if !errors.As(problems[2], &object) || object.Key != nameOf(topic, 0, 60) || !errors.Is(object, eventlog.ErrDamaged) {
		t.Errorf("got %v", problems[2])
	}
}

// TestTransactionsLeaveHolesNotGaps: markers take offsets that no record has.
func TestTransactionsLeaveHolesNotGaps(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	topic := env.CreateTopic(t, "orders", 1)
	for i := range 6 {
		transaction(t, env, i%2 == 0, makeRecords(topic, 0, 10*i, 10)...)
	}
	bucket := memory(t)
	runToEnd(t, env, "log", topic, bucket, records(7))
	want := env.ReadAll(t, topic)
	if len(want) != 30 {
		t.Fatalf("the topic has %d committed records", len(want))
	}
	checkLog(t, want, readAll(t, bucket, topic))
	report, err := eventlog.Verify(t.Context(), bucket, topic, -1)
	if err != nil || report.Err() != nil || report.Records != 30 || report.Holes == 0 {
		t.Errorf("Verify: %+v, %v", report, err)
	}
	if got, want := env.Committed(t, "log", topic)[0], want[29].Offset+1; got != want {
		t.Errorf("committed %d, want %d", got, want)
	}
}

// TestReplay brings records back to a topic as they were.
func TestReplay(t *testing.T) {
	t.Parallel()
	env, topic, bucket, produced := written(t)
	target := env.CreateTopic(t, "again", 2)
	sent, err := eventlog.Replay(t.Context(), bucket, topic, 0, -1, kafkaConfig(map[string]any{"bootstrap.servers": env.Brokers}), target)
	if err != nil || sent != 200 {
		t.Fatalf("sent %d, %v", sent, err)
	}
	again := env.ReadAll(t, target)
	for i, r := range again {
		r.Topic = topic
		e := &eventlog.Envelope{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Timestamp: r.Timestamp, TimestampType: eventlog.TimestampTypeCreateTime, Key: r.Key, Value: r.Value}
		for _, h := range r.Headers {
			e.Headers = append(e.Headers, eventlog.Header{Key: []byte(h.Key), Value: h.Value})
		}
		if diff := different(&produced[i], e); diff != "" {
			t.Fatal(diff)
		}
	}
	if len(again) != 200 {
		t.Errorf("%d records came", len(again))
	}
	if _, err := eventlog.Replay(t.Context(), bucket, topic, 0, -1, kafkaConfig(map[string]any{"bootstrap.servers": env.Brokers}), "nowhere"); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("to an unknown topic: %v", err)
	}
	if err := bucket.Delete(t.Context(), nameOf(topic, 0, 20)); err != nil {
		t.Fatal(err)
	}
	sent, err = eventlog.Replay(t.Context(), bucket, topic, 0, -1, kafkaConfig(map[string]any{"bootstrap.servers": env.Brokers}), target, eventlog.WithRate(1e6), eventlog.WithRepartition())
	var gap *eventlog.GapError
	if !errors.As(err, &gap) || sent != 20 {
		t.Errorf("over a gap: sent %d, %v", sent, err)
	}
}
