package prometheus_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	prom "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/consumer/consumertest"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/telemetry/prometheus"
)

// TestConsumers has two consumers share the metrics.
func TestConsumers(t *testing.T) {
	t.Parallel()
	registry := prom.NewPedanticRegistry()
	metrics, err := prometheus.New(registry)
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range []string{"orders", "refunds"} {
		feed := consumertest.New(t, topic, serde.StringKey(), serde.StringValue(), consumer.WithHooks(metrics), consumer.WithDeadLetters(),
			consumer.WithRetry(consumer.Retry{Attempts: 2, Initial: time.Millisecond}))
		feed.Start(func(_ context.Context, rec *consumer.Record[string, string]) error {
			switch rec.Value {
			case "bad":
				return errors.New("no")
			case "skip":
				return consumer.Skip("not ours")
			}
			return nil
		})
		feed.Append(consumertest.Record{Value: []byte("good")}, consumertest.Record{Value: []byte("bad")}, consumertest.Record{Value: []byte("skip")})
		if err := feed.Wait(); err != nil {
			t.Fatal(err)
		}
		if err := feed.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	want := `
# HELP magicbyte_consumer_records_total Records settled, by outcome: handled, skipped, dead-lettered.
# TYPE magicbyte_consumer_records_total counter
magicbyte_consumer_records_total{group="test",outcome="dead-lettered",topic="orders"} 1
magicbyte_consumer_records_total{group="test",outcome="dead-lettered",topic="refunds"} 1
magicbyte_consumer_records_total{group="test",outcome="handled",topic="orders"} 1
magicbyte_consumer_records_total{group="test",outcome="handled",topic="refunds"} 1
magicbyte_consumer_records_total{group="test",outcome="skipped",topic="orders"} 1
magicbyte_consumer_records_total{group="test",outcome="skipped",topic="refunds"} 1
# HELP magicbyte_consumer_rebalances_total Changes of the assignment, by outcome: assigned, revoked, lost.
# TYPE magicbyte_consumer_rebalances_total counter
magicbyte_consumer_rebalances_total{group="test",outcome="assigned"} 2
magicbyte_consumer_rebalances_total{group="test",outcome="revoked"} 2
# HELP magicbyte_consumer_retries_total Records that were put back to be tried again.
# TYPE magicbyte_consumer_retries_total counter
magicbyte_consumer_retries_total{group="test",topic="orders"} 1
magicbyte_consumer_retries_total{group="test",topic="refunds"} 1
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want),
		"magicbyte_consumer_records_total", "magicbyte_consumer_rebalances_total", "magicbyte_consumer_retries_total"); err != nil {
		t.Error(err)
	}
	for name, series := range map[string]int{
		"magicbyte_consumer_handler_duration_seconds": 6, // handled, skipped, failed
		"magicbyte_consumer_settle_duration_seconds":  2,
		"magicbyte_consumer_drain_duration_seconds":   2, // revoked, shutdown
		"magicbyte_consumer_lag_records":              0, // nothing is assigned any more
		"magicbyte_consumer_unsettled_records":        0,
	} {
		if got, err := testutil.GatherAndCount(registry, name); err != nil || got != series {
			t.Errorf("%s has %d series (%v), want %d", name, got, err, series)
		}
	}
}

func TestGaugesOfPartitions(t *testing.T) {
	t.Parallel()
	registry := prom.NewPedanticRegistry()
	metrics, err := prometheus.New(registry)
	if err != nil {
		t.Fatal(err)
	}
	hook := metrics.HookFor(consumer.Info{Group: "billing"}).(consumer.HookStatus)
	p := func(n int32) consumer.TopicPartition { return consumer.TopicPartition{Topic: "orders", Partition: n} }
	hook.OnStatus([]consumer.PartitionStatus{
		{TopicPartition: p(0), Unsettled: 3, UnsettledBytes: 300, Oldest: 1500 * time.Millisecond, Lag: 7, Paused: true},
		{TopicPartition: p(1), Lag: -1},
		{TopicPartition: p(2), Lag: 5},
	})
	hook.OnStatus([]consumer.PartitionStatus{
		{TopicPartition: p(0), Unsettled: 2, UnsettledBytes: 200, Oldest: 2500 * time.Millisecond, Lag: 6, Paused: true},
		{TopicPartition: p(1), Lag: -1},
	})
	want := `
# HELP magicbyte_consumer_lag_records Offsets between the first record that is not settled and the end of the partition.
# TYPE magicbyte_consumer_lag_records gauge
magicbyte_consumer_lag_records{group="billing",partition="0",topic="orders"} 6
# HELP magicbyte_consumer_oldest_unsettled_seconds Age of the oldest record that was delivered and is not settled; 0 where there is none.
# TYPE magicbyte_consumer_oldest_unsettled_seconds gauge
magicbyte_consumer_oldest_unsettled_seconds{group="billing",partition="0",topic="orders"} 2.5
magicbyte_consumer_oldest_unsettled_seconds{group="billing",partition="1",topic="orders"} 0
# HELP magicbyte_consumer_paused 1 while the partition is not fetched: it holds enough, or the service has paused it.
# TYPE magicbyte_consumer_paused gauge
magicbyte_consumer_paused{group="billing",partition="0",topic="orders"} 1
magicbyte_consumer_paused{group="billing",partition="1",topic="orders"} 0
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want),
		"magicbyte_consumer_lag_records", "magicbyte_consumer_oldest_unsettled_seconds", "magicbyte_consumer_paused"); err != nil {
		t.Error(err)
	}
}

// describer collects what New registers.
type describer struct {
	prom.Registerer
	descs chan *prom.Desc
}

func (d describer) Register(c prom.Collector) error {
	c.Describe(d.descs)
	return nil
}

// TestDashboard keeps the dashboard to the metrics: it uses none that is not there, and shows each. Their labels are the four that are allowed.
func TestDashboard(t *testing.T) {
	t.Parallel()
	d := describer{descs: make(chan *prom.Desc, 100)}
	if _, err := prometheus.New(d); err != nil {
		t.Fatal(err)
	}
	close(d.descs)
	there := map[string]bool{}
	form := regexp.MustCompile(`fqName: "([^"]+)".*variableLabels: \{([^}]*)\}`)
	for desc := range d.descs {
		m := form.FindStringSubmatch(desc.String())
		if m == nil {
			t.Fatalf("no name in %s", desc)
		}
		there[m[1]] = true
		for label := range strings.SplitSeq(m[2], ",") {
			if !slices.Contains([]string{"topic", "partition", "group", "outcome"}, label) {
				t.Errorf("%s has the label %q", m[1], label)
			}
		}
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
		Templating struct{ List []struct{ Query string } }
	}
	if err := json.Unmarshal([]byte(prometheus.Dashboard), &dashboard); err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	name := regexp.MustCompile(`magicbyte_[a-z_]+`)
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			for _, metric := range name.FindAllString(target.Expr, -1) {
				metric = strings.TrimSuffix(metric, "_bucket")
				shown[metric] = true
				if !there[metric] {
					t.Errorf("panel %q uses %s, which does not exist", panel.Title, metric)
				}
			}
		}
	}
	for _, metric := range slices.Sorted(maps.Keys(there)) {
		if !shown[metric] {
			t.Errorf("no panel shows %s", metric)
		}
	}
}
