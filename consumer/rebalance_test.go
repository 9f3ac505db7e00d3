package consumer_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/consumer"
)

// ledger counts what handlers were given, over all members, and notes when a partition had two at a time.
type ledger struct {
	mu       sync.Mutex
	seen     map[consumer.Ref]int
	inside   map[int32]int
	overlaps int
}

func newLedger() *ledger { return &ledger{seen: map[consumer.Ref]int{}, inside: map[int32]int{}} }

func (l *ledger) enter(rec *textRecord) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen[consumer.Ref{Topic: rec.Topic, Partition: rec.Partition, Offset: rec.Offset}]++
	if l.inside[rec.Partition]++; l.inside[rec.Partition] > 1 {
		l.overlaps++
	}
}

func (l *ledger) leave(rec *textRecord) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inside[rec.Partition]--
}

func (l *ledger) distinct() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.seen)
}

func TestMembersJoinAndLeaveWithoutDuplicates(t *testing.T) {
	t.Parallel()
	const partitions, perPartition = 4, 400
	for _, protocol := range protocols {
		t.Run(protocol.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, partitions)
			for p := range int32(partitions) {
				produce(t, c, numbered(p, 0, perPartition)...)
			}
			led := newLedger()
			handler := func(shared chan<- int32) func(context.Context, *textRecord) error {
				return func(ctx context.Context, rec *textRecord) error {
					led.enter(rec)
					defer led.leave(rec)
					select {
					case shared <- rec.Partition:
					default:
					}
					pause := time.NewTimer(3 * time.Millisecond) // the time that a handler takes
					defer pause.Stop()
					select {
					case <-pause.C:
						return nil
					case <-ctx.Done():
						return ctx.Err()
					}
				}
			}
			one, two := make(chan int32, 1), make(chan int32, 1)
			first := start(t, newText(t, protocol.config(config(c))), handler(one))
			receive(t, one)
			second := start(t, newText(t, protocol.config(config(c))), handler(two))
			receive(t, two) // it got a partition
			second.stop()
			third := make(chan int32, 1)
			last := start(t, newText(t, protocol.config(config(c))), handler(third))
			receive(t, third)
			first.stop()
			eventually(t, "everything is handled", func() bool { return led.distinct() == partitions*perPartition })
			last.stop()

			duplicates := 0
			for _, times := range led.seen {
				duplicates += times - 1
			}
			if duplicates > 0 || led.overlaps > 0 {
				t.Errorf("%d duplicates and %d overlaps in graceful changes, want none", duplicates, led.overlaps)
			}
			for p := range int32(partitions) {
				if got := committed(c, p); got != perPartition {
					t.Errorf("partition %d: committed %d, want %d", p, got, perPartition)
				}
			}
		})
	}
}

func TestRevokedHandlerIsDrainedOrCancelled(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		finishes bool // within the drain
	}{
		{"drained", true},
		{"cancelled", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 1)
			produce(t, c, numbered(0, 0, 2)...)
			drain := 10 * time.Second
			if !test.finishes {
				drain = 100 * time.Millisecond
			}
			// An eager group revokes everything, so that it is known what the first member loses.
			cfg := func() *text {
				return newText(t, config(c, "partition.assignment.strategy", "range"), consumer.WithRevokeDrain(drain), consumer.WithDeadLetters())
			}
			entered, release, causes := make(chan int64, 4), make(chan struct{}), make(chan error, 4)
			handler := func(ctx context.Context, rec *textRecord) error {
				entered <- rec.Offset
				select {
				case <-release:
					return nil
				case <-ctx.Done():
					causes <- context.Cause(ctx)
					return ctx.Err()
				}
			}
			first := start(t, cfg(), handler)
			receive(t, entered)
			joins := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.JoinGroup}, Count: -1, Observe: true})
			second := start(t, cfg(), handler)
			eventually(t, "the second member joins", func() bool { return joins.Hits() > 0 })
			if test.finishes {
				close(release)
			} else {
				if got := receive(t, causes); !errors.Is(got, consumer.ErrRevoked) {
					t.Errorf("cause of the handler's context = %v, want ErrRevoked", got)
				}
				if got := receive(t, entered); got != 0 {
					t.Errorf("after a cancelled handler the partition went on with offset %d, want 0 again", got)
				}
				close(release)
			}
			if got := receive(t, entered); got != 1 {
				t.Errorf("the partition went on with offset %d, want 1", got)
			}
			eventually(t, "both records are committed", func() bool { return committed(c, 0) == 2 })
			first.stop()
			second.stop()
			if got := length(c, letters, 0); got != 0 {
				t.Errorf("%d dead letters for a revoked handler, want none", got)
			}
		})
	}
}

func TestLostPartitionIsGivenUpAtOnce(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 2)...)
	entered, causes := make(chan int64, 4), make(chan error, 4)
	first := true
	r := start(t, newText(t, config(c), consumer.WithDeadLetters()), func(ctx context.Context, rec *textRecord) error {
		entered <- rec.Offset
		if !first {
			return nil
		}
		first = false
		<-ctx.Done()
		causes <- context.Cause(ctx)
		return nil // too late to settle anything
	})
	receive(t, entered)
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Group: group, TopLevel: true, Err: kerr.UnknownMemberID})
	if got := receive(t, causes); !errors.Is(got, consumer.ErrLost) {
		t.Errorf("cause of the handler's context = %v, want ErrLost", got)
	}
	for want := range int64(2) {
		if got := receive(t, entered); got != want {
			t.Errorf("went on with offset %d, want %d", got, want)
		}
	}
	eventually(t, "both records are committed", func() bool { return committed(c, 0) == 2 })
	r.stop()
}

