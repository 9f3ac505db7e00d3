package consumer_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/consumer"
)

// gatherer is a sink that gathers offsets and does what a test tells it to.
type gatherer struct {
	a     *consumer.Assignment
	taken chan int64 // offsets
	take  func(recs []*textRecord) error
	end   func(ctx context.Context)
}

func (g *gatherer) Take(_ context.Context, recs []*textRecord) error {
	if g.take != nil {
		if err := g.take(recs); err != nil {
			return err
		}
	}
	for _, r := range recs {
		g.taken <- r.Offset
	}
	return nil
}

func (g *gatherer) End(ctx context.Context) {
	if g.end != nil {
		g.end(ctx)
	}
}

// startSinks runs a consumer whose sinks are made by open.
func startSinks(t *testing.T, c *text, config consumer.SinkConfig, open func(a *consumer.Assignment) *gatherer) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	r := &running{t: t, cancel: cancel, result: make(chan error, 1)}
	go func() {
		r.result <- c.RunSinks(ctx, config, func(a *consumer.Assignment) (consumer.Sink[string, string], error) {
			g := open(a)
			g.a = a
			if g.taken == nil {
				g.taken = make(chan int64, 10_000)
			}
			return g, nil
		})
	}()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-r.result:
			r.result <- err
		case <-time.After(40 * time.Second):
			t.Error("RunSinks did not return")
		}
	})
	return r
}

func awaitCommitted(t *testing.T, c *kfake.Cluster, want int64) {
	t.Helper()
	ctx := within(t, 10*time.Second)
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for committed(c, 0) != want {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatalf("committed %d, want %d", committed(c, 0), want)
		}
	}
}

func TestSinkSettlesLater(t *testing.T) {
	t.Parallel()
	for _, protocol := range protocols {
		t.Run(protocol.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 1)
			produce(t, c, numbered(0, 0, 100)...)
			sinks := make(chan *gatherer, 1)
			var ended []int64
			seen := &settleHook{}
			run := startSinks(t, newText(t, protocol.config(config(c)), consumer.WithHooks(seen)), consumer.SinkConfig{}, func(a *consumer.Assignment) *gatherer {
				if at, err := a.Committed(t.Context()); at != -1 || err != nil {
					t.Errorf("Committed() = %d, %v before anything was", at, err)
				}
				g := &gatherer{taken: make(chan int64, 100), end: func(ctx context.Context) {
					ended = append(ended, int64(len(seen.offsets())))
					if ctx.Err() == nil {
						a.Settle(79)
					}
				}}
				sinks <- g
				return g
			})
			g := receive(t, sinks)
			for range 100 {
				receive(t, g.taken)
			}
			if at := committed(c, 0); at != -1 {
				t.Errorf("committed %d, though nothing was settled", at)
			}
			if n := len(seen.offsets()); n != 0 {
				t.Errorf("hooks were told of %d settled records", n)
			}
			g.a.Settle(41)
			awaitCommitted(t, c, 42)
			g.a.Settle(10) // changes nothing
			run.stop()
			if len(ended) != 1 || ended[0] != 42 {
				t.Errorf("End was called %d times, with %d settled", len(ended), ended)
			}
			awaitCommitted(t, c, 80)
			if n := len(seen.offsets()); n != 80 {
				t.Errorf("hooks were told of %d settled records, want 80", n)
			}
			g.a.Settle(99) // the assignment is over

			again := make(chan int64, 100)
			var start int64
			run = startSinks(t, newText(t, protocol.config(config(c))), consumer.SinkConfig{ToEnd: true}, func(a *consumer.Assignment) *gatherer {
				start, _ = a.Committed(t.Context())
				return &gatherer{taken: again, end: func(context.Context) { a.Settle(99) }}
			})
			if err := run.wait(); err != nil {
				t.Fatal(err)
			}
			if start != 80 {
				t.Errorf("Committed() = %d, want 80", start)
			}
			if first := receive(t, again); first != 80 {
				t.Errorf("the next member began at %d, want 80", first)
			}
			awaitCommitted(t, c, 100)
		})
	}
}

// settleHook notes offsets that were settled.
type settleHook struct{ led ledger }

func (h *settleHook) OnSettled(ref consumer.Ref, _ consumer.Outcome, _ time.Duration) {
	h.led.mu.Lock()
	defer h.led.mu.Unlock()
	if h.led.seen == nil {
		h.led.seen = map[consumer.Ref]int{}
	}
	h.led.seen[ref]++
}

func (h *settleHook) offsets() []int64 {
	h.led.mu.Lock()
	defer h.led.mu.Unlock()
	var list []int64
	for ref := range h.led.seen {
		list = append(list, ref.Offset)
	}
	slices.Sort(list)
	return list
}

