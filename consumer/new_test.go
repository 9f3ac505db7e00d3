package consumer_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/serde"
)

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	good := func() kafka.ConfigMap {
		return kafka.ConfigMap{"bootstrap.servers": "localhost:9092", "group.id": group, "auto.offset.reset": "earliest"}
	}
	with := func(pairs ...any) kafka.ConfigMap {
		cfg := good()
		for i := 0; i < len(pairs); i += 2 {
			cfg[pairs[i].(string)] = pairs[i+1]
		}
		return cfg
	}
	for _, test := range []struct {
		name   string
		config kafka.ConfigMap
		topics []string
		key    consumer.Deserializer[string]
		value  consumer.Deserializer[string]
		opts   []consumer.Option
		want   []string // each in the error's text; none: no error
	}{
		{name: "good", config: good()},
		{name: "good with dead letters", config: good(), opts: []consumer.Option{consumer.WithDeadLetters()}},
		{name: "good under KIP-848", config: with("group.protocol", "consumer")},
		{
			name: "nothing is set", config: kafka.ConfigMap{}, topics: []string{},
			want: []string{`"bootstrap.servers" must be set`, `"group.id" must be set`, `"auto.offset.reset" must be set`, "no topics"},
		},
		{
			name: "owned properties", config: with("enable.auto.commit", false, "enable.auto.offset.store", true, "isolation.level", "read_uncommitted",
				"go.logs.channel.enable", true, "go.events.channel.enable", true),
			want: []string{"enable.auto.commit", "enable.auto.offset.store", "isolation.level", "WithLogger", "go.events.channel.enable"},
		},
		{
			name:   "an owned property by its other name, in the topic's configuration",
			config: with("default.topic.config", kafka.ConfigMap{"auto.commit.enable": false}),
			want:   []string{"auto.commit.enable"},
		},
		{name: "unknown property", config: with("fetch.min.byte", 1), want: []string{"fetch.min.byte"}},
		{name: "classic settings under KIP-848", config: with("group.protocol", "consumer", "session.timeout.ms", 3000), want: []string{"session.timeout.ms"}},
		{
			name: "topics", config: good(), topics: []string{"", "a", "a", "^orders.*", strings.Repeat("x", 250)},
			want: []string{"topic is empty", `"a" is there twice`, "^orders", "249"},
		},
		{
			name: "a name too long for dead letters", config: good(), topics: []string{strings.Repeat("x", 245)}, opts: []consumer.Option{consumer.WithDeadLetters()},
			want: []string{"dead letters of topic", "249"},
		},
		{
			name: "a group that no topic can be named after", config: with("group.id", "the group"), opts: []consumer.Option{consumer.WithDeadLetters()},
			want: []string{"the group.dlq"},
		},
		{
			name: "deserializers", config: good(), key: serde.StringValue(), value: failed{serde.StringValue()},
			want: []string{"deserializer of the key reads the value", "value: no schema"},
		},
		{name: "deserializers that are nil pointers", config: good(), value: (*serde.Plain[string])(nil), want: []string{"deserializer of the value is nil"}},
		{
			name: "an empty group, as from a variable that is not set", config: with("group.id", ""),
			want: []string{`"group.id" must be set`},
		},
		{
			name: "nothing where something is wanted", config: good(),
			opts: []consumer.Option{nil, consumer.WithLogger(nil), consumer.WithHooks(nil), consumer.WithMiddleware(nil)},
			want: []string{"a nil Option", "WithLogger: the logger is nil", "WithHooks: <nil>", "WithMiddleware: a nil"},
		},
		{
			name: "a hook whose methods belong to its pointer", config: good(), opts: []consumer.Option{consumer.WithHooks(pointed{})},
			want: []string{"WithHooks: consumer_test.pointed implements no interface of hooks"},
		},
		{
			name: "tokens without a source", config: with("security.protocol", "SASL_SSL", "sasl.mechanisms", "OAUTHBEARER"),
			want: []string{"OAUTHBEARER needs WithTokenSource"},
		},
		{
			name: "tokens of OpenID Connect",
			config: with("security.protocol", "sasl_ssl", "sasl.mechanism", "OAUTHBEARER", "sasl.oauthbearer.method", "oidc", "sasl.oauthbearer.client.id", "c",
				"sasl.oauthbearer.client.secret", "s", "sasl.oauthbearer.token.endpoint.url", "http://localhost:1"),
		},
		{
			name: "a source of tokens that nobody asks", config: good(),
			opts: []consumer.Option{consumer.WithTokenSource(func(context.Context) (kafka.OAuthBearerToken, error) { return kafka.OAuthBearerToken{}, nil })},
			want: []string{"WithTokenSource: its tokens are not asked for", "sasl.mechanism=OAUTHBEARER"},
		},
		{
			name: "bounds", config: good(),
			opts: []consumer.Option{consumer.WithPartitionQueue(0, 1), consumer.WithQueueBytes(0), consumer.WithCancelGrace(-1)},
			want: []string{"WithPartitionQueue", "WithQueueBytes", "WithCancelGrace"},
		},
		{
			name: "orders and policies", config: good(),
			opts: []consumer.Option{
				consumer.WithOrder(consumer.ByKey(0)), consumer.WithRetry(consumer.Retry{Attempts: -1}), consumer.WithHandlerTimeout(-1),
				consumer.WithDeadLetterHeaders(9),
			},
			want: []string{"ByKey(0)", "WithRetry", "WithHandlerTimeout", "WithDeadLetterHeaders(9)"},
		},
		{
			name: "a bound of another order", config: good(), opts: []consumer.Option{consumer.WithOrder(consumer.Unordered(3)), consumer.WithMaxHandlers(2)},
			want: []string{"WithMaxHandlers(2)", "Unordered(3)"},
		},
		{name: "a negative bound", config: good(), opts: []consumer.Option{consumer.WithMaxHandlers(-2)}, want: []string{"WithMaxHandlers: -2"}},
		{
			name: "a shutdown that takes too long", config: good(), opts: []consumer.Option{consumer.WithShutdownDrain(19 * time.Second)},
			want: []string{"WithShutdownTimeout", "drain 19s"},
		},
		{name: "a longer shutdown", config: good(), opts: []consumer.Option{consumer.WithShutdownTimeout(time.Minute), consumer.WithShutdownDrain(40 * time.Second)}},
		{name: "no time to drain", config: good(), opts: []consumer.Option{consumer.WithShutdownTimeout(time.Second)}, want: []string{"WithShutdownTimeout"}},
		{name: "a revoke that takes too long", config: with("max.poll.interval.ms", 20000, "session.timeout.ms", 6000), want: []string{"WithRevokeDrain", "max.poll.interval.ms"}},
		{
			name: "properties of the dead-letter producer", config: good(),
			opts: []consumer.Option{consumer.WithDeadLetters(), consumer.WithDeadLetterProducer(kafka.ConfigMap{
				"request.required.acks": "1", "no.such": 1, "go.batch.producer": true, "default.topic.config": kafka.ConfigMap{"delivery.report.only.error": true},
			})},
			want: []string{`"request.required.acks"`, "no.such", `"go.batch.producer"`, `"delivery.report.only.error" in default.topic.config`},
		},
		{
			name: "a dead-letter producer without dead letters", config: good(), opts: []consumer.Option{consumer.WithDeadLetterProducer(kafka.ConfigMap{"linger.ms": 1})},
			want: []string{"WithDeadLetterProducer"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.topics == nil {
				test.topics = []string{topic}
			}
			if test.key == nil {
				test.key = serde.StringKey()
			}
			if test.value == nil {
				test.value = serde.StringValue()
			}
			c, err := consumer.New(test.config, test.topics, test.key, test.value, test.opts...)
			if len(test.want) == 0 {
				if err != nil || c == nil {
					t.Fatalf("New() = %v, want no error", err)
				}
				return
			}
			if err == nil {
				t.Fatal("New() = nil, want an error")
			}
			for _, text := range test.want {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("New() = %v\nwant %q in it", err, text)
				}
			}
		})
	}
}

