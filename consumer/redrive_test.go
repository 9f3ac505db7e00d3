package consumer_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/consumer"
)

func brokers(c *kfake.Cluster) kafka.ConfigMap {
	return kafka.ConfigMap{"bootstrap.servers": strings.Join(c.ListenAddrs(), ",")}
}

// letter is a dead letter of a group, as this package writes it.
func letter(value, class string, more ...kgo.RecordHeader) *kgo.Record {
	headers := append([]kgo.RecordHeader{{Key: "trace", Value: []byte{0, 0xff}}, {Key: "dlq.own", Value: []byte("the record's")}}, more...)
	for i, h := range []string{consumer.HeaderOriginTopic, topic, consumer.HeaderOriginPartition, "1", consumer.HeaderOriginOffset, "7", consumer.HeaderOriginGroup, group, consumer.HeaderErrorClass, class} {
		if i%2 == 0 {
			headers = append(headers, kgo.RecordHeader{Key: h})
		} else {
			headers[len(headers)-1].Value = []byte(h)
		}
	}
	return &kgo.Record{Topic: letters, Key: []byte("k"), Value: []byte(value), Headers: headers}
}

func TestRedrive(t *testing.T) {
	t.Parallel()
	c := cluster(t, 2)
	produce(t, c, letter("a", "handler"), letter("b", "corrupt"), &kgo.Record{Topic: letters, Value: []byte("stray")}, letter("c", "handler"),
		letter("d", "handler", kgo.RecordHeader{Key: consumer.HeaderRedriven, Value: []byte("3")}),
		letter("e", "handler", kgo.RecordHeader{Key: consumer.HeaderRedrivenGroup, Value: []byte("earlier")}, kgo.RecordHeader{Key: consumer.HeaderRedriven, Value: []byte("2")}))
	options := consumer.RedriveOptions{Filter: func(l *consumer.Letter) bool { return l.Class != "corrupt" }, DryRun: true}
	want := consumer.Redriven{Sent: 3, Filtered: 1, Limited: 1, Unknown: 1}
	for _, dry := range []bool{true, true, false} {
		options.DryRun = dry
		got, err := consumer.Redrive(within(t, 20*time.Second), brokers(c), letters, options)
		if err != nil || got != want {
			t.Fatalf("Redrive(dry run %v) = %+v, %v, want %+v", dry, got, err, want)
		}
		if n := length(c, topic, 1); dry && n != 0 {
			t.Fatalf("a dry run wrote %d records", n)
		}
	}
	records := readPartition(t, c, topic, 1, 3)
	for i, want := range []struct{ value, count string }{{"a", "1"}, {"c", "1"}, {"e", "3"}} {
		r := records[i]
		headers := []kgo.RecordHeader{
			{Key: "trace", Value: []byte{0, 0xff}},
			{Key: "dlq.own", Value: []byte("the record's")},
			{Key: consumer.HeaderRedrivenGroup, Value: []byte(group)},
			{Key: consumer.HeaderRedriven, Value: []byte(want.count)},
		}
		if string(r.Key) != "k" || string(r.Value) != want.value {
			t.Errorf("record %d is %q: %q, want k: %q", i, r.Key, r.Value, want.value)
		}
		if diff := cmp.Diff(headers, r.Headers); diff != "" {
			t.Errorf("headers of %q (-want +got):\n%s", want.value, diff)
		}
	}

	// A second call goes on behind the first; another group begins again.
	produce(t, c, letter("f", "handler"))
	if got, err := consumer.Redrive(within(t, 20*time.Second), brokers(c), letters, consumer.RedriveOptions{}); err != nil || got != (consumer.Redriven{Sent: 1}) {
		t.Errorf("second Redrive = %+v, %v, want one record", got, err)
	}
	if got, err := consumer.Redrive(within(t, 20*time.Second), brokers(c), letters, consumer.RedriveOptions{Group: "other", Limit: -1}); err != nil || got.Sent != 6 || got.Unknown != 1 {
		t.Errorf("Redrive of another group = %+v, %v, want all", got, err)
	}
}

func readPartition(t *testing.T, c *kfake.Cluster, topic string, partition int32, n int) []*kgo.Record {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {partition: kgo.NewOffset().AtStart()}}))
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

// TestRedriveEnds has each redriven record fail again: the letters written meanwhile are left to the next call, and the count ends it.
func TestRedriveEnds(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 3)...)
	r := start(t, newText(t, config(c), consumer.WithDeadLetters()), func(context.Context, *textRecord) error {
		return consumer.DeadLetter(errors.New("no"))
	})
	for i := range 4 {
		n := int64(3 * (i + 1))
		eventually(t, "all have failed", func() bool { return length(c, letters, 0) == n })
		want := consumer.Redriven{Sent: 3}
		if i == 3 {
			want = consumer.Redriven{Limited: 3}
		}
		if got, err := consumer.Redrive(within(t, 20*time.Second), brokers(c), letters, consumer.RedriveOptions{}); err != nil || got != want {
			t.Fatalf("Redrive %d = %+v, %v, want %+v", i, got, err, want)
		}
	}
	r.stop()
}

