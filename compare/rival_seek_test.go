package compare_test

import (
	"context"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/serde"
)

// TestRivalsSeekBack: a program goes back to offset 2 of 10 and has come to 5. librdkafka commits nothing before it is at 10 again, so a crash has the group
// go on there.
func TestRivalsSeekBack(t *testing.T) {
	t.Parallel()
	const all, back, stands = 10, 2, 5
	filled := func(t *testing.T) (kafka.ConfigMap, *kfake.Cluster) {
		t.Helper()
		cluster := newBroker(t)
		p := newBytes(t, kafka.ConfigMap{"bootstrap.servers": cluster.ListenAddrs()[0]})
		for range all {
			if _, err := p.Send(t.Context(), ptr([]byte("v"))); err != nil {
				t.Fatal(err)
			}
		}
		return kafka.ConfigMap{"bootstrap.servers": cluster.ListenAddrs()[0], "group.id": "audit", "auto.offset.reset": "earliest"}, cluster
	}
	committed := func(cluster *kfake.Cluster) int64 {
		if info := cluster.GroupInfo("audit"); info != nil {
			return info.Commits[depotTopic][0].Offset
		}
		return -1
	}
	t.Run("confluent-kafka-go", func(t *testing.T) {
		t.Parallel()
		config, cluster := filled(t)
		c, err := kafka.NewConsumer(&config)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		if err := c.Subscribe(depotTopic, nil); err != nil {
			t.Fatal(err)
		}
		read := func(up int64) {
			for at := int64(-1); at < up-1; {
				if m, ok := c.Poll(100).(*kafka.Message); ok {
					at = int64(m.TopicPartition.Offset)
				}
			}
		}
		read(all)
		if _, err := c.Commit(); err != nil {
			t.Fatal(err)
		}
		topic := depotTopic
		if _, err := c.SeekPartitions([]kafka.TopicPartition{{Topic: &topic, Partition: 0, Offset: back}}); err != nil {
			t.Fatal(err)
		}
		read(stands)
		if at, err := c.Commit(); err == nil || committed(cluster) != all {
			t.Errorf("Commit() = %v, %v, committed %d: it has mended it", at, err, committed(cluster))
		}
	})
	t.Run("magicbyte", func(t *testing.T) {
		t.Parallel()
		config, cluster := filled(t)
		c, err := consumer.New(config, []string{depotTopic}, serde.BytesKey(), serde.BytesValue())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		seen, ended := make(chan int64), make(chan error, 1)
		go func() {
			ended <- c.Run(ctx, func(_ context.Context, r *consumer.Record[[]byte, []byte]) error {
				select {
				case seen <- r.Offset:
					return nil
				case <-ctx.Done(): // the test is over
					return consumer.Stop(context.Cause(ctx))
				}
			})
		}()
		read := func(up int64) {
			for at := int64(-1); at < up-1; {
				select {
				case at = <-seen:
				case <-ctx.Done():
					t.Fatal("no record comes")
				}
			}
		}
		await := func(want int64) {
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			for committed(cluster) != want {
				select {
				case <-tick.C:
				case <-ctx.Done():
					t.Fatalf("committed %d, want %d", committed(cluster), want)
				}
			}
		}
		read(all)
		await(all)
		if err := c.Seek(ctx, consumer.Ref{Topic: depotTopic, Offset: back}); err != nil {
			t.Fatal(err)
		}
		read(stands)
		await(stands)
		cancel()
		<-ended
	})
}
