package chaos

import (
	"context"
	"slices"
	"testing"
	"time"
)

// TestExpelled has a session end beside one that goes on, and a member that never came.
func TestExpelled(t *testing.T) {
	t.Parallel()
	s := startForTest(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	name := unique("g")
	stays, falls := newJoiner(t, s, name, "stays", time.Minute, time.Minute), newJoiner(t, s, name, "falls", time.Second, time.Minute)
	ledger, err := NewLedger()
	if err != nil {
		t.Fatal(err)
	}
	member := func(client string, id int32) *process {
		return &process{memberConfig: memberConfig{Client: client, Member: id}, done: make(chan struct{})}
	}
	g := &group{
		services: s, name: name, protocol: Eager, ledger: ledger,
		members: []*process{member("stays", 1), member("falls", 2), member("never comes", 3)},
	}
	joinInTurn(ctx, t, s, stays, falls)
	watching, end := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		g.expelled(watching)
	}()
	expelled := func() []int32 {
		ledger.mu.Lock()
		defer ledger.mu.Unlock()
		var members []int32
		for _, e := range ledger.entries {
			if e.Kind == Expelled {
				members = append(members, e.Member)
			}
		}
		return members
	}
	poll(ctx, 10*time.Millisecond, func() bool { return len(expelled()) > 0 })
	end()
	<-watched
	ledger.Close()
	if got := expelled(); !slices.Equal(got, []int32{2}) {
		t.Errorf("expelled: %v, want the member whose session has ended", got)
	}
}
