//go:build linux && cgo && !magicbyte_poll

package librdkafka_test

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/internal/librdkafka"
)

const (
	topic      = "orders.raw"
	partitions = 3
)

// patience ends a test whose records do not come.
const patience = 20 * time.Second

func cluster(t testing.TB) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(partitions, topic))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// produce writes records, each to its partition.
func produce(t testing.TB, c *kfake.Cluster, records ...*kgo.Record) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.DefaultProduceTopic(topic))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, c *kfake.Cluster, more kafka.ConfigMap) *kafka.Consumer {
	t.Helper()
	config := kafka.ConfigMap{
		"bootstrap.servers": strings.Join(c.ListenAddrs(), ","), "group.id": "billing", "auto.offset.reset": "earliest",
		"enable.auto.commit": false, "enable.partition.eof": true, "enable.metrics.push": false, "fetch.wait.max.ms": 10,
	}
	maps.Copy(config, more)
	consumer, err := kafka.NewConsumer(&config)
	if err != nil {
		t.Fatal(err)
	}
	return consumer
}

// read returns a reader of a consumer, which are closed when the test ends.
func read(t testing.TB, consumer *kafka.Consumer) *librdkafka.Reader {
	t.Helper()
	reader, ok := librdkafka.NewReader(consumer)
	if !ok {
		t.Fatal("no reader of a consumer of confluent-kafka-go: it keeps librdkafka's handle elsewhere, or its library lacks a function")
	}
	t.Cleanup(func() {
		reader.Close()
		closeConsumer(t, consumer)
	})
	return reader
}

func closeConsumer(t testing.TB, consumer *kafka.Consumer) {
	t.Helper()
	if err := consumer.Close(); err != nil {
		t.Error(err)
	}
}

func all() []kafka.TopicPartition {
	name := topic
	list := make([]kafka.TopicPartition, partitions)
	for i := range list {
		list[i] = kafka.TopicPartition{Topic: &name, Partition: int32(i), Offset: kafka.OffsetBeginning}
	}
	return list
}

// until polls until enough is true of what came.
func until(t testing.TB, poll func(int) kafka.Event, enough func(kafka.Event) bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if event := poll(100); event != nil && enough(event) {
			return
		}
	}
	t.Fatalf("it did not come within %v", patience)
}

// next polls until an event comes that is wanted.
func next[E kafka.Event](t testing.TB, poll func(int) kafka.Event, wanted func(E) bool) (found E) {
	t.Helper()
	until(t, poll, func(event kafka.Event) bool {
		e, ok := event.(E)
		if ok && (wanted == nil || wanted(e)) {
			found = e
			return true
		}
		return false
	})
	return found
}

// ends polls until all partitions are read to their ends, and returns what came of each.
func ends(t testing.TB, poll func(int) kafka.Event) map[int32][]any {
	t.Helper()
	came, ended := map[int32][]any{}, 0
	until(t, poll, func(event kafka.Event) bool {
		switch e := event.(type) {
		case *kafka.Message:
			came[e.TopicPartition.Partition] = append(came[e.TopicPartition.Partition], *e)
		case kafka.PartitionEOF:
			came[e.Partition] = append(came[e.Partition], e)
			ended++
		default:
			t.Errorf("%T: %v", event, event)
		}
		return ended == partitions
	})
	return came
}

// variety has records of every kind, more than fit into a batch.
func variety() []*kgo.Record {
	began := time.UnixMilli(1_700_000_000_123)
	parts := [][]byte{nil, {}, []byte("k"), bytes.Repeat([]byte("x"), 1023), bytes.Repeat([]byte("y"), 1024), bytes.Repeat([]byte("z"), 200_000)}
	headers := [][]kgo.RecordHeader{
		nil,
		{{Key: "traceparent", Value: []byte("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")}},
		{{Key: "a", Value: nil}, {Key: "a", Value: []byte{}}, {Key: "", Value: []byte("nameless")}, {Key: "ä", Value: bytes.Repeat([]byte{0}, 2000)}},
	}
	var records []*kgo.Record
	add := func(key, value []byte, h []kgo.RecordHeader) {
		n := len(records)
		records = append(records, &kgo.Record{
			Partition: int32(n % partitions), Key: key, Value: value, Headers: h, Timestamp: began.Add(time.Duration(n) * time.Millisecond),
		})
	}
	for _, h := range headers {
		for _, key := range parts {
			for _, value := range parts {
				add(key, value, h)
			}
		}
	}
	for i := range 2000 { // names that are too many to be kept
		add(fmt.Append(nil, i), []byte("v"), []kgo.RecordHeader{{Key: fmt.Sprint("name-", i%100), Value: fmt.Append(nil, i)}})
	}
	return records
}

