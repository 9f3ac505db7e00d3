package eventlog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/magicbyte-go/magicbyte/eventlog"
	"github.com/magicbyte-go/magicbyte/integration"
)

// records is a rotation by their number alone.
func records(n int64) eventlog.Option {
	return eventlog.WithRotation(eventlog.Rotation{Records: n, Window: -1})
}

// TestObjectThatIsThereDecides writes a log anew over one with other boundaries, as an owner does who comes after one that closed its file early, or late.
func TestObjectThatIsThereDecides(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	topic := env.CreateTopic(t, "orders", 1)
	produced := env.Produce(t, makeRecords(topic, 0, 0, 1000)...)
	for _, tt := range []struct {
		name        string
		there, ours int64
		want        []int64
	}{
		{"the same", 100, 100, []int64{0, 100, 200, 300, 400, 500, 600, 700, 800, 900}},
		{"shorter ones", 70, 300, []int64{0, 70, 140, 210, 510, 810}},
		{"longer ones", 250, 40, []int64{0, 250, 500, 540, 580, 620, 660, 700, 740, 780, 820, 860, 900, 940, 980}},
		{"one that covers more than there is in memory", 600, 7, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bucket := memory(t)
			runToEnd(t, env, "first-"+tt.name, topic, bucket, records(tt.there))
			files, err := eventlog.List(t.Context(), bucket, topic)
			if err != nil {
				t.Fatal(err)
			}
			kept := objects(t, bucket)
			for _, f := range files {
				if len(files) > 3 && f.First >= 3*tt.there && tt.there != tt.ours || f.First >= 500 && tt.there == 250 || f.First >= 600 {
					if tt.there == tt.ours {
						continue
					}
					delete(kept, f.Key)
					if err := bucket.Delete(t.Context(), f.Key); err != nil {
						t.Fatal(err)
					}
				}
			}
			runToEnd(t, env, "second-"+tt.name, topic, bucket, records(tt.ours))
			now := objects(t, bucket)
			for key, object := range kept {
				if string(now[key]) != string(object) {
					t.Errorf("%s was overwritten", key)
				}
			}
			if got := firsts(t, bucket, topic); tt.want != nil && !slices.Equal(got, tt.want) {
				t.Errorf("files begin at %v, want %v", got, tt.want)
			}
			checkLog(t, produced, readAll(t, bucket, topic))
			report, err := eventlog.Verify(t.Context(), bucket, topic, -1, eventlog.WithEnds(map[int32]int64{0: 1000}))
			if err != nil || report.Err() != nil {
				t.Errorf("Verify: %v, %v", report.Err(), err)
			}
			env.AwaitCommitted(t, "second-"+tt.name, topic, map[int32]int64{0: 1000})
		})
	}
}

// TestTopicMadeAnewIsAConflict: another record at the offset of an object must not count as stored.
func TestTopicMadeAnewIsAConflict(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	topic, other := env.CreateTopic(t, "orders", 1), env.CreateTopic(t, "orders", 1)
	env.Produce(t, makeRecords(topic, 0, 0, 10)...)
	env.Produce(t, makeRecords(other, 0, 5, 10)...)
	bucket := memory(t)
	runToEnd(t, env, "log", topic, bucket)
	// The objects of one topic under the names of the other, with its name in them, are what an earlier topic of that name has left.
	inner := memory(t)
	for key, object := range objects(t, bucket) {
		if err := inner.WriteAll(t.Context(), strings.ReplaceAll(key, topic, other), rename(t, object, topic, other), nil); err != nil {
			t.Fatal(err)
		}
	}
	w, err := eventlog.New(config(env, "log"), []string{other}, inner)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.RunToEnd(t.Context()); !errors.Is(err, eventlog.ErrConflict) {
		t.Errorf("Run() = %v, want ErrConflict", err)
	}
	if at := env.Committed(t, "log", other); len(at) > 0 && at[0] > 0 {
		t.Errorf("committed %v", at)
	}
}

// rename puts another topic, of a name as long, into the metadata of a file.
func rename(t *testing.T, object []byte, from, to string) []byte {
	t.Helper()
	if len(from) != len(to) {
		t.Fatalf("%s and %s have different lengths", from, to)
	}
	return bytes.Replace(object, []byte(from), []byte(to), 1)
}

