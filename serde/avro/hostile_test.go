package avro_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// long returns the bytes of numbers as Avro longs.
func long(numbers ...int64) []byte {
	var b []byte
	for _, n := range numbers {
		b = binary.AppendVarint(b, n)
	}
	return b
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

const (
	arrayOfLongs = `{"type":"array","items":"long"}`
	arrayOfNulls = `{"type":"array","items":"null"}`
	mapOfLongs   = `{"type":"map","values":"long"}`
)

const hugeCount = int64(1) << 40

// hostileInputs are bytes that no value of a schema has, and a part of what is said about them.
var hostileInputs = []struct {
	name, schema string
	in           []byte
	problem      string
}{
	{"nothing", `"long"`, nil, "0 bytes left"},
	{"a number that goes on", `"long"`, []byte{0x80}, "goes on"},
	{"a number of 11 bytes", `"long"`, bytes.Repeat([]byte{0x80}, 11), "64 bits"},
	{"a number of 65 bits", `"long"`, join(bytes.Repeat([]byte{0xff}, 9), []byte{2}), "64 bits"},
	{"an int of 33 bits", `"int"`, long(1 << 31), "32 bits"},
	{"an int of 6 bytes", `"int"`, []byte{0x80, 0x80, 0x80, 0x80, 0x80, 0}, "5 bytes"},
	{"a boolean of 2", `"boolean"`, []byte{2}, "not 0 or 1"},
	{"half a double", `"double"`, []byte{1, 2, 3}, "3 bytes left, double needs 8"},
	{"half a float", `"float"`, []byte{1, 2, 3}, "3 bytes left, float needs 4"},
	{"half a fixed", `{"type":"fixed","name":"F","size":4}`, []byte{1, 2, 3}, "3 bytes left, fixed needs 4"},
	{"a string of 2^40 bytes", `"string"`, long(hugeCount), "0 bytes left, the string has 1099511627776"},
	{"a string of -1 bytes", `"string"`, long(-1), "negative"},
	{"bytes of 2^40", `"bytes"`, long(hugeCount), "1099511627776"},
	{"invalid UTF-8", `"string"`, []byte{4, 0xc0, 0x80}, "not valid UTF-8"},
	{"invalid UTF-8 behind much ASCII", `"string"`, join(long(17), []byte("0123456789abcdef\xff")), "not valid UTF-8"},
	{"symbol 2 of 2", `{"type":"enum","name":"E","symbols":["A","B"]}`, long(2), "no symbol 2"},
	{"symbol -1", `{"type":"enum","name":"E","symbols":["A","B"]}`, long(-1), "no symbol -1"},
	{"branch 2 of 2", `["null","long"]`, long(2), "no branch 2"},
	{"branch -1", `["null","long"]`, long(-1), "no branch -1"},
	{"branch 3 of 3", `["null","long","string"]`, long(3), "no branch 3"},
	{"2^40 items", arrayOfLongs, long(hugeCount, 1), "1 bytes left, 1099511627776 items need 1 each"},
	{"2^63 items", arrayOfLongs, long(-1<<63, 1), "out of range"},
	{"2^40 nulls", arrayOfNulls, long(hugeCount, 0), "WithMaxZeroSizeItems"},
	{"million after million of nulls", arrayOfNulls, long(600_000, 600_000, 0), "WithMaxZeroSizeItems"},
	{"million after million of nulls in arrays", `{"type":"array","items":` + arrayOfNulls + `}`, long(2, 600_000, 0, 600_000, 0, 0), "WithMaxZeroSizeItems"},
	{"2^40 empty records", `{"type":"array","items":{"type":"record","name":"Empty","fields":[]}}`, long(hugeCount, 0), "WithMaxZeroSizeItems"},
	{"2^40 entries", mapOfLongs, long(hugeCount, 0), "items need 2 each"},
	{"a block that is shorter than its size", arrayOfLongs, long(-1, 2, 7, 0, 0), "should end at byte 4"},
	{"a block that is longer than its size", arrayOfLongs, long(-2, 2, 7, 70, 0), "should end at byte 4"},
	{"a block of negative size", arrayOfLongs, long(-1, -1, 7, 0), "has -1"},
	{"a block beyond the end", arrayOfLongs, long(-1, 9, 7, 0), "has 9"},
	{"a block with less than its items need", arrayOfLongs, long(-3, 2, 7, 7, 7, 0), "2 bytes left, 3 items"},
	{"no end of an array", arrayOfLongs, long(1, 7), "0 bytes left"},
	{"a key of 2^40 bytes", mapOfLongs, join(long(1, hugeCount), long(0, 0)), "[#0] at byte 1"},
	{"bytes left over", `"long"`, long(1, 1), "1 bytes are left over"},
	{"a list without end", `{"type":"record","name":"L","fields":[{"name":"n","type":["null","L"]}]}`, bytes.Repeat([]byte{2}, 1<<20), "WithMaxDepth"},
	{"arrays in arrays without end", `{"type":"record","name":"T","fields":[{"name":"c","type":{"type":"array","items":"T"}}]}`, bytes.Repeat([]byte{2}, 1<<20), "WithMaxDepth"},
	{"maps in maps without end", `{"type":"record","name":"M","fields":[{"name":"c","type":{"type":"map","values":"M"}}]}`, bytes.Repeat([]byte{2, 0}, 1<<20), "WithMaxDepth"},
}

func TestHostileInputIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range hostileInputs {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			generic, err := avro.For[any](c.schema)
			if err != nil {
				t.Fatal(err)
			}
			var v any
			err = generic.Decode(c.in, &v)
			var e *avro.Error
			if !errors.As(err, &e) || e.Unresolvable() || !strings.Contains(err.Error(), c.problem) || v != nil {
				t.Errorf("read as %v: %v, want an error with %q", v, err, c.problem)
			}
			// The same bytes in a field that the reader does not have.
			type none struct{}
			skip, err := decoderOf[none](record(field("f", c.schema)), record())
			if err != nil {
				t.Fatal(err)
			}
			err = skip(c.in, new(none))
			if text := strings.Contains(c.problem, "UTF-8"); text != (err == nil) {
				t.Errorf("skipped: %v", err)
			}
		})
	}
}

