package compare_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/serde"
)

// newBroker starts a broker with the topic of the depots.
func newBroker(t *testing.T) *kfake.Cluster {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, depotTopic))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster
}

// refusing returns a broker that refuses the first batch of the second producer once (not the leader), when the next one is under way, and takes that
// one. write sends two records, the second one when held is closed, and tells by underWay when both are on their way, as the client's statistics say.
func refusing(t *testing.T) (address string, underWay func(statistics string), held <-chan struct{}) {
	t.Helper()
	cluster := newBroker(t)
	address = cluster.ListenAddrs()[0]
	earlier := newBytes(t, kafka.ConfigMap{"bootstrap.servers": address})
	if _, err := earlier.Send(t.Context(), ptr([]byte("earlier"))); err != nil {
		t.Fatal(err)
	}
	both, first := make(chan struct{}, 1), make(chan struct{})
	cluster.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.DropControl()
		close(first)
		cluster.SleepControl(func() { <-both })
		return nil, nil, false
	})
	cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotLeaderForPartition})
	return address, func(text string) {
		var statistics struct {
			Topics map[string]struct {
				Partitions map[string]struct {
					InFlight int `json:"msgs_inflight"`
				}
			}
		}
		if err := json.Unmarshal([]byte(text), &statistics); err != nil {
			t.Error(err)
		}
		if statistics.Topics[depotTopic].Partitions["0"].InFlight == 2 {
			select {
			case both <- struct{}{}:
			default:
			}
		}
	}, first
}

func ptr[T any](v T) *T { return &v }

type statistics func(string)

func (s statistics) OnStats(text string) { s(text) }

func newBytes(t *testing.T, config kafka.ConfigMap, opts ...producer.Option) *producer.Producer[[]byte, []byte] {
	t.Helper()
	p, err := producer.New(config, depotTopic, producer.KeyOf(serde.BytesKey(), func(*[]byte) []byte { return nil }), serde.BytesValue(), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close(context.WithoutCancel(t.Context())) })
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestRivalsRecordThatNoBrokerConfirmed: the first of two records is refused, the second one is written. librdkafka takes the first one for written then.
func TestRivalsRecordThatNoBrokerConfirmed(t *testing.T) {
	t.Parallel()
	t.Run("confluent-kafka-go", func(t *testing.T) {
		t.Parallel()
		address, underWay, held := refusing(t)
		p, err := kafka.NewProducer(&kafka.ConfigMap{"bootstrap.servers": address, "enable.idempotence": true, "linger.ms": 0, "statistics.interval.ms": 5})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		var reports []*kafka.Message
		topic := depotTopic
		for _, text := range []string{"first", "second"} {
			if err := p.Produce(&kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: 0}, Value: []byte(text)}, nil); err != nil {
				t.Fatal(err)
			}
			<-held
		}
		for len(reports) < 2 {
			switch e := (<-p.Events()).(type) {
			case *kafka.Stats:
				underWay(e.String())
			case *kafka.Message:
				reports = append(reports, e)
			}
		}
		for _, r := range reports {
			if r.TopicPartition.Error != nil {
				t.Errorf("%s: %v: it has mended it", r.Value, r.TopicPartition.Error)
			}
		}
		if got := written(t, address); got != 2 {
			t.Errorf("%d records are written, want the earlier and the second", got)
		}
	})
	t.Run("magicbyte", func(t *testing.T) {
		t.Parallel()
		address, underWay, held := refusing(t)
		p := newBytes(t, kafka.ConfigMap{"bootstrap.servers": address, "linger.ms": 0, "statistics.interval.ms": 5}, producer.WithStatsHook(statistics(underWay)))
		outcomes := make(chan error, 2)
		for _, text := range []string{"first", "second"} {
			p.SendAsync(t.Context(), producer.Message[[]byte, []byte]{Value: ptr([]byte(text))}, func(_ producer.Receipt, err error) { outcomes <- err })
			<-held
		}
		if first, second := <-outcomes, <-outcomes; !errors.Is(first, producer.ErrIndeterminate) || second != nil {
			t.Errorf("the outcomes are %v and %v, want ErrIndeterminate and nil", first, second)
		}
		if got := written(t, address); got != 2 {
			t.Errorf("%d records are written, want the earlier and the second", got)
		}
	})
}

// written returns how many records the partition holds.
func written(t *testing.T, address string) int64 {
	t.Helper()
	client, err := kafka.NewConsumer(&kafka.ConfigMap{"bootstrap.servers": address, "group.id": "count"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	_, high, err := client.QueryWatermarkOffsets(depotTopic, 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	return high
}
