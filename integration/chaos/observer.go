package chaos

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// observer looks at the brokers, and speaks to them past the proxies, by another client than the one under test.
type observer struct {
	client *kgo.Client
	opts   []kgo.Opt
}

func newObserver(proxies []*Proxy) (*observer, error) {
	behind := map[string]*Proxy{}
	var seeds []string
	for _, p := range proxies {
		behind[p.Addr().String()] = p
		seeds = append(seeds, p.Addr().String())
	}
	var d net.Dialer
	opts := []kgo.Opt{
		kgo.SeedBrokers(seeds...),
		kgo.MetadataMinAge(50 * time.Millisecond),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.Dialer(func(ctx context.Context, network, address string) (net.Conn, error) {
			if p := behind[address]; p != nil {
				address = p.Target()
			}
			return d.DialContext(ctx, network, address)
		}),
	}
	client, err := kgo.NewClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("chaos: observer: %w", err)
	}
	return &observer{client, opts}, nil
}

func (o *observer) createTopic(ctx context.Context, name string, partitions int32) error {
	topic := kmsg.NewCreateTopicsRequestTopic()
	topic.Topic, topic.NumPartitions, topic.ReplicationFactor = name, partitions, 1
	req := kmsg.NewPtrCreateTopicsRequest()
	req.Topics = append(req.Topics, topic)
	resp, err := req.RequestWith(ctx, o.client)
	if err == nil {
		err = kerr.ErrorForCode(resp.Topics[0].ErrorCode)
	}
	if err != nil {
		return fmt.Errorf("chaos: create topic %s: %w", name, err)
	}
	return nil
}

// ends returns the offset that the next record of each partition would have.
func (o *observer) ends(ctx context.Context, topic string, partitions int32) (map[int32]int64, error) {
	asked := kmsg.NewListOffsetsRequestTopic()
	asked.Topic = topic
	for id := range partitions {
		p := kmsg.NewListOffsetsRequestTopicPartition()
		p.Partition, p.Timestamp = id, -1
		asked.Partitions = append(asked.Partitions, p)
	}
	req := kmsg.NewPtrListOffsetsRequest()
	req.Topics = append(req.Topics, asked)
	// The partitions may be led by several brokers: each gets its share.
	ends := map[int32]int64{}
	for _, shard := range o.client.RequestSharded(ctx, req) {
		if shard.Err != nil {
			return nil, shard.Err
		}
		resp, ok := shard.Resp.(*kmsg.ListOffsetsResponse)
		if !ok {
			return nil, fmt.Errorf("chaos: an answer of type %T", shard.Resp)
		}
		for _, t := range resp.Topics {
			for _, p := range t.Partitions {
				if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
					return nil, err
				}
				ends[p.Partition] = p.Offset
			}
		}
	}
	return ends, nil
}

func (o *observer) committed(ctx context.Context, group, topic string) (map[int32]int64, error) {
	asked := kmsg.NewOffsetFetchRequestGroup()
	asked.Group = group
	req := kmsg.NewPtrOffsetFetchRequest()
	req.Groups = append(req.Groups, asked)
	resp, err := req.RequestWith(ctx, o.client)
	if err != nil {
		return nil, err
	}
	offsets := map[int32]int64{}
	for _, g := range resp.Groups {
		if err := kerr.ErrorForCode(g.ErrorCode); err != nil {
			return nil, err
		}
		for _, t := range g.Topics {
			for _, p := range t.Partitions {
				if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
					return nil, err
				}
				if t.Topic == topic && p.Offset >= 0 {
					offsets[p.Partition] = p.Offset
				}
			}
		}
	}
	return offsets, nil
}

// members returns the ids of a group's members by their clients' ids, and whether the group is stable.
func (o *observer) members(ctx context.Context, group string, protocol Protocol) (map[string]string, bool, error) {
	members := map[string]string{}
	if protocol == KIP848 {
		req := kmsg.NewPtrConsumerGroupDescribeRequest()
		req.Groups = []string{group}
		resp, err := req.RequestWith(ctx, o.client)
		if err != nil {
			return nil, false, err
		}
		g := resp.Groups[0]
		if err := kerr.ErrorForCode(g.ErrorCode); err != nil {
			return members, false, missing(err)
		}
		for _, m := range g.Members {
			members[m.ClientID] = m.MemberID
		}
		return members, strings.EqualFold(g.State, "Stable"), nil
	}
	req := kmsg.NewPtrDescribeGroupsRequest()
	req.Groups = []string{group}
	resp, err := req.RequestWith(ctx, o.client)
	if err != nil {
		return nil, false, err
	}
	g := resp.Groups[0]
	if err := kerr.ErrorForCode(g.ErrorCode); err != nil {
		return members, false, missing(err)
	}
	for _, m := range g.Members {
		members[m.ClientID] = m.MemberID
	}
	return members, strings.EqualFold(g.State, "Stable"), nil
}

// leave takes a member of a classic group out of it.
func (o *observer) leave(ctx context.Context, group, member string) error {
	leaving := kmsg.NewLeaveGroupRequestMember()
	leaving.MemberID = member
	req := kmsg.NewPtrLeaveGroupRequest()
	req.Group, req.Members = group, append(req.Members, leaving)
	_, err := req.RequestWith(ctx, o.client)
	return err
}

// missing takes a group that does not exist for one without members.
func missing(err error) error {
	if errors.Is(err, kerr.GroupIDNotFound) {
		return nil
	}
	return err
}

// read returns the records of a topic from its beginning up to ends, which keep wants.
func (o *observer) read(ctx context.Context, topic string, ends map[int32]int64, keep func(*kgo.Record) bool) ([]*kgo.Record, error) {
	left := maps.Clone(ends)
	starts := map[int32]kgo.Offset{}
	for id, end := range ends {
		if end == 0 {
			delete(left, id)
			continue
		}
		starts[id] = kgo.NewOffset().AtStart()
	}
	if len(left) == 0 {
		return nil, nil
	}
	client, err := kgo.NewClient(append(o.opts[:len(o.opts):len(o.opts)],
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: starts}), kgo.FetchMaxWait(100*time.Millisecond))...)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	var kept []*kgo.Record
	for len(left) > 0 {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return nil, fmt.Errorf("chaos: read %s: %w", topic, err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			if r.Offset < ends[r.Partition] && keep(r) {
				kept = append(kept, r)
			}
			if r.Offset+1 >= ends[r.Partition] {
				delete(left, r.Partition)
			}
		})
	}
	return kept, nil
}
