package kafkaconfig_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/internal/kafkaconfig"
)

var testRules = kafkaconfig.Rules{
	Package: "test",
	Owned: map[string]kafkaconfig.Owned{
		"partitioner":               {Value: "murmur2_random", Instead: "use WithPartitioner"},
		"enable.auto.commit":        {Instead: "it is decided here"},
		"go.delivery.report.fields": {Value: "none", Instead: "receipts hold all there is"},
	},
	Defaults: map[string]kafka.ConfigValue{"acks": "all", "linger.ms": 5, "delivery.timeout.ms": 120000, "compression.type": "lz4"},
	Required: map[string]string{"bootstrap.servers": "the brokers to connect to"},
}

func TestResolve(t *testing.T) {
	owned := kafka.ConfigMap{"partitioner": "murmur2_random", "go.delivery.report.fields": "none"}
	tests := []struct {
		name string
		user kafka.ConfigMap
		want kafka.ConfigMap // besides owned
	}{
		{
			name: "defaults are filled in",
			user: kafka.ConfigMap{"bootstrap.servers": "localhost:9092"},
			want: kafka.ConfigMap{
				"bootstrap.servers": "localhost:9092",
				"acks":              "all", "linger.ms": 5, "delivery.timeout.ms": 120000, "compression.type": "lz4",
			},
		},
		{
			name: "a property under another name keeps the default out",
			user: kafka.ConfigMap{
				"metadata.broker.list": "a:1,b:2", "request.required.acks": -1, "queue.buffering.max.ms": 7,
				"message.timeout.ms": 9000, "compression.codec": "zstd",
			},
			want: kafka.ConfigMap{
				"metadata.broker.list": "a:1,b:2", "request.required.acks": -1, "queue.buffering.max.ms": 7,
				"message.timeout.ms": 9000, "compression.codec": "zstd",
			},
		},
		{
			name: "topic properties move to the main map",
			user: kafka.ConfigMap{
				"bootstrap.servers":    "localhost:9092",
				"default.topic.config": kafka.ConfigMap{"message.timeout.ms": 9000, "compression.codec": "gzip"},
			},
			want: kafka.ConfigMap{
				"bootstrap.servers": "localhost:9092", "acks": "all", "linger.ms": 5, "message.timeout.ms": 9000, "compression.codec": "gzip",
			},
		},
		{
			name: "brokers in all their forms",
			user: kafka.ConfigMap{"bootstrap.servers": "plain, with:9092,SASL_SSL://b:1, [::1]:9092"},
			want: kafka.ConfigMap{
				"bootstrap.servers": "plain, with:9092,SASL_SSL://b:1, [::1]:9092",
				"acks":              "all", "linger.ms": 5, "delivery.timeout.ms": 120000, "compression.type": "lz4",
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := maps.Clone(test.user)
			got, err := kafkaconfig.Resolve(test.user, testRules)
			if err != nil {
				t.Fatalf("Resolve(%v) error = %v", test.user, err)
			}
			want := maps.Clone(test.want)
			maps.Copy(want, owned)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Resolve(%v) (-want +got):\n%s", test.user, diff)
			}
			if diff := cmp.Diff(before, test.user); diff != "" {
				t.Errorf("the user's map changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestResolveRefuses(t *testing.T) {
	tests := []struct {
		name string
		user kafka.ConfigMap
		want []string // one line of the error each, by a part of it
	}{
		{
			name: "owned",
			user: kafka.ConfigMap{"bootstrap.servers": "a", "partitioner": "random"},
			want: []string{`test: property "partitioner" is set by this package: use WithPartitioner`},
		},
		{
			name: "owned under another name, in the topic configuration",
			user: kafka.ConfigMap{"bootstrap.servers": "a", "default.topic.config": kafka.ConfigMap{"auto.commit.enable": true}},
			want: []string{`property "auto.commit.enable" in default.topic.config is set by this package: it is decided here`},
		},
		{
			name: "two names of one property",
			user: kafka.ConfigMap{"bootstrap.servers": "a", "acks": 1, "request.required.acks": -1},
			want: []string{`properties "acks" and "request.required.acks" are one property`},
		},
		{
			name: "two names of one property, one in the topic configuration",
			user: kafka.ConfigMap{
				"bootstrap.servers": "a", "delivery.timeout.ms": 5000,
				"default.topic.config": kafka.ConfigMap{"message.timeout.ms": 6000},
			},
			want: []string{`properties "delivery.timeout.ms" and "message.timeout.ms" in default.topic.config are one property`},
		},
		{
			name: "one name in both maps",
			user: kafka.ConfigMap{"bootstrap.servers": "a", "acks": 1, "default.topic.config": kafka.ConfigMap{"acks": 1}},
			want: []string{`properties "acks" and "acks" in default.topic.config are one property`},
		},
		{
			name: "topic configuration of another type",
			user: kafka.ConfigMap{"bootstrap.servers": "a", "default.topic.config": map[string]any{"acks": 1}},
			want: []string{`property "default.topic.config": want a kafka.ConfigMap, got map[string]interface {}`},
		},
		{
			name: "everything at once, by the user's spelling",
			user: kafka.ConfigMap{
				"partitioner": "random", "bootstrap.server": "a", "linger.ms": "soon", "request.required.acks": "some",
				"delivery.timeout.ms": -5, "compression.type": []int{1}, "go.batch.producer": true,
			},
			want: []string{
				`property "partitioner" is set by this package`,
				`property "bootstrap.servers" must be set: the brokers to connect to`,
				`property "bootstrap.server": No such configuration property`,
				`property "linger.ms": Invalid value`,
				`property "request.required.acks": Invalid value`,
				`property "delivery.timeout.ms": Configuration property "message.timeout.ms" value -5 is outside allowed range`,
				`property "compression.type": Invalid value type []int`,
				`property "go.batch.producer": No such configuration property`,
			},
		},
		{
			name: "a combination",
			user: kafka.ConfigMap{"bootstrap.servers": "a", "enable.idempotence": true, "acks": 1},
			want: []string{"test: configuration: `acks` must be set to `all` when `enable.idempotence` is true"},
		},
		{
			name: "a typing error in the security settings brings no error about the rest of them",
			user: kafka.ConfigMap{"bootstrap.servers": "a", "security.protocol": "sasl_ssl", "sasl.mechanizm": "PLAIN"},
			want: []string{`property "sasl.mechanizm": No such configuration property`},
		},
		{name: "no brokers", user: nil, want: []string{`property "bootstrap.servers" must be set`}},
		{name: "empty brokers", user: kafka.ConfigMap{"bootstrap.servers": ""}, want: []string{`"bootstrap.servers" must be set`}},
		{name: "empty entry", user: kafka.ConfigMap{"bootstrap.servers": "a:1,,b:1"}, want: []string{`"bootstrap.servers": an entry of the list`}},
		{name: "a URL", user: kafka.ConfigMap{"bootstrap.servers": "http://a:1"}, want: []string{`broker "http://a:1": want host:port, not a URL`}},
		{name: "a bad port", user: kafka.ConfigMap{"bootstrap.servers": "a:kafka"}, want: []string{`broker "a:kafka": the port must be`}},
		{name: "port zero", user: kafka.ConfigMap{"bootstrap.servers": "a:0"}, want: []string{`broker "a:0": the port must be`}},
		{name: "no host", user: kafka.ConfigMap{"metadata.broker.list": ":9092"}, want: []string{`"metadata.broker.list": broker ":9092": want host:port`}},
		{name: "brokers of another type", user: kafka.ConfigMap{"bootstrap.servers": []string{"a"}}, want: []string{`"bootstrap.servers": want a string`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := maps.Clone(test.user)
			got, err := kafkaconfig.Resolve(test.user, testRules)
			if err == nil {
				t.Fatalf("Resolve(%v) = %v, want an error", test.user, got)
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != len(test.want) {
				t.Errorf("Resolve(%v): %d problems, want %d:\n%v", test.user, len(lines), len(test.want), err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("Resolve(%v) error lacks %q:\n%v", test.user, want, err)
				}
			}
			if diff := cmp.Diff(before, test.user); diff != "" {
				t.Errorf("the user's map changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestResolveConsumer(t *testing.T) {
	rules := kafkaconfig.Rules{
		Package:  "test",
		Kind:     kafkaconfig.Consumer,
		Required: map[string]string{"group.id": "the group to join"},
	}
	_, err := kafkaconfig.Resolve(kafka.ConfigMap{"group.protocol": "consumer", "session.timeout.ms": 6000}, rules)
	if err == nil {
		t.Fatal("Resolve: no error")
	}
	// The combination is one that librdkafka refuses to consumers only.
	for _, want := range []string{`property "group.id" must be set: the group to join`, "`session.timeout.ms`"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
}

func TestErrorsHideSecrets(t *testing.T) {
	const secret = "hunter2-hunter2"
	tests := []kafka.ConfigMap{
		{"bootstrap.servers": "a", "sasl.password": secret, "acks": secret},
		{"bootstrap.servers": "a", "sasl.password": []string{secret}},
		{"bootstrap.servers": "a", "ssl.key.pem": secret, "security.protocol": "ssl"},
		{"bootstrap.servers": "a", "sasl.pasword": secret},
		{"bootstrap.servers": "sasl_ssl://user:" + secret + "@host:1"},
		{"bootstrap.servers": "https://user:" + secret + "@host:1"},
	}
	for _, user := range tests {
		_, err := kafkaconfig.Resolve(user, testRules)
		if err == nil {
			t.Errorf("Resolve(%v): no error", user)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
}

func TestConnection(t *testing.T) {
	user := kafka.ConfigMap{
		"metadata.broker.list": "a:1", "client.id": "billing", "security.protocol": "sasl_ssl", "sasl.mechanisms": "PLAIN",
		"sasl.password": "p", "ssl.ca.location": "/ca", "enable.ssl.certificate.verification": false, "broker.address.family": "v4",
		"socket.keepalive.enable": true, "reconnect.backoff.ms": 10, "message.max.bytes": 2000000, "topic.metadata.refresh.interval.ms": 1000,
	}
	want := maps.Clone(user)
	maps.Copy(user, kafka.ConfigMap{
		"group.id": "billing", "auto.offset.reset": "earliest", "session.timeout.ms": 3000, "fetch.min.bytes": 1,
		"statistics.interval.ms": 1000, "queued.max.messages.kbytes": 100, "default.topic.config": kafka.ConfigMap{},
	})
	if diff := cmp.Diff(want, kafkaconfig.Connection(user)); diff != "" {
		t.Errorf("Connection (-want +got):\n%s", diff)
	}
}
