package consumer_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/consumer"
)

func TestShutdownLeavesNoMember(t *testing.T) {
	t.Parallel()
	for _, protocol := range protocols {
		t.Run(protocol.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 1)
			nothing := func(context.Context, *textRecord) error { return nil }
			first := newText(t, protocol.config(config(c)))
			owner := start(t, first, nothing)
			receive(t, first.Ready())

			second := newText(t, protocol.config(config(c)))
			idle := start(t, second, nothing)
			members := func() int { return len(c.GroupInfo(group).Members) }
			eventually(t, "both are members", func() bool { return members() == 2 })
			idle.stop()
			if got := members(); got != 1 {
				t.Errorf("%d members after one without partitions ended, want 1", got)
			}
			owner.stop()
			if got := members(); got != 0 {
				t.Errorf("%d members after the one with partitions ended, want 0", got)
			}
		})
	}
}

func TestShutdownDuringJoinLeavesNoMember(t *testing.T) {
	t.Parallel()
	for _, protocol := range protocols {
		t.Run(protocol.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 1)
			nothing := func(context.Context, *textRecord) error { return nil }
			for i := range 6 {
				after := time.Duration(5+60*i) * time.Millisecond
				ctx, cancel := context.WithTimeout(t.Context(), after)
				if err := newText(t, protocol.config(config(c))).Run(ctx, nothing); err != nil {
					t.Errorf("Run() = %v, want nil", err)
				}
				cancel()
				if g := c.GroupInfo(group); g != nil && len(g.Members) != 0 {
					t.Errorf("stopped after %v: members %+v", after, g.Members)
				}
			}
		})
	}
}

// A join whose answer takes its time: librdkafka says no goodbye as long as it does not know that it is a member.
func TestShutdownWaitsForASlowJoin(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	joining := make(chan struct{})
	c.ControlKey(int16(kmsg.ConsumerGroupHeartbeat), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.DropControl()
		close(joining)
		c.SleepControl(func() { <-time.After(800 * time.Millisecond) }) // the broker is busy
		return nil, nil, false
	})
	r := start(t, newText(t, newProtocol(config(c))), func(context.Context, *textRecord) error { return nil })
	receive(t, joining)
	r.cancel()
	r.stop()
	if got := c.GroupInfo(group).Members; len(got) != 0 {
		t.Errorf("members after Run returned: %+v", got)
	}
}

func TestShutdownWaitsForHandlers(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 3)...)
	entered, release := make(chan int64, 3), make(chan struct{})
	r := start(t, newText(t, config(c)), func(ctx context.Context, rec *textRecord) error {
		entered <- rec.Offset
		<-release
		return context.Cause(ctx) // nil as long as the drain goes on
	})
	receive(t, entered)
	r.cancel()
	close(release)
	r.stop()
	if got := committed(c, 0); got != 1 {
		t.Errorf("committed %d, want 1: the record in the handler was settled, the others were not started", got)
	}
	if len(entered) != 0 {
		t.Errorf("the record at offset %d was started during the shutdown", <-entered)
	}
}

func TestShutdownCancelsSlowHandlers(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 3)...)
	entered, cause := make(chan int64, 3), make(chan error, 1)
	r := start(t, newText(t, config(c), consumer.WithShutdownDrain(50*time.Millisecond), consumer.WithDeadLetters()),
		func(ctx context.Context, rec *textRecord) error {
			entered <- rec.Offset
			<-ctx.Done()
			cause <- context.Cause(ctx)
			return ctx.Err()
		})
	receive(t, entered)
	r.cancel()
	err := r.wait()
	want := &consumer.ShutdownError{Abandoned: []consumer.Ref{{Topic: topic, Partition: 0, Offset: 0}}}
	got, _ := errors.AsType[*consumer.ShutdownError](err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Run() = %v (-want +got):\n%s", err, diff)
	}
	if got := receive(t, cause); !errors.Is(got, consumer.ErrShutdown) {
		t.Errorf("cause of the handler's context = %v, want ErrShutdown", got)
	}
	if got := committed(c, 0); got > 0 {
		t.Errorf("committed %d beyond a record that was cancelled", got)
	}
	if got := length(c, letters, 0); got != 0 {
		t.Errorf("%d dead letters for a cancelled handler, want none", got)
	}
}

