package avro

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

type linked struct {
	V    int64   `avro:"v"`
	Next *linked `avro:"next"`
}

const linkedSchema = `{"type":"record","name":"L","fields":[{"name":"v","type":"long"},{"name":"next","type":["null","L"]}]}`

// multiplying returns a record with n fields, each of a type that has the type before it twice.
func multiplying(n int) string {
	var b strings.Builder
	b.WriteString(`{"type":"record","name":"T","fields":[{"name":"f0","type":{"type":"record","name":"R0","fields":[{"name":"n","type":"int"}]}}`)
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, `,{"name":"f%d","type":{"type":"record","name":"R%d","fields":[{"name":"a","type":"R%d"},{"name":"b","type":"R%d"}]}}`, i, i, i-1, i-1)
	}
	return b.String() + "]}"
}

// neverResolving returns a list of n nodes with two possible types each, all the same but for the last ones, which do not resolve.
func neverResolving(n int) string {
	a := `{"type":"record","name":"A0","fields":[{"name":"v","type":"string"}]}`
	b := `{"type":"record","name":"B0","fields":[{"name":"v","type":"string"}]}`
	for i := 1; i <= n; i++ {
		a = fmt.Sprintf(`{"type":"record","name":"A%d","fields":[{"name":"v","type":"long"},{"name":"next","type":[%s,%s]}]}`, i, a, b)
		b = fmt.Sprintf(`{"type":"record","name":"B%d","fields":[{"name":"v","type":"long"},{"name":"next","type":["A%d","B%d"]}]}`, i, i-1, i-1)
	}
	return fmt.Sprintf(`{"type":"record","name":"T","fields":[{"name":"v","type":"long"},{"name":"next","type":["null",%s,%s]}]}`, a, b)
}

// unions returns a record with n fields, each a union with a type that leads to all before it. more is put in front of the fields.
func unions(n int, more string) string {
	var b strings.Builder
	b.WriteString(`{"type":"record","name":"T","fields":[` + more + `{"name":"f0","type":["null",{"type":"record","name":"R0","fields":[]}]}`)
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, `,{"name":"f%d","type":["null",{"type":"record","name":"R%d","fields":[{"name":"a","type":["null","R%d"]}]}]}`, i, i, i-1)
	}
	return b.String() + "]}"
}

// nested returns n records, each but the first with a field of the one before it.
func nested(n int) string {
	var b strings.Builder
	b.WriteString(`[{"type":"record","name":"R0","fields":[{"name":"n","type":"int"}]}`)
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, `,{"type":"record","name":"R%d","fields":[{"name":%q,"type":"R%d"}]}`, i, strings.Repeat("x", 40), i-1)
	}
	return b.String() + "]"
}

// wide returns a union of n records with a field of one type each. Their names are not those of another prefix.
func wide(n int, prefix, field string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,{"type":"record","name":"%s%d","fields":[%s]}`, prefix, i, field)
	}
	return `["null"` + b.String() + "]"
}

// TestHostileSchemasCompile compiles schemas that a careless compiler would need years or all memory for. What it allocates tells.
func TestHostileSchemasCompile(t *testing.T) {
	cfg, err := newConfig(nil)
	if err != nil {
		t.Fatal(err)
	}
	const empty = `{"type":"record","name":"T","fields":[]}`
	for _, c := range []struct {
		name, writer, reader string
		typ                  reflect.Type
	}{
		{"types that multiply, skipped", multiplying(4000), empty, recordType},
		{"types that multiply, read", multiplying(4000), multiplying(4000), recordType},
		{"branches that never resolve", neverResolving(200), linkedSchema, reflect.TypeFor[linked]()},
		{"branches that never resolve, generic", neverResolving(200), linkedSchema, recordType},
		{"unions of much the same", unions(4000, `{"name":"more","type":"int"},`), unions(4000, ""), recordType},
		{"records in records", nested(8000), `{"type":"record","name":"R7999","fields":[]}`, recordType},
		{"wide unions of the same names", wide(8000, "A", ""), wide(8000, "A", ""), anyType},
		{"wide unions where any record fits", wide(8000, "A", ""), wide(8000, "B", ""), anyType},
		{"wide unions where none has the field", wide(8000, "A", `{"name":"a","type":"int"}`), wide(8000, "B", `{"name":"b","type":"int"}`), anyType},
		{"wide unions where all have the field", wide(8000, "A", `{"name":"a","type":"int"}`), wide(8000, "B", `{"name":"a","type":"string"}`), anyType},
	} {
		writer, err := Parse(c.writer)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		reader, err := Parse(c.reader)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		used := allocated(func() { _, err = (&codecState{cfg: cfg}).decoding(writer, reader, c.typ) })
		var e *Error
		if errors.As(err, &e) && !e.unresolvable && !strings.Contains(err.Error(), "give the reader's aliases") {
			t.Errorf("%s: %v", c.name, err)
		}
		if limit := uint64(200*(len(c.writer)+len(c.reader)) + 32<<20); used > limit {
			t.Errorf("%s: %d bytes of schemas made it allocate %d, more than %d", c.name, len(c.writer)+len(c.reader), used, limit)
		}
		t.Logf("%s: %d bytes of schemas, %d allocated, %v", c.name, len(c.writer)+len(c.reader), used, err)
	}
}

// TestWhatFitsIsNotTakenForGranted compares records that name each other: that one fits may hang on another that does not in the end.
func TestWhatFitsIsNotTakenForGranted(t *testing.T) {
	t.Parallel()
	schema := func(prefix, last string) *Schema {
		s, err := Parse(fmt.Sprintf(`{"type":"record","name":"%[1]s1","fields":[
			{"name":"x","type":[{"type":"record","name":"%[1]s2","fields":[{"name":"y","type":["%[1]s1"]}]}]},{"name":"z","type":%[2]q}]}`, prefix, last))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for last, want := range map[string]bool{"int": true, "string": false} {
		w, r := schema("W", "int"), schema("R", last)
		w.fields[0].schema = w.fields[0].schema.branches[0] // the writer's are no unions
		w2 := w.fields[0].schema
		w2.fields[0].schema = w
		resolver := newResolver(r)
		if got := resolver.fits(w, r); got != want {
			t.Errorf("last field %s: W1 fits R1: %v, want %v", last, got, want)
		}
		if got := resolver.fits(w2, r.fields[0].schema.branches[0]); got != want {
			t.Errorf("last field %s: W2 fits R2: %v, want %v", last, got, want)
		}
	}
}
