package producer_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
	"github.com/magicbyte-go/magicbyte/producer"
)

// TestConfiguration shows what librdkafka is given.
func TestConfiguration(t *testing.T) {
	t.Parallel()
	defaults := kafka.ConfigMap{
		"enable.idempotence": true, "acks": "all", "partitioner": "murmur2_random", "compression.type": "lz4", "linger.ms": 5,
		"delivery.timeout.ms": 120_000, "queue.buffering.max.kbytes": 65_536, "allow.auto.create.topics": false,
		"go.delivery.reports": true, "go.delivery.report.fields": "none", "go.batch.producer": false,
		"go.events.channel.size": 1024, "go.produce.channel.size": 0, "go.logs.channel.enable": true,
	}
	tests := []struct {
		name    string
		user    kafka.ConfigMap
		opts    []producer.Option
		without []string // of the defaults
	}{
		{name: "defaults"},
		{
			name:    "under other names",
			user:    kafka.ConfigMap{"request.required.acks": -1, "compression.codec": "zstd", "queue.buffering.max.ms": 0, "message.timeout.ms": 9_000},
			without: []string{"acks", "compression.type", "linger.ms", "delivery.timeout.ms"},
		},
		{name: "overridden", user: kafka.ConfigMap{"enable.idempotence": false, "acks": 1, "queue.buffering.max.kbytes": 1024, "allow.auto.create.topics": true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			config := configOf(newCluster(t, 1))
			maps.Copy(config, tt.user)
			want := maps.Clone(defaults)
			maps.DeleteFunc(want, func(name string, _ kafka.ConfigValue) bool { return slices.Contains(tt.without, name) })
			maps.Copy(want, config)
			var got kafka.ConfigMap
			startProducer(t, config, append(tt.opts, kafkaclient.ProducerOption(func(given kafka.ConfigMap) (kafkaclient.Producer, error) {
				got = maps.Clone(given)
				return kafkaclient.NewProducer(given)
			}).(producer.Option))...)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("configuration (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOwnedProperties tries to set each property that is the package's own, at the top and among the properties of topics.
func TestOwnedProperties(t *testing.T) {
	t.Parallel()
	owned := map[string]struct {
		value   kafka.ConfigValue
		instead string
	}{
		"partitioner":                {"random", "WithPartitioner"},
		"transactional.id":           {"x", "NewTransactions"},
		"delivery.report.only.error": {true, "delivery report"},
		"go.delivery.reports":        {false, "delivery report"},
		"go.delivery.report.fields":  {"all", "delivery report"},
		"go.batch.producer":          {true, "SendBatch"},
		"go.events.channel.size":     {1, "drained by the producer"},
		"go.produce.channel.size":    {1, "SendAsync"},
		"go.logs.channel.enable":     {false, "WithLogger"},
		"go.logs.channel":            {make(chan kafka.LogEvent), "WithLogger"},
		"log.queue":                  {true, "WithLogger"},
	}
	for name, property := range owned {
		for place, config := range map[string]kafka.ConfigMap{
			"at the top":              {"bootstrap.servers": "localhost:1", name: property.value},
			"in default.topic.config": {"bootstrap.servers": "localhost:1", "default.topic.config": kafka.ConfigMap{name: property.value}},
		} {
			t.Run(name+" "+place, func(t *testing.T) {
				t.Parallel()
				_, err := producer.New(config, topic, eventKey(), &eventValue{})
				if err == nil || !strings.Contains(err.Error(), `"`+name+`"`) || !strings.Contains(err.Error(), property.instead) {
					t.Errorf("New = %v, want %q and %q in it", err, name, property.instead)
				}
			})
		}
	}
	// Two names of one property, of which librdkafka would take one by chance.
	for first, second := range map[string]string{
		"acks": "request.required.acks", "linger.ms": "queue.buffering.max.ms", "delivery.timeout.ms": "message.timeout.ms",
		"compression.type": "compression.codec", "bootstrap.servers": "metadata.broker.list", "retries": "message.send.max.retries",
		"max.in.flight.requests.per.connection": "max.in.flight", "sasl.mechanism": "sasl.mechanisms",
	} {
		t.Run(first+" twice", func(t *testing.T) {
			t.Parallel()
			_, err := producer.New(kafka.ConfigMap{first: 1, second: 1}, topic, eventKey(), &eventValue{})
			if err == nil || !strings.Contains(err.Error(), `"`+first+`"`) || !strings.Contains(err.Error(), `"`+second+`"`) {
				t.Errorf("New = %v, want %q and %q in it", err, first, second)
			}
		})
	}
}

// TestContradictionOfADefault: what the user has set contradicts what the user has not set, and the error says where that comes from.
func TestContradictionOfADefault(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]kafka.ConfigMap{
		"acks":           {"request.required.acks": 1},
		"more in flight": {"max.in.flight": 9},
	} {
		config["bootstrap.servers"] = "localhost:1"
		_, err := producer.New(config, topic, eventKey(), &eventValue{})
		if want := "(enable.idempotence=true is this package's default: set what you want)"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: New = %v, want %q in it", name, err, want)
		}
		config["enable.idempotence"] = false
		if _, err := producer.New(config, topic, eventKey(), &eventValue{}); err != nil {
			t.Errorf("%s: New without idempotence = %v", name, err)
		}
	}
}

type statsHook func(string)

func (h statsHook) OnStats(stats string) { h(stats) }

func TestStatsHook(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	config := configOf(cluster)
	if _, err := producer.New(config, topic, eventKey(), &eventValue{}, producer.WithStatsHook(statsHook(nil)), producer.WithStatsHook(nil)); err == nil ||
		!strings.Contains(err.Error(), "statistics.interval.ms") || !strings.Contains(err.Error(), "hook is nil") {
		t.Errorf("New = %v, want both problems", err)
	}
	config["statistics.interval.ms"] = 20
	heard := make(chan string, 1)
	p := startProducer(t, config,
		producer.WithStatsHook(statsHook(func(string) { panic("a test") })),
		producer.WithStatsHook(statsHook(func(stats string) {
			select {
			case heard <- stats:
			default:
			}
		})))
	select {
	case stats := <-heard:
		if !strings.HasPrefix(stats, "{") || !strings.Contains(stats, `"txmsgs"`) {
			t.Errorf("statistics %.60q", stats)
		}
	case <-within(t, 10*time.Second).Done():
		t.Error("no statistics")
	}
	if _, err := p.Send(within(t, 10*time.Second), &event{}); err != nil {
		t.Error(err)
	}
}
