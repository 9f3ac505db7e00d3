package eventlog_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"gocloud.dev/blob/memblob"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/eventlog"
	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/serde"
)

// BenchmarkBesideConsumer reads a topic with a consumer of bytes whose handler does nothing, and with a writer without compression, in turns.
func BenchmarkBesideConsumer(b *testing.B) {
	const total, partitions = 120_000, 4
	env := integration.Embedded(b)
	topic := env.CreateTopic(b, "orders", partitions)
	random := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // data
	for i := 0; i < total; i += 10_000 {
		list := make([]integration.Record, 10_000)
		for j := range list {
			list[j] = integration.Record{
				Topic: topic, Partition: int32(j % partitions), Timestamp: base.Add(time.Duration(i+j) * time.Millisecond),
				Key: fmt.Appendf(nil, "ORD-%d", random.IntN(1000)), Value: bytes.Repeat([]byte{byte(j)}, 200+random.IntN(250)),
			}
		}
		env.Produce(b, list...)
	}
	rate := map[string][]float64{}
	round := 0
	measure := func(name string, run func(group string) error) {
		round++
		runtime.GC()
		began := time.Now()
		if err := run(fmt.Sprintf("%s-%d-%d", name, os.Getpid(), round)); err != nil {
			b.Fatal(err)
		}
		rate[name] = append(rate[name], total/time.Since(began).Seconds())
	}
	bare := func(group string) error {
		cfg := config(env, group)
		cfg["auto.offset.reset"] = "earliest"
		c, err := consumer.New(cfg, []string{topic}, serde.BytesKey(), serde.BytesValue())
		if err != nil {
			return err
		}
		return c.RunToEnd(b.Context(), func(context.Context, *consumer.Record[[]byte, []byte]) error { return nil })
	}
	log := func(group string) error {
		bucket := memblob.OpenBucket(nil)
		defer bucket.Close()
		w, err := eventlog.New(config(env, group), []string{topic}, bucket, eventlog.WithCompression("null"))
		if err != nil {
			return err
		}
		return w.RunToEnd(b.Context())
	}
	for b.Loop() {
		measure("bare", bare)
		measure("log", log)
	}
	median := func(list []float64) float64 {
		slices.Sort(list)
		return list[len(list)/2]
	}
	b.ReportMetric(median(rate["bare"]), "bare-records/s")
	b.ReportMetric(median(rate["log"]), "log-records/s")
	b.ReportMetric(median(rate["log"])/median(rate["bare"]), "log/bare")
}
