package avro

import (
	"encoding/binary"
	"math"
	"strings"
)

// misfit is why a JSON value is no default of a schema. nil means that it is one.
type misfit struct {
	source *source
	json   *jsonValue
	why    string
	name   string // what %s in why stands for
	fatal  bool   // other branches of a union need not be tried
}

// set overwrites m and returns it: of all misfits of a default only the last one counts, so one is enough.
func (m *misfit) set(source *source, json *jsonValue, to misfit) *misfit {
	*m = to
	m.source, m.json = source, json
	return m
}

// at returns the error of the field that has the default.
func (m *misfit) at(f *Field) *SchemaError {
	why := strings.ReplaceAll(m.why, "%s", shorten(m.name))
	e := m.source.fail(int(m.json.offset), "the default does not fit: %s", why)
	e.Record, e.Field = shorten(f.record.name), shorten(f.name)
	return e
}

const (
	whyFloat    = `it must be a number (for the default of the field itself also "NaN", "Infinity" or "-Infinity")`
	whyTooLarge = "it is too large: defaults of defaults multiply, or unions have too many branches to try"
	whyLacks    = "it lacks field %s, which has no default of its own"
	whyItself   = "it contains itself; give field %s within it a value"
	whyOpen     = "it needs the fields of record %s, which are still being declared; use null or an empty array or map"
)

// whyKinds says what the default of a schema must be.
var whyKinds = [...]string{
	KindNull:    "it must be null",
	KindBoolean: "it must be true or false",
	KindInt:     "it must be a whole number from -2147483648 to 2147483647, without fraction or exponent",
	KindLong:    "it must be a whole number of 64 bits, without fraction or exponent",
	KindFloat:   whyFloat,
	KindDouble:  whyFloat,
	KindBytes:   `it must be a string of characters from "\u0000" to "\u00ff", one for each byte`,
	KindString:  "it must be a string",
	KindRecord:  "it must be an object",
	KindEnum:    "it must be a string with one of the enum's symbols",
	KindArray:   "it must be an array",
	KindMap:     "it must be an object",
	KindUnion:   "it is a value of no branch of the union",
	KindFixed:   `it must be a string of characters from "\u0000" to "\u00ff", as many as the fixed has bytes`,
}

// Checking a default against unions of records can take far more steps than the default has values, since each level
// multiplies the branches to try. No schema in earnest comes near these bounds.
const (
	defaultStepsPerByte = 16
	defaultStepsFree    = 64 << 10
	maxDefaultBytes     = 1 << 20
)

func newDefaultBudget(textBytes int) int { return defaultStepsPerByte*textBytes + defaultStepsFree }

// appendDefault appends the field's default as the bytes of a value of the field's schema: of a union, the first branch that the
// default truly is a value of. This is where a default that [Lenient] let through becomes an error.
func (f *Field) appendDefault(dst []byte) ([]byte, error) {
	e := defaultEncoder{steps: newDefaultBudget(len(f.source.text)), limit: len(dst) + maxDefaultBytes}
	dst, m := e.field(dst, f)
	if m != nil {
		return nil, m.at(f)
	}
	return dst, nil
}

// defaultEncoder writes defaults as Avro bytes.
type defaultEncoder struct {
	source *source // of the default at hand
	steps  int     // left
	limit  int     // of the bytes
	within []*Field
	miss   misfit
}

// field appends the default of a field, which may be one within the default of another.
func (e *defaultEncoder) field(dst []byte, f *Field) ([]byte, *misfit) {
	for _, outer := range e.within {
		if outer == f {
			return nil, e.miss.set(f.source, f.def, misfit{why: whyItself, name: f.name, fatal: true})
		}
	}
	source := e.source
	e.source, e.within = f.source, append(e.within, f)
	dst, m := e.value(dst, f.schema, f.def, true)
	e.source, e.within = source, e.within[:len(e.within)-1]
	return dst, m
}

func (e *defaultEncoder) no(v *jsonValue, why, name string) *misfit {
	return e.miss.set(e.source, v, misfit{why: why, name: name})
}

