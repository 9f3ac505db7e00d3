package compare_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	twmb "github.com/twmb/avro"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// randomSchemas can be raised for a longer search; each number is a search of its own.
var randomSchemas = flag.Int("schemas", 400, "random schemas of TestDifferential")

// schemaMaker makes random schemas as JSON values. Every named type has a name of its own.
type schemaMaker struct {
	*rand.Rand
	named int
}

func (m *schemaMaker) name(kind string) string {
	m.named++
	return fmt.Sprintf("%s%d", kind, m.named)
}

func (m *schemaMaker) schema(depth int) any {
	primitives := []any{"null", "boolean", "int", "long", "float", "double", "bytes", "string"}
	if depth == 0 || m.IntN(3) > 0 {
		switch m.IntN(12) {
		case 0:
			return map[string]any{"type": "fixed", "name": m.name("Fixed"), "size": m.IntN(9)}
		case 1:
			return map[string]any{"type": "enum", "name": m.name("Enum"), "symbols": []any{"A", "B", "C"}[:1+m.IntN(3)]}
		case 2, 3:
			return m.logical()
		default:
			return primitives[m.IntN(len(primitives))]
		}
	}
	switch m.IntN(4) {
	case 0:
		return map[string]any{"type": "array", "items": m.schema(depth - 1)}
	case 1:
		return map[string]any{"type": "map", "values": m.schema(depth - 1)}
	case 2:
		branches := []any{}
		for _, p := range m.Perm(len(primitives))[:1+m.IntN(4)] {
			branches = append(branches, primitives[p])
		}
		if m.IntN(2) == 0 {
			branches = append(branches, m.record(depth-1))
		}
		return branches
	default:
		return m.record(depth - 1)
	}
}

// logical returns a schema with a logical type.
func (m *schemaMaker) logical() any {
	types := [][2]string{
		{"int", "date"},
		{"int", "time-millis"},
		{"long", "time-micros"},
		{"long", "timestamp-millis"},
		{"long", "timestamp-micros"},
		{"long", "timestamp-nanos"},
		{"long", "local-timestamp-millis"},
		{"long", "local-timestamp-micros"},
		{"long", "local-timestamp-nanos"},
		{"string", "uuid"},
		{"bytes", "decimal"},
		{"fixed", "decimal"},
		{"fixed", "duration"},
		{"fixed", "uuid"},
	}
	t := types[m.IntN(len(types))]
	s := map[string]any{"type": t[0], "logicalType": t[1]}
	if t[0] == "fixed" {
		s["name"], s["size"] = m.name("Logical"), map[string]int{"decimal": 4, "duration": 12, "uuid": 16}[t[1]]
	}
	if t[1] == "decimal" {
		s["precision"], s["scale"] = 9, m.IntN(4)
	}
	return s
}

// logicalBody appends random bytes of a schema with a logical type.
func (m *schemaMaker) logicalBody(dst []byte, s map[string]any) []byte {
	digits := []byte{byte(m.IntN(0x3a)), byte(m.IntN(256)), byte(m.IntN(256)), byte(m.IntN(256))} // up to nine
	switch s["logicalType"] {
	case "time-millis":
		return long(dst, m.Int64N(86_400_000))
	case "time-micros":
		return long(dst, m.Int64N(86_400_000_000))
	case "timestamp-millis", "timestamp-micros", "local-timestamp-millis", "local-timestamp-micros":
		return long(dst, m.number()>>10)
	case "decimal":
		if s["type"] == "fixed" {
			return append(dst, digits...)
		}
		digits[0] |= 1 // no byte more than it takes
		return append(long(dst, 4), digits...)
	case "duration", "uuid":
		if s["type"] == "fixed" {
			return append(dst, m.bytes(s["size"].(int))...)
		}
	}
	return m.body(dst, s["type"])
}

func (m *schemaMaker) record(depth int) any {
	fields := []any{}
	for i := range m.IntN(5) {
		fields = append(fields, map[string]any{"name": fmt.Sprintf("f%d", i), "type": m.schema(depth)})
	}
	return map[string]any{"type": "record", "name": m.name("Record"), "fields": fields}
}

