package producer_test

import (
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/magicbyte-go/magicbyte/producer"
)

// benchmarkCluster drops what it gets, so that the client's cost is measured.
func benchmarkCluster(b *testing.B) *kfake.Cluster {
	b.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, topic), kfake.BlackholeProduce())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(cluster.Close)
	return cluster
}

// BenchmarkBareProduce is the floor: librdkafka's client, its events drained by a goroutine, a record in the way this package sends it.
func BenchmarkBareProduce(b *testing.B) {
	config := configOf(benchmarkCluster(b))
	config["go.delivery.report.fields"] = "none"
	config["queue.buffering.max.messages"] = 10_000_000
	config["linger.ms"] = 5
	client, err := kafka.NewProducer(&config)
	if err != nil {
		b.Fatal(err)
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		for range client.Events() {
		}
	}()
	name, key, value, opaque := topic, []byte("ORD-001"), make([]byte, 200), new(int)
	b.ReportAllocs()
	for b.Loop() {
		err := client.Produce(&kafka.Message{
			TopicPartition: kafka.TopicPartition{Topic: &name, Partition: kafka.PartitionAny},
			Key:            key, Value: value, Opaque: opaque,
		}, nil)
		if err != nil {
			b.Fatal(err)
		}
	}
	client.Flush(10_000)
	client.Close()
	<-drained
}

func BenchmarkSendAsync(b *testing.B) {
	config := configOf(benchmarkCluster(b))
	config["queue.buffering.max.messages"] = 10_000_000
	p := startProducer(b, config)
	ctx := b.Context()
	e := &event{ID: "ORD-001", Text: string(make([]byte, 200))}
	done := func(_ producer.Receipt, err error) {
		if err != nil {
			b.Error(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		p.SendAsync(ctx, producer.Message[string, event]{Value: e}, done)
	}
	if err := p.Flush(ctx); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkSend(b *testing.B) {
	config := configOf(benchmarkCluster(b))
	config["linger.ms"] = 0
	p := startProducer(b, config)
	ctx := b.Context()
	e := &event{ID: "ORD-001", Text: string(make([]byte, 200))}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Send(ctx, e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSendParallel(b *testing.B) {
	p := startProducer(b, configOf(benchmarkCluster(b)))
	ctx := b.Context()
	e := &event{ID: "ORD-001", Text: string(make([]byte, 200))}
	b.ReportAllocs()
	b.SetParallelism(200)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := p.Send(ctx, e); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
