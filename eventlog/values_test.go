package eventlog_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/eventlog"
	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

// transaction produces records in a transaction, which is committed or not.
func transaction(t *testing.T, env *integration.Env, commit bool, list ...integration.Record) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(env.Brokers, ",")...), kgo.TransactionalID(integration.Unique("tx")), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		k := &kgo.Record{Topic: r.Topic, Partition: r.Partition, Timestamp: r.Timestamp, Key: r.Key, Value: r.Value}
		for _, h := range r.Headers {
			k.Headers = append(k.Headers, kgo.RecordHeader(h))
		}
		if err := client.ProduceSync(t.Context(), k).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	if err := client.EndTransaction(t.Context(), kgo.TransactionEndTry(commit)); err != nil {
		t.Fatal(err)
	}
}

// schemasByID is a registry that knows some ids, after some time without an answer.
type schemasByID struct {
	mu     sync.Mutex
	known  map[serde.SchemaID]string
	outage int // so many calls fail
}

func (s *schemasByID) SchemaByID(_ context.Context, _ string, id serde.SchemaID) (serde.Schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.outage > 0 {
		s.outage--
		return serde.Schema{}, errors.New("the registry is away")
	}
	text, ok := s.known[id]
	if !ok {
		return serde.Schema{}, serde.ErrUnknownSchema
	}
	return serde.Schema{Text: text}, nil
}

func (*schemasByID) SchemaByVersion(context.Context, string, int) (serde.RegisteredSchema, error) {
	return serde.RegisteredSchema{}, errors.ErrUnsupported
}

const (
	one = `{"type":"record","name":"R", "doc":"kept to the letter", "fields":[{"name":"s","type":"string"}]}`
	two = `{"type":"record","name":"R","fields":[{"name":"s","type":"string"},{"name":"xs","type":{"type":"array","items":"long"},"default":[]}]}`
)