// What is claimed costs nothing before it is there: 64 KiB, and what the bytes that were read are worth. Items without bytes have no such measure; they
// cost what their number does, which has a limit of its own.
func TestHostileInputAllocatesLittle(t *testing.T) { //nolint:paralleltest // measures what is allocated
	const (
		perByte     = 200     // of a generic value: an item of no bytes but a count, in an array of its own
		read        = 4 << 10 // bytes at most, before values that are too deep are given up
		withoutSize = 1_000_000 * 16 * 4
	)
	for _, c := range hostileInputs {
		t.Run(c.name, func(t *testing.T) {
			codec, err := avro.For[any](c.schema)
			if err != nil {
				t.Fatal(err)
			}
			bound := 64<<10 + perByte*min(len(c.in), read)
			if strings.HasPrefix(c.name, "million after million") {
				bound += withoutSize
			}
			var v any
			if used := allocated(func() { err = codec.Decode(c.in, &v) }); used > bound || err == nil {
				t.Errorf("%d bytes made it allocate %d, want at most %d; %v", len(c.in), used, bound, err)
			}
		})
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	t.Parallel()
	c := orderCodec(t)
	e := typicalOrder(1)
	e.Payload.Items[1].SKU = "find-me"
	in, err := c.Append(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(in, []byte("find-me"))
	in[at+6] = 0xff
	err = c.Decode(in, new(orderEvent))
	want := "avro: decode com.pipeline.events.OrderEvent: payload.items[1].sku at byte "
	var ae *avro.Error
	if !errors.As(err, &ae) || ae.FieldPath() != "payload.items[1].sku" || ae.Offset() != at || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "find") {
		t.Errorf("got %v, want %s%d", err, want, at)
	}
	e.Payload.Items[1].SKU = "secret\xff"
	_, err = c.Append(nil, e)
	if !errors.As(err, &ae) || ae.FieldPath() != "payload.items[1].sku" || ae.Offset() != -1 || strings.Contains(err.Error(), "secret") {
		t.Errorf("Append: %v", err)
	}
}

func TestInvalidTextIsKeptOrReplaced(t *testing.T) {
	t.Parallel()
	in := []byte{8, 'a', 0xff, 0xfe, 'b'}
	for _, c := range []struct {
		mode avro.InvalidUTF8
		want string
	}{{avro.KeepInvalidUTF8, "a\xff\xfeb"}, {avro.ReplaceInvalidUTF8, "a\uFFFDb"}} {
		for _, writer := range []string{`"string"`, `"bytes"`} {
			decode, err := decoderOf[string](writer, `"string"`, avro.WithInvalidUTF8(c.mode))
			if err != nil {
				t.Fatal(err)
			}
			var got string
			if err := decode(in, &got); err != nil || got != c.want {
				t.Errorf("mode %d, %s: %q, %v, want %q", c.mode, writer, got, err, c.want)
			}
		}
	}
	bad := "\xff"
	if _, err := avro.MustFor[string](`"string"`, avro.WithInvalidUTF8(avro.KeepInvalidUTF8)).Append(nil, &bad); err == nil {
		t.Error("invalid UTF-8 was written")
	}
}

func TestLastOfEqualKeysWins(t *testing.T) {
	t.Parallel()
	in := []byte("\x04\x02a\x02\x02a\x04\x00")
	var longs map[string]int64
	if err := avro.MustFor[map[string]int64](mapOfLongs).Decode(in, &longs); err != nil || len(longs) != 1 || longs["a"] != 2 {
		t.Errorf("got %v, %v", longs, err)
	}
	var texts map[string]string
	if err := avro.MustFor[map[string]string](`{"type":"map","values":"string"}`).Decode([]byte("\x04\x02a\x02x\x02a\x02y\x00"), &texts); err != nil || texts["a"] != "y" {
		t.Errorf("got %v, %v", texts, err)
	}
}

func TestBlocksOfBothKinds(t *testing.T) {
	t.Parallel()
	var got []int64
	in := join(long(2, 1, 2), long(-2, 2, 3, 4), long(1, 5, 0))
	if err := avro.MustFor[[]int64](arrayOfLongs).Decode(in, &got); err != nil || !cmp.Equal(got, []int64{1, 2, 3, 4, 5}) {
		t.Errorf("got %v, %v", got, err)
	}
	var empty []int64
	if err := avro.MustFor[[]int64](arrayOfLongs).Decode([]byte{0}, &empty); err != nil || empty == nil || len(empty) != 0 {
		t.Errorf("got %#v, %v", empty, err)
	}
}

func TestNothingHandedOutChanges(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]avro.Option{"copied": nil, "kept text": {avro.WithInvalidUTF8(avro.KeepInvalidUTF8)}} {
		c := orderCodec(t, opts...)
		reused := new(orderEvent)
		var kept []orderEvent
		in := make([]byte, 0, 1024)
		for n := range 64 {
			var err error
			if in, err = c.Append(in[:0], typicalOrder(n)); err != nil {
				t.Fatal(err)
			}
			if err := c.Decode(in, reused); err != nil {
				t.Fatal(err)
			}
			kept = append(kept, *reused)
		}
		clear(in)
		for n := range kept {
			if diff := cmp.Diff(typicalOrder(n), &kept[n]); diff != "" {
				t.Fatalf("%s, event %d (-want +got):\n%s", name, n, diff)
			}
		}
	}
}

func TestAliasedInput(t *testing.T) {
	t.Parallel()
	in := []byte("\x06abc\x04\x01\x02")
	type value struct {
		S string `avro:"s"`
		B []byte `avro:"b"`
	}
	c := avro.MustFor[value](record(field("s", `"string"`), field("b", `"bytes"`)), avro.WithAliasedInput())
	var v value
	if err := c.Decode(in, &v); err != nil {
		t.Fatal(err)
	}
	in[1], in[5] = 'x', 9
	if v.S != "xbc" || v.B[0] != 9 || cap(v.B) != 2 {
		t.Errorf("got %q and %v of capacity %d, want them to be parts of the input", v.S, v.B, cap(v.B))
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	_, err := avro.For[string](`"string"`, avro.WithMaxDepth(0), avro.WithMaxZeroSizeItems(-1), avro.WithInvalidUTF8(9), avro.WithUnion(map[string]any{}))
	for _, name := range []string{"WithMaxDepth(0)", "WithMaxZeroSizeItems(-1)", "WithInvalidUTF8(9)", "WithUnion"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %s named", err, name)
		}
	}
}
