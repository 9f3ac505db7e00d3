package hamba_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde/hamba"
)

func varints(values ...int64) []byte {
	var b []byte
	for _, v := range values {
		b = binary.AppendVarint(b, v)
	}
	return b
}

func TestEveryTruncationAndLeftoverIsRefused(t *testing.T) {
	t.Parallel()
	c := hamba.MustFor[person](personSchema)
	body := bytesOf(t, c, ada())
	dec := decoderOf(t, c, nil, nil)
	skip := decoderOf(t, hamba.MustFor[struct {
		Age int32 `avro:"age"`
	}](`{"type":"record","name":"Person","namespace":"com.example","fields":[{"name":"age","type":"int"}]}`), []string{personSchema}, nil)
	var age struct {
		Age int32 `avro:"age"`
	}
	for i := range body {
		if err := dec(body[:i], new(person)); err == nil {
			t.Errorf("the first %d of %d bytes are accepted", i, len(body))
		}
		if err := skip(body[:i], &age); err == nil {
			t.Errorf("skipping: the first %d of %d bytes are accepted", i, len(body))
		}
	}
	if err := skip(body, &age); err != nil || age.Age != 36 {
		t.Errorf("skipping: %d, %v", age.Age, err)
	}
	if err := dec(append(body, 0), new(person)); err == nil || !strings.Contains(err.Error(), "1 bytes are left over") {
		t.Errorf("one byte too many: %v", err)
	}
}

// Not parallel: it measures what is allocated.
func TestHostileBodies(t *testing.T) {
	field := func(typ string) string { return record(`{"name":"f","type":` + typ + `}`) }
	const list, null = `{"type":"array","items":"string"}`, `{"type":"array","items":"null"}`
	linked := `{"type":"record","name":"R","fields":[{"name":"f","type":["null","R"]}]}`
	over := bytes.Repeat([]byte{0xff}, 10)
	tests := []struct {
		name, schema string
		body         []byte
		want         string
	}{
		{"array count", field(list), varints(1 << 28), "f at byte 0: a block claims 268435456 items of 1 bytes at least, 0 bytes are left"},
		{"array count beyond memory", field(list), varints(1 << 62), "f at byte 0: a block claims 4611686018427387904 items"},
		{"least array count", field(list), varints(math.MinInt64, 0), "f at byte 0: a block claims -9223372036854775808 items"},
		{"map count", field(`{"type":"map","values":"int"}`), varints(1 << 40), "f at byte 0: a block claims 1099511627776 items of 2 bytes at least"},
		{"items of no size", field(null), varints(1 << 28), "f at byte 0: a block claims 268435456 items that take no bytes"},
		{"items of no size in many blocks", field(null), append(varints(900_000, 900_000), 0), "f at byte 3: a block claims 900000 items that take no bytes"},
		{"empty records", field(`{"type":"array","items":{"type":"record","name":"E","fields":[]}}`), varints(1 << 40), "items that take no bytes"},
		{"block size beyond the body", field(list), varints(-1, 100, 0, 0), "f at byte 3: a block claims 100 bytes, 2 are left"},
		{"block size too small", field(list), append(varints(-1, 0, 2), 'x', 0), "f at byte 5: a block claims 0 bytes, its items take 3"},
		{"negative block size", field(list), varints(-1, -1, 0), "f at byte 2: a block claims -1 bytes, 1 are left"},
		{"string length", field(`"string"`), varints(1 << 40), "f at byte 0: string claims 1099511627776 bytes, 0 are left"},
		{"negative string length", field(`"string"`), varints(-3), "f at byte 0: string claims -3 bytes"},
		{"bytes length", field(`"bytes"`), append(varints(5), 1, 2), "f at byte 0: bytes claims 5 bytes, 2 are left"},
		{"invalid UTF-8", field(`"string"`), append(varints(2), 0xc3, 0x28), "f at byte 0: string of 2 bytes is not valid UTF-8"},
		{"bool", field(`"boolean"`), []byte{7}, "f at byte 0: a boolean is 0 or 1, not 7"},
		{"int out of range", field(`"int"`), varints(1 << 31), "f at byte 0: int is out of the range of 32 bits"},
		{"long over-long", field(`"long"`), over, "f at byte 0: long is out of the range of 64 bits"},
		{"int without end", field(`"int"`), []byte{0x80}, "f at byte 0: int ends after 1 bytes"},
		{"union index", field(`["null","string"]`), varints(2), "f at byte 0: union has no branch with index 2, it has 2"},
		{"negative union index", field(`["null","string"]`), varints(-1), "f at byte 0: union has no branch with index -1"},
		{"enum index", field(`{"type":"enum","name":"E","symbols":["A"]}`), varints(1), "f at byte 0: enum E has no symbol with index 1, it has 1"},
		{"double", field(`"double"`), []byte{1, 2, 3}, "f at byte 0: 3 bytes left, double needs 8"},
		{"fixed", field(`{"type":"fixed","name":"F","size":4}`), []byte{1}, "f at byte 0: 1 bytes left, F needs 4"},
		{"depth", linked, bytes.Repeat([]byte{2}, 1<<20), "more than 1000 levels"},
		{"map entry", field(`{"type":"map","values":"string"}`), append(varints(2, 1), 'k', 0, 10, 'x'), "f[#1] at byte 4: key claims 5 bytes, 1 are left"},
		{"item", field(`{"type":"array","items":{"type":"record","name":"I","fields":[{"name":"x","type":"double"}]}}`),
			append(varints(2), make([]byte, 15)...), "a block claims 2 items of 8 bytes at least, 15 bytes are left"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := hamba.Generic(tt.schema)
			if err != nil {
				t.Fatal(err)
			}
			dec := decoderOf(t, c, nil, nil)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var v map[string]any
			err = dec(tt.body, &v)
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), tt.want) || v != nil {
				t.Errorf("decode %.20x = %v, %v, want %s", tt.body, v, err, tt.want)
			}
			var e *hamba.Error
			if !errors.As(err, &e) || e.Unresolvable() {
				t.Errorf("%v: want an *Error that is not unresolvable", err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
				t.Errorf("%d bytes allocated for a body of %d", used, len(tt.body))
			}
		})
	}
}

