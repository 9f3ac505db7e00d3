package chaos

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// startForTest starts embedded services that end with the test.
func startForTest(t *testing.T) *services {
	t.Helper()
	s, err := startEmbedded(t.Context(), func(string, string, int32, int64) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// joiner is a member of a classic group that says what the test tells it to.
type joiner struct {
	client    *kgo.Client
	group, id string
	session   time.Duration
	rebalance time.Duration // its time-out

	generation int32
	leader     bool
}

func newJoiner(t *testing.T, s *services, group, name string, session, rebalance time.Duration) *joiner {
	t.Helper()
	client, err := kgo.NewClient(append(s.observer.opts[:len(s.observer.opts):len(s.observer.opts)], kgo.ClientID(name))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return &joiner{client: client, group: group, session: session, rebalance: rebalance}
}

// join sends one JoinGroup and waits for its answer, which at first is an error and the member's id.
func (j *joiner) join(ctx context.Context) error {
	protocol := kmsg.NewJoinGroupRequestProtocol()
	protocol.Name, protocol.Metadata = "range", []byte{0}
	req := kmsg.NewPtrJoinGroupRequest()
	req.Group, req.MemberID, req.ProtocolType = j.group, j.id, "consumer"
	req.SessionTimeoutMillis, req.RebalanceTimeoutMillis = int32(j.session.Milliseconds()), int32(j.rebalance.Milliseconds())
	req.Protocols = append(req.Protocols, protocol)
	resp, err := req.RequestWith(ctx, j.client)
	if err != nil {
		return err
	}
	j.id, j.generation, j.leader = resp.MemberID, resp.Generation, resp.LeaderID == resp.MemberID
	return kerr.ErrorForCode(resp.ErrorCode)
}

// sync asks for the assignment, and gives out everybody's if the member leads.
func (j *joiner) sync(ctx context.Context) error {
	req := kmsg.NewPtrSyncGroupRequest()
	req.Group, req.MemberID, req.Generation = j.group, j.id, j.generation
	resp, err := req.RequestWith(ctx, j.client)
	if err != nil {
		return err
	}
	return kerr.ErrorForCode(resp.ErrorCode)
}

// again joins, as often as the group needs, each time for less than its time-out.
func (j *joiner) again(ctx context.Context) {
	for ctx.Err() == nil {
		ask, cancel := context.WithTimeout(ctx, j.rebalance*3/4)
		err := j.join(ask)
		cancel()
		switch {
		case err == nil:
			return
		case errors.Is(err, kerr.UnknownMemberID):
			j.id = ""
		case errors.Is(err, kerr.CoordinatorLoadInProgress):
			sleep(ctx, j.rebalance/10)
		}
	}
}

// joinInTurn has one join after the other, so that the first one leads, and both be in one generation.
func joinInTurn(ctx context.Context, t *testing.T, s *services, first, second *joiner) {
	t.Helper()
	first.again(ctx)
	both := make(chan struct{})
	go func() {
		defer close(both)
		second.again(ctx)
	}()
	s.awaitMembers(ctx, t, first.group, 2)
	first.again(ctx)
	<-both
}

// awaitMembers waits until a group has n members.
func (s *services) awaitMembers(ctx context.Context, t *testing.T, group string, n int) {
	t.Helper()
	if !poll(ctx, 10*time.Millisecond, func() bool {
		members, _, err := s.observer.members(ctx, group, Eager)
		return err == nil && len(members) == n
	}) {
		t.Fatalf("group %s does not get %d members", group, n)
	}
}
