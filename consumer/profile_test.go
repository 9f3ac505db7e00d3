package consumer_test

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/consumer"
)

func TestDeadLetterProfiles(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_700_000_000_123)
	big := func(n uint64, size int) string { return string(binary.BigEndian.AppendUint64(nil, n)[8-size:]) }
	for _, test := range []struct {
		name    string
		profile consumer.HeaderProfile
		want    map[string]string
	}{
		{"Kafka Connect", consumer.ConnectHeaders, map[string]string{
			"__connect.errors.topic": topic, "__connect.errors.partition": "1", "__connect.errors.offset": "0",
			"__connect.errors.connector.name": group, "__connect.errors.task.id": "0", "__connect.errors.stage": "TASK_PUT",
			"__connect.errors.class.name": "consumer.Consumer", "__connect.errors.exception.class.name": "handler",
			"__connect.errors.exception.message": errBill.Error(),
		}},
		{"Kafka Streams", consumer.StreamsHeaders, map[string]string{
			"__streams.errors.exception": "handler", "__streams.errors.message": errBill.Error(),
			"__streams.errors.topic": topic, "__streams.errors.partition": "1", "__streams.errors.offset": "0",
		}},
		{"Spring", consumer.SpringHeaders, map[string]string{
			"kafka_dlt-original-topic": topic, "kafka_dlt-original-partition": big(1, 4), "kafka_dlt-original-offset": big(0, 8),
			"kafka_dlt-original-timestamp": big(1_700_000_000_123, 8), "kafka_dlt-original-timestamp-type": "CreateTime",
			"kafka_dlt-original-consumer-group": group, "kafka_dlt-exception-fqcn": "handler", "kafka_dlt-exception-message": errBill.Error(),
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 2)
			produce(t, c, &kgo.Record{Partition: 1, Value: []byte("v"), Timestamp: at, Headers: []kgo.RecordHeader{{Key: "own", Value: []byte("1")}}})
			r := start(t, newText(t, config(c), consumer.WithDeadLetters(), consumer.WithDeadLetterHeaders(test.profile)),
				func(context.Context, *textRecord) error { return consumer.Permanent(errBill) })
			got := map[string]string{}
			for _, h := range read(t, c, letters, 1)[0].Headers {
				got[h.Key] = string(h.Value)
			}
			r.stop()
			test.want["own"] = "1"
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
		})
	}
}

// The names are read by others: they must not change.
func TestHeaderNames(t *testing.T) {
	t.Parallel()
	want := []string{
		"dlq.origin.topic", "dlq.origin.partition", "dlq.origin.offset", "dlq.origin.timestamp", "dlq.origin.group",
		"dlq.error.stage", "dlq.error.class", "dlq.error.message", "dlq.attempts", "dlq.first-failed-at", "dlq.failed-at",
		"dlq.schema.key-id", "dlq.schema.value-id",
	}
	got := []string{
		consumer.HeaderOriginTopic, consumer.HeaderOriginPartition, consumer.HeaderOriginOffset, consumer.HeaderOriginTimestamp, consumer.HeaderOriginGroup,
		consumer.HeaderErrorStage, consumer.HeaderErrorClass, consumer.HeaderErrorMessage, consumer.HeaderAttempts, consumer.HeaderFirstFailedAt, consumer.HeaderFailedAt,
		consumer.HeaderKeySchemaID, consumer.HeaderValueSchemaID,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names of headers (-want +got):\n%s", diff)
	}
}

func TestDeadLetterTopicMustBeWritable(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1, kfake.EnableSASL(), kfake.EnableACLs(), kfake.Superuser("PLAIN", "admin", "secret"), kfake.User("PLAIN", "reader", "secret",
		kfake.ACL{Resource: kmsg.ACLResourceTypeTopic, Name: "*", Pattern: kmsg.ACLResourcePatternTypeLiteral, Operation: kmsg.ACLOperationRead, Allow: true},
		kfake.ACL{Resource: kmsg.ACLResourceTypeTopic, Name: "*", Pattern: kmsg.ACLResourcePatternTypeLiteral, Operation: kmsg.ACLOperationDescribe, Allow: true},
	))
	member := newText(t, config(c, "security.protocol", "SASL_PLAINTEXT", "sasl.mechanism", "PLAIN", "sasl.username", "reader", "sasl.password", "secret"),
		consumer.WithDeadLetters())
	if err := start(t, member, func(context.Context, *textRecord) error { return nil }).wait(); !errors.Is(err, consumer.ErrUnauthorized) {
		t.Errorf("Run() = %v, want ErrUnauthorized", err)
	}
}

// observer notes the events.
type observer struct{ events chan string }

type hooked struct{}

func (o observer) OnHandle(ctx context.Context, recs []consumer.AnyRecord) context.Context {
	o.events <- "handle " + recs[0].Info().Ref().String()
	return context.WithValue(ctx, hooked{}, true)
}

func (o observer) OnHandled(_ context.Context, _ []consumer.AnyRecord, err error, _ time.Duration) {
	o.events <- "handled " + errors.Unwrap(err).Error()
}

func (o observer) OnRetry(rec consumer.AnyRecord, _ error, _ time.Duration) {
	o.events <- "retry " + rec.Info().Ref().String()
}

func (o observer) OnDeadLetter(ref consumer.Ref, stage consumer.Stage, class string, _ error) {
	o.events <- "dead letter " + ref.String() + " " + string(stage) + " " + class
}

func (o observer) OnAssigned(partitions []consumer.TopicPartition) {
	o.events <- "assigned " + partitions[0].String()
}

func (o observer) OnRevoked(partitions []consumer.TopicPartition, _ bool, _ time.Duration) {
	o.events <- "revoked " + partitions[0].String()
}

func TestHooks(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, &kgo.Record{Value: []byte("v")})
	o := observer{make(chan string, 20)}
	calls := 0
	r := start(t, newText(t, config(c), consumer.WithDeadLetters(), consumer.WithHooks(o)), func(ctx context.Context, _ *textRecord) error {
		if ctx.Value(hooked{}) != true {
			t.Error("the handler's context is not the one that the hook returned")
		}
		if calls++; calls == 1 {
			return consumer.RetryAfter(0, errBill)
		}
		return consumer.DeadLetter(errBill)
	})
	const ref = "orders.raw[0]@0"
	for _, want := range []string{
		"assigned orders.raw[0]", "handle " + ref, "handled " + errBill.Error(), "retry " + ref,
		"handle " + ref, "handled " + errBill.Error(), "dead letter " + ref + " handler handler",
	} {
		if got := receive(t, o.events); got != want {
			t.Fatalf("event %q, want %q", got, want)
		}
	}
	r.stop()
	if got, want := receive(t, o.events), "revoked orders.raw[0]"; got != want {
		t.Errorf("event %q, want %q", got, want)
	}
}