func TestShutdownDuringARevocationKeepsItsBounds(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 1)...)
	member := func() *text {
		return newText(t, config(c, "partition.assignment.strategy", "range"),
			consumer.WithRevokeDrain(time.Minute), consumer.WithShutdownDrain(100*time.Millisecond))
	}
	entered, cancelled := make(chan int64, 1), make(chan struct{}, 1)
	first := start(t, member(), func(ctx context.Context, rec *textRecord) error {
		entered <- rec.Offset
		<-ctx.Done()
		cancelled <- struct{}{}
		return ctx.Err()
	})
	receive(t, entered)
	joins := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.JoinGroup}, Count: -1, Observe: true})
	second := start(t, member(), func(context.Context, *textRecord) error { return nil })
	eventually(t, "the second member joins", func() bool { return joins.Hits() > 0 })
	beats := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Count: -1, Observe: true})
	eventually(t, "the first member is told", func() bool { return beats.Hits() > 2 })
	first.cancel()
	receive(t, cancelled) // long before the minute is over
	err := first.wait()
	want := &consumer.ShutdownError{Abandoned: []consumer.Ref{{Topic: topic, Partition: 0, Offset: 0}}}
	got, _ := errors.AsType[*consumer.ShutdownError](err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Run() = %v (-want +got):\n%s", err, diff)
	}
	second.stop()
}

func TestShutdownGivesUpStuckHandlers(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 1)...)
	entered, release := make(chan int64, 1), make(chan struct{})
	r := start(t, newText(t, config(c), consumer.WithShutdownDrain(50*time.Millisecond), consumer.WithCancelGrace(50*time.Millisecond)),
		func(_ context.Context, rec *textRecord) error {
			entered <- rec.Offset
			<-release
			return nil
		})
	receive(t, entered)
	r.cancel()
	err := r.wait()
	if got, ok := errors.AsType[*consumer.ShutdownError](err); !ok || len(got.Abandoned) != 1 {
		t.Errorf("Run() = %v, want a ShutdownError with one record", err)
	}
	if members := c.GroupInfo(group).Members; len(members) != 0 {
		t.Errorf("members after Run returned: %+v", members)
	}
	close(release)
}

func TestLifecycle(t *testing.T) {
	t.Parallel()
	nothing := func(context.Context, *textRecord) error { return nil }

	t.Run("Run after its ctx ended", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		c := newText(t, config(cluster(t, 1)))
		if err := c.Run(ctx, nothing); err != nil {
			t.Errorf("Run() = %v, want nil", err)
		}
		if err := c.Run(t.Context(), nothing); !errors.Is(err, consumer.ErrClosed) {
			t.Errorf("second Run() = %v, want ErrClosed", err)
		}
	})
	t.Run("Close before Run", func(t *testing.T) {
		t.Parallel()
		c := newText(t, config(cluster(t, 1)))
		for range 2 {
			if err := c.Close(t.Context()); err != nil {
				t.Errorf("Close() = %v, want nil", err)
			}
		}
		if err := c.Run(t.Context(), nothing); !errors.Is(err, consumer.ErrClosed) {
			t.Errorf("Run() = %v, want ErrClosed", err)
		}
	})
	t.Run("Close during Run", func(t *testing.T) {
		t.Parallel()
		c := newText(t, config(cluster(t, 1)))
		r := start(t, c, nothing)
		receive(t, c.Ready())
		for range 2 {
			if err := c.Close(t.Context()); err != nil {
				t.Errorf("Close() = %v, want nil", err)
			}
		}
		if err := r.wait(); err != nil {
			t.Errorf("Run() = %v, want nil", err)
		}
	})
	t.Run("Close by a handler", func(t *testing.T) {
		t.Parallel()
		cluster := cluster(t, 1)
		produce(t, cluster, numbered(0, 0, 1)...)
		c := newText(t, config(cluster))
		closed := make(chan error, 1)
		r := start(t, c, func(ctx context.Context, _ *textRecord) error {
			ctx, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
			defer cancel()
			closed <- c.Close(ctx)
			return nil
		})
		if err := receive(t, closed); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Close() = %v, want the error of its ctx", err)
		}
		if err := r.wait(); err != nil {
			t.Errorf("Run() = %v, want nil", err)
		}
	})
	t.Run("no handler", func(t *testing.T) {
		t.Parallel()
		if err := newText(t, config(cluster(t, 1))).Run(t.Context(), nil); err == nil {
			t.Error("Run(nil) = nil, want an error")
		}
	})
	t.Run("no brokers", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		broker := cluster(t, 1)
		cfg := config(broker)
		broker.Close()
		if err := newText(t, cfg).Run(ctx, nothing); err != nil {
			t.Errorf("Run() = %v, want nil: it was stopped while it was connecting", err)
		}
	})
}
