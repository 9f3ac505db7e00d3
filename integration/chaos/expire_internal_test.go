package chaos

import (
	"context"
	"testing"
	"time"
)

// TestExpire has a member die while it waits for the answer to its JoinGroup: the embedded broker lists it for longer than its session.
func TestExpire(t *testing.T) {
	t.Parallel()
	s := startForTest(t)
	// The broker forgets the session only if it has noticed the end of the connection by the time it answers, which nothing tells.
	for range 5 {
		if forgets(t, s, unique("g")) {
			return
		}
	}
	t.Error("the embedded broker has ended the dead member's session by itself five times: is expire still needed?")
}

// forgets reports whether a member of a group that dies while it joins had to be expired.
func forgets(t *testing.T, s *services, name string) bool {
	t.Helper()
	lives, dies := newJoiner(t, s, name, "lives", time.Minute, time.Minute), newJoiner(t, s, name, "dies", session, time.Minute)
	for _, j := range []*joiner{lives, dies} {
		if err := j.join(t.Context()); err == nil {
			t.Fatal("a member without an id has joined, want it to be told its id")
		}
	}
	if err := lives.join(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	has := func(n int) func() bool {
		return func() bool {
			members, _, err := s.observer.members(ctx, name, Eager)
			return err == nil && len(members) == n
		}
	}
	waiting := make(chan error, 1)
	joining, die := context.WithCancel(ctx)
	go func() { waiting <- dies.join(joining) }() // waits for the other one
	if !poll(ctx, 10*time.Millisecond, has(2)) {
		t.Fatal("the member that is going to die did not come")
	}
	die()
	<-waiting
	dies.client.Close()
	for range 20 {
		has(2)()
	}
	if err := lives.join(ctx); err != nil { // which completes the rebalance
		t.Fatal(err)
	}

	died := &process{memberConfig: memberConfig{Client: "dies"}, done: make(chan struct{}), end: time.Now()}
	close(died.done)
	g := &group{services: s, name: name, protocol: Eager, started: map[string]*process{"dies": died}}
	expiring, end := context.WithCancel(ctx)
	defer end()
	forgotten := make(chan int32, 1)
	go func() { forgotten <- g.expire(expiring) }()
	if !poll(ctx, 10*time.Millisecond, has(1)) {
		t.Fatal("the dead member is listed for ever")
	}
	if age := time.Since(died.end); age < session-time.Second {
		t.Errorf("it was given up after %v, long before its session of %v was over", age, session)
	}
	end()
	return <-forgotten == 1
}