// pointed is no hook, a pointer to it is.
type pointed struct{}

func (*pointed) OnStats(string) {}

// TestOwnedProperties tries to set each property that is the package's own, by each of its names, at the top and among the properties of topics.
func TestOwnedProperties(t *testing.T) {
	t.Parallel()
	for name, property := range map[string]struct {
		value   kafka.ConfigValue
		instead string
	}{
		"enable.auto.offset.store":        {true, "at least once"},
		"enable.auto.commit":              {false, "at least once"},
		"auto.commit.enable":              {false, "at least once"},
		"isolation.level":                 {"read_uncommitted", "aborted transactions"},
		"enable.partition.eof":            {true, "RunToEnd"},
		"go.events.channel.enable":        {true, "Run polls"},
		"go.events.channel.size":          {1, "Run polls"},
		"go.application.rebalance.enable": {true, "Run handles rebalances"},
		"go.logs.channel.enable":          {false, "WithLogger"},
		"go.logs.channel":                 {make(chan kafka.LogEvent), "WithLogger"},
		"log.queue":                       {false, "WithLogger"},
	} {
		set := func() kafka.ConfigMap {
			return kafka.ConfigMap{"bootstrap.servers": "localhost:1", "group.id": group, "auto.offset.reset": "earliest"}
		}
		top, inTopic := set(), set()
		top[name] = property.value
		inTopic["default.topic.config"] = kafka.ConfigMap{name: property.value}
		for place, config := range map[string]kafka.ConfigMap{"at the top": top, "in default.topic.config": inTopic} {
			t.Run(name+" "+place, func(t *testing.T) {
				t.Parallel()
				_, err := consumer.New(config, []string{topic}, serde.StringKey(), serde.StringValue())
				if err == nil || !strings.Contains(err.Error(), `"`+name+`"`) || !strings.Contains(err.Error(), property.instead) {
					t.Errorf("New() = %v, want %q and %q in it", err, name, property.instead)
				}
			})
		}
	}
}