// TestReaderIsPoll: a reader returns what Poll does, in every field, with the ends of partitions where Poll has them.
func TestReaderIsPoll(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	produce(t, c, variety()...)

	polled := open(t, c, nil)
	defer closeConsumer(t, polled)
	consumer := open(t, c, nil)
	reader := read(t, consumer)
	for _, consumer := range []*kafka.Consumer{polled, consumer} {
		if err := consumer.Assign(all()); err != nil {
			t.Fatal(err)
		}
	}
	want, got := ends(t, polled.Poll), ends(t, reader.Poll)
	for p := range want {
		if len(want[p]) != len(got[p]) {
			t.Fatalf("partition %d: %d events from Poll, %d from the reader", p, len(want[p]), len(got[p]))
		}
		for i := range want[p] {
			if !reflect.DeepEqual(want[p][i], got[p][i]) {
				t.Fatalf("partition %d, event %d:\nPoll   %.300q\nreader %.300q", p, i, fmt.Sprintf("%+v", want[p][i]), fmt.Sprintf("%+v", got[p][i]))
			}
		}
	}
}

// TestMessagesAreApart: what is appended to one part of a message does not touch another.
func TestMessagesAreApart(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	produce(t, c, &kgo.Record{Key: []byte("key"), Value: []byte("value"), Headers: []kgo.RecordHeader{{Key: "h", Value: []byte("header")}, {Key: "i", Value: []byte("other")}}})
	consumer := open(t, c, nil)
	reader := read(t, consumer)
	if err := consumer.Assign(all()); err != nil {
		t.Fatal(err)
	}
	m := next[*kafka.Message](t, reader.Poll, nil)
	for _, part := range []*[]byte{&m.Key, &m.Value, &m.Headers[0].Value, &m.Headers[1].Value} {
		*part = append(*part, "!!!!!!!!"...)
	}
	if got, want := fmt.Sprintf("%s %s %s %s", m.Key, m.Value, m.Headers[0].Value, m.Headers[1].Value), "key!!!!!!!! value!!!!!!!! header!!!!!!!! other!!!!!!!!"; got != want {
		t.Errorf("after appending to each part: %s, want %s", got, want)
	}
}

// TestDrop: what was read of a partition that goes on elsewhere does not come; the others' records do.
func TestDrop(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	var records []*kgo.Record
	for i := range 100 * partitions {
		records = append(records, &kgo.Record{Partition: int32(i % partitions), Value: []byte("v")})
	}
	produce(t, c, records...)
	consumer := open(t, c, nil)
	reader := read(t, consumer)
	if err := consumer.Assign(all()); err != nil {
		t.Fatal(err)
	}
	first := next[*kafka.Message](t, reader.Poll, nil)
	dropped := first.TopicPartition.Partition
	seek := []kafka.TopicPartition{{Topic: first.TopicPartition.Topic, Partition: dropped, Offset: 90}}
	if sought, err := consumer.SeekPartitions(seek); err != nil || sought[0].Error != nil {
		t.Fatal(err, sought)
	}
	reader.Drop(topic, dropped)
	came, ended := map[int32][]kafka.Offset{}, 0
	until(t, reader.Poll, func(event kafka.Event) bool {
		switch e := event.(type) {
		case *kafka.Message:
			came[e.TopicPartition.Partition] = append(came[e.TopicPartition.Partition], e.TopicPartition.Offset)
		case kafka.PartitionEOF:
			ended++
		}
		return ended >= partitions && len(came[dropped]) >= 10
	})
	for p, offsets := range came {
		want := kafka.Offset(0)
		if p == dropped {
			want = 90
		}
		for _, offset := range offsets {
			if offset != want {
				t.Fatalf("partition %d (of %d sought): %v, want from %d on", p, dropped, offsets, want)
			}
			want++
		}
		if want != 100 {
			t.Errorf("partition %d ended at %d", p, want)
		}
	}
}

// TestBatchIsBounded: a batch ends with the record that takes it over a mebibyte, so that little more than one record is held beside librdkafka's queue.
func TestBatchIsBounded(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	var records []*kgo.Record
	for range 20 {
		records = append(records, &kgo.Record{Value: bytes.Repeat([]byte("v"), 300_000)})
	}
	produce(t, c, records...)
	consumer := open(t, c, nil)
	reader := read(t, consumer)
	if err := consumer.Assign(all()); err != nil {
		t.Fatal(err)
	}
	most := 0
	for n := 0; n < len(records); n++ {
		next[*kafka.Message](t, reader.Poll, nil)
		most = max(most, reader.Held())
	}
	if most > 3 {
		t.Errorf("%d records of 300,000 bytes were read ahead, want 3 at most", most)
	}
}