// Schemas come from a registry, and may be made to hurt as well.
func TestHostileSchemas(t *testing.T) {
	t.Parallel()
	doubling := `{"type":"record","name":"R0","fields":[{"name":"n","type":"null"}]}`
	for i := 1; i < 60; i++ {
		doubling = fmt.Sprintf(`{"type":"record","name":"R%d","fields":[{"name":"a","type":%s},{"name":"b","type":"R%d"}]}`, i, doubling, i-1)
	}
	fixed := func(size string) string {
		return record(`{"name":"f","type":["null",{"type":"fixed","name":"F","size":` + size + `}]}`)
	}
	for name, tt := range map[string]struct{ schema, want string }{
		"doubling":       {doubling, "more than 1048576 types"},
		"huge fixed":     {fixed("1099511627776"), "at most 67108864 are allowed"},
		"negative fixed": {fixed("-1"), "fixed size cannot be negative"},
	} {
		if _, err := hamba.Generic(tt.schema); err == nil || !strings.Contains(err.Error(), tt.want) || len(err.Error()) > 1000 {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

func TestManyNullsInUnionsAreSound(t *testing.T) {
	t.Parallel()
	c := hamba.MustFor[[]*string](`{"type":"array","items":["null","string"]}`)
	want := make([]*string, 1_100_000)
	var got []*string
	if err := decoderOf(t, c, nil, nil)(bytesOf(t, c, &want), &got); err != nil || len(got) != len(want) {
		t.Errorf("%d nulls, %v, want %d", len(got), err, len(want))
	}
}

func TestNegativeBlockCountsAreRead(t *testing.T) {
	t.Parallel()
	c := hamba.MustFor[[]string](`{"type":"array","items":"string"}`)
	var got []string
	if err := decoderOf(t, c, nil, nil)(nil, &got); err == nil {
		t.Error("an empty body is accepted")
	}
	if err := decoderOf(t, c, nil, nil)([]byte{3, 8, 2, 'a', 2, 'b', 2, 2, 'c', 0}, &got); err != nil || strings.Join(got, "") != "abc" {
		t.Errorf("got %q, %v, want a, b, c", got, err)
	}
}

// What an encoder's error says of a value must not quote it.
func TestErrorsDoNotQuoteThePayload(t *testing.T) {
	t.Parallel()
	type suit struct {
		Suit string `avro:"suit"`
		Note string `avro:"note"`
		When text   `avro:"when"`
	}
	c := hamba.MustFor[suit](`{"type":"record","name":"S","fields":[
		{"name":"suit","type":{"type":"enum","name":"E","symbols":["HEARTS"]}},{"name":"note","type":"string"},{"name":"when","type":"string"}]}`)
	enc, err := c.Encoder(nil)
	if err != nil {
		t.Fatal(err)
	}
	for want, v := range map[string]suit{
		"suit: the value is not a symbol of the enum":          {Suit: "secret", When: "ok"},
		"note at byte 1: string of 7 bytes is not valid UTF-8": {Suit: "HEARTS", Note: "secret\xff", When: "ok"},
		"when: the value has no form in the schema":            {Suit: "HEARTS", When: "secret"},
	} {
		if _, err := enc(nil, &v); err == nil || err.Error() != want {
			t.Errorf("encode %+v = %v, want %s", v, err, want)
		}
	}
	body := append(append([]byte{0, 0}, varints(6)...), "secret"...)
	if err := decoderOf(t, c, nil, nil)(body, new(suit)); err == nil || strings.Contains(err.Error(), "secret") || !strings.HasPrefix(err.Error(), "when: ") {
		t.Errorf("decode = %v, want an error of when that does not quote it", err)
	}
}

// text refuses everything but "ok", and says what it refused.
type text string

func (s text) MarshalText() ([]byte, error) {
	if s != "ok" && s != "" {
		return nil, errors.New("bad " + string(s))
	}
	return []byte(s), nil
}

func (s *text) UnmarshalText(b []byte) error {
	*s = text(b)
	_, err := s.MarshalText()
	return err
}

// bomb panics when it is written or read.
type bomb string

func (bomb) MarshalText() ([]byte, error) { panic("secret") }
func (*bomb) UnmarshalText([]byte) error  { panic("secret") }

func TestPanicsBecomeErrors(t *testing.T) {
	t.Parallel()
	c := hamba.MustFor[bomb](`"string"`)
	enc, err := c.Encoder(nil)
	if err != nil {
		t.Fatal(err)
	}
	dec := decoderOf(t, c, nil, nil)
	for range 3 {
		if _, err := enc(nil, new(bomb("x"))); err == nil || err.Error() != "hamba/avro failed with a string" {
			t.Errorf("encode: %v", err)
		}
		if err := dec([]byte{2, 'x'}, new(bomb)); err == nil || err.Error() != "hamba/avro failed with a string" {
			t.Errorf("decode: %v", err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	c, err := hamba.Generic(personSchema)
	if err != nil {
		f.Fatal(err)
	}
	typed := hamba.MustFor[person](personSchema)
	enc, err := typed.Encoder(nil)
	if err != nil {
		f.Fatal(err)
	}
	body, err := enc(nil, ada())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add(varints(0, 0, 0, 1<<40))
	generic, err := c.Decoder(nil, nil)
	if err != nil {
		f.Fatal(err)
	}
	dec, err := typed.Decoder(nil, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var m map[string]any
		var p person
		gerr, perr := generic(body, &m), dec(body, &p)
		if (gerr == nil) != (perr == nil) {
			t.Fatalf("generic: %v, typed: %v", gerr, perr)
		}
		if perr != nil {
			return
		}
		again, err := enc(nil, &p)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if err := dec(again, new(person)); err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
	})
}
