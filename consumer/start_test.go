package consumer_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/consumer"
)

// TestUnreachableBrokers: the error names who was asked and what came of it, for logs are off by default.
func TestUnreachableBrokers(t *testing.T) {
	t.Parallel()
	const nobody = "127.0.0.1:1"
	t.Run("Run", func(t *testing.T) {
		t.Parallel()
		c := cluster(t, 1)
		member := newText(t, config(c, "bootstrap.servers", nobody), consumer.WithStartTime(2*time.Second))
		err := start(t, member, func(context.Context, *textRecord) error { return nil }).wait()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run() = %v, want a deadline exceeded", err)
		}
		for _, want := range []string{"topic " + topic, "did not answer in time", nobody, "refused"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Run() = %v, want %q in it", err, want)
			}
		}
	})
	t.Run("ReadDeadLetters", func(t *testing.T) {
		t.Parallel()
		for _, err := range consumer.ReadDeadLetters(within(t, 2*time.Second), kafka.ConfigMap{"bootstrap.servers": nobody}, letters) {
			if err == nil || !strings.Contains(err.Error(), nobody) || !strings.Contains(err.Error(), "refused") {
				t.Errorf("error %v, want %q and the reason in it", err, nobody)
			}
		}
	})
}

// TestNoOffsetToGoOnFrom: with auto.offset.reset=error a group without offsets would otherwise stand still without a word.
func TestNoOffsetToGoOnFrom(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	member := newText(t, config(c, "auto.offset.reset", "error"))
	err := start(t, member, func(context.Context, *textRecord) error { return nil }).wait()
	if err == nil || !strings.Contains(err.Error(), group) || !strings.Contains(err.Error(), "auto.offset.reset is error") {
		t.Errorf("Run() = %v, want the group and the property in it", err)
	}
}

// TestWhereAGroupBegins that has no offsets.
func TestWhereAGroupBegins(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		reset string
		old   bool
	}{{"earliest", true}, {"beginning", true}, {"latest", false}, {"largest", false}} {
		for _, protocol := range []string{"classic", "consumer"} {
			t.Run(test.reset+" "+protocol, func(t *testing.T) {
				t.Parallel()
				c := cluster(t, 1)
				cfg := config(c, "auto.offset.reset", test.reset)
				if protocol == "consumer" {
					cfg = newProtocol(cfg)
				}
				produce(t, c, numbered(0, 0, 3)...)
				first := make(chan string, 1)
				member := newText(t, cfg)
				r := start(t, member, func(_ context.Context, rec *textRecord) error {
					select {
					case first <- rec.Value:
					default: // not the first one
					}
					return nil
				})
				<-member.Ready()
				again := time.NewTicker(10 * time.Millisecond) // where the end is, the broker says at some time after that
				defer again.Stop()
				for {
					select {
					case value := <-first:
						if got := value == "0"; got != test.old || !got && value != "new" {
							t.Errorf("it begins with record %q", value)
						}
						r.cancel()
						if err := r.wait(); err != nil {
							t.Error(err)
						}
						return
					case <-again.C:
						produce(t, c, &kgo.Record{Value: []byte("new")})
					case <-t.Context().Done():
						t.Fatal("no record comes")
					}
				}
			})
		}
	}
}

// TestWhatComesAfterTheLatest has a member take partitions at their ends, and leave before anything came: what comes then is the next one's.
func TestWhatComesAfterTheLatest(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"classic", "consumer"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 2)
			cfg := config(c, "auto.offset.reset", "latest")
			if protocol == "consumer" {
				cfg = newProtocol(cfg)
			}
			produce(t, c, append(numbered(0, 0, 3), numbered(1, 10, 1)...)...)
			handled := make(chan string, 10)
			run := func() *running {
				member := newText(t, cfg)
				r := start(t, member, func(_ context.Context, rec *textRecord) error {
					handled <- rec.Value
					return nil
				})
				<-member.Ready()
				return r
			}
			stop := func(r *running) {
				r.cancel()
				if err := r.wait(); err != nil {
					t.Error(err)
				}
			}
			stop(run())
			if committed(c, 0) != 3 || committed(c, 1) != 1 {
				t.Errorf("committed %d and %d, want the ends that it took", committed(c, 0), committed(c, 1))
			}
			produce(t, c, &kgo.Record{Value: []byte("between")})
			second := run()
			select {
			case value := <-handled:
				if value != "between" {
					t.Errorf("the next member begins with record %q", value)
				}
			case <-within(t, 20*time.Second).Done():
				t.Error("what came between the members is passed over")
			}
			stop(second)
		})
	}
}

// TestEndsOfOtherLeaders are committed where one broker does not tell those of its partitions.
func TestEndsOfOtherLeaders(t *testing.T) {
	t.Parallel()
	c := cluster(t, 2, kfake.NumBrokers(2))
	for p := range int32(2) {
		if err := c.MoveTopicPartition(topic, p, p); err != nil {
			t.Fatal(err)
		}
	}
	produce(t, c, append(numbered(0, 0, 3), numbered(1, 0, 2)...)...)
	c.ControlKey(int16(kmsg.ListOffsets), func(req kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		if c.CurrentNode() != 0 {
			return nil, nil, false
		}
		resp := req.ResponseKind().(*kmsg.ListOffsetsResponse)
		for _, asked := range req.(*kmsg.ListOffsetsRequest).Topics {
			told := kmsg.NewListOffsetsResponseTopic()
			told.Topic = asked.Topic
			for _, p := range asked.Partitions {
				one := kmsg.NewListOffsetsResponseTopicPartition()
				one.Partition, one.ErrorCode = p.Partition, kerr.NotLeaderForPartition.Code
				told.Partitions = append(told.Partitions, one)
			}
			resp.Topics = append(resp.Topics, told)
		}
		return resp, nil, true
	})
	member := newText(t, config(c, "auto.offset.reset", "latest"))
	r := start(t, member, func(context.Context, *textRecord) error { return nil })
	<-member.Ready()
	r.stop()
	if committed(c, 0) != -1 || committed(c, 1) != 2 {
		t.Errorf("committed %d and %d, want -1 and 2", committed(c, 0), committed(c, 1))
	}
}

func TestReadDeadLettersOfNoTopic(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"": "topic is empty", "a b": "illegal topic name", "missing": "topic missing: topic does not exist"} {
		c := cluster(t, 1)
		var got error
		for _, err := range consumer.ReadDeadLetters(within(t, 20*time.Second), brokers(c), name) {
			got = err
		}
		if got == nil || !strings.Contains(got.Error(), want) || strings.Contains(got.Error(), "WithAllowMissingTopic") {
			t.Errorf("%q: error %v, want %q and no option that is not there", name, got, want)
		}
	}
}
