package consumer_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/serde"
)

const (
	topic   = "orders.raw"
	group   = "billing"
	letters = "orders.raw.billing.dlq"
)

func TestMain(m *testing.M) {
	if os.Getenv(victimBrokers) != "" {
		victim()
	}
	if os.Getenv(stuckBrokers) != "" {
		stuck()
	}
	// The tests wait for brokers and timers more than they compute.
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// cluster starts an embedded broker with the topic and its dead letters.
func cluster(t *testing.T, partitions int32, opts ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{
		kfake.NumBrokers(1),
		kfake.GroupMinSessionTimeout(time.Second),
		kfake.BrokerConfigs(map[string]string{"group.consumer.heartbeat.interval.ms": "100"}),
		kfake.SeedTopics(partitions, topic),
		kfake.SeedTopics(1, letters),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// config is the least that a consumer needs, with a session that a machine which is busy for some seconds does not end.
func config(c *kfake.Cluster, more ...string) kafka.ConfigMap {
	cfg := kafka.ConfigMap{
		"bootstrap.servers":     strings.Join(c.ListenAddrs(), ","),
		"group.id":              group,
		"auto.offset.reset":     "earliest",
		"session.timeout.ms":    10000,
		"heartbeat.interval.ms": 300,
	}
	for i := 0; i < len(more); i += 2 {
		cfg[more[i]] = more[i+1]
	}
	return cfg
}

// newProtocol makes cfg one of a member under KIP-848.
func newProtocol(cfg kafka.ConfigMap) kafka.ConfigMap {
	cfg["group.protocol"] = "consumer"
	delete(cfg, "session.timeout.ms")
	delete(cfg, "heartbeat.interval.ms")
	return cfg
}

// produce appends records and waits for them. A record without topic goes to the test's topic.
func produce(t *testing.T, c *kfake.Cluster, records ...*kgo.Record) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.DefaultProduceTopic(topic), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerBatchMaxBytes(2<<20))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

// numbered makes n records for a partition, with the values "0", "1", ...
func numbered(partition int32, from, n int) []*kgo.Record {
	records := make([]*kgo.Record, n)
	for i := range records {
		records[i] = &kgo.Record{Partition: partition, Key: []byte("k"), Value: fmt.Append(nil, from+i)}
	}
	return records
}

// read returns the first n records of a topic's partition 0.
func read(t *testing.T, c *kfake.Cluster, topic string, n int) []*kgo.Record {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var records []*kgo.Record
	for len(records) < n {
		fetches := client.PollFetches(within(t, 10*time.Second))
		if err := fetches.Err(); err != nil {
			t.Fatalf("read %s: %v after %d of %d records", topic, err, len(records), n)
		}
		records = append(records, fetches.Records()...)
	}
	return records
}

// length returns how many records a topic's partition holds.
func length(c *kfake.Cluster, topic string, partition int32) int64 {
	return c.PartitionInfo(topic, partition).HighWatermark
}

// committed returns the group's committed offset, -1 where there is none.
func committed(c *kfake.Cluster, partition int32) int64 {
	info := c.GroupInfo(group)
	if info == nil {
		return -1
	}
	if commit, ok := info.Commits[topic][partition]; ok {
		return commit.Offset
	}
	return -1
}

// within returns a context that ends with the test or after d.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// text is a consumer of strings.
type text = consumer.Consumer[string, string]

type textRecord = consumer.Record[string, string]

func newText(t *testing.T, cfg kafka.ConfigMap, opts ...consumer.Option) *text {
	t.Helper()
	c, err := consumer.New(cfg, []string{topic}, serde.StringKey(), serde.StringValue(), append([]consumer.Option{consumer.WithLogger(logger(t))}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// running is a Run under way.
type running struct {
	t      *testing.T
	cancel context.CancelFunc
	result chan error
}

// start runs a consumer until the test ends it.
func start[K, V any](t *testing.T, c *consumer.Consumer[K, V], handler func(context.Context, *consumer.Record[K, V]) error) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	r := &running{t: t, cancel: cancel, result: make(chan error, 1)}
	go func() { r.result <- c.Run(ctx, handler) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-r.result:
			r.result <- err
		case <-time.After(40 * time.Second):
			t.Error("Run did not return")
		}
	})
	return r
}

// wait returns what Run returned.
func (r *running) wait() error {
	r.t.Helper()
	select {
	case err := <-r.result:
		r.result <- err
		return err
	case <-time.After(30 * time.Second):
		r.t.Fatal("Run did not return")
		return nil
	}
}

// stop ends Run cleanly.
func (r *running) stop() {
	r.t.Helper()
	r.cancel()
	if err := r.wait(); err != nil {
		r.t.Errorf("Run() = %v, want nil", err)
	}
}

// receive takes the next value from a channel that a handler writes to.
func receive[T any](t *testing.T, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(time.Minute):
		t.Fatal("nothing came within a minute")
		panic("unreachable")
	}
}

// eventually waits for something that only the broker knows. A minute is for machines that do much else: what comes takes moments.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(time.Minute)
	for !ok() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// logger writes to the test's log, as long as the test runs.
func logger(t *testing.T) *slog.Logger {
	w := &testWriter{t: t}
	t.Cleanup(w.end)
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// watch returns a logger that tells seen of each line with the text.
func watch(text string, seen chan<- struct{}) *slog.Logger {
	return slog.New(slog.NewTextHandler(watchWriter{text, seen}, nil))
}

type watchWriter struct {
	text string
	seen chan<- struct{}
}

func (w watchWriter) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.text) {
		w.seen <- struct{}{}
	}
	return len(p), nil
}

type testWriter struct {
	mu sync.Mutex
	t  *testing.T
}

func (w *testWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.t != nil {
		w.t.Log(strings.TrimSpace(string(p)))
	}
	return len(p), nil
}

func (w *testWriter) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.t = nil
}
