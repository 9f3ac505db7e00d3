package consumer_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/serde"
)

// fake is a deserializer of values that a function stands for.
type fake func(ctx context.Context, in serde.Input) (string, serde.Meta, error)

func (fake) Part() serde.Part                    { return serde.Value }
func (fake) Err() error                          { return nil }
func (fake) Start(context.Context, string) error { return nil }
func (f fake) DeserializeInto(ctx context.Context, in serde.Input, v *string) (meta serde.Meta, err error) {
	*v, meta, err = f(ctx, in)
	return meta, err
}

// failing returns an error of a class for values that begin with "bad".
func failing(class serde.Class) fake {
	return func(_ context.Context, in serde.Input) (string, serde.Meta, error) {
		if strings.HasPrefix(string(in.Payload), "bad") {
			return "", serde.Meta{}, &serde.Error{Op: "deserialize", Class: class, Topic: in.Topic, ID: serde.NumberID(42), Err: errors.New("broken")}
		}
		return string(in.Payload), serde.Meta{Schema: serde.NumberID(7)}, nil
	}
}

func newFake(t *testing.T, cfg kafka.ConfigMap, value fake, opts ...consumer.Option) *text {
	t.Helper()
	c, err := consumer.New(cfg, []string{topic}, serde.StringKey(), value, append([]consumer.Option{consumer.WithLogger(logger(t))}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDeadLetterHoldsTheOriginal(t *testing.T) {
	t.Parallel()
	headers := []kgo.RecordHeader{
		{Key: "trace", Value: []byte{0, 255}}, {Key: "a", Value: []byte{}}, {Key: "trace", Value: []byte("second")},
	}
	panics := func(context.Context, serde.Input) (string, serde.Meta, error) { panic("in the codec") }
	for _, test := range []struct {
		name    string
		record  *kgo.Record
		value   fake
		handler func(*textRecord) error
		want    map[string]string // of the headers that say why
	}{
		{
			name:   "undecodable value",
			record: &kgo.Record{Key: []byte("ORD-1"), Value: []byte("bad\x00\xff"), Headers: headers},
			value:  failing(serde.ClassCorrupt),
			want: map[string]string{
				consumer.HeaderErrorStage: "value-decode", consumer.HeaderErrorClass: "corrupt", consumer.HeaderValueSchemaID: "42",
				consumer.HeaderErrorMessage: "serde: deserialize orders.raw (schema id 42): broken",
			},
		},
		{
			name:   "bad frame without key, an empty value",
			record: &kgo.Record{Value: []byte{}},
			value: func(context.Context, serde.Input) (string, serde.Meta, error) {
				return "", serde.Meta{}, &serde.Error{Op: "deserialize", Class: serde.ClassFrame, Err: errors.New("empty payload")}
			},
			want: map[string]string{
				consumer.HeaderErrorStage: "value-decode", consumer.HeaderErrorClass: "frame",
				consumer.HeaderErrorMessage: "serde: deserialize: empty payload",
			},
		},
		{
			name:    "tombstone that the handler gives up, an empty key",
			record:  &kgo.Record{Key: []byte{}, Headers: headers[:1]},
			value:   failing(serde.ClassCorrupt),
			handler: func(*textRecord) error { return consumer.DeadLetter(errBill) },
			want: map[string]string{
				consumer.HeaderErrorStage: "handler", consumer.HeaderErrorClass: "handler", consumer.HeaderValueSchemaID: "7",
				consumer.HeaderErrorMessage: errBill.Error(),
			},
		},
		{
			name:    "a long message, cut between characters",
			record:  &kgo.Record{Key: []byte("k"), Value: []byte("v")},
			value:   failing(serde.ClassCorrupt),
			handler: func(*textRecord) error { return consumer.Permanent(errors.New("x" + strings.Repeat("é", 600))) },
			want: map[string]string{
				consumer.HeaderErrorStage: "handler", consumer.HeaderErrorClass: "handler", consumer.HeaderValueSchemaID: "7",
				consumer.HeaderErrorMessage: "x" + strings.Repeat("é", 511),
			},
		},
		{
			name:   "a panic of the deserializer",
			record: &kgo.Record{Key: []byte("k"), Value: []byte("v")},
			value:  panics,
			want: map[string]string{
				consumer.HeaderErrorStage: "value-decode", consumer.HeaderErrorClass: "panic", consumer.HeaderErrorMessage: "panic: in the codec",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 2)
			began := time.Now().Add(-time.Second)
			test.record.Partition = 1
			produce(t, c, test.record)
			produce(t, c, &kgo.Record{Partition: 1, Key: []byte("last"), Value: []byte("fine")})
			rest := make(chan string, 1)
			r := start(t, newFake(t, config(c), test.value, consumer.WithDeadLetters()), func(_ context.Context, rec *textRecord) error {
				if rec.Key != "last" && test.handler != nil {
					return test.handler(rec)
				}
				rest <- rec.Value
				return nil
			})
			got := read(t, c, letters, 1)[0]
			if test.name != "a panic of the deserializer" && test.name != "bad frame without key, an empty value" {
				if value := receive(t, rest); value != "fine" {
					t.Errorf("went on with %q, want the record after it", value)
				}
			} else {
				eventually(t, "the record after it is dead-lettered too", func() bool { return length(c, letters, 0) == 2 })
			}
			r.stop()
			if got := committed(c, 1); got != 2 {
				t.Errorf("committed %d, want 2", got)
			}

			if diff := cmp.Diff([2][]byte{test.record.Key, test.record.Value}, [2][]byte{got.Key, got.Value}); diff != "" {
				t.Errorf("key and value differ from the original (-want +got):\n%s", diff)
			}
			n := len(test.record.Headers)
			if diff := cmp.Diff(test.record.Headers, got.Headers[:n], cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("the original headers differ (-want +got):\n%s", diff)
			}
			why := map[string]string{}
			for _, h := range got.Headers[n:] {
				why[h.Key] = string(h.Value)
			}
			for _, name := range []string{consumer.HeaderOriginTimestamp, consumer.HeaderFirstFailedAt, consumer.HeaderFailedAt} {
				if at, err := time.Parse(time.RFC3339, why[name]); err != nil || at.Before(began) || at.After(time.Now()) {
					t.Errorf("%s = %q, want a time of this test", name, why[name])
				}
				delete(why, name)
			}
			test.want[consumer.HeaderOriginTopic] = topic
			test.want[consumer.HeaderOriginPartition] = "1"
			test.want[consumer.HeaderOriginOffset] = "0"
			test.want[consumer.HeaderOriginGroup] = group
			test.want[consumer.HeaderAttempts] = "1"
			if diff := cmp.Diff(test.want, why); diff != "" {
				t.Errorf("headers that say why (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUndecodableRecordStopsRunWithoutDeadLetters(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, &kgo.Record{Value: []byte("fine")}, &kgo.Record{Value: []byte("bad")}, &kgo.Record{Value: []byte("fine")})
	err := start(t, newFake(t, config(c), failing(serde.ClassUnresolvable)), func(context.Context, *textRecord) error { return nil }).wait()
	got, ok := errors.AsType[*consumer.RecordError](err)
	if !ok || got.Ref != (consumer.Ref{Topic: topic, Partition: 0, Offset: 1}) || got.Stage != consumer.StageValue {
		t.Fatalf("Run() = %v, want a RecordError for %s[0]@1, value-decode", err, topic)
	}
	if !errors.Is(err, serde.ErrUnresolvable) {
		t.Errorf("Run() = %v, want serde.ErrUnresolvable in it", err)
	}
	if got := committed(c, 0); got != 1 {
		t.Errorf("committed %d, want 1", got)
	}
}

func TestDeadLetterWaitsForTheBrokers(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, &kgo.Record{Value: []byte("bad")}, &kgo.Record{Value: []byte("fine")})
	fault := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: letters, Err: kerr.NotEnoughReplicas, Count: -1})
	values := make(chan string, 2)
	r := start(t, newFake(t, config(c, "auto.commit.interval.ms", "50"), failing(serde.ClassCorrupt), consumer.WithDeadLetters(),
		consumer.WithDeadLetterProducer(kafka.ConfigMap{"delivery.timeout.ms": 300})), func(_ context.Context, rec *textRecord) error {
		values <- rec.Value
		return nil
	})
	// The client gives up after 300 ms; later attempts are the lane's.
	eventually(t, "the dead letter is tried for longer than the producer does by itself", func() bool { return fault.Hits() >= 6 })
	if got := committed(c, 0); got > 0 {
		t.Errorf("committed %d before the dead letter was acknowledged", got)
	}
	if len(values) > 0 {
		t.Errorf("the partition went on with %q", <-values)
	}
	fault.Remove()
	if got := receive(t, values); got != "fine" {
		t.Errorf("went on with %q", got)
	}
	r.stop()
	if got := length(c, letters, 0); got < 1 { // more where a client that has 300 ms gave up what a slow broker wrote
		t.Errorf("%d dead letters, want 1", got)
	}
}

// TestDeadLetterOfTheLargestRecord: a record that its topic took just so is larger as a dead letter, by headers of ours.
func TestDeadLetterOfTheLargestRecord(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	value := make([]byte, 1_040_000) // brokers take 1,048,588 by default, librdkafka 1,000,000
	produce(t, c, &kgo.Record{Value: value})
	r := start(t, newText(t, config(c), consumer.WithDeadLetters()), func(context.Context, *textRecord) error { return consumer.DeadLetter(errBill) })
	eventually(t, "the dead letter is there", func() bool { return length(c, letters, 0) == 1 })
	r.stop()

	again := newText(t, config(c), consumer.WithDeadLetters(),
		consumer.WithDeadLetterProducer(kafka.ConfigMap{"message.max.bytes": 1_040_100}))
	produce(t, c, &kgo.Record{Value: value})
	err := start(t, again, func(context.Context, *textRecord) error { return consumer.DeadLetter(errBill) }).wait()
	if err == nil || !strings.Contains(err.Error(), "message.max.bytes in WithDeadLetterProducer") || !errors.Is(err, errBill) {
		t.Errorf("Run() = %v, want the cause and the way out", err)
	}
}

func TestDeadLetterThatCannotBeWrittenStopsRun(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		err  *kerr.Error
		code kafka.ErrorCode
	}{
		{"not allowed", kerr.TopicAuthorizationFailed, kafka.ErrTopicAuthorizationFailed},
		{"too large", kerr.MessageTooLarge, kafka.ErrMsgSizeTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 1)
			produce(t, c, &kgo.Record{Value: []byte("bad")})
			c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: letters, Err: test.err, Count: -1})
			err := start(t, newFake(t, config(c), failing(serde.ClassCorrupt), consumer.WithDeadLetters()),
				func(context.Context, *textRecord) error { return nil }).wait()
			kafkaError, ok := errors.AsType[kafka.Error](err)
			if !ok || kafkaError.Code() != test.code || !strings.Contains(err.Error(), topic+"[0]@0") {
				t.Errorf("Run() = %v, want the brokers' error and the record", err)
			}
			if got := committed(c, 0); got > 0 {
				t.Errorf("committed %d: the record is not settled", got)
			}
		})
	}
}

