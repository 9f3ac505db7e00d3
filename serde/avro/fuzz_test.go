package avro_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// schemaMaker makes schemas out of bytes. Two makers of the same bytes make the same schema, unless their twists differ: then
// it is one that may or may not resolve.
type schemaMaker struct {
	source []byte
	twist  uint8
	named  []string
	count  int
	depth  int
}

// next returns the next choice of n; 0 once the bytes are used up.
func (m *schemaMaker) next(n int) int {
	if len(m.source) == 0 {
		return 0
	}
	b := m.source[0]
	m.source = m.source[1:]
	return int(b) % n
}

// twisted reports whether the schema should differ here from that of another maker.
func (m *schemaMaker) twisted() bool {
	m.twist = m.twist>>1 | m.twist<<7
	return m.twist&1 != 0
}

var makerLeaves = []string{
	`"null"`, `"int"`, `"long"`, `"string"`, `"boolean"`, `"float"`, `"double"`, `"bytes"`,
	`{"type":"long","logicalType":"timestamp-millis"}`, `{"type":"long","logicalType":"timestamp-nanos"}`, `{"type":"int","logicalType":"date"}`,
	`{"type":"int","logicalType":"time-millis"}`, `{"type":"long","logicalType":"local-timestamp-micros"}`,
	`{"type":"bytes","logicalType":"decimal","precision":8,"scale":2}`, `{"type":"string","logicalType":"uuid"}`,
}

// promoted are what leaves are promoted to by a twist.
var promoted = map[string]string{
	`"int"`: `"double"`, `"long"`: `"float"`, `"string"`: `"bytes"`, `"bytes"`: `"string"`, `"float"`: `"double"`,
	`{"type":"long","logicalType":"timestamp-millis"}`: `{"type":"long","logicalType":"timestamp-micros"}`,
}

func (m *schemaMaker) name(prefix string) string {
	m.count++
	return fmt.Sprintf("%s%d", prefix, m.count)
}

func (m *schemaMaker) schema() string {
	m.depth++
	defer func() { m.depth-- }()
	kind := m.next(12)
	if m.depth > 6 {
		kind = 0
	}
	switch kind {
	case 6:
		return `{"type":"array","items":` + m.schema() + `}`
	case 7:
		return `{"type":"map","values":` + m.schema() + `}`
	case 8:
		return m.union()
	case 9:
		name, symbols := m.name("E"), `"A","B","C"`
		if m.twisted() {
			symbols = `"C","X","A"`
		}
		m.named = append(m.named, name)
		return fmt.Sprintf(`{"type":"enum","name":%q,"symbols":[%s]}`, name, symbols)
	case 10:
		return m.record()
	case 11:
		if len(m.named) > 0 && m.next(2) == 0 {
			return fmt.Sprintf("%q", m.named[m.next(len(m.named))])
		}
		name := m.name("F")
		m.named = append(m.named, name)
		return fmt.Sprintf(`{"type":"fixed","name":%q,"size":%d}`, name, m.next(20))
	default:
		leaf := makerLeaves[m.next(len(makerLeaves))]
		if to := promoted[leaf]; to != "" && m.twisted() {
			return to
		}
		return leaf
	}
}

func (m *schemaMaker) union() string {
	branches := []string{`"null"`}
	seen := map[string]bool{"null": true}
	for range 1 + m.next(3) {
		b := m.schema()
		kind := b
		for _, k := range []string{"array", "map", "int", "long", "string", "boolean", "float", "double", "bytes", "null"} {
			if strings.HasPrefix(b, `{"type":"`+k+`"`) || b == `"`+k+`"` {
				kind = k
			}
		}
		if strings.HasPrefix(b, "[") || seen[kind] {
			continue
		}
		seen[kind] = true
		branches = append(branches, b)
	}
	if m.twisted() && len(branches) == 2 {
		branches[0], branches[1] = branches[1], branches[0]
	}
	return "[" + strings.Join(branches, ",") + "]"
}

func (m *schemaMaker) record() string {
	name := m.name("R")
	n := m.next(5)
	if n > 0 && m.next(3) == 0 {
		m.named = append(m.named, name)
	}
	var fields []string
	for i := range n {
		f := fmt.Sprintf(`{"name":"f%d","type":%s}`, i, m.schema())
		if m.twisted() && i%2 == 0 {
			f = fmt.Sprintf(`{"name":"g%d","type":["null","string"],"default":null}`, i)
		}
		if m.twisted() {
			fields = append([]string{f}, fields...)
		} else {
			fields = append(fields, f)
		}
	}
	return fmt.Sprintf(`{"type":"record","name":%q,"fields":[%s]}`, name, strings.Join(fields, ","))
}

