package kafkaclient_test

import (
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

const readTopic = "orders.raw"

// brokers starts an embedded broker with so many records in each of two partitions.
func brokers(t *testing.T, records int) string {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, readTopic))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.DefaultProduceTopic(readTopic))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for p := range int32(2) {
		for range records {
			client.Produce(t.Context(), &kgo.Record{Partition: p, Value: []byte("v")}, nil)
		}
	}
	if err := client.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	return strings.Join(c.ListenAddrs(), ",")
}

// member opens a consumer, which the test has to close.
func member(t *testing.T, brokers string) kafkaclient.Consumer {
	t.Helper()
	client, err := kafkaclient.NewConsumer(kafka.ConfigMap{
		"bootstrap.servers": brokers, "group.id": "billing", "auto.offset.reset": "earliest", "enable.auto.commit": false, "go.logs.channel.enable": true,
	})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for range client.Logs() {
		}
	}()
	return client
}

// poll polls until enough is true of a record, or of nil after each of the other events.
func poll(t *testing.T, client kafkaclient.Consumer, enough func(*kafka.Message) bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		m, _ := client.Poll(50).(*kafka.Message)
		if enough(m) {
			return
		}
	}
	t.Fatal("it did not come within 20 s")
}

// TestRebalances: they go to the callback, in Poll and nowhere else, with the client that Binding tells of; and a member that is closed in the middle of
// its records gives its partitions back at once.
func TestRebalances(t *testing.T) {
	t.Parallel()
	addr := brokers(t, 1000)
	join := func() (kafkaclient.Consumer, *int, *bool) {
		client := member(t, addr)
		partitions, polling := new(int), new(bool)
		binding, ok := kafkaclient.Binding(client)
		if !ok {
			t.Fatal("a client of librdkafka has no binding")
		}
		err := client.SubscribeTopics([]string{readTopic}, func(c *kafka.Consumer, event kafka.Event) error {
			if c != binding {
				t.Error("the callback gets another client than Binding returns")
			}
			if !*polling {
				t.Errorf("%v comes outside of Poll and Close", event)
			}
			switch e := event.(type) {
			case kafka.AssignedPartitions:
				*partitions = len(e.Partitions)
				return client.Assign(e.Partitions)
			case kafka.RevokedPartitions:
				*partitions = 0
				return client.Unassign()
			default:
				t.Errorf("the callback gets %T", event)
				return nil
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		return client, partitions, polling
	}
	first, firstHas, firstPolls := join()
	*firstPolls = true
	poll(t, first, func(m *kafka.Message) bool { return m != nil })
	if *firstHas != 2 {
		t.Errorf("the only member has %d partitions, want 2", *firstHas)
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	if *firstHas != 0 {
		t.Errorf("a closed member was not told that its %d partitions are gone", *firstHas)
	}

	began := time.Now()
	second, secondHas, secondPolls := join()
	*secondPolls = true
	poll(t, second, func(m *kafka.Message) bool { return m != nil && *secondHas == 2 })
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("the next member had its records after %v: the group waited for the session of the one before", took)
	}
}

// TestSeekForgets: after a seek only what follows the new offset comes of the partition, and all that there is of the others; a seek that fails changes nothing.
func TestSeekForgets(t *testing.T) {
	t.Parallel()
	const records = 400
	client := member(t, brokers(t, records))
	defer func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	}()
	name := readTopic
	at := func(p int32, offset kafka.Offset) []kafka.TopicPartition {
		return []kafka.TopicPartition{{Topic: &name, Partition: p, Offset: offset}}
	}
	if err := client.Assign(append(at(0, 0), at(1, 0)...)); err != nil {
		t.Fatal(err)
	}
	want := map[int32]kafka.Offset{}
	check := func(m *kafka.Message) {
		t.Helper()
		if p := m.TopicPartition.Partition; m.TopicPartition.Offset != want[p] {
			t.Fatalf("partition %d: offset %v, want %v", p, m.TopicPartition.Offset, want[p])
		}
		want[m.TopicPartition.Partition]++
	}
	sought := int32(-1)
	poll(t, client, func(m *kafka.Message) bool {
		if m != nil {
			check(m)
			sought = m.TopicPartition.Partition
		}
		return m != nil
	})
	if results, err := client.SeekPartitions(at(7, 0)); err == nil && results[0].Error == nil {
		t.Error("a partition that is not assigned was sought")
	}
	poll(t, client, func(m *kafka.Message) bool { // goes on
		if m != nil {
			check(m)
		}
		return m != nil
	})
	if results, err := client.SeekPartitions(at(sought, 100)); err != nil || results[0].Error != nil {
		t.Fatal(err, results)
	}
	want[sought] = 100
	poll(t, client, func(m *kafka.Message) bool {
		if m != nil {
			check(m)
		}
		return want[0] == records && want[1] == records
	})
}