// body appends random bytes of a schema: what every writer may write, with maps of one entry, since their order is nobody's.
func (m *schemaMaker) body(dst []byte, schema any) []byte {
	switch s := schema.(type) {
	case []any:
		i := m.IntN(len(s))
		return m.body(long(dst, int64(i)), s[i])
	case map[string]any:
		if s["logicalType"] != nil {
			return m.logicalBody(dst, s)
		}
		switch s["type"] {
		case "fixed":
			return append(dst, m.bytes(s["size"].(int))...)
		case "enum":
			return long(dst, int64(m.IntN(len(s["symbols"].([]any)))))
		case "array", "map":
			n := m.IntN(4)
			if s["type"] == "map" {
				n = m.IntN(2)
			}
			if n == 0 {
				return append(dst, 0)
			}
			dst = long(dst, int64(n))
			for range n {
				if s["type"] == "map" {
					dst = m.body(m.text(dst), s["values"])
				} else {
					dst = m.body(dst, s["items"])
				}
			}
			return append(dst, 0)
		default:
			for _, f := range s["fields"].([]any) {
				dst = m.body(dst, f.(map[string]any)["type"])
			}
			return dst
		}
	}
	switch schema {
	case "boolean":
		return append(dst, byte(m.IntN(2)))
	case "int":
		return long(dst, int64(int32(m.number())))
	case "long":
		return long(dst, m.number())
	case "float":
		return append(dst, m.finite(4)...)
	case "double":
		return append(dst, m.finite(8)...)
	case "bytes":
		n := m.IntN(20)
		return append(long(dst, int64(n)), m.bytes(n)...)
	case "string":
		return m.text(dst)
	default: // null
		return dst
	}
}

func (m *schemaMaker) number() int64 { return int64(m.Uint64()) >> m.IntN(64) }

func (m *schemaMaker) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(m.Uint32())
	}
	return b
}

// finite returns the bytes of a number whose exponent is not that of infinity and NaN.
func (m *schemaMaker) finite(n int) []byte {
	b := m.bytes(n)
	b[n-1] &^= 0x40
	return b
}

func (m *schemaMaker) text(dst []byte) []byte {
	s := strings.Repeat([]string{"", "a", "ü", "日本", "Avro"}[m.IntN(5)], m.IntN(30))
	return append(long(dst, int64(len(s))), s...)
}

func long(dst []byte, v int64) []byte {
	u := uint64(v)<<1 ^ uint64(v>>63)
	for ; u >= 0x80; u >>= 7 {
		dst = append(dst, byte(u)|0x80)
	}
	return append(dst, byte(u))
}

// What one library reads the other reads, as the same values, and both write it as it was. What has one byte changed or is cut off, both read
// alike or both refuse, but for the differences that TestDifferences names.
func TestDifferential(t *testing.T) {
	const bodies = 12
	schemas := *randomSchemas
	m := &schemaMaker{Rand: rand.New(rand.NewPCG(1, uint64(schemas)))}
	read, refused := 0, 0
	for i := range schemas {
		schema := m.record(3)
		text, err := json.Marshal(schema)
		if err != nil {
			t.Fatal(err)
		}
		ours, err := avro.For[any](string(text))
		if err != nil {
			t.Fatalf("schema %d: %s: %v", i, text, err)
		}
		theirs, err := twmb.Parse(string(text))
		if err != nil {
			t.Fatalf("schema %d: %s: twmb: %v", i, text, err)
		}
		if mine, err := avro.Parse(string(text)); err != nil || string(theirs.Canonical()) != mine.Canonical() {
			t.Errorf("schema %d: %s: canonical form %s, twmb has %s (%v)", i, text, mine.Canonical(), theirs.Canonical(), err)
		}
		for range bodies {
			body := m.body(nil, schema)
			if compareBody(t, string(text), ours, theirs, body, true) {
				read++
			}
			if len(body) == 0 {
				continue
			}
			spoilt := bytes.Clone(body)[:1+m.IntN(len(body))]
			spoilt[m.IntN(len(spoilt))] ^= 1 << m.IntN(8)
			if !compareBody(t, string(text), ours, theirs, spoilt, false) {
				refused++
			}
		}
		if t.Failed() {
			return
		}
	}
	if read < schemas*bodies || refused < schemas {
		t.Errorf("%d bodies were read and %d refused", read, refused)
	}
}