type failed struct{ *serde.Plain[string] }

func (failed) Err() error { return errors.New("no schema") }

func TestMissingTopics(t *testing.T) {
	t.Parallel()
	nothing := func(context.Context, *textRecord) error { return nil }

	t.Run("topic", func(t *testing.T) {
		t.Parallel()
		c := cluster(t, 1)
		if err := c.DeleteTopic(topic); err != nil {
			t.Fatal(err)
		}
		err := start(t, newText(t, config(c)), nothing).wait()
		if !errors.Is(err, consumer.ErrTopicMissing) || !strings.Contains(err.Error(), topic) {
			t.Errorf("Run() = %v, want ErrTopicMissing for %s", err, topic)
		}
	})
	t.Run("topic that is waited for", func(t *testing.T) {
		t.Parallel()
		c := cluster(t, 1)
		if err := c.DeleteTopic(topic); err != nil {
			t.Fatal(err)
		}
		asked := c.Fault(kfake.Fault{Topic: topic, Count: -1, Observe: true})
		values := make(chan string, 1)
		r := start(t, newText(t, config(c), consumer.WithAllowMissingTopic()), func(_ context.Context, rec *textRecord) error {
			values <- rec.Value
			return nil
		})
		eventually(t, "the consumer asks for the topic", func() bool { return asked.Hits() > 0 })
		if err := c.CreateTopic(topic, 1, nil); err != nil {
			t.Fatal(err)
		}
		produce(t, c, numbered(0, 0, 1)...)
		if got := receive(t, values); got != "0" {
			t.Errorf("got %q, want 0", got)
		}
		r.stop()
	})
	t.Run("topic that is deleted", func(t *testing.T) {
		t.Parallel()
		c := cluster(t, 1)
		member := newText(t, config(c, "topic.metadata.refresh.interval.ms", "100", "topic.metadata.propagation.max.ms", "100"))
		r := start(t, member, nothing)
		receive(t, member.Ready())
		if err := c.DeleteTopic(topic); err != nil {
			t.Fatal(err)
		}
		if err := r.wait(); !errors.Is(err, consumer.ErrTopicMissing) {
			t.Errorf("Run() = %v, want ErrTopicMissing", err)
		}
	})
	t.Run("dead letters", func(t *testing.T) {
		t.Parallel()
		c := cluster(t, 1)
		if err := c.DeleteTopic(letters); err != nil {
			t.Fatal(err)
		}
		err := start(t, newText(t, config(c), consumer.WithDeadLetters()), nothing).wait()
		if !errors.Is(err, consumer.ErrTopicMissing) || !strings.Contains(err.Error(), letters) || !strings.Contains(err.Error(), "WithCreateTopics") {
			t.Errorf("Run() = %v, want ErrTopicMissing for %s and the way out", err, letters)
		}
	})
	t.Run("dead letters that brokers would create when asked", func(t *testing.T) {
		t.Parallel()
		c := cluster(t, 1, kfake.AllowAutoTopicCreation())
		if err := c.DeleteTopic(letters); err != nil {
			t.Fatal(err)
		}
		err := start(t, newText(t, config(c), consumer.WithDeadLetters()), nothing).wait()
		if !errors.Is(err, consumer.ErrTopicMissing) || c.TopicInfo(letters) != nil {
			t.Errorf("Run() = %v, want ErrTopicMissing; the topic afterwards: %v", err, c.TopicInfo(letters))
		}
	})
	t.Run("dead letters that are created", func(t *testing.T) {
		t.Parallel()
		c := cluster(t, 1)
		if err := c.DeleteTopic(letters); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time it is there
			member := newText(t, config(c), consumer.WithDeadLetters(), consumer.WithCreateTopics())
			r := start(t, member, nothing)
			receive(t, member.Ready())
			r.stop()
		}
		if c.TopicInfo(letters) == nil {
			t.Errorf("%s does not exist", letters)
		}
	})
}