// TestValues has one file for each schema, with what is no value in raw files between.
func TestValues(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	topic := env.CreateTopic(t, "orders", 1)
	guid := serde.GUIDID([16]byte{1, 2, 3})
	reg := &schemasByID{outage: 2, known: map[serde.SchemaID]string{serde.NumberID(1): one, serde.NumberID(2): two, guid: one}}
	value := func(id serde.SchemaID, body ...byte) []byte { return append(serde.AppendFrame(nil, id), body...) }
	v1, v2 := value(serde.NumberID(1), 2, 'a'), value(serde.NumberID(2), 2, 'b', 1, 2, 6, 2, 8, 0) // the array in two blocks
	values := [][]byte{
		v1, v1, v1, v2, v2, // 0 to 4: the schema changes
		nil,                         // 5: a tombstone
		[]byte("no frame"),          // 6
		v2,                          // 7
		value(serde.NumberID(2), 9), // 8: corrupt
		value(guid, 2, 'c'),         // 9
	}
	var list []integration.Record
	for i, v := range values {
		list = append(list, integration.Record{Topic: topic, Timestamp: base.Add(time.Duration(i) * time.Second), Key: []byte("k"), Value: v})
	}
	list = append(list, integration.Record{ // 10: the id in a header
		Topic: topic, Timestamp: base, Value: []byte{2, 'd'}, Headers: []integration.Header{{Key: serde.ValueSchemaIDHeader, Value: serde.AppendFrame(nil, guid)}},
	})
	produced := env.Produce(t, list...)
	bucket := memory(t)
	runToEnd(t, env, "log", topic, bucket, eventlog.WithValues(reg))

	want := []struct {
		first int64
		mode  eventlog.Mode
		id    serde.SchemaID
		text  string
	}{
		{0, eventlog.Values, serde.NumberID(1), one},
		{3, eventlog.Values, serde.NumberID(2), two},
		{5, eventlog.Raw, serde.SchemaID{}, ""},
		{7, eventlog.Values, serde.NumberID(2), two},
		{8, eventlog.Raw, serde.SchemaID{}, ""},
		{9, eventlog.Values, guid, one},
		{10, eventlog.Values, guid, one},
	}
	files, err := eventlog.List(t.Context(), bucket, topic)
	if err != nil || len(files) != len(want) {
		t.Fatalf("got %v, %v", files, err)
	}
	generic, err := avro.Generic()
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		m, err := eventlog.Describe(t.Context(), bucket, f.Key)
		if err != nil {
			t.Fatal(err)
		}
		if f.First != want[i].first || m.Mode != want[i].mode || m.SchemaID != want[i].id {
			t.Errorf("file %d: %+v, want %+v", i, m, want[i])
		}
		if m.Mode != eventlog.Values {
			continue
		}
		if m.Subject != topic+"-value" {
			t.Errorf("subject %q", m.Subject)
		}
		r, err := ocf.NewReader(bytes.NewReader(objects(t, bucket)[f.Key]), generic)
		if err != nil || r.Header().Schema != want[i].text {
			t.Errorf("file %d: %v, schema %s, want %s", i, err, r.Header().Schema, want[i].text)
		}
	}
	got := readAll(t, bucket, topic)[0]
	if len(got) != len(produced) {
		t.Fatalf("got %d records", len(got))
	}
	for i, e := range got {
		if e.Offset != produced[i].Offset || !equal(e.Value, produced[i].Value) {
			t.Errorf("record %d: got offset %d, %x, want %x", i, e.Offset, e.Value, produced[i].Value)
		}
	}
	report, err := eventlog.Verify(t.Context(), bucket, topic, -1)
	if err != nil || report.Err() != nil || report.Records != 11 {
		t.Errorf("Verify: %+v, %v", report, err)
	}
	if _, err := eventlog.Replay(t.Context(), bucket, topic, 0, -1, kafkaConfig(map[string]any{"bootstrap.servers": env.Brokers}), topic); !errors.Is(err, eventlog.ErrNoEnvelope) {
		t.Errorf("Replay: %v", err)
	}
}

// TestValuesOverOtherBoundaries cuts files of values anew, as an owner does that finds a shorter one.
func TestValuesOverOtherBoundaries(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	topic := env.CreateTopic(t, "orders", 1)
	reg := &schemasByID{known: map[serde.SchemaID]string{serde.NumberID(1): one, serde.NumberID(2): two}}
	var list []integration.Record
	for i := range 200 {
		v := append(serde.AppendFrame(nil, serde.NumberID(1)), 2, byte('a'+i%26))
		if i >= 100 {
			v = append(serde.AppendFrame(nil, serde.NumberID(2)), 2, byte('a'+i%26), 0)
		}
		list = append(list, integration.Record{Topic: topic, Timestamp: base.Add(time.Duration(i) * time.Minute), Value: v})
	}
	produced := env.Produce(t, list...)
	bucket := memory(t)
	runToEnd(t, env, "one", topic, bucket, eventlog.WithValues(reg), records(30))
	for _, first := range []int64{60, 90, 100, 130, 160, 190} {
		if err := bucket.Delete(t.Context(), nameOf(topic, 0, first)); err != nil {
			t.Fatal(err)
		}
	}
	runToEnd(t, env, "two", topic, bucket, eventlog.WithValues(reg), records(70))
	got := readAll(t, bucket, topic)[0]
	if len(got) != 200 {
		t.Fatalf("got %d records", len(got))
	}
	for i, e := range got {
		if e.Offset != int64(i) || !bytes.Equal(e.Value, produced[i].Value) {
			t.Fatalf("record %d: offset %d, %x", i, e.Offset, e.Value)
		}
	}
	report, err := eventlog.Verify(t.Context(), bucket, topic, -1)
	if err != nil || report.Err() != nil {
		t.Errorf("Verify: %v, %v", report.Err(), err)
	}
}
