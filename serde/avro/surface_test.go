package avro_test

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// serdeCodec is what package serde asks of a codec.
type serdeCodec[T any] interface {
	SchemaType() string
	Schema() string
	Name() string
	Encoder(schema []string) (func(dst []byte, v *T) ([]byte, error), error)
	Decoder(writer, reader []string) (func(src []byte, v *T) error, error)
}

var _ serdeCodec[orderEvent] = avro.Codec[orderEvent]{}

func TestCodecTellsItsSchema(t *testing.T) {
	t.Parallel()
	c := orderCodec(t)
	if c.SchemaType() != "AVRO" || c.Schema() != orderSchema(t) || c.Name() != "com.pipeline.events.OrderEvent" {
		t.Errorf("got %s, %s", c.SchemaType(), c.Name())
	}
}

// generatedValue has the methods of a generated type; they write one byte that no plan would write.
type generatedValue struct {
	N int32 `avro:"n"`
}

func (g *generatedValue) AppendAvro(dst []byte) ([]byte, error) {
	return append(dst, 'G', byte(g.N)), nil
}

func (g *generatedValue) DecodeAvro(src []byte) ([]byte, error) {
	if len(src) < 2 || src[0] != 'G' {
		g.N = -1
		return src, errors.New("not generated")
	}
	g.N = int32(src[1])
	return src[2:], nil
}

type (
	embedding  struct{ generatedValue }
	tellSchema struct {
		N int32 `avro:"n"`
	}
)

func (*tellSchema) AppendAvro(dst []byte) ([]byte, error) { return append(dst, 'T'), nil }
func (*tellSchema) DecodeAvro(src []byte) ([]byte, error) { return src[1:], nil }
func (*tellSchema) AvroSchema() string                    { return record(field("n", `"int"`)) }

