//go:build linux && cgo && !magicbyte_poll

package librdkafka_test

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"runtime"
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

// copies returns n records that are alike.
func copies(record kgo.Record, n int) []*kgo.Record {
	records := make([]*kgo.Record, n)
	for i := range records {
		records[i] = &kgo.Record{Key: record.Key, Value: record.Value, Headers: record.Headers}
	}
	return records
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

// reader reads as much as it may.
type reader struct{ *librdkafka.Reader }

func (r reader) Poll(timeoutMs int) kafka.Event { return r.Reader.Poll(timeoutMs, nil) }

// read returns a reader of a consumer, which are closed when the test ends.
func read(t testing.TB, consumer *kafka.Consumer) reader {
	t.Helper()
	r, ok := librdkafka.NewReader(consumer)
	if !ok {
		t.Fatal("no reader of a consumer of confluent-kafka-go: it keeps librdkafka's handle elsewhere, or its library lacks a function")
	}
	t.Cleanup(func() {
		r.Close()
		closeConsumer(t, consumer)
	})
	return reader{r}
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

// TestDropsTheEnd: the end of a partition that was read behind records is forgotten with them, and no other's.
func TestDropsTheEnd(t *testing.T) {
	t.Parallel()
	reader := behind(t, cluster(t))
	gone := int32(-1)
	for p := range int32(partitions) {
		reader.Drop("another", p)
		if gone < 0 && !reader.Behind() {
			t.Fatal("the end went with a partition of another topic")
		}
		reader.Drop(topic, p)
		if gone < 0 && !reader.Behind() {
			gone = p
		}
	}
	if gone < 0 {
		t.Fatal("the end is still to come after the records of all partitions were dropped")
	}
	others := 0
	until(t, reader.Poll, func(event kafka.Event) bool {
		if e, ok := event.(kafka.PartitionEOF); ok {
			others++
			if e.Partition == gone {
				t.Errorf("the end of partition %d comes, which was dropped; another one's was", gone)
			}
		}
		return others == partitions-1
	})
}

// behind returns a reader that has read records and behind them the end of a partition. The others' ends are still to come.
func behind(t *testing.T, c *kfake.Cluster) reader {
	t.Helper()
	records := copies(kgo.Record{}, 1001)
	for _, record := range records[1:] {
		record.Partition = 1
	}
	produce(t, c, records...)
	consumer := open(t, c, nil)
	reader := read(t, consumer)
	if err := consumer.Assign(all()); err != nil {
		t.Fatal(err)
	}
	until(t, reader.Poll, func(event kafka.Event) bool {
		if e, ok := event.(kafka.PartitionEOF); ok { // not behind records this time: once more
			if _, err := consumer.SeekPartitions([]kafka.TopicPartition{{Topic: e.Topic, Partition: e.Partition, Offset: 0}}); err != nil {
				t.Fatal(err)
			}
		}
		return reader.Held() > 0 && reader.Behind()
	})
	return reader
}

// TestReadsAreBounded: by 256 records, by a mebibyte of keys, values and headers, and by the room that there is; one record comes in any case, and with
// the one that goes beyond the bytes it is enough.
func TestReadsAreBounded(t *testing.T) {
	t.Parallel()
	large := bytes.Repeat([]byte("v"), 300_000)
	for _, test := range []struct {
		name   string
		record kgo.Record
		n      int
		room   func() (records, bytes int)
		most   int // held beside the one that was returned
	}{
		{"records", kgo.Record{}, 1000, nil, 255},
		{"values", kgo.Record{Value: large}, 20, nil, 3},
		{"keys", kgo.Record{Key: large}, 20, nil, 3},
		{"headers", kgo.Record{Headers: []kgo.RecordHeader{{Key: "h", Value: large}}}, 20, nil, 3},
		{"room for records", kgo.Record{}, 50, func() (int, int) { return 7, 1 << 30 }, 6},
		{"room for bytes", kgo.Record{Value: []byte("0123456789")}, 50, func() (int, int) { return 1 << 30, 25 }, 2},
		{"no room", kgo.Record{}, 50, func() (int, int) { return 0, -5 }, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t)
			produce(t, c, copies(test.record, test.n)...)
			consumer := open(t, c, nil)
			reader := read(t, consumer)
			if err := consumer.Assign(all()); err != nil {
				t.Fatal(err)
			}
			poll := func(ms int) kafka.Event { return reader.Reader.Poll(ms, test.room) }
			most := 0
			for range test.n {
				next[*kafka.Message](t, poll, nil)
				most = max(most, reader.Held())
			}
			if most > test.most {
				t.Errorf("%d records were read ahead, want %d at most", most, test.most)
			}
		})
	}
}

// TestOneRecordWaitsForNoOther: what is there is returned, however long Poll may wait.
func TestOneRecordWaitsForNoOther(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	produce(t, c, &kgo.Record{Value: []byte("v")})
	consumer := open(t, c, kafka.ConfigMap{"enable.partition.eof": false})
	reader := read(t, consumer)
	if err := consumer.Assign(all()); err != nil {
		t.Fatal(err)
	}
	came := make(chan kafka.Event, 1)
	go func() { came <- reader.Poll(int(time.Hour.Milliseconds())) }()
	select {
	case event := <-came:
		if _, ok := event.(*kafka.Message); !ok {
			t.Errorf("%T: %v", event, event)
		}
	case <-time.After(patience):
		t.Fatal("the record waits for another one") // and the goroutine for an hour
	}
}

// TestKeysKeepNoHeaders: who keeps one part of a message keeps little of the others.
func TestKeysKeepNoHeaders(t *testing.T) { //nolint:paralleltest // it looks at the heap
	const records, size = 40, 300_000
	c := cluster(t)
	large := bytes.Repeat([]byte("v"), size)
	headers := []kgo.RecordHeader{{Key: "small", Value: []byte("s")}, {Key: "h", Value: large}}
	produce(t, c, copies(kgo.Record{Key: []byte("4711"), Value: large, Headers: headers}, records)...)
	consumer := open(t, c, nil)
	reader := read(t, consumer)
	if err := consumer.Assign(all()); err != nil {
		t.Fatal(err)
	}
	heap := func() int {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // what the first one swept
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	before := heap()
	var keep [][]byte
	for range records {
		m := next[*kafka.Message](t, reader.Poll, nil)
		keep = append(keep, m.Key, m.Headers[0].Value)
	}
	if grown := heap() - before; grown > 10*size {
		t.Errorf("the keys and small headers of %d records keep %d bytes, of which each record has %d", records, grown, 2*size)
	}
	runtime.KeepAlive(keep)
}

// TestClosed: a reader that is closed has nothing, and can be closed again.
func TestClosed(t *testing.T) {
	t.Parallel()
	reader := behind(t, cluster(t))
	if got, ok := reader.Close().(kafka.PartitionEOF); !ok {
		t.Errorf("Close returns %T %v, want the end that was read before", got, got)
	}
	if event := reader.Close(); event != nil {
		t.Errorf("a second Close returns %v", event)
	}
	if event := reader.Poll(0); event != nil {
		t.Errorf("Poll after Close returns %v", event)
	}
}
