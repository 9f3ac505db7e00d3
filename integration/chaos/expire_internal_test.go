package chaos

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestExpire has a member die while it waits for the answer to its JoinGroup: the embedded broker lists it for longer than its session.
func TestExpire(t *testing.T) {
	t.Parallel()
	s, err := startEmbedded(t.Context(), func(string, string, int32, int64) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
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
	lives, dies := newJoiner(t, s, name, "lives", time.Minute), newJoiner(t, s, name, "dies", session)
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

// joiner is a member of a classic group that says what the test tells it to.
type joiner struct {
	client    *kgo.Client
	group, id string
	session   time.Duration
}

func newJoiner(t *testing.T, s *services, group, name string, session time.Duration) *joiner {
	t.Helper()
	client, err := kgo.NewClient(append(s.observer.opts[:len(s.observer.opts):len(s.observer.opts)], kgo.ClientID(name))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return &joiner{client: client, group: group, session: session}
}

// join sends one JoinGroup and waits for its answer, which at first is an error and the member's id.
func (j *joiner) join(ctx context.Context) error {
	protocol := kmsg.NewJoinGroupRequestProtocol()
	protocol.Name, protocol.Metadata = "range", []byte{0}
	req := kmsg.NewPtrJoinGroupRequest()
	req.Group, req.MemberID, req.ProtocolType = j.group, j.id, "consumer"
	req.SessionTimeoutMillis, req.RebalanceTimeoutMillis = int32(j.session.Milliseconds()), 60_000
	req.Protocols = append(req.Protocols, protocol)
	resp, err := req.RequestWith(ctx, j.client)
	if err != nil {
		return err
	}
	j.id = resp.MemberID
	return kerr.ErrorForCode(resp.ErrorCode)
}