// TestUploadFaults has uploads fail before and after the object is there, and be slow: every record is kept once, and nothing is settled before it is stored.
func TestUploadFaults(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	topic := env.CreateTopic(t, "orders", 2)
	produced := env.Produce(t, append(makeRecords(topic, 0, 0, 1000), makeRecords(topic, 1, 0, 1000)...)...)
	inner := memory(t)
	var n atomic.Int64
	bucket := faulty(t, inner, faults{
		writing: func(string, int) error {
			if n.Add(1)%13 == 0 {
				return errors.New("connection reset")
			}
			return nil
		},
		before: func(ctx context.Context, _ string, _ []byte) error {
			switch n.Add(1) % 5 {
			case 0:
				return errors.New("service unavailable")
			case 1:
				return pause(ctx, 20*time.Millisecond)
			}
			return nil
		},
		after: func(context.Context, string, []byte) error {
			if n.Add(1)%4 == 0 {
				return errors.New("time-out")
			}
			return nil
		},
	})
	runToEnd(t, env, "log", topic, bucket, records(100))
	checkLog(t, produced, readAll(t, inner, topic))
	env.AwaitCommitted(t, "log", topic, map[int32]int64{0: 1000, 1: 1000})
	if n := len(keys(t, inner)); n != 20 {
		t.Errorf("got %d files, want 20", n)
	}
}

// TestUploadThatFailsForGoodEndsRun: the error names the object, and nothing behind the last stored one is settled.
func TestUploadThatFailsForGoodEndsRun(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		err     error
		retries int
		opening bool
	}{
		{"disk full", syscall.ENOSPC, 2, false},
		{"disk full when a file is created", syscall.ENOSPC, 0, true},
		{"no retries", errors.New("service unavailable"), 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			env := integration.Embedded(t)
			topic := env.CreateTopic(t, "orders", 1)
			produced := env.Produce(t, makeRecords(topic, 0, 0, 500)...)
			inner := memory(t)
			var attempts atomic.Int64
			fail := func(key string) error {
				if !strings.Contains(key, "00300.avro") {
					return nil
				}
				attempts.Add(1)
				return tt.err
			}
			f := faults{}
			if tt.opening {
				f.opening = fail
			} else {
				f.writing = func(key string, _ int) error { return fail(key) }
			}
			w, err := eventlog.New(config(env, "log"), []string{topic}, faulty(t, inner, f), records(100), eventlog.WithUploadRetries(tt.retries))
			if err != nil {
				t.Fatal(err)
			}
			err = w.RunToEnd(t.Context())
			var object *eventlog.ObjectError
			if !errors.Is(err, tt.err) || !errors.As(err, &object) || !strings.HasSuffix(object.Key, "00300.avro") {
				t.Errorf("Run() = %v", err)
			}
			if got := attempts.Load(); got != int64(tt.retries+1) {
				t.Errorf("%d attempts, want %d", got, tt.retries+1)
			}
			env.AwaitCommitted(t, "log", topic, map[int32]int64{0: 300})
			runToEnd(t, env, "log", topic, inner, records(100)) // the disk has room again
			checkLog(t, produced, readAll(t, inner, topic))
			if err := w.Run(t.Context()); !errors.Is(err, eventlog.ErrClosed) {
				t.Errorf("second Run: %v", err)
			}
		})
	}
}

// TestReaderNeverSeesHalfAFile lists and reads while uploads are under way.
func TestReaderNeverSeesHalfAFile(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	topic := env.CreateTopic(t, "orders", 1)
	env.Produce(t, makeRecords(topic, 0, 0, 3000)...)
	bucket, lockFile := folder(t, t.TempDir())
	w, err := eventlog.New(config(env, "log"), []string{topic}, bucket, records(50), eventlog.WithLockFile(lockFile))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- w.RunToEnd(context.WithoutCancel(t.Context())) }()
	looks := 0
	for running := true; running; looks++ {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			running = false
		default:
		}
		report, err := eventlog.Verify(t.Context(), bucket, topic, -1)
		if err != nil {
			t.Fatal(err)
		}
		if report.Err() != nil {
			t.Fatalf("a reader saw %v", report.Err())
		}
	}
	t.Logf("%d looks", looks)
	if n := len(readAll(t, bucket, topic)[0]); n != 3000 {
		t.Errorf("got %d records", n)
	}
}