func TestShutdownReportsUnflushedDeadLetters(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, &kgo.Record{Value: []byte("bad")})
	fault := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: letters, Err: kerr.NotEnoughReplicas, Count: -1})
	r := start(t, newFake(t, config(c), failing(serde.ClassCorrupt), consumer.WithDeadLetters(),
		consumer.WithShutdownDrain(50*time.Millisecond), consumer.WithCancelGrace(0), consumer.WithDeadLetterFlush(50*time.Millisecond)),
		func(context.Context, *textRecord) error { return nil })
	eventually(t, "a dead letter is on its way", func() bool { return fault.Hits() > 0 })
	r.cancel()
	err := r.wait()
	want := &consumer.ShutdownError{Unflushed: []consumer.Ref{{Topic: topic, Partition: 0, Offset: 0}}}
	got, _ := errors.AsType[*consumer.ShutdownError](err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Run() = %v (-want +got):\n%s", err, diff)
	}
	if got := committed(c, 0); got > 0 {
		t.Errorf("committed %d beyond a record whose dead letter was not acknowledged", got)
	}
}

func TestPoisonBrake(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	var records []*kgo.Record
	for range 100 {
		records = append(records, &kgo.Record{Value: []byte("bad")})
	}
	produce(t, c, records...)
	err := start(t, newFake(t, config(c), failing(serde.ClassUnresolvable), consumer.WithDeadLetters()),
		func(context.Context, *textRecord) error { return nil }).wait()
	got, ok := errors.AsType[*consumer.PoisonError](err)
	if !ok || got.Topic != topic || got.Partition != 0 || len(got.Offsets) != 20 || got.Offsets[0] != 0 || !errors.Is(err, serde.ErrUnresolvable) {
		t.Fatalf("Run() = %v, want a PoisonError with 20 offsets", err)
	}
	if got := length(c, letters, 0); got != 19 {
		t.Errorf("%d dead letters before the brake acted, want 19", got)
	}
	if got := committed(c, 0); got != 19 {
		t.Errorf("committed %d, want 19", got)
	}
}
