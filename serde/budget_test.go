//go:build !race

package serde_test

import (
	"testing"

	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/serdetest"
)

// empty is a codec whose bodies have no bytes: what is measured with it is the serde alone.
type empty struct{}

func (empty) SchemaType() string { return serde.TypeAvro }
func (empty) Schema() string     { return `{"type":"record","name":"test.Empty","fields":[]}` }
func (empty) Name() string       { return "test.Empty" }

func (empty) Encoder([]string) (func([]byte, *struct{}) ([]byte, error), error) {
	return func(dst []byte, _ *struct{}) ([]byte, error) { return dst, nil }, nil
}

func (empty) Decoder(_, _ []string) (func([]byte, *struct{}) error, error) {
	return func([]byte, *struct{}) error { return nil }, nil
}

func emptySerde(tb testing.TB) (*serde.Serializer[struct{}], *serde.Deserializer[struct{}], []byte) {
	tb.Helper()
	reg := new(serdetest.MemoryRegistry)
	ser, deser := serde.NewSerializer(empty{}, reg), serde.NewDeserializer(empty{}, reg)
	out, err := ser.Serialize(tb.Context(), "notes", new(struct{}))
	if err != nil {
		tb.Fatal(err)
	}
	return ser, deser, out.Bytes
}

func TestAllocationBudget(t *testing.T) {
	ser, deser, payload := emptySerde(t)
	ctx, buf, v := t.Context(), make([]byte, 0, 64), new(struct{})
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := ser.AppendSerialize(ctx, buf, "notes", v); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("AppendSerialize allocates %v times over its codec, want 0", n)
	}
	in := serde.Input{Topic: "notes", Payload: payload}
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := deser.DeserializeInto(ctx, in, v); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("DeserializeInto allocates %v times over its codec, want 0", n)
	}
}

func BenchmarkSerializeEmptyCodec(b *testing.B) {
	ser, _, _ := emptySerde(b)
	ctx, buf, v := b.Context(), make([]byte, 0, 64), new(struct{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ser.AppendSerialize(ctx, buf, "notes", v); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDeserializeEmptyCodec(b *testing.B) {
	_, deser, payload := emptySerde(b)
	ctx, in, v := b.Context(), serde.Input{Topic: "notes", Payload: payload}, new(struct{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := deser.DeserializeInto(ctx, in, v); err != nil {
			b.Fatal(err)
		}
	}
}