func TestGeneratedMethodsAreUsed(t *testing.T) {
	t.Parallel()
	schema := record(field("n", `"int"`))
	c := avro.MustFor[generatedValue](schema)
	out, err := c.Append(nil, &generatedValue{5})
	if err != nil || string(out) != "G\x05" {
		t.Errorf("got %q, %v", out, err)
	}
	decode, err := c.Decoder([]string{strings.Replace(schema, "{", `{"doc":"another text",`, 1)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var v generatedValue
	if err := decode([]byte("G\x07"), &v); err != nil || v.N != 7 {
		t.Errorf("got %+v, %v", v, err)
	}
	if err := decode([]byte("G\x07x"), &v); err == nil || v.N != 0 || !strings.Contains(err.Error(), "at byte 2: 1 bytes are left over") {
		t.Errorf("bytes left over: %+v, %v", v, err)
	}
	if err := decode([]byte("x"), &v); err == nil || v.N != 0 {
		t.Errorf("an error leaves %+v, %v", v, err)
	}
	evolved, err := c.Decoder([]string{record(field("m", `"int"`), field("n", `"int"`))}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := evolved([]byte{2, 4}, &v); err != nil || v.N != 2 {
		t.Errorf("another writer: %+v, %v", v, err)
	}
	plain := func(out []byte, err error) {
		t.Helper()
		if err != nil || string(out) != "\x0a" {
			t.Errorf("got %q, %v, want the plan's bytes", out, err)
		}
	}
	plain(avro.MustFor[generatedValue](schema, avro.WithSortedMaps()).Append(nil, &generatedValue{5}))
	unions := avro.WithUnion(map[string]error{"string": errors.ErrUnsupported}) // says what Go types there are, not what to do
	if out, err := avro.MustFor[generatedValue](schema, unions).Append(nil, &generatedValue{5}); err != nil || string(out) != "G\x05" {
		t.Errorf("WithUnion switches the generated methods off: %q, %v", out, err)
	}
	plain(avro.MustFor[embedding](schema).Append(nil, &embedding{generatedValue{5}}))
	plain(avro.MustFor[tellSchema](record(field("n", `"long"`))).Append(nil, &tellSchema{5}))
	if out, err := avro.MustFor[tellSchema](schema).Append(nil, &tellSchema{5}); err != nil || string(out) != "T" {
		t.Errorf("a type that tells its schema: %q, %v", out, err)
	}
}

func TestEncodersOfOtherSchemas(t *testing.T) {
	t.Parallel()
	type value struct {
		A string `avro:"a"`
		B int32  `avro:"b"`
	}
	c := avro.MustFor[value](record(field("a", `"string"`), field("b", `"int"`)))
	encode, err := c.Encoder([]string{record(field("b", `"int"`))})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := encode([]byte("x"), &value{"left out", 1}); err != nil || string(out) != "x\x02" {
		t.Errorf("got %q, %v", out, err)
	}
	_, err = c.Encoder([]string{record(field("b", `"int"`), field("new", `"int"`), `{"name":"more","type":"int","default":1}`)})
	if err == nil || !strings.Contains(err.Error(), "new, more") {
		t.Errorf("fields that the Go type lacks: %v", err)
	}
	if _, err := encode(nil, nil); err == nil {
		t.Error("a nil pointer was written")
	}
	if err := c.Decode(nil, nil); err == nil {
		t.Error("a nil pointer was read into")
	}
}

func TestGenericRecordsAsWritten(t *testing.T) {
	t.Parallel()
	c, err := avro.Generic()
	if err != nil {
		t.Fatal(err)
	}
	if c.Schema() != "" || c.Name() != "" {
		t.Errorf("got %q, %q", c.Schema(), c.Name())
	}
	in, err := orderCodec(t).Append(nil, typicalOrder(3))
	if err != nil {
		t.Fatal(err)
	}
	schema := []string{orderSchema(t)}
	for _, reader := range [][]string{nil, schema} {
		decode, err := c.Decoder(schema, reader)
		if err != nil {
			t.Fatal(err)
		}
		var r avro.Record
		if err := decode(in, &r); err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]any{
			"order_id": "ORD-000003", "event_type": "PAYMENT_AUTHORIZED", "payload.items[1].quantity": int32(2),
			"payload.shipping_address.city": "Berlin", "payload.metadata.channel": "web", "payload.metadata.none": nil,
			"timestamp": typicalOrder(3).Timestamp, "payload.user_id": "USR-00003",
		} {
			if got, err := r.Get(path); err != nil || !cmp.Equal(got, want) {
				t.Errorf("%s is %v, %v, want %v", path, got, err, want)
			}
		}
		for _, path := range []string{"none", "payload.items[9]", "payload.items.x", "order_id.x", "payload.items[x]", "payload..x", "payload.items[-1]"} {
			if got, err := r.Get(path); err == nil {
				t.Errorf("%s is %v, want an error", path, got)
			}
		}
		if err := r.Set("payload.items[1].quantity", 7); err != nil {
			t.Error(err)
		}
		if err := r.Set("payload.metadata.new", "entry"); err != nil {
			t.Error(err)
		}
		for path, v := range map[string]any{"payload.items[1].quantity": "many", "order_id": nil, "event_type": "NONE", "payload.status": "NONE", "none": 1} {
			if err := r.Set(path, v); err == nil {
				t.Errorf("%s was set to %v", path, v)
			}
		}
		encode, err := c.Encoder(schema)
		if err != nil {
			t.Fatal(err)
		}
		out, err := encode(nil, &r)
		if err != nil {
			t.Fatal(err)
		}
		var e orderEvent
		if err := orderCodec(t).Decode(out, &e); err != nil || e.Payload.Items[1].Quantity != 7 || e.Payload.Metadata["new"] != "entry" {
			t.Errorf("got %+v, %v", e.Payload, err)
		}
	}
	if _, err := c.Encoder(nil); err == nil {
		t.Error("an encoder without a schema")
	}
	if err := c.Decode(in, new(avro.Record)); err == nil {
		t.Error("Decode without a schema")
	}
}

func TestNewRecordHasDefaults(t *testing.T) {
	t.Parallel()
	r, err := avro.NewRecord(mustParse(t, orderSchema(t)))
	if err != nil {
		t.Fatal(err)
	}
	if v, err := r.Get("source"); err != nil || v != "order-service" {
		t.Errorf("source is %v, %v", v, err)
	}
	if v, err := r.Get("order_id"); err != nil || v != nil {
		t.Errorf("order_id is %v, %v", v, err)
	}
	if _, err := avro.NewRecord(mustParse(t, `"int"`)); err == nil {
		t.Error("an int became a record")
	}
	bad, err := avro.Parse(record(`{"name":"n","type":"int","default":"x"}`), avro.Lenient())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := avro.NewRecord(bad); err == nil || !strings.Contains(err.Error(), "the default does not fit") {
		t.Errorf("a default that is none: %v", err)
	}
	c := avro.MustFor[avro.Record](orderSchema(t))
	if _, err := c.Append(nil, r); err == nil || !strings.Contains(err.Error(), "event_id: nil") {
		t.Errorf("a record with fields unset: %v", err)
	}
	if _, err := c.Append(nil, new(avro.Record)); err == nil {
		t.Error("the zero Record was written")
	}
}

// The defaults are compiled once for all goroutines, and each record has values of its own.
func TestNewRecordsShareNothing(t *testing.T) {
	t.Parallel()
	s := mustParse(t, record(`{"name":"a","type":{"type":"array","items":"int"},"default":[1,2]}`, `{"name":"m","type":{"type":"map","values":"int"},"default":{"k":1}}`))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			r, err := avro.NewRecord(s)
			if err != nil {
				t.Error(err)
				return
			}
			for _, path := range []string{"a[0]", "m.k"} {
				if v, err := r.Get(path); err != nil || v != int32(1) {
					t.Errorf("%s is %v, %v, want the default", path, v, err)
				}
				if err := r.Set(path, 7); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func TestSortedMapsAreStable(t *testing.T) {
	t.Parallel()
	c := orderCodec(t, avro.WithSortedMaps())
	first, err := c.Append(nil, typicalOrder(1))
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		again, err := c.Append(nil, typicalOrder(1))
		if err != nil || !bytes.Equal(first, again) {
			t.Fatalf("got %x, %v, want %x", again, err, first)
		}
	}
}

// What was set can be got, and led into, whatever Go types it was given in.
func TestSetKeepsTheGenericForm(t *testing.T) {
	t.Parallel()
	part := `{"type":"record","name":"Part","fields":[{"name":"n","type":"long"},{"name":"u","type":["null","int","string"]}]}`
	schema := mustParse(t, record(field("n", `"double"`), field("one", part), field("parts", `{"type":"array","items":"Part"}`),
		field("by", `{"type":"map","values":{"type":"array","items":"long"}}`), field("maybe", `["null","Part"]`), field("u", `["null","int","string"]`)))
	r, err := avro.NewRecord(schema)
	if err != nil {
		t.Fatal(err)
	}
	shared := []any{}
	for _, c := range []struct {
		path string
		set  any
		get  map[string]any
	}{
		{"n", float32(0.5), map[string]any{"n": 0.5}},
		{"one", map[string]any{"n": 1, "u": "x"}, map[string]any{"one.n": int64(1), "one.u": avro.Branch{Name: "string", Value: "x"}}},
		{"parts", []map[string]any{{"n": 1, "u": nil}, {"n": 2, "u": 3}}, map[string]any{"parts[1].n": int64(2), "parts[1].u": avro.Branch{Name: "int", Value: int32(3)}}},
		{"by", map[string][]int{"k": {1, 2}}, map[string]any{"by.k[1]": int64(2)}},
		{"by.l", []int8{7}, map[string]any{"by.l": []any{int64(7)}}},
		{"maybe", map[string]any{"n": uint8(1), "u": int64(2)}, map[string]any{"maybe.n": int64(1)}},
		{"maybe", nil, map[string]any{"maybe": nil, "maybe.n": nil}},
		{"u", "text", map[string]any{"u": avro.Branch{Name: "string", Value: "text"}}},
		{"parts", shared, map[string]any{"parts": shared}},
	} {
		if err := r.Set(c.path, c.set); err != nil {
			t.Errorf("Set(%s, %v): %v", c.path, c.set, err)
		}
		for path, want := range c.get {
			got, err := r.Get(path)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("after Set(%s, %v), Get(%s): %v (-want +got):\n%s", c.path, c.set, path, err, diff)
			}
		}
	}
	if err := r.Set("one.n", "text"); err == nil {
		t.Error("a string was set for a long within a record")
	}
}
