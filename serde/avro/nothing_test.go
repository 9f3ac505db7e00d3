package avro_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// nothing is a schema of records that hold each other twice, down to one without fields: no bytes, and 2 to the power of levels values.
func nothing(levels int) string {
	s := `{"type":"record","name":"R0","fields":[]}`
	for i := 1; i <= levels; i++ {
		s = fmt.Sprintf(`{"type":"record","name":"R%d","fields":[{"name":"a","type":%s},{"name":"b","type":"R%d"}]}`, i, s, i-1)
	}
	return s
}

// endless is more levels than any computer counts through.
const endless = 64

type twins struct {
	A *twins `avro:"a"`
	B *twins `avro:"b"`
}

type boxed struct{ v any }

func (c *boxed) SetAvroValue(v any) error { c.v = v; return nil }

func (c *boxed) AvroValue() (any, error) { return c.v, nil }

func TestValuesWithoutBytesAreBounded(t *testing.T) {
	t.Parallel()
	schema := nothing(endless)
	read := map[string]func(schema string, in []byte) error{
		"any":    decode[any],
		"Record": decode[avro.Record],
		"Custom": decode[boxed],
	}
	check := func(t *testing.T, err error) {
		t.Helper()
		var e *avro.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), "WithMaxZeroSizeItems") {
			t.Errorf("got %v, want that there are too many values", err)
		}
	}
	for name, f := range read {
		t.Run(name, func(t *testing.T) { check(t, f(schema, nil)) })
	}
	check(t, decode[twins](strings.Replace(schema, `"fields":[]`, `"fields":[{"name":"a","type":"null"},{"name":"b","type":"null"}]`, 1), nil))
	check(t, decode[any](`{"type":"array","items":`+schema+`}`, long(2, 0)))
	check(t, decode[any](`{"type":"map","values":`+schema+`}`, long(1, 0, 0)))
	check(t, decode[any](`["null",`+schema+`]`, long(1)))
	_, err := mustParse(t, schema).BinaryToJSON(nil, nil)
	check(t, err)
	if _, err := avro.NewRecord(mustParse(t, `{"type":"record","name":"D","fields":[{"name":"d","type":`+schema+`}]}`)); err != nil {
		t.Errorf("a record without defaults: %v", err)
	}
}

func decode[T any](schema string, in []byte) error {
	c, err := avro.For[T](schema)
	if err != nil {
		return err
	}
	return c.Decode(in, new(T))
}

// A record without bytes can have many fields, and be an item many times.
func TestFieldsWithoutBytesAreBounded(t *testing.T) {
	var fields []string
	for i := range 1000 {
		fields = append(fields, field(fmt.Sprintf("f%d", i), `"null"`))
	}
	schema := `{"type":"array","items":` + record(fields...) + `}`
	for _, c := range []struct {
		items int64
		ok    bool
	}{{999, true}, {1000, false}, {1_000_000, false}} {
		var err error
		used := allocated(func() { err = decode[any](schema, long(c.items, 0)) })
		if (err == nil) != c.ok {
			t.Errorf("%d items of 1000 fields: %v", c.items, err)
		}
		if used > 64<<20 {
			t.Errorf("%d items of 1000 fields: %d bytes were allocated", c.items, used)
		}
	}
}

func TestValuesWithoutBytesAreSkippedAtOnce(t *testing.T) {
	t.Parallel()
	type number struct {
		N int32 `avro:"n"`
	}
	reader := record(field("n", `"int"`))
	c := avro.MustFor[number](reader)
	for _, w := range []struct {
		schema string
		in     []byte
	}{
		{nothing(endless), nil},
		{`{"type":"array","items":` + nothing(endless) + `}`, long(1000, 0)},
		{`{"type":"map","values":` + nothing(endless) + `}`, long(1, 0, 0)},
		{`["null",` + nothing(endless) + `]`, long(1)},
		{`["null","int",` + nothing(endless) + `]`, long(2)},
		{`{"type":"array","items":{"type":"record","name":"I","fields":[` + field("x", nothing(endless)) + "," + field("y", `"int"`) + `]}}`, long(3, 1, 2, 3, 0)},
	} {
		read, err := c.Decoder([]string{record(field("x", w.schema), field("n", `"int"`))}, nil)
		if err != nil {
			t.Fatalf("%.100s: %v", w.schema, err)
		}
		var v number
		if err := read(join(w.in, long(7)), &v); err != nil || v.N != 7 {
			t.Errorf("%.100s: got %v, %v, want 7", w.schema, v, err)
		}
	}
}

// What a sequence cannot resolve it passes over.
func TestSequencePassesValuesWithoutBytes(t *testing.T) {
	t.Parallel()
	type state struct {
		E string `avro:"e"`
	}
	enum := func(symbols string) string {
		return field("e", `{"type":"enum","name":"E","symbols":[`+symbols+`]}`)
	}
	seq, err := avro.MustFor[state](record(enum(`"A"`))).Sequence([]string{record(enum(`"A","B"`), field("x", nothing(endless)))})
	if err != nil {
		t.Fatal(err)
	}
	seq.Reset(long(1, 0))
	var v state
	var e *avro.Error
	if err := seq.Next(&v); !errors.As(err, &e) || !e.Unresolvable() {
		t.Errorf("got %v, %v, want that it does not resolve", v, err)
	}
	if err := seq.Next(&v); err != nil || v.E != "A" {
		t.Errorf("got %v, %v, want A", v, err)
	}
}

// Everything else that is done with such schemas takes no longer than their text.
func TestSchemasOfValuesWithoutBytes(t *testing.T) {
	t.Parallel()
	text := nothing(endless)
	s := mustParse(t, text)
	if !s.Equal(mustParse(t, text)) {
		t.Error("the schema is not equal to itself")
	}
	if n := len(s.Canonical()); n > len(text) {
		t.Errorf("its canonical form takes %d bytes, the text %d", n, len(text))
	}
	if _, err := avro.For[any](text); err != nil {
		t.Error(err)
	}
	v := map[string]any{"a": nil}
	for range 3 {
		v = map[string]any{"a": v, "b": v}
	}
	if out, err := avro.MustFor[any](text).Append(nil, ptr[any](v)); err == nil {
		t.Errorf("wrote %x of too few levels", out)
	}
	if _, err := s.JSONToBinary(nil, []byte(`{"a":{}}`)); err == nil {
		t.Error("took text of too few levels")
	}
}

func ptr[T any](v T) *T { return &v }
