package consumer_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/consumer"
)

// TestSeekBackIsCommitted as soon as records are settled behind the new offset, and not when the client has come to where it was.
func TestSeekBackIsCommitted(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"classic", "consumer"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 1)
			produce(t, c, numbered(0, 0, 10)...)
			cfg := config(c)
			if protocol == "consumer" {
				cfg = newProtocol(cfg)
			}
			var stand atomic.Bool
			goOn := make(chan struct{})
			commits := make(chan []consumer.Ref, 100)
			member := newText(t, cfg, consumer.WithHooks(commitHook(commits)))
			r := start(t, member, func(ctx context.Context, rec *textRecord) error {
				if stand.Load() && rec.Offset == 5 {
					select {
					case <-goOn:
					case <-ctx.Done():
						return context.Cause(ctx)
					}
				}
				return nil
			})
			eventually(t, "all is committed", func() bool { return committed(c, 0) == 10 })
			stand.Store(true)
			for range 3 {
				if err := member.Seek(t.Context(), consumer.Ref{Topic: topic, Offset: 2}); err != nil {
					t.Fatal(err)
				}
				eventually(t, "what is settled is committed", func() bool { return committed(c, 0) == 5 })
				for refs := receive(t, commits); refs[0].Offset != 5; refs = receive(t, commits) {
				}
				goOn <- struct{}{}
				eventually(t, "the client commits again", func() bool { return committed(c, 0) == 10 })
			}
			stand.Store(false)
			r.stop()
		})
	}
}

// commitHook is told of commits.
type commitHook chan []consumer.Ref

func (h commitHook) OnCommitted(refs []consumer.Ref, err error) {
	if err == nil && len(refs) > 0 {
		h <- refs
	}
}

func TestPauseIsIntent(t *testing.T) {
	t.Parallel()
	c := cluster(t, 2)
	produce(t, c, append(numbered(0, 0, 3), numbered(1, 0, 3)...)...)
	cfg := config(c)
	cfg["heartbeat.interval.ms"] = 100
	assigned := make(chan struct{}, 8)
	member := newText(t, cfg, consumer.WithLogger(watch("partitions assigned", assigned)))
	second := consumer.TopicPartition{Topic: topic, Partition: 1}
	member.Pause(second) // before Run
	records := [2]chan int64{make(chan int64, 10), make(chan int64, 10)}
	r := start(t, member, func(_ context.Context, rec *textRecord) error {
		records[rec.Partition] <- rec.Offset
		return nil
	})
	receive(t, assigned)
	for want := range int64(3) {
		if got := receive(t, records[0]); got != want {
			t.Errorf("got offset %d, want %d", got, want)
		}
	}
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Group: group, TopLevel: true, Err: kerr.UnknownMemberID})
	receive(t, assigned) // again, and still paused
	eventually(t, "the other partition is committed", func() bool { return committed(c, 0) == 3 })
	produce(t, c, numbered(0, 3, 1)...)
	for got := int64(-1); got != 3; got = receive(t, records[0]) {
	}
	if n := len(records[1]); n > 0 {
		t.Errorf("%d records of the paused partition were handled", n)
	}
	member.Resume(second)
	for want := range int64(3) {
		if got := receive(t, records[1]); got != want {
			t.Errorf("after Resume: got offset %d, want %d", got, want)
		}
	}
	member.Pause() // all
	member.Resume()
	produce(t, c, numbered(1, 3, 1)...)
	if got := receive(t, records[1]); got != 3 {
		t.Errorf("after pausing and resuming all: got offset %d, want 3", got)
	}
	r.stop()
}