// seeds are schemas' bytes and values' bytes to begin with.
func seeds(f *testing.F) {
	for i := range byte(16) {
		f.Add(bytes.Repeat([]byte{10, 4, i, 8, 2, 6, i, 9, 7, 1}, 4), i, bytes.Repeat([]byte{2, 0, 4, i}, 12))
		f.Add([]byte{6 + i%6, i, 10, 3, 1, 8, 2, i, i + 1, 11, 5, 7, 9}, i*37, append([]byte{2, 6, 'a', 'b', 'c', 0, 1, 2, 3}, make([]byte, 40)...))
	}
}

// makeSchemas returns a writer's schema, and a reader's made of the same bytes with a twist. Bytes that do not make a valid schema are
// skipped.
func makeSchemas(t *testing.T, source []byte, twist uint8) (writer, reader string) {
	writer = (&schemaMaker{source: source}).schema()
	reader = (&schemaMaker{source: source, twist: twist}).schema()
	for _, text := range []string{writer, reader} {
		if _, err := avro.Parse(text); err != nil {
			t.Skip(err)
		}
	}
	return writer, reader
}

// FuzzPlan reads any bytes under any schema. What can be read must come back from being written, in the shortest form.
func FuzzPlan(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, source []byte, _ uint8, in []byte) {
		schema, _ := makeSchemas(t, source, 0)
		c, err := avro.For[any](schema, avro.WithSortedMaps(), avro.WithMaxZeroSizeItems(1000))
		if err != nil {
			t.Fatalf("%s: %v", schema, err)
		}
		var v, again any
		if err := c.Decode(in, &v); err != nil {
			return
		}
		out, err := c.Append(nil, &v)
		if err != nil {
			if strings.Contains(err.Error(), "more digits than") {
				t.Skip("decimals are read without regard to their precision")
			}
			t.Fatalf("%s: %x was read as %#v and cannot be written: %v", schema, in, v, err)
		}
		if err := c.Decode(out, &again); err != nil {
			t.Fatalf("%s: %x was written and cannot be read: %v", schema, out, err)
		}
		twice, err := c.Append(nil, &again)
		if err != nil || !bytes.Equal(twice, out) {
			t.Fatalf("%s: %x comes back as %x, %v", schema, out, twice, err)
		}
	})
}

// FuzzResolution reads bytes of one schema as another. What can be read must be a value of the reader's schema, and all that
// can be read must be such that the writer's schema can read it too.
func FuzzResolution(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, source []byte, twist uint8, in []byte) {
		writer, reader := makeSchemas(t, source, twist)
		c, err := avro.For[any](reader, avro.WithMaxZeroSizeItems(1000))
		if err != nil {
			t.Fatalf("%s: %v", reader, err)
		}
		decode, err := c.Decoder([]string{writer}, nil)
		if err != nil {
			return
		}
		var v any
		if err := decode(in, &v); err != nil {
			return
		}
		out, err := c.Append(nil, &v)
		if err != nil {
			if strings.Contains(err.Error(), "more digits than") || strings.Contains(err.Error(), "out of range") {
				t.Skip("decimals are read without regard to their precision, and times of a finer unit do not fit")
			}
			t.Fatalf("writer %s\nreader %s\n%x was read as %#v and cannot be written: %v", writer, reader, in, v, err)
		}
		if err := c.Decode(out, &v); err != nil {
			t.Fatalf("writer %s\nreader %s\n%x was written and cannot be read: %v", writer, reader, out, err)
		}
		own, err := avro.For[any](writer, avro.WithMaxZeroSizeItems(1000), avro.WithInvalidUTF8(avro.KeepInvalidUTF8))
		if err != nil {
			t.Fatalf("%s: %v", writer, err)
		}
		if err := own.Decode(in, &v); err != nil && !strings.Contains(err.Error(), "decimal") && !strings.Contains(err.Error(), "time of day") {
			t.Fatalf("writer %s\nreader %s\n%x was read, but not by the writer's schema: %v", writer, reader, in, err)
		}
	})
}

// FuzzOrder reads any bytes as an order event: the Go type and the generic form take the same bytes, for the same value.
func FuzzOrder(f *testing.F) {
	c := orderCodec(f, avro.WithSortedMaps())
	g, err := avro.For[avro.Record](orderSchema(f), avro.WithSortedMaps())
	if err != nil {
		f.Fatal(err)
	}
	for n := range 4 {
		in, err := c.Append(nil, typicalOrder(n))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var v orderEvent
		var r avro.Record
		typed, generic := c.Decode(in, &v), g.Decode(in, &r)
		if (typed == nil) != (generic == nil) || typed != nil && typed.Error() != generic.Error() {
			t.Fatalf("%x: the Go type says %v, the generic form %v", in, typed, generic)
		}
		if typed != nil {
			return
		}
		a, err := c.Append(nil, &v)
		if err != nil {
			t.Fatalf("%x: %v", in, err)
		}
		b, err := g.Append(nil, &r)
		if err != nil || !bytes.Equal(a, b) {
			t.Fatalf("%x: the Go type writes %x, the generic form %x, %v", in, a, b, err)
		}
	})
}
