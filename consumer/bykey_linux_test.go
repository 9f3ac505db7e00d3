package consumer_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/serde"
)

const (
	benchHandlers = 64
	benchTakes    = 2500 * time.Microsecond // a handler, waiting
	benchKeys     = 1000
)

// BenchmarkByKey handles one partition with 64 handlers of 2.5 ms, and reports the throughput beside its bound: as many records as 64
// handlers can take, or as the most frequent key lets through one after the other.
func BenchmarkByKey(b *testing.B) {
	for _, draw := range []struct {
		name string
		key  func(i int) int
	}{
		{"even", func(i int) int { return i % benchKeys }},
		{"zipf", zipf(1.1)},
	} {
		b.Run(draw.name, func(b *testing.B) {
			const records = 50_000
			c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, topic), kfake.GroupMinSessionTimeout(time.Second))
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.DefaultProduceTopic(topic))
			if err != nil {
				b.Fatal(err)
			}
			defer client.Close()
			counts := map[int]int{}
			most := 0
			batch := make([]*kgo.Record, records)
			for i := range batch {
				key := draw.key(i)
				counts[key]++
				most = max(most, counts[key])
				batch[i] = &kgo.Record{Key: fmt.Append(nil, key), Value: []byte("value")}
			}
			if err := client.ProduceSync(b.Context(), batch...).FirstErr(); err != nil {
				b.Fatal(err)
			}
			bound := min(benchHandlers/benchTakes.Seconds(), float64(records)/(float64(most)*benchTakes.Seconds()))
			var best float64
			for b.Loop() {
				best = max(best, drain(b, c, records))
			}
			b.ReportMetric(best, "records/s")
			b.ReportMetric(bound, "bound")
			b.ReportMetric(best/bound, "of-bound")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// zipf draws keys so that the k-th most frequent comes 1/k^s as often as the first.
func zipf(s float64) func(int) int {
	z := rand.NewZipf(rand.New(rand.NewPCG(1, 2)), s, 1, benchKeys-1)
	return func(int) int { return int(z.Uint64()) }
}

var groups int

// drain consumes everything in a new group and returns the records per second from the first handler to the last.
func drain(b *testing.B, c *kfake.Cluster, records int) float64 {
	groups++
	cfg := config(c, "group.id", fmt.Sprint("bench", groups))
	member, err := consumer.New(cfg, []string{topic}, serde.StringKey(), serde.StringValue(), consumer.WithOrder(consumer.ByKey(benchHandlers)))
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var (
		mu    sync.Mutex
		count int
		began time.Time
		took  time.Duration
	)
	err = member.Run(ctx, func(context.Context, *textRecord) error {
		mu.Lock()
		if began.IsZero() {
			began = time.Now()
		}
		mu.Unlock()
		// The Go runtime's timers are late by up to a millisecond in a process that is idle otherwise.
		wait := syscall.NsecToTimespec(benchTakes.Nanoseconds())
		_ = syscall.Nanosleep(&wait, nil)
		mu.Lock()
		defer mu.Unlock()
		if count++; count == records {
			took = time.Since(began)
			cancel()
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return float64(records) / took.Seconds()
}