func TestSeek(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		opts   []consumer.Option
		paused bool
		seek   func(*text) error
		want   int64 // the offset that the partition goes on with
	}{
		{name: "back", seek: func(c *text) error { return c.Seek(t.Context(), consumer.Ref{Topic: topic, Offset: 100}) }, want: 100},
		{name: "forward", seek: func(c *text) error { return c.Seek(t.Context(), consumer.Ref{Topic: topic, Offset: 900}) }, want: 900},
		{
			name: "while the partition is full", opts: []consumer.Option{consumer.WithPartitionQueue(200, 1<<20)},
			seek: func(c *text) error { return c.Seek(t.Context(), consumer.Ref{Topic: topic, Offset: 700}) }, want: 700,
		},
		{
			name: "while the user has paused it", paused: true,
			seek: func(c *text) error { return c.Seek(t.Context(), consumer.Ref{Topic: topic, Offset: 700}) }, want: 700,
		},
		{
			name: "to a time", want: 500,
			seek: func(c *text) error { return c.SeekTime(t.Context(), time.UnixMilli(1_700_000_000_000+499_500)) },
		},
		{
			name: "to a time, one partition", want: 20,
			seek: func(c *text) error {
				return c.SeekTime(t.Context(), time.UnixMilli(1_700_000_000_000+20_000), consumer.TopicPartition{Topic: topic})
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 1)
			records := numbered(0, 0, 1000)
			for i, rec := range records {
				rec.Timestamp = time.UnixMilli(1_700_000_000_000 + 1000*int64(i))
			}
			produce(t, c, records...)
			member := newText(t, config(c), test.opts...)
			entered, release := make(chan int64, 2000), make(chan struct{})
			r := start(t, member, func(_ context.Context, rec *textRecord) error {
				entered <- rec.Offset
				if rec.Offset == 300 {
					<-release
				}
				return nil
			})
			for got := int64(0); got != 300; {
				got = receive(t, entered)
			}
			if test.paused {
				member.Pause()
			}
			if err := test.seek(member); err != nil {
				t.Fatalf("Seek = %v", err)
			}
			if n := len(entered); n > 0 {
				t.Errorf("%d records were started while one of the old epoch is in the handler", n)
			}
			close(release) // its completion counts for nothing
			member.Resume()
			for want := test.want; want < 1000; want++ {
				if got := receive(t, entered); got != want {
					t.Fatalf("after the seek: got offset %d, want %d", got, want)
				}
			}
			r.stop()
			if got := committed(c, 0); got != 1000 {
				t.Errorf("committed %d, want 1000", got)
			}
		})
	}
}

func TestSeekRefusals(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	member := newText(t, config(c))
	if err := member.Seek(t.Context(), consumer.Ref{Topic: topic}); !errors.Is(err, consumer.ErrNotAssigned) {
		t.Errorf("Seek before Run = %v, want ErrNotAssigned", err)
	}
	r := start(t, member, func(context.Context, *textRecord) error { return nil })
	receive(t, member.Ready())
	if err := member.Seek(t.Context(), consumer.Ref{Topic: topic, Partition: 7}); !errors.Is(err, consumer.ErrNotAssigned) {
		t.Errorf("Seek of a partition that is not there = %v, want ErrNotAssigned", err)
	}
	if err := member.Seek(t.Context(), consumer.Ref{Topic: topic, Offset: -1}); err == nil {
		t.Error("Seek to offset -1 = nil, want an error")
	}
	r.stop()
	if err := member.Seek(t.Context(), consumer.Ref{Topic: topic}); !errors.Is(err, consumer.ErrClosed) {
		t.Errorf("Seek after Run = %v, want ErrClosed", err)
	}
}

func TestAuthorizationThatIsTakenAwayEndsRun(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		fault kfake.Fault
	}{
		{"topic, when fetching", kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Topic: topic, Err: kerr.TopicAuthorizationFailed, Count: -1}},
		{"topic, in the metadata", kfake.Fault{Keys: []kmsg.Key{kmsg.Metadata}, Topic: topic, Err: kerr.TopicAuthorizationFailed, Count: -1}},
		{"group", kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat, kmsg.JoinGroup}, Group: group, TopLevel: true, Err: kerr.GroupAuthorizationFailed, Count: -1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 1)
			produce(t, c, &kgo.Record{Value: []byte("v")})
			values := make(chan string, 1)
			r := start(t, newText(t, config(c, "topic.metadata.refresh.interval.ms", "100")), func(_ context.Context, rec *textRecord) error {
				values <- rec.Value
				return nil
			})
			receive(t, values)
			c.Fault(test.fault)
			if err := r.wait(); !errors.Is(err, consumer.ErrUnauthorized) {
				t.Errorf("Run() = %v, want ErrUnauthorized", err)
			}
		})
	}
}