func TestPartitionThatWasPausedWhenItWasLostGoesOn(t *testing.T) {
	t.Parallel()
	const partitions, perPartition = 32, 4
	c := cluster(t, partitions)
	for p := range int32(partitions) {
		produce(t, c, numbered(p, 0, perPartition)...)
	}
	entered, release := make(chan int32, 2*partitions*perPartition), make(chan struct{})
	cfg := config(c)
	cfg["heartbeat.interval.ms"] = 100
	r := start(t, newText(t, cfg, consumer.WithPartitionQueue(2, 1<<20)), func(ctx context.Context, rec *textRecord) error {
		entered <- rec.Partition
		select {
		case <-release:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	for range partitions {
		receive(t, entered) // one record is in the handler, the others fill the queue
	}
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Group: group, TopLevel: true, Err: kerr.UnknownMemberID})
	for range partitions {
		receive(t, entered)
	}
	close(release)
	for p := range int32(partitions) {
		eventually(t, "all records are committed", func() bool { return committed(c, p) == perPartition })
	}
	r.stop()
}

func TestHandlerThatOutlivesItsPartitionHoldsTheNextLane(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 2)...)
	entered, release := make(chan int64, 4), make(chan struct{})
	led := newLedger()
	consumer := newText(t, config(c), consumer.WithCancelGrace(10*time.Millisecond))
	r := start(t, consumer, func(_ context.Context, rec *textRecord) error {
		led.enter(rec)
		defer led.leave(rec)
		entered <- rec.Offset
		<-release
		return nil
	})
	receive(t, entered)
	joins := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.SyncGroup}, Count: -1, Observe: true})
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Group: group, TopLevel: true, Err: kerr.UnknownMemberID})
	eventually(t, "the member has joined again", func() bool { return joins.Hits() > 0 })
	close(release)
	for want := range int64(2) {
		if got := receive(t, entered); got != want {
			t.Errorf("went on with offset %d, want %d", got, want)
		}
	}
	r.stop()
	if led.overlaps > 0 {
		t.Errorf("a partition had two records in the handler")
	}
}

func TestHandlerThatOutlivesItsPartitionTwiceStaysAlone(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 2)...)
	entered, release := make(chan int64, 4), make(chan struct{})
	led := newLedger()
	cfg := config(c)
	cfg["heartbeat.interval.ms"] = 100
	assigned := make(chan struct{}, 8)
	r := start(t, newText(t, cfg, consumer.WithCancelGrace(10*time.Millisecond), consumer.WithLogger(watch("partitions assigned", assigned))),
		func(_ context.Context, rec *textRecord) error {
			led.enter(rec)
			defer led.leave(rec)
			entered <- rec.Offset
			<-release
			return nil
		})
	receive(t, assigned)
	receive(t, entered)
	for range 2 {
		c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Group: group, TopLevel: true, Err: kerr.UnknownMemberID})
		receive(t, assigned)
		fetches := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Count: -1, Observe: true})
		eventually(t, "the record is fetched again", func() bool { return fetches.Hits() > 1 })
	}
	close(release)
	for want := range int64(2) {
		if got := receive(t, entered); got != want {
			t.Errorf("went on with offset %d, want %d", got, want)
		}
	}
	r.stop()
	if led.overlaps > 0 {
		t.Errorf("a partition had two records in the handler")
	}
}

func TestShutdownWaitsForHandlersThatOutliveTheirPartition(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 1)...)
	entered, lost, release, ending := make(chan int64, 4), make(chan struct{}, 4), make(chan struct{}), make(chan struct{}, 1)
	r := start(t, newText(t, config(c), consumer.WithCancelGrace(10*time.Millisecond), consumer.WithLogger(watch("shutting down", ending))),
		func(ctx context.Context, rec *textRecord) error {
			entered <- rec.Offset
			<-ctx.Done()
			lost <- struct{}{}
			<-release
			return ctx.Err()
		})
	receive(t, entered)
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Group: group, TopLevel: true, Err: kerr.UnknownMemberID})
	receive(t, lost)
	r.cancel()
	receive(t, ending)
	close(release)
	r.stop() // cleanly: the record was cut short by the loss
}

func TestSlowHandlerCostsNoMembership(t *testing.T) {
	t.Parallel()
	c := cluster(t, 2)
	produce(t, c, numbered(0, 0, 1)...)
	cfg := config(c)
	cfg["session.timeout.ms"], cfg["heartbeat.interval.ms"], cfg["max.poll.interval.ms"] = 3000, 300, 3000 // less, and a busy machine is what puts it out
	slow, others, release := make(chan int64, 4), make(chan int64, 100), make(chan struct{})
	r := start(t, newText(t, cfg, consumer.WithRevokeDrain(100*time.Millisecond), consumer.WithCancelGrace(100*time.Millisecond)),
		func(_ context.Context, rec *textRecord) error {
			if rec.Partition == 0 {
				slow <- rec.Offset
				<-release
				return nil
			}
			others <- rec.Offset
			return nil
		})
	receive(t, slow)
	generation := c.GroupInfo(group).Epoch
	for began, offset := time.Now(), int64(0); time.Since(began) < 7*time.Second; offset++ {
		produce(t, c, numbered(1, int(offset), 1)...)
		if got := receive(t, others); got != offset {
			t.Errorf("the other partition: got offset %d, want %d", got, offset)
		}
	}
	if got := c.GroupInfo(group).Epoch; got != generation {
		t.Errorf("generation went from %d to %d: the member was put out", generation, got)
	}
	close(release)
	eventually(t, "the slow record is committed", func() bool { return committed(c, 0) == 1 })
	r.stop()
	if len(slow) > 0 {
		t.Errorf("the slow record was delivered again")
	}
}