// value appends a JSON value as one of the schema.
func (e *defaultEncoder) value(dst []byte, s *Schema, v *jsonValue, direct bool) ([]byte, *misfit) {
	if e.steps--; e.steps < 0 || len(dst) > e.limit {
		return nil, e.miss.set(e.source, v, misfit{why: whyTooLarge, fatal: true})
	}
	switch s.kind {
	case KindArray, KindMap:
		return e.blocks(dst, s, v)
	case KindUnion:
		for i, b := range s.branches {
			out, m := e.value(binary.AppendVarint(dst, int64(i)), b, v, false)
			if m == nil || m.fatal {
				return out, m
			}
		}
	case KindRecord:
		return e.record(dst, s, v)
	default:
		if dst, ok := appendScalar(dst, s, v, direct); ok {
			return dst, nil
		}
	}
	return nil, e.no(v, whyKinds[s.kind], "")
}

// appendScalar appends a value of a schema without parts.
func appendScalar(dst []byte, s *Schema, v *jsonValue, direct bool) ([]byte, bool) {
	switch s.kind {
	case KindNull:
		return dst, v.kind == jsonNull
	case KindBoolean:
		b := byte(0)
		if v.text == "true" {
			b = 1
		}
		return append(dst, b), v.kind == jsonBool
	case KindInt:
		n, ok := int32Value(v)
		return binary.AppendVarint(dst, int64(n)), ok
	case KindLong:
		n, ok := longValue(v)
		return binary.AppendVarint(dst, n), ok
	case KindFloat:
		n, ok := floatValue(v, direct)
		return binary.LittleEndian.AppendUint32(dst, math.Float32bits(float32(n))), ok
	case KindDouble:
		n, ok := floatValue(v, direct)
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(n)), ok
	}
	if v.kind != jsonString {
		return nil, false
	}
	switch s.kind {
	case KindEnum:
		i := s.symbol(v.text)
		return binary.AppendVarint(dst, int64(i)), i >= 0
	case KindString:
		return append(binary.AppendVarint(dst, int64(len(v.text))), v.text...), true
	}
	bytes, ok := latin1(v.text)
	if s.kind == KindFixed {
		return append(dst, bytes...), ok && len(bytes) == s.size
	}
	return append(binary.AppendVarint(dst, int64(len(bytes))), bytes...), ok
}

// latin1 returns the bytes that the characters of a string stand for.
func latin1(s string) ([]byte, bool) {
	bytes := make([]byte, 0, len(s))
	for _, c := range s {
		if c > 0xff {
			return nil, false
		}
		bytes = append(bytes, byte(c))
	}
	return bytes, true
}

// blocks appends an array or a map.
func (e *defaultEncoder) blocks(dst []byte, s *Schema, v *jsonValue) ([]byte, *misfit) {
	if v.kind != blocksKind(s.kind) {
		return nil, e.no(v, whyKinds[s.kind], "")
	}
	items, names := v.items(), v.names()
	if len(items) > 0 {
		dst = binary.AppendVarint(dst, int64(len(items)))
	}
	for i := range items {
		if s.kind == KindMap {
			dst = append(binary.AppendVarint(dst, int64(len(names[i]))), names[i]...)
		}
		var m *misfit
		if dst, m = e.value(dst, s.elem, &items[i], false); m != nil {
			return nil, m
		}
	}
	return append(dst, 0), nil
}

// record appends a record. Fields that the value lacks have their own defaults.
func (e *defaultEncoder) record(dst []byte, s *Schema, v *jsonValue) ([]byte, *misfit) {
	if v.kind != jsonObject {
		return nil, e.no(v, whyKinds[s.kind], "")
	}
	for _, f := range s.fields {
		var m *misfit
		if value := v.member(f.name); value != nil {
			dst, m = e.value(dst, f.schema, value, false)
		} else if f.def != nil {
			dst, m = e.field(dst, f)
		} else {
			m = e.no(v, whyLacks, f.name)
		}
		if m != nil {
			return nil, m
		}
	}
	return dst, nil
}
