package prometheus_test

import (
	"strings"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	prom "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/producer/producertest"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/telemetry/prometheus"
)

func TestSend(t *testing.T) {
	t.Parallel()
	registry := prom.NewPedanticRegistry()
	metrics, err := prometheus.New(registry)
	if err != nil {
		t.Fatal(err)
	}
	p := producertest.New(t, "orders.raw", producer.NoKey[string](), serde.StringValue(), producer.WithSendHook(metrics))
	value := "text"
	for _, failure := range []error{
		nil, nil, kafka.NewError(kafka.ErrMsgTimedOut, "", false), kafka.NewError(kafka.ErrMsgSizeTooLarge, "", false),
	} {
		p.Fail(failure)
		if _, err := p.Send(t.Context(), &value); (err == nil) != (failure == nil) {
			t.Fatalf("Send = %v, want %v", err, failure)
		}
	}
	want := `
# HELP magicbyte_producer_bytes_total Bytes of keys and values of acknowledged records.
# TYPE magicbyte_producer_bytes_total counter
magicbyte_producer_bytes_total{topic="orders.raw"} 8
# HELP magicbyte_producer_records_total Records sent, by outcome: acknowledged, failed (certainly not in the log), indeterminate (may be in the log).
# TYPE magicbyte_producer_records_total counter
magicbyte_producer_records_total{outcome="acknowledged",topic="orders.raw"} 2
magicbyte_producer_records_total{outcome="failed",topic="orders.raw"} 1
magicbyte_producer_records_total{outcome="indeterminate",topic="orders.raw"} 1
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want),
		"magicbyte_producer_bytes_total", "magicbyte_producer_records_total"); err != nil {
		t.Error(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != "magicbyte_producer_send_duration_seconds" {
			continue
		}
		if got := family.GetMetric()[0].GetHistogram().GetSampleCount(); got != 4 {
			t.Errorf("%d durations, want 4", got)
		}
		return
	}
	t.Error("no durations")
}

func TestNewTwice(t *testing.T) {
	t.Parallel()
	registry := prom.NewRegistry()
	if _, err := prometheus.New(registry); err != nil {
		t.Fatal(err)
	}
	if _, err := prometheus.New(nil); err == nil {
		t.Error("New without a registerer: no error")
	}
	if _, err := prometheus.New(registry); err == nil || !strings.Contains(err.Error(), "duplicate") {
		t.Errorf("second New = %v, want an error", err)
	}
}