// TestFileGoesAwayUnderAListing: the folder's driver fails when a temporary file is renamed between its name and its size being read.
func TestFileGoesAwayUnderAListing(t *testing.T) {
	t.Parallel()
	inner := memory(t)
	const key = "orders/partition=0/orders+0+00000000000000000000.avro"
	if err := inner.WriteAll(t.Context(), key, []byte("x"), nil); err != nil {
		t.Fatal(err)
	}
	gone := &fs.PathError{Op: "lstat", Path: key + ".tmp", Err: fs.ErrNotExist}
	for _, tt := range []struct {
		name     string
		err      error
		failures int
		looks    int
		want     error
	}{
		{"three times", gone, 3, 4, nil},
		{"without end", gone, math.MaxInt, 100, fs.ErrNotExist},
		{"another error", fs.ErrPermission, 1, 1, fs.ErrPermission},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			looks := 0
			bucket := faulty(t, inner, faults{listing: func() error {
				if looks++; looks <= tt.failures {
					return tt.err
				}
				return nil
			}})
			files, err := eventlog.List(t.Context(), bucket, "orders")
			if !errors.Is(err, tt.want) || looks != tt.looks {
				t.Errorf("List() = %v after %d looks, want %v after %d", err, looks, tt.want, tt.looks)
			}
			if err == nil && (len(files) != 1 || files[0].Key != key) {
				t.Errorf("files %+v", files)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	bucket := memory(t)
	good := map[string]any{"bootstrap.servers": "localhost:1", "group.id": "log"}
	for _, tt := range []struct {
		name   string
		config map[string]any
		opts   []eventlog.Option
		want   string
	}{
		{"latest", map[string]any{"bootstrap.servers": "localhost:1", "group.id": "log", "auto.offset.reset": "latest"}, nil, "auto.offset.reset"},
		{"no group", map[string]any{"bootstrap.servers": "localhost:1"}, nil, "group.id"},
		{"memory", good, []eventlog.Option{eventlog.WithMemory(1)}, "WithMemory"},
		{"rotation", good, []eventlog.Option{eventlog.WithRotation(eventlog.Rotation{Records: -1})}, "WithRotation"},
		{"idle", good, []eventlog.Option{eventlog.WithIdleFlush(-1)}, "WithIdleFlush"},
		{"compression", good, []eventlog.Option{eventlog.WithCompression("brotli")}, "brotli"},
		{"level", good, []eventlog.Option{eventlog.WithLevel(99)}, "WithLevel"},
		{"time path", good, []eventlog.Option{eventlog.WithTimePath("2006/partition=1")}, "WithTimePath"},
		{"values", good, []eventlog.Option{eventlog.WithValues(nil)}, "WithValues"},
		{"retries", good, []eventlog.Option{eventlog.WithUploadRetries(-1)}, "WithUploadRetries"},
		{"subject", good, []eventlog.Option{eventlog.WithSubject(nil)}, "WithSubject"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := eventlog.New(kafkaConfig(tt.config), []string{"orders"}, bucket, tt.opts...)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New() = %v, want an error about %s", err, tt.want)
			}
		})
	}
	if _, err := eventlog.New(kafkaConfig(good), []string{"orders"}, nil); err == nil || !strings.Contains(err.Error(), "bucket") {
		t.Errorf("New without bucket: %v", err)
	}
}

func TestBucketThatIsNotThere(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	topic := env.CreateTopic(t, "orders", 1)
	inner := memory(t)
	_, missing := inner.ReadAll(t.Context(), "nothing")
	for _, tt := range []struct {
		name string
		err  error
	}{{"no such bucket", missing}, {"host not found", errors.New("no such host")}} {
		w, err := eventlog.New(config(env, "log"), []string{topic}, faulty(t, inner, faults{listing: func() error { return tt.err }}))
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "eventlog: reach the bucket: ") {
			t.Errorf("%s: Run() = %v", tt.name, err)
		}
	}
	w, err := eventlog.New(config(env, "log"), []string{"nowhere"}, inner)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("Run() on an unknown topic = %v", err)
	}
}

