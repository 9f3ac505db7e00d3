package consumer_test

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/consumer"
)

// TestCommitsInATopicThatWasMadeAnew: its offsets lie below those of the old one, which a crash must not have the group go on at.
func TestCommitsInATopicThatWasMadeAnew(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 20)...)
	cfg := config(c, "topic.metadata.refresh.interval.ms", "200")
	assigned, revoked := make(chan struct{}, 8), make(chan struct{}, 8)
	values := make(chan string, 100)
	member := newText(t, cfg, consumer.WithAllowMissingTopic(), consumer.WithHooks(changes{assigned, revoked}))
	r := start(t, member, func(_ context.Context, rec *textRecord) error {
		values <- rec.Value
		return nil
	})
	receive(t, assigned)
	produce(t, c, numbered(0, 20, 1)...)
	eventually(t, "all is committed", func() bool { return committed(c, 0) == 21 })

	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	gone := kmsg.NewPtrDeleteTopicsRequest()
	gone.TopicNames = []string{topic}
	gone.Topics = []kmsg.DeleteTopicsRequestTopic{{Topic: kmsg.StringPtr(topic)}}
	if resp, err := gone.RequestWith(t.Context(), client); err != nil || kerr.ErrorForCode(resp.Topics[0].ErrorCode) != nil {
		t.Fatal(resp, err)
	}
	receive(t, revoked)
	made := kmsg.NewPtrCreateTopicsRequest()
	made.Topics = []kmsg.CreateTopicsRequestTopic{{Topic: topic, NumPartitions: 1, ReplicationFactor: 1}}
	if resp, err := made.RequestWith(t.Context(), client); err != nil || kerr.ErrorForCode(resp.Topics[0].ErrorCode) != nil {
		t.Fatal(resp, err)
	}
	receive(t, assigned)
	produce(t, c, numbered(0, 1000, 5)...)
	for value := ""; value != "1004"; value = receive(t, values) {
	}
	eventually(t, "the new log's offset is committed", func() bool { return committed(c, 0) == 5 })
	produce(t, c, numbered(0, 1005, 1)...)
	eventually(t, "the client commits again", func() bool { return committed(c, 0) == 6 })
	r.stop()
}

// changes is told of partitions that come and go.
type changes struct{ assigned, revoked chan struct{} }

func (c changes) OnAssigned(partitions []consumer.TopicPartition) {
	if len(partitions) > 0 {
		c.assigned <- struct{}{}
	}
}

func (c changes) OnRevoked(partitions []consumer.TopicPartition, _ bool, _ time.Duration) {
	if len(partitions) > 0 {
		c.revoked <- struct{}{}
	}
}