func TestSkipRedrivenForOthers(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	var records []*kgo.Record
	for _, owner := range []string{"", "shipping", group, "shipping"} {
		r := &kgo.Record{Value: []byte("for " + owner)}
		if owner != "" {
			r.Headers = []kgo.RecordHeader{{Key: consumer.HeaderRedrivenGroup, Value: []byte(owner)}}
		}
		records = append(records, r)
	}
	produce(t, c, records...)
	var mu sync.Mutex
	var got []string
	r := start(t, newText(t, config(c), consumer.WithSkipRedrivenForOthers()), func(_ context.Context, rec *textRecord) error {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, rec.Value)
		return nil
	})
	eventually(t, "all are settled", func() bool { return committed(c, 0) == 4 })
	r.stop()
	if diff := cmp.Diff([]string{"for ", "for " + group}, got); diff != "" {
		t.Errorf("handled (-want +got):\n%s", diff)
	}
}

func TestRedriveOfForeignLetters(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	text := func(prefix string, pairs ...string) []kgo.RecordHeader {
		headers := []kgo.RecordHeader{{Key: "own", Value: []byte("o")}}
		for i := 0; i < len(pairs); i += 2 {
			headers = append(headers, kgo.RecordHeader{Key: prefix + pairs[i], Value: []byte(pairs[i+1])})
		}
		return headers
	}
	spring := append(text("kafka_dlt-", "original-topic", topic, "original-consumer-group", group, "exception-fqcn", "java.lang.X", "exception-message", "no"),
		kgo.RecordHeader{Key: "kafka_dlt-original-partition", Value: binary.BigEndian.AppendUint32(nil, 0)},
		kgo.RecordHeader{Key: "kafka_dlt-original-offset", Value: binary.BigEndian.AppendUint64(nil, 7)})
	tests := []struct {
		name    string
		headers []kgo.RecordHeader
		profile consumer.HeaderProfile
		group   string
	}{
		{"Connect", text("__connect.errors.", "topic", topic, "partition", "0", "offset", "7", "connector.name", "sink", "exception.class.name", "java.lang.X", "exception.message", "no"), consumer.ConnectHeaders, "sink"},
		{"Streams", text("__streams.errors.", "exception", "java.lang.X", "message", "no", "topic", topic, "partition", "0", "offset", "7"), consumer.StreamsHeaders, ""},
		{"Spring", spring, consumer.SpringHeaders, group},
	}
	for _, tt := range tests {
		produce(t, c, &kgo.Record{Topic: letters, Value: []byte(tt.name), Headers: tt.headers})
	}
	i := 0
	for got, err := range consumer.ReadDeadLetters(within(t, 20*time.Second), brokers(c), letters) {
		if err != nil {
			t.Fatal(err)
		}
		want := tests[i]
		i++
		if got.Profile != want.profile || got.Group != want.group || got.Class != "java.lang.X" || got.Message != "no" ||
			got.Origin != (consumer.Ref{Topic: topic, Offset: 7}) || len(got.Headers) != 1 {
			t.Errorf("%s: %+v, want all that the headers say", want.name, got)
		}
	}
	if got, err := consumer.Redrive(within(t, 20*time.Second), brokers(c), letters, consumer.RedriveOptions{Rate: 1000}); err != nil || got.Sent != len(tests) || i != len(tests) {
		t.Fatalf("Redrive = %+v, %v after %d letters, want %d", got, err, i, len(tests))
	}
	for i, r := range readPartition(t, c, topic, 0, len(tests)) {
		var names []string
		for _, h := range r.Headers {
			names = append(names, h.Key+"="+string(h.Value))
		}
		want := "own=o dlq.redriven.group=" + tests[i].group + " dlq.redriven.count=1"
		if tests[i].group == "" {
			want = "own=o dlq.redriven.count=1"
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: headers %s, want %s", tests[i].name, got, want)
		}
	}
}

func TestRedriveFails(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	if _, err := consumer.Redrive(t.Context(), brokers(c), "no/topic", consumer.RedriveOptions{Rate: -1}); err == nil || !strings.Contains(err.Error(), "rate of -1") || !strings.Contains(err.Error(), "no/topic") {
		t.Errorf("Redrive = %v, want both problems", err)
	}
	if _, err := consumer.Redrive(within(t, 20*time.Second), brokers(c), "missing", consumer.RedriveOptions{}); !errors.Is(err, consumer.ErrTopicMissing) {
		t.Errorf("Redrive = %v, want ErrTopicMissing", err)
	}
	// What cannot be written is not passed over: the next call begins with it.
	bad := letter("a", "handler")
	bad.Headers[2].Value = []byte("not.there")
	produce(t, c, bad)
	for range 2 {
		_, err := consumer.Redrive(within(t, 20*time.Second), brokers(c), letters, consumer.RedriveOptions{Producer: kafka.ConfigMap{"message.timeout.ms": 1000}})
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("redrive %s[0]@0 to not.there", letters)) {
			t.Errorf("Redrive = %v, want the letter and its topic", err)
		}
	}
	grouped := brokers(c)
	grouped["group.id"] = group
	if _, err := consumer.Redrive(t.Context(), grouped, letters, consumer.RedriveOptions{}); err == nil || !strings.Contains(err.Error(), "RedriveOptions.Group") {
		t.Errorf("Redrive = %v, want group.id refused", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := consumer.Redrive(ctx, brokers(c), letters, consumer.RedriveOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Redrive = %v, want context.Canceled", err)
	}
}