// compareBody reports whether the body was read.
func compareBody(t *testing.T, schema string, ours avro.Codec[any], theirs *twmb.Schema, body []byte, valid bool) bool {
	t.Helper()
	var mine, other any
	err := ours.Decode(body, &mine)
	rest, otherErr := theirs.Decode(body, &other)
	if otherErr == nil && len(rest) > 0 {
		otherErr = fmt.Errorf("%d bytes left", len(rest))
	}
	switch {
	case err != nil && otherErr == nil && !valid && differs(err):
		return false
	case (err == nil) != (otherErr == nil), err != nil && valid:
		t.Errorf("%s\n%x: %v; twmb: %v", schema, body, err, otherErr)
		return false
	case err != nil:
		return false
	}
	got, want := plainValue(t, mine), other
	if diff := cmp.Diff(want, got, sameFloats); diff != "" {
		t.Errorf("%s\n%x (-twmb +ours):\n%s", schema, body, diff)
		return false
	}
	if valid {
		out, err := ours.Append(nil, &mine)
		if err != nil || !bytes.Equal(out, body) {
			t.Errorf("%s\n%x is written as %x, %v", schema, body, out, err)
		}
	}
	return true
}

// sameFloats takes all NaN for one.
var sameFloats = cmp.Options{
	cmp.Comparer(func(a, b *big.Rat) bool { return a.Cmp(b) == 0 }),
	cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b }),
	cmp.Comparer(func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b }),
}

// plainValue turns our generic form into twmb's: maps for records, unions without their branch's name, decimals as fractions, and local times in UTC.
func plainValue(t *testing.T, v any) any {
	t.Helper()
	switch v := v.(type) {
	case *avro.Record:
		m := map[string]any{}
		for _, f := range v.Schema().Fields() {
			value, err := v.Get(f.Name())
			if err != nil {
				t.Fatal(err)
			}
			m[f.Name()] = plainValue(t, value)
		}
		return m
	case avro.Branch:
		return plainValue(t, v.Value)
	case avro.Decimal:
		return v.Rat()
	case avro.LocalTime:
		return v.In(time.UTC)
	case avro.Duration:
		return twmb.Duration{Months: v.Months, Days: v.Days, Milliseconds: v.Millis}
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plainValue(t, v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			out[k] = plainValue(t, v[k])
		}
		return out
	default:
		return v
	}
}

// differs reports whether an error of ours is one of the intended differences: each is a case of TestDifferences.
func differs(err error) bool {
	for _, d := range differences {
		if strings.Contains(err.Error(), d.problem) {
			return true
		}
	}
	return false
}

// differences are what twmb/avro reads and we refuse. What is valid for both is read all the same: TestDifferential allows them for spoilt bytes alone.
var differences = []struct{ name, schema, hex, problem string }{
	{"a string that is not UTF-8 is refused, not passed on", `"string"`, "02ff", "is not valid UTF-8"},
	{"a boolean is 0 or 1, and nothing else", `"boolean"`, "02", "a boolean is the byte"},
	{"a block ends where its size says", `{"type":"array","items":"null"}`, "010200", "by its size it should end"},
	{"a block's size is within the bytes that are left", `{"type":"array","items":"null"}`, "010600", "by its size a block has"},
	{"a time of day is within a day", `{"type":"int","logicalType":"time-millis"}`, "01", "a time of day is out of range"},
	{"a decimal has a byte at least", `{"type":"bytes","logicalType":"decimal","precision":4}`, "00", "a decimal has no bytes"},
	{"a block's items are within its size", `{"type":"array","items":"boolean"}`, "0302000000", "items need 1 each"},
}

func TestDifferences(t *testing.T) {
	for _, d := range differences {
		t.Run(d.name, func(t *testing.T) {
			body := joined(t, []string{d.hex})
			var v any
			err := avro.MustFor[any](d.schema).Decode(body, &v)
			if err == nil || !strings.Contains(err.Error(), d.problem) {
				t.Errorf("%s: %s: %v, %v, want an error with %q", d.schema, d.hex, v, err, d.problem)
			}
			if _, err := twmb.MustParse(d.schema).Decode(body, &v); err != nil {
				t.Errorf("%s: %s: twmb refuses it as well: %v; this is no difference", d.schema, d.hex, err)
			}
		})
	}
}
