package chaos

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// TestLateJoins has a member's session end while it waits for its assignment. The embedded broker waits for one member too many from then on; and it
// would do so for ever, since those that are there join again before it gives up.
func TestLateJoins(t *testing.T) {
	t.Parallel()
	s := startForTest(t)
	const timeout = 2 * time.Second
	name := unique("g")
	leads, waits := newJoiner(t, s, name, "leads", time.Minute, timeout), newJoiner(t, s, name, "waits", time.Second, timeout)
	ctx, cancel := context.WithTimeout(t.Context(), 10*timeout)
	defer cancel()
	joinInTurn(ctx, t, s, leads, waits)
	if waits.leader || waits.generation != leads.generation {
		t.Fatalf("generation %d and %d, led by the second: %t", leads.generation, waits.generation, waits.leader)
	}
	synced, stop := context.WithCancel(ctx)
	syncing := make(chan error, 1)
	go func() { syncing <- waits.sync(synced) }()
	s.awaitMembers(ctx, t, name, 1) // its session has ended: it has sent nothing else, as long as it waited
	stop()
	if err := <-syncing; !errors.Is(err, context.Canceled) {
		t.Fatalf("sync() = %v, want no answer", err)
	}

	waits.id = ""
	var joining sync.WaitGroup
	for _, j := range []*joiner{leads, waits} {
		joining.Go(func() { j.again(ctx) })
	}
	joining.Wait()
	if ctx.Err() != nil {
		t.Fatal("the group never gets together again")
	}
}

func TestLate(t *testing.T) {
	t.Parallel()
	const timeout = time.Second
	begin := time.Now()
	r := rebalances{}
	for _, tt := range []struct {
		after time.Duration
		late  bool
	}{{0, false}, {timeout, false}, {timeout + 1, true}, {2 * timeout, true}, {2*timeout + 1, false}, {3 * timeout, false}, {3*timeout + 2, true}} {
		if got := r.late("g", timeout, begin.Add(tt.after)); got != tt.late {
			t.Errorf("after %v: late() = %t", tt.after, got)
		}
	}
	if r.late("other", timeout, begin) {
		t.Error("another group's first member comes late")
	}
}
