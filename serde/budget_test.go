//go:build !race

package serde_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"runtime"
	"strings"
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

// A stream of 64 KiB that holds 65 MiB is given up at the limit, and takes no more memory than twice that.
func TestAllocBomb(t *testing.T) { // not parallel: it looks at what the process allocates
	var bomb bytes.Buffer
	w := zlib.NewWriter(&bomb)
	zeros := make([]byte, 1<<20)
	for range 65 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	reg := glueRegistry()
	id := register(t, reg, "notes-value", newNoteCodec().schema).ID
	payload := append([]byte(glueFrame(t, id, 5)), bomb.Bytes()...)
	deser := serde.NewDeserializer(newNoteCodec(), reg, serde.WithMaxInflated(1<<20))
	if err := deser.Start(t.Context(), "notes"); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := deser.Deserialize(t.Context(), serde.Input{Topic: "notes", Payload: payload})
	runtime.ReadMemStats(&after)
	if !errors.Is(err, serde.ErrCorrupt) {
		t.Errorf("error %v, want ErrCorrupt", err)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 4<<20 {
		t.Errorf("%d bytes were allocated for a body of at most 1 MiB", taken)
	}
	// What ParseFrame inflates has the default limit.
	if _, _, err := serde.ParseFrame(payload); !errors.Is(err, serde.ErrCorrupt) {
		t.Errorf("ParseFrame: error %v, want ErrCorrupt", err)
	}
}

// Frames of Glue cost no allocation either.
func TestAllocationBudgetGlue(t *testing.T) {
	reg := glueRegistry()
	ctx, buf := t.Context(), make([]byte, 0, 512)
	value := &note{Text: strings.Repeat("magicbyte", 20)}
	ser := serde.NewSerializer(newNoteCodec(), reg, serde.WithZlib(100))
	out, err := ser.Serialize(ctx, "notes", value)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := ser.AppendSerialize(ctx, buf, "notes", value); err != nil {
			t.Fatal(err)
		}
	}); n > 0.5 {
		t.Errorf("AppendSerialize with zlib allocates %v times, want 0", n)
	}
	plain := serde.AppendFrame(nil, out.Schema.ID)
	packed := append(append([]byte{3, 5}, plain[2:]...), deflated(t, "")...)
	deser, v := serde.NewDeserializer(empty{}, reg), new(struct{})
	for name, c := range map[string]struct {
		payload []byte
		most    float64
	}{
		"plain": {plain, 0},
		"zlib":  {packed, 1}, // compress/zlib makes a new checksum for each stream
	} {
		in := serde.Input{Topic: "notes", Payload: c.payload}
		if n := testing.AllocsPerRun(1000, func() {
			if _, err := deser.DeserializeInto(ctx, in, v); err != nil {
				t.Fatal(err)
			}
		}); n > c.most+0.5 {
			t.Errorf("DeserializeInto (%s) allocates %v times over its codec, want %v", name, n, c.most)
		}
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
