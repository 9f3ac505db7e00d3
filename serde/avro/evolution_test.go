package avro_test

import (
	"encoding/hex"
	"errors"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

const (
	evolvedWriter = `{"type":"record","name":"a.Old","fields":[
		{"name":"dropped","type":{"type":"map","values":{"type":"array","items":["null","string","double"]}}},
		{"name":"n","type":"int"},
		{"name":"color","type":{"type":"enum","name":"Color","symbols":["RED","GREEN","BLUE"]}},
		{"name":"before","type":"string"},
		{"name":"wide","type":"string"},
		{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},
		{"name":"bool","type":"boolean"},
		{"name":"fixed","type":{"type":"fixed","name":"F","size":2}},
		{"name":"raw","type":"bytes"},
		{"name":"parts","type":{"type":"array","items":{"type":"record","name":"Part","fields":[{"name":"x","type":"float"},{"name":"y","type":"int"}]}}}]}`
	evolvedReader = `{"type":"record","name":"a.New","aliases":["a.Old"],"fields":[
		{"name":"raw","type":"string"},
		{"name":"after","aliases":["before"],"type":"string"},
		{"name":"n","type":"double"},
		{"name":"wide","type":["null","string"],"default":null},
		{"name":"color","type":{"type":"enum","name":"Color","symbols":["UNKNOWN","BLUE","RED"],"default":"UNKNOWN"}},
		{"name":"at","type":{"type":"long","logicalType":"timestamp-micros"}},
		{"name":"text","type":"string","default":"given"},
		{"name":"count","type":"long","default":-7},
		{"name":"none","type":["null","string"],"default":null},
		{"name":"tags","type":{"type":"array","items":"string"},"default":["a","b"]},
		{"name":"extra","type":{"type":"map","values":"int"},"default":{"k":1}},
		{"name":"sub","type":["null",{"type":"record","name":"Sub","fields":[{"name":"s","type":"string","default":"t"},{"name":"m","type":["null","long"],"default":null}]}],"default":null},
		{"name":"given","type":["Sub","null"],"default":{"m":null}},
		{"name":"parts","type":{"type":"array","items":{"type":"record","name":"Part","fields":[{"name":"z","type":"int","default":3},{"name":"x","type":"double"}]}}}]}`
)

type evolvedSub struct {
	S string `avro:"s"`
	M *int64 `avro:"m"`
}

type evolvedPart struct {
	Z int32   `avro:"z"`
	X float64 `avro:"x"`
}

type evolved struct {
	Raw   string           `avro:"raw"`
	After string           `avro:"after"`
	N     float64          `avro:"n"`
	Wide  *string          `avro:"wide"`
	Color string           `avro:"color"`
	At    time.Time        `avro:"at"`
	Text  string           `avro:"text"`
	Count int64            `avro:"count"`
	None  *string          `avro:"none"`
	Tags  []string         `avro:"tags"`
	Extra map[string]int32 `avro:"extra"`
	Sub   *evolvedSub      `avro:"sub"`
	Given *evolvedSub      `avro:"given"`
	Parts []evolvedPart    `avro:"parts"`
}

// evolvedInput is a record of evolvedWriter.
func evolvedInput(t testing.TB) []byte {
	t.Helper()
	r, err := avro.NewRecord(mustParse(t, evolvedWriter))
	if err != nil {
		t.Fatal(err)
	}
	for path, v := range map[string]any{
		"dropped": map[string]any{"a": []any{nil, "x", 1.5}, "b": []any{}}, "n": int32(12), "color": "GREEN", "before": "renamed", "wide": "widened",
		"at": time.UnixMilli(1234), "bool": true, "fixed": []byte{1, 2}, "raw": []byte("raw"),
		"parts": []any{map[string]any{"x": float32(0.5), "y": 1}, map[string]any{"x": float32(-1), "y": 2}},
	} {
		if err := r.Set(path, v); err != nil {
			t.Fatal(err)
		}
	}
	c, err := avro.For[avro.Record](evolvedWriter)
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.Append(nil, r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func mustParse(t testing.TB, text string) *avro.Schema {
	t.Helper()
	s, err := avro.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestEverythingEvolvesAtOnce drops, adds with defaults, reorders, renames, promotes and widens.
func TestEverythingEvolvesAtOnce(t *testing.T) {
	t.Parallel()
	in := evolvedInput(t)
	want := evolved{
		"raw", "renamed", 12, new("widened"), "UNKNOWN", time.UnixMilli(1234).UTC(), "given", -7, nil,
		[]string{"a", "b"},
		map[string]int32{"k": 1},
		nil, &evolvedSub{"t", nil},
		[]evolvedPart{{3, 0.5}, {3, -1}},
	}
	decode, err := avro.MustFor[evolved](evolvedReader).Decoder([]string{evolvedWriter}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var first, second evolved
	if err := decode(in, &first); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// What a default gave belongs to its record.
	first.Tags[0], first.Extra["k"], first.Given.S = "changed", 2, "changed"
	if err := decode(in, &second); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, second); diff != "" {
		t.Errorf("after a change to the first record (-want +got):\n%s", diff)
	}
	for n := range in {
		if err := decode(in[:n], &second); err == nil {
			t.Errorf("cut to %d of %d bytes: no error", n, len(in))
		}
	}
	// The bytes of the generic form are those of the Go type.
	typed, err := avro.MustFor[evolved](evolvedReader).Append(nil, &want)
	if err != nil {
		t.Fatal(err)
	}
	generic, err := transcode(t, evolvedWriter, evolvedReader, hex.EncodeToString(in))
	if err != nil || generic != hex.EncodeToString(typed) {
		t.Errorf("generic form: %s, %v, want %x", generic, err, typed)
	}
}

func TestTwoReadersOfOneWriterNeverMix(t *testing.T) {
	t.Parallel()
	in := evolvedInput(t)
	full, err := avro.MustFor[evolved](evolvedReader).Decoder([]string{evolvedWriter}, nil)
	if err != nil {
		t.Fatal(err)
	}
	type few struct {
		N    int64  `avro:"n"`
		Wide string `avro:"wide"`
	}
	part, err := avro.MustFor[few](`{"type":"record","name":"Few","fields":[{"name":"wide","type":"string"},{"name":"n","type":"long"}]}`).Decoder([]string{evolvedWriter}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 200 {
				var a evolved
				var b few
				if err := errors.Join(full(in, &a), part(in, &b)); err != nil || b != (few{12, "widened"}) || a.After != "renamed" || len(a.Parts) != 2 {
					t.Errorf("got %+v and %+v, %v", a, b, err)
					return
				}
			}
		})
	}
	group.Wait()
}

// decoderOf compiles a decoder for a Go type and the schemas of one field.
func decoderOf[T any](writer, reader string, opts ...avro.Option) (func([]byte, *T) error, error) {
	c, err := avro.For[T](reader, opts...)
	if err != nil {
		return nil, err
	}
	return c.Decoder([]string{writer}, nil)
}

func TestWhatAReaderLacksFailsLate(t *testing.T) {
	t.Parallel()
	writer := record(field("u", `["null","string","int",{"type":"record","name":"X","fields":[{"name":"a","type":"int"}]}]`), field("after", `"int"`))
	reader := record(field("u", `["null","string"]`), field("after", `"int"`))
	type value struct {
		U     *string `avro:"u"`
		After int32   `avro:"after"`
	}
	decode, err := decoderOf[value](writer, reader)
	if err != nil {
		t.Fatal(err)
	}
	var v value
	if err := decode([]byte{2, 2, 'a', 4}, &v); err != nil || *v.U != "a" || v.After != 2 {
		t.Errorf("a branch that the reader has: %+v, %v", v, err)
	}
	if err := decode([]byte{0, 4}, &v); err != nil || v.U != nil || v.After != 2 {
		t.Errorf("null: %+v, %v", v, err)
	}
	for _, in := range [][]byte{{4, 2, 4}, {6, 2, 4}} {
		err := decode(in, &v)
		var e *avro.Error
		if !errors.As(err, &e) || !e.Unresolvable() || e.FieldPath() != "u" || e.Offset() != 1 || !strings.HasPrefix(err.Error(), "avro: decode com.example.R: u at byte 1: ") {
			t.Errorf("%x: %v", in, err)
		}
	}
	err = decode([]byte{8, 2, 4}, &v)
	var e *avro.Error
	if !errors.As(err, &e) || e.Unresolvable() {
		t.Errorf("a branch that the writer does not have: %v", err)
	}
}

func TestWhatCanNeverResolveFailsAtOnce(t *testing.T) {
	t.Parallel()
	type value struct {
		F string `avro:"f"`
	}
	for name, writer := range map[string]string{
		"a type that does not match":  record(field("f", `"int"`)),
		"no field, and no default":    record(field("g", `"string"`)),
		"every branch does not match": record(field("f", `["int","boolean"]`)),
		"a record for a string":       record(field("f", `{"type":"record","name":"X","fields":[]}`)),
	} {
		_, err := decoderOf[value](writer, record(field("f", `"string"`)))
		var e *avro.Error
		if !errors.As(err, &e) || !e.Unresolvable() {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := decoderOf[value](record(), record(field("f", `"string"`), field("h", `"string"`)))
	if err == nil {
		t.Error("a field without a Go field")
	}
}

func TestUnitsOfLogicalTypesAreKept(t *testing.T) {
	t.Parallel()
	ms, us, day := logical("long", "timestamp-millis"), logical("long", "timestamp-micros"), logical("int", "date")
	dec := func(scale string) string {
		return `{"type":"bytes","logicalType":"decimal","precision":9,"scale":` + scale + `}`
	}
	t.Run("time.Time", func(t *testing.T) {
		t.Parallel()
		for _, c := range []struct {
			writer, reader string
			in             []byte
			want           time.Time
		}{
			{ms, us, []byte{2}, time.UnixMilli(1)},
			{us, ms, []byte{2}, time.UnixMicro(1)},
			{day, ms, []byte{1}, time.Unix(-86400, 0)},
			{`"long"`, us, []byte{2}, time.UnixMicro(1)},
		} {
			decode, err := decoderOf[time.Time](c.writer, c.reader)
			if err != nil {
				t.Fatal(err)
			}
			var got time.Time
			if err := decode(c.in, &got); err != nil || !got.Equal(c.want) {
				t.Errorf("%s as %s: %v, %v, want %v", c.writer, c.reader, got, err, c.want)
			}
		}
	})
	t.Run("time.Duration", func(t *testing.T) {
		t.Parallel()
		decode, err := decoderOf[time.Duration](logical("int", "time-millis"), logical("long", "time-micros"))
		if err != nil {
			t.Fatal(err)
		}
		var got time.Duration
		if err := decode([]byte{2}, &got); err != nil || got != time.Millisecond {
			t.Errorf("got %v, %v", got, err)
		}
		if err := decode([]byte{1}, &got); err == nil {
			t.Error("a time of day before midnight")
		}
	})
	t.Run("decimals", func(t *testing.T) {
		t.Parallel()
		decode, err := decoderOf[*big.Rat](dec("2"), dec("4"))
		if err != nil {
			t.Fatal(err)
		}
		var rat *big.Rat
		if err := decode([]byte{2, 123}, &rat); err != nil || rat.Cmp(big.NewRat(123, 100)) != 0 {
			t.Errorf("got %v, %v", rat, err)
		}
		if err := decode([]byte{0}, &rat); err == nil {
			t.Error("a decimal without bytes")
		}
		down, err := decoderOf[avro.Decimal](dec("2"), dec("1"))
		if err != nil {
			t.Fatal(err)
		}
		var d avro.Decimal
		if err := down([]byte{2, 120}, &d); err != nil || d.String() != "1.2" {
			t.Errorf("got %v, %v", d, err)
		}
		if err := down([]byte{2, 123}, &d); err == nil {
			t.Error("a decimal was rounded")
		}
	})
	t.Run("bare numbers", func(t *testing.T) {
		t.Parallel()
		_, err := decoderOf[int64](ms, us)
		var e *avro.Error
		const units = "long (timestamp-millis) was written, and the Go type int64 cannot keep its value as long (timestamp-micros); use a type that carries the unit, or WithJavaLogicalTypes"
		if !errors.As(err, &e) || !e.Unresolvable() || !strings.Contains(err.Error(), units) {
			t.Errorf("got %v, want %s", err, units)
		}
		if _, err := decoderOf[[]byte](dec("2"), dec("4")); err == nil || !strings.Contains(err.Error(), "bytes (decimal) of scale 2 was written") {
			t.Errorf("bytes of another scale: %v", err)
		}
		if _, err := decoderOf[int64](`"long"`, us); err != nil {
			t.Errorf("annotated on one side: %v", err)
		}
		decode, err := decoderOf[int64](ms, us, avro.WithJavaLogicalTypes())
		if err != nil {
			t.Fatal(err)
		}
		var n int64
		if err := decode([]byte{2}, &n); err != nil || n != 1 {
			t.Errorf("got %d, %v", n, err)
		}
		java, err := decoderOf[time.Time](ms, us, avro.WithJavaLogicalTypes())
		if err != nil {
			t.Fatal(err)
		}
		var at time.Time
		if err := java([]byte{2}, &at); err != nil || !at.Equal(time.UnixMicro(1)) {
			t.Errorf("as Java reads: %v, %v", at, err)
		}
	})
	t.Run("out of range", func(t *testing.T) {
		t.Parallel()
		for schema, at := range map[string]time.Time{
			day:                                time.Date(9_999_999, 1, 1, 0, 0, 0, 0, time.UTC),
			ms:                                 time.Unix(1<<62, 0),
			us:                                 time.Unix(1<<50, 0),
			logical("long", "timestamp-nanos"): time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC),
		} {
			if out, err := avro.MustFor[time.Time](schema).Append(nil, &at); err == nil {
				t.Errorf("%s: %v was written as %x", schema, at, out)
			}
		}
	})
}

func TestReferencesComeAsTexts(t *testing.T) {
	t.Parallel()
	address := `{"type":"record","name":"x.Address","fields":[{"name":"city","type":"string"}]}`
	order := `{"type":"record","name":"x.Order","fields":[{"name":"to","type":"x.Address"}]}`
	type addressType struct {
		City string `avro:"city"`
	}
	type orderType struct {
		To addressType `avro:"to"`
	}
	c := avro.MustFor[orderType](strings.Replace(order, `"x.Address"`, address, 1))
	decode, err := c.Decoder([]string{address, order}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var v orderType
	if err := decode([]byte("\x02B"), &v); err != nil || v.To.City != "B" {
		t.Errorf("got %+v, %v", v, err)
	}
	member, err := avro.MustFor[addressType](address).Decoder([]string{address, order, `"x.Address"`}, []string{address, `"x.Address"`})
	if err != nil {
		t.Fatal(err)
	}
	var a addressType
	if err := member([]byte("\x02B"), &a); err != nil || a.City != "B" {
		t.Errorf("got %+v, %v", a, err)
	}
	if _, err := c.Decoder([]string{order}, nil); err == nil {
		t.Error("a reference that is not there")
	}
}
