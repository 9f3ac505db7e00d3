package integration

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Members returns the client ids of a consumer group's members, of either group protocol. A group that does not exist has none.
func (e *Env) Members(tb testing.TB, group string) []string {
	tb.Helper()
	return ask(tb, "members of group "+group, func(ctx context.Context) ([]string, error) {
		return e.members(ctx, group)
	})
}

// AwaitMembers waits until a consumer group has n members.
func (e *Env) AwaitMembers(tb testing.TB, group string, n int) {
	tb.Helper()
	ctx, cancel := within(tb)
	defer cancel()
	err := await(ctx, "group "+group, func(ctx context.Context) error {
		members, err := e.members(ctx, group)
		if err == nil && len(members) != n {
			err = fmt.Errorf("it has %d members, want %d", len(members), n)
		}
		return err
	})
	if err != nil {
		tb.Fatalf("integration: %v", err)
	}
}

// Committed returns the committed offset of each partition of a topic that has one in a group.
func (e *Env) Committed(tb testing.TB, group, topic string) map[int32]int64 {
	tb.Helper()
	return ask(tb, "committed offsets of group "+group, func(ctx context.Context) (map[int32]int64, error) {
		return e.committed(ctx, group, topic)
	})
}

// AwaitCommitted waits until a group has committed exactly these offsets of a topic.
func (e *Env) AwaitCommitted(tb testing.TB, group, topic string, want map[int32]int64) {
	tb.Helper()
	ctx, cancel := within(tb)
	defer cancel()
	err := await(ctx, "group "+group, func(ctx context.Context) error {
		got, err := e.committed(ctx, group, topic)
		if err == nil && !maps.Equal(got, want) {
			err = fmt.Errorf("it has committed %v of %s, want %v", got, topic, want)
		}
		return err
	})
	if err != nil {
		tb.Fatalf("integration: %v", err)
	}
}

func (e *Env) members(ctx context.Context, group string) ([]string, error) {
	members, err := e.consumerMembers(ctx, group)
	if errors.Is(err, kerr.GroupIDNotFound) || errors.Is(err, kerr.UnsupportedVersion) {
		return e.classicMembers(ctx, group)
	}
	return members, err
}

// consumerMembers asks for a group of the protocol of KIP-848.
func (e *Env) consumerMembers(ctx context.Context, group string) ([]string, error) {
	req := kmsg.NewPtrConsumerGroupDescribeRequest()
	req.Groups = []string{group}
	resp, err := req.RequestWith(ctx, e.kafka)
	if err != nil {
		return nil, err
	}
	var members []string
	for _, g := range resp.Groups {
		if err := kerr.ErrorForCode(g.ErrorCode); err != nil {
			return nil, err
		}
		for _, m := range g.Members {
			members = append(members, m.ClientID)
		}
	}
	return members, nil
}

func (e *Env) classicMembers(ctx context.Context, group string) ([]string, error) {
	req := kmsg.NewPtrDescribeGroupsRequest()
	req.Groups = []string{group}
	resp, err := req.RequestWith(ctx, e.kafka)
	if err != nil {
		return nil, err
	}
	var members []string
	for _, g := range resp.Groups {
		if err := kerr.ErrorForCode(g.ErrorCode); err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
			return nil, err
		}
		for _, m := range g.Members {
			members = append(members, m.ClientID)
		}
	}
	return members, nil
}

func (e *Env) committed(ctx context.Context, group, topic string) (map[int32]int64, error) {
	asked := kmsg.NewOffsetFetchRequestGroup()
	asked.Group = group
	req := kmsg.NewPtrOffsetFetchRequest()
	req.Groups = append(req.Groups, asked)
	resp, err := req.RequestWith(ctx, e.kafka)
	if err != nil {
		return nil, err
	}
	offsets := make(map[int32]int64)
	for _, g := range resp.Groups {
		if err := kerr.ErrorForCode(g.ErrorCode); err != nil {
			return nil, err
		}
		for _, t := range g.Topics {
			if t.Topic != topic {
				continue
			}
			for _, p := range t.Partitions {
				if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
					return nil, err
				}
				if p.Offset >= 0 {
					offsets[p.Partition] = p.Offset
				}
			}
		}
	}
	return offsets, nil
}
