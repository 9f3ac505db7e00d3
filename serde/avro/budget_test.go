//go:build !race

package avro_test

import (
	"testing"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// Allocations of the fullest typical event: a copy of the input for strings, a block for what optional fields point to, also those
// of the items, the items, and a map with its table. A value that is reused has items and map already.
const (
	decodeBudget = 5
	reuseBudget  = 2
)

func TestAllocationsOfOrderEvents(t *testing.T) {
	c := orderCodec(t)
	e := typicalOrder(2)
	buf, err := c.Append(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	in := append([]byte(nil), buf...)
	var v orderEvent
	check := func(name string, most float64, f func() error) {
		t.Helper()
		got := testing.AllocsPerRun(200, func() {
			if err := f(); err != nil {
				t.Fatal(err)
			}
		})
		if got > most {
			t.Errorf("%s: %v allocations, the budget is %v", name, got, most)
		}
	}
	check("encode", 0, func() (err error) { buf, err = c.Append(buf[:0], e); return err })
	check("decode", decodeBudget, func() error { return c.Decode(in, &v) })
	aliased := orderCodec(t, avro.WithAliasedInput())
	check("decode with aliased input", decodeBudget-1, func() error { return aliased.Decode(in, &v) })

	reusing, both := orderCodec(t, avro.WithReuse()), orderCodec(t, avro.WithReuse(), avro.WithAliasedInput())
	check("decode into a used value", reuseBudget, func() error { return reusing.Decode(in, &v) })
	check("decode into a used value with aliased input", reuseBudget-1, func() error { return both.Decode(in, &v) })

	// A type without pointers, slices and maps takes the copy alone, and none with aliased input.
	type flat struct {
		A avro.Optional[string]  `avro:"a"`
		B avro.Optional[float64] `avro:"b"`
		C string                 `avro:"c"`
	}
	schema := record(field("a", `["null","string"]`), field("b", `["null","double"]`), field("c", `"string"`))
	out, err := avro.MustFor[flat](schema).Append(nil, &flat{avro.Some("a"), avro.Some(1.5), "c"})
	if err != nil {
		t.Fatal(err)
	}
	var f flat
	plain, alias := avro.MustFor[flat](schema), avro.MustFor[flat](schema, avro.WithAliasedInput())
	check("decode of a flat type", 1, func() error { return plain.Decode(out, &f) })
	check("decode of a flat type with aliased input", 0, func() error { return alias.Decode(out, &f) })
}

// A plan for a default takes hundreds of allocations, and is made with the first record of a schema.
func TestNewRecordAllocations(t *testing.T) {
	s := mustParse(t, record(`{"name":"a","type":{"type":"array","items":"int"},"default":[1,2]}`, `{"name":"m","type":{"type":"map","values":"int"},"default":{"k":1}}`))
	got := testing.AllocsPerRun(100, func() {
		if _, err := avro.NewRecord(s); err != nil {
			t.Error(err)
		}
	})
	if got > 20 {
		t.Errorf("NewRecord allocates %v times, want at most 20", got)
	}
}

// Values that follow each other share the copies of the input for their strings, at most one for 32 KiB.
func TestAllocationsOfSequences(t *testing.T) {
	s, src, values := sequenceOf(t, orderCodec(t), 500)
	s.Reset(src)
	var e orderEvent
	next := func() {
		if err := s.Next(&e); err != nil {
			t.Fatal(err)
		}
	}
	whole := testing.AllocsPerRun(10, func() {
		for s.Reset(src); s.Len() > 0; {
			next()
		}
	})
	c := orderCodec(t)
	single := 0.0
	for i := range values {
		in, err := c.Append(nil, &values[i])
		if err != nil {
			t.Fatal(err)
		}
		single += testing.AllocsPerRun(1, func() {
			if err := c.Decode(in, &e); err != nil {
				t.Fatal(err)
			}
		})
	}
	if copies := float64(len(src)/(32<<10) + 2); whole > single-float64(len(values))+copies {
		t.Errorf("%d values in %d bytes: %.0f allocations, one by one %.0f", len(values), len(src), whole, single)
	}
}
