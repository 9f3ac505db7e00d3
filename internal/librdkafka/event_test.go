//go:build linux && cgo && !magicbyte_poll

package librdkafka_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/internal/librdkafka"
)

// TestRebalances: the group's changes come as events; what was committed, and by whom it can be continued, as with Poll.
func TestRebalances(t *testing.T) {
	t.Parallel()
	for _, strategy := range []string{"range", "cooperative-sticky"} {
		t.Run(strategy, func(t *testing.T) {
			t.Parallel()
			c := cluster(t)
			produce(t, c, &kgo.Record{Value: []byte("v")})
			consumer := open(t, c, kafka.ConfigMap{"partition.assignment.strategy": strategy})
			reader := read(t, consumer)
			if err := consumer.SubscribeTopics([]string{topic}, func(_ *kafka.Consumer, event kafka.Event) error {
				t.Errorf("%v came to the callback", event)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			assign, unassign := consumer.Assign, func([]kafka.TopicPartition) error { return consumer.Unassign() }
			if strategy == "cooperative-sticky" {
				assign, unassign = consumer.IncrementalAssign, consumer.IncrementalUnassign
			}
			assigned := next[kafka.AssignedPartitions](t, reader.Poll, nil)
			name := topic
			want := []kafka.TopicPartition{}
			for i := range int32(partitions) {
				want = append(want, kafka.TopicPartition{Topic: &name, Partition: i, Offset: kafka.OffsetInvalid})
			}
			if diff := cmp.Diff(want, assigned.Partitions); diff != "" {
				t.Errorf("assigned (-want +got):\n%s", diff)
			}
			if err := assign(assigned.Partitions); err != nil {
				t.Fatal(err)
			}
			next[*kafka.Message](t, reader.Poll, nil)
			if err := consumer.Unsubscribe(); err != nil {
				t.Fatal(err)
			}
			revoked := next[kafka.RevokedPartitions](t, reader.Poll, nil)
			if len(revoked.Partitions) != partitions {
				t.Errorf("revoked: %v", revoked.Partitions)
			}
			if err := unassign(revoked.Partitions); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestCommits: what a commit in the background came to is an event, as with Poll.
func TestCommits(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	produce(t, c, &kgo.Record{Value: []byte("v")})
	commit := kafka.ConfigMap{"enable.auto.commit": true, "auto.commit.interval.ms": 10}
	polled := open(t, c, commit)
	defer closeConsumer(t, polled)
	consumer := open(t, c, kafka.ConfigMap{"enable.auto.commit": true, "auto.commit.interval.ms": 10, "group.id": "other"})
	reader := read(t, consumer)
	one := func(consumer *kafka.Consumer, poll func(int) kafka.Event) kafka.OffsetsCommitted {
		if err := consumer.Assign(all()[:1]); err != nil {
			t.Fatal(err)
		}
		return next(t, poll, func(e kafka.OffsetsCommitted) bool { return e.Error == nil && len(e.Offsets) > 0 })
	}
	want, got := one(polled, polled.Poll), one(consumer, reader.Poll)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Poll (-) and reader (+) differ:\n%s", diff)
	}
}

// TestErrors: errors of the client are those that Poll returns, a fatal one included.
func TestErrors(t *testing.T) {
	t.Parallel()
	away := kafka.ConfigMap{"bootstrap.servers": "127.0.0.1:1"}
	errorsOf := func(poll func(int) kafka.Event) map[kafka.Error]bool {
		seen := map[kafka.Error]bool{}
		until(t, poll, func(event kafka.Event) bool {
			e, ok := event.(kafka.Error)
			if !ok {
				t.Fatalf("%T: %v", event, event)
			}
			seen[e] = true
			return e.Code() == kafka.ErrAllBrokersDown
		})
		return seen
	}
	c := cluster(t)
	polled := open(t, c, away)
	defer closeConsumer(t, polled)
	reader := read(t, open(t, c, away))
	codes := func(seen map[kafka.Error]bool) map[kafka.ErrorCode]bool {
		m := map[kafka.ErrorCode]bool{}
		for e := range seen {
			m[e.Code()] = true
			if e.Code() == kafka.ErrTransport && !strings.Contains(e.Error(), "127.0.0.1:1") {
				t.Errorf("the text is lost: %v", e)
			}
		}
		return m
	}
	if diff := cmp.Diff(codes(errorsOf(polled.Poll)), codes(errorsOf(reader.Poll))); diff != "" {
		t.Errorf("Poll (-) and reader (+) differ:\n%s", diff)
	}
}

// TestFatalError: a static member whose id another one took is told so, as a fatal error with the cause.
//
// The binding's Close never returns after that, so it happens in a process of its own, which ends without closing.
func TestFatalError(t *testing.T) {
	t.Parallel()
	if brokers := os.Getenv(fencedBrokers); brokers != "" {
		_, _ = fmt.Fprintf(os.Stdout, "told: %v\n", fenced(t, brokers))
		os.Exit(0)
	}
	c := cluster(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFatalError$")
	cmd.Env = append(os.Environ(), fencedBrokers+"="+strings.Join(c.ListenAddrs(), ","))
	said, err := cmd.CombinedOutput()
	if want := fmt.Sprintf("told: %d true\n", kafka.ErrFencedInstanceID); err != nil || !strings.HasSuffix(string(said), want) {
		t.Errorf("%v; a fenced static member said\n%s\nwant in the end %s", err, said, want)
	}
}

const fencedBrokers = "MAGICBYTE_FENCED_BROKERS"

// fenced is a static member until another one takes its id, and returns what it was told then.
func fenced(t *testing.T, brokers string) string {
	static := kafka.ConfigMap{"bootstrap.servers": brokers, "group.id": "billing", "group.instance.id": "a", "heartbeat.interval.ms": 100}
	members := make([]*kafka.Consumer, 2)
	for i := range members {
		var err error
		if members[i], err = kafka.NewConsumer(&static); err != nil {
			t.Fatal(err)
		}
	}
	reader, ok := librdkafka.NewReader(members[0])
	if !ok {
		t.Fatal("no reader")
	}
	both := func(ms int) kafka.Event { members[1].Poll(0); return reader.Poll(ms, nil) }
	if err := members[0].Subscribe(topic, nil); err != nil {
		t.Fatal(err)
	}
	if err := members[0].Assign(next[kafka.AssignedPartitions](t, both, nil).Partitions); err != nil {
		t.Fatal(err)
	}
	if err := members[1].Subscribe(topic, nil); err != nil {
		t.Fatal(err)
	}
	told := next(t, both, func(e kafka.Error) bool { return e.IsFatal() })
	return fmt.Sprint(int(told.Code()), " ", strings.Contains(told.Error(), "fenced"))
}

// TestStatsAndTokens: statistics and the wish for a token come through.
func TestStatsAndTokens(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	reader := read(t, open(t, c, kafka.ConfigMap{
		"statistics.interval.ms": 10, "security.protocol": "sasl_plaintext", "sasl.mechanisms": "OAUTHBEARER", "sasl.oauthbearer.config": "scope=orders",
	}))
	if got := next[kafka.OAuthBearerTokenRefresh](t, reader.Poll, nil); got.Config != "scope=orders" {
		t.Errorf("the wish for a token has the config %q", got.Config)
	}
	if got := next[librdkafka.Stats](t, reader.Poll, nil); !strings.HasPrefix(got.String(), "{") {
		t.Errorf("the statistics are %q", got)
	}
}