func TestSinkTakesAgainWhatFailed(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 10)...)
	failures := 0
	taken := make(chan int64, 100)
	run := startSinks(t, newText(t, config(c), consumer.WithRetry(consumer.Retry{Initial: time.Millisecond, Max: time.Millisecond})), consumer.SinkConfig{ToEnd: true}, func(a *consumer.Assignment) *gatherer {
		return &gatherer{
			taken: taken,
			take: func(recs []*textRecord) error {
				if i := slices.IndexFunc(recs, func(r *textRecord) bool { return r.Offset == 4 }); i >= 0 && failures < 3 {
					failures++
					for _, r := range recs[:i] {
						taken <- r.Offset
					}
					return &consumer.BatchError{Index: i, Err: errors.New("not now")}
				}
				return nil
			},
			end: func(context.Context) { a.Settle(9) },
		}
	})
	if err := run.wait(); err != nil {
		t.Fatal(err)
	}
	for want := range int64(10) {
		if got := receive(t, taken); got != want {
			t.Errorf("took %d, want %d", got, want)
		}
	}
	if failures != 3 {
		t.Errorf("failed %d times", failures)
	}
	awaitCommitted(t, c, 10)
}

func TestSinkStopsRun(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is full")
	for _, tt := range []struct {
		name string
		open func(a *consumer.Assignment) (consumer.Sink[string, string], error)
	}{
		{"open fails", func(*consumer.Assignment) (consumer.Sink[string, string], error) { return nil, broken }},
		{"Take stops", func(*consumer.Assignment) (consumer.Sink[string, string], error) {
			return &gatherer{take: func([]*textRecord) error { return consumer.Stop(broken) }}, nil
		}},
		{"later", func(a *consumer.Assignment) (consumer.Sink[string, string], error) {
			return &gatherer{take: func([]*textRecord) error { go a.Stop(broken); <-a.Context().Done(); return a.Context().Err() }}, nil
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 1)
			produce(t, c, numbered(0, 0, 10)...)
			err := newText(t, config(c), consumer.WithShutdownDrain(10*time.Millisecond)).RunSinks(within(t, 30*time.Second), consumer.SinkConfig{}, tt.open)
			if !errors.Is(err, broken) {
				t.Errorf("RunSinks() = %v, want %v", err, broken)
			}
			if at := committed(c, 0); at != -1 {
				t.Errorf("committed %d", at)
			}
		})
	}
}

// TestSinkEndsBeforeItsPartitionGoes has a second member join: what the first settles in End, the second does not see.
func TestSinkEndsBeforeItsPartitionGoes(t *testing.T) {
	t.Parallel()
	for _, protocol := range protocols {
		t.Run(protocol.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 2)
			produce(t, c, numbered(0, 0, 50)...)
			produce(t, c, numbered(1, 0, 50)...)
			all := make(chan consumer.Ref, 1000)
			revoked := make(chan consumer.TopicPartition, 4)
			run := startSinks(t, newText(t, protocol.config(config(c))), consumer.SinkConfig{}, func(a *consumer.Assignment) *gatherer {
				return &gatherer{
					take: func(recs []*textRecord) error {
						for _, r := range recs {
							all <- r.Ref()
						}
						return nil
					},
					end: func(ctx context.Context) {
						if ctx.Err() == nil {
							a.Settle(29)
							revoked <- a.TopicPartition
						}
					},
				}
			})
			for range 100 {
				receive(t, all)
			}
			began := make(chan int64, 4)
			second := startSinks(t, newText(t, protocol.config(config(c))), consumer.SinkConfig{}, func(a *consumer.Assignment) *gatherer {
				at, _ := a.Committed(t.Context())
				began <- at
				return &gatherer{}
			})
			receive(t, revoked)
			if at := receive(t, began); at != 30 {
				t.Errorf("the second member began at %d, want 30", at)
			}
			second.stop()
			run.stop()
		})
	}
}

// TestSinkOfALostPartitionSettlesNothing lets the session expire: End has a context that has ended, and Settle does nothing.
func TestSinkOfALostPartitionSettlesNothing(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 10)...)
	taken := make(chan int64, 100)
	causes := make(chan error, 2)
	run := startSinks(t, newText(t, config(c)), consumer.SinkConfig{}, func(a *consumer.Assignment) *gatherer {
		return &gatherer{taken: taken, end: func(ctx context.Context) {
			causes <- context.Cause(ctx)
			a.Settle(9)
		}}
	})
	for range 10 {
		receive(t, taken)
	}
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Group: group, TopLevel: true, Err: kerr.UnknownMemberID})
	if cause := receive(t, causes); !errors.Is(cause, consumer.ErrLost) {
		t.Errorf("the cause is %v, want %v", cause, consumer.ErrLost)
	}
	for range 10 { // to the same member again
		receive(t, taken)
	}
	if at := committed(c, 0); at != -1 {
		t.Errorf("committed %d, though the partition was lost", at)
	}
	run.stop()
}

func TestRunSinksRefuses(t *testing.T) {
	t.Parallel()
	open := func(*consumer.Assignment) (consumer.Sink[string, string], error) { return &gatherer{}, nil }
	for _, tt := range []struct {
		name   string
		opts   []consumer.Option
		config consumer.SinkConfig
		open   func(*consumer.Assignment) (consumer.Sink[string, string], error)
	}{
		{name: "nothing to open"},
		{name: "too many", config: consumer.SinkConfig{Max: 5000}, open: open},
		{name: "negative", config: consumer.SinkConfig{Max: -1}, open: open},
		{name: "another order", opts: []consumer.Option{consumer.WithOrder(consumer.ByKey(2))}, open: open},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 1)
			if err := newText(t, config(c), tt.opts...).RunSinks(t.Context(), tt.config, tt.open); err == nil {
				t.Error("RunSinks() = nil, want an error")
			}
		})
	}
}