// TestCompletingAFileTakesNoMemory: files are closed early to make room, when there may be none left.
func TestCompletingAFileTakesNoMemory(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 3, 30, 300} {
		value := make([]byte, 10_000)
		_, _ = rand.NewChaCha8([32]byte{1}).Read(value) // which does not compress
		before, peak, err := eventlog.FileOf(func(yield func(*eventlog.Envelope) bool) {
			for i := range n {
				if !yield(&eventlog.Envelope{Topic: "orders", Offset: int64(i), Timestamp: base, TimestampType: eventlog.TimestampTypeCreateTime, Value: value}) {
					return
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if peak > before {
			t.Errorf("%d records: %d bytes when it was closed, and %d before it was complete", n, before, peak)
		}
	}
}

// TestMemoryClosesTheLargestFileEarly needs more than the bound for files that are never full, in each partition: one may come as a whole before the
// others begin.
func TestMemoryClosesTheLargestFileEarly(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	topic := env.CreateTopic(t, "orders", 3)
	var produced []integration.Record
	value := []byte(strings.Repeat(fmt.Sprint(time.Now().UnixNano()), 500))
	for p := range int32(3) {
		for i := range 700 {
			produced = append(produced, integration.Record{Topic: topic, Partition: p, Timestamp: base.Add(time.Duration(i)), Key: fmt.Append(nil, i), Value: value})
		}
	}
	produced = env.Produce(t, produced...)
	bucket := memory(t)
	w, err := eventlog.New(config(env, "log"), []string{topic}, bucket, eventlog.WithMemory(64<<20), eventlog.WithCompression("null"))
	if err != nil {
		t.Fatal(err)
	}
	eventlog.LimitMemory(w, 6<<20)
	if err := w.RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkLog(t, produced, readAll(t, bucket, topic))
	peak, limit, left := eventlog.MemoryOf(w)
	if peak > limit || peak < limit/2 {
		t.Errorf("the peak was %d bytes, the limit is %d", peak, limit)
	}
	if left != 0 {
		t.Errorf("%d bytes are still held", left)
	}
	if n := len(keys(t, bucket)); n < 6 {
		t.Errorf("%d files: a partition's was never closed early", n)
	}
}

func TestIdleFlush(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	topic := env.CreateTopic(t, "orders", 1)
	produced := env.Produce(t, makeRecords(topic, 0, 0, 10)...)
	bucket := memory(t)
	w, err := eventlog.New(config(env, "log"), []string{topic}, bucket, eventlog.WithIdleFlush(50*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	env.AwaitCommitted(t, "log", topic, map[int32]int64{0: 10})
	produced = append(produced, env.Produce(t, makeRecords(topic, 0, 10, 5)...)...)
	env.AwaitCommitted(t, "log", topic, map[int32]int64{0: 15})
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	checkLog(t, produced, readAll(t, bucket, topic))
}

// TestEndDropsOrFinishes: an open file is dropped when Run ends, or stored on request.
func TestEndDropsOrFinishes(t *testing.T) {
	t.Parallel()
	for _, finish := range []bool{false, true} {
		t.Run(fmt.Sprint(finish), func(t *testing.T) {
			t.Parallel()
			env := integration.Embedded(t)
			topic := env.CreateTopic(t, "orders", 1)
			produced := env.Produce(t, makeRecords(topic, 0, 0, 150)...)
			stored := make(chan string, 10)
			inner := memory(t)
			bucket := faulty(t, inner, faults{stored: func(_ context.Context, key string, _ []byte, _ error) { stored <- key }})
			opts := []eventlog.Option{records(100)}
			if finish {
				opts = append(opts, eventlog.WithFinish())
			}
			w, err := eventlog.New(config(env, "log"), []string{topic}, bucket, opts...)
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- w.Run(context.WithoutCancel(t.Context())) }()
			<-stored
			env.AwaitCommitted(t, "log", topic, map[int32]int64{0: 100})
			if err := w.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			want := 1
			if finish {
				want = 2
			}
			if n := len(keys(t, inner)); n != want {
				t.Errorf("%d files, want %d", n, want)
			}
			if _, _, left := eventlog.MemoryOf(w); left != 0 {
				t.Errorf("%d bytes are still held", left)
			}
			runToEnd(t, env, "log", topic, inner, records(100))
			checkLog(t, produced, readAll(t, inner, topic))
		})
	}
}
