package avro

import (
	"encoding/binary"
	"errors"
	"math"
	"strconv"
	"strings"
)

// misfit is why a JSON value is no default of a schema. nil means that it is one.
type misfit struct {
	source *source
	json   *jsonValue
	why    string
	fatal  bool // other branches of a union need not be tried
}

func (m *misfit) at(record *Schema, field string) *SchemaError {
	e := m.source.fail(int(m.json.offset), "the default does not fit: %s", m.why)
	e.Record, e.Field = shorten(record.name), shorten(field)
	return e
}

const (
	whyInt    = "it must be a whole number from -2147483648 to 2147483647, without fraction or exponent"
	whyLong   = "it must be a whole number of 64 bits, without fraction or exponent"
	whyFloat  = `it must be a number (for the field itself also "NaN", "Infinity" or "-Infinity")`
	whyBytes  = `it must be a string whose characters stand for bytes, "\u0000" to "\u00ff"`
	whyUnion  = "it is a value of no branch of the union"
	whyLong64 = "it is too large: defaults of defaults multiply, or a union has too many branches to try"
)

var whyKinds = [...]string{
	KindNull:    "it must be null",
	KindBoolean: "it must be true or false",
	KindInt:     whyInt,
	KindLong:    whyLong,
	KindFloat:   whyFloat,
	KindDouble:  whyFloat,
	KindBytes:   whyBytes,
	KindString:  "it must be a string",
	KindRecord:  "it must be an object",
	KindEnum:    "it must be a string with one of the enum's symbols",
	KindArray:   "it must be an array",
	KindMap:     "it must be an object",
	KindUnion:   whyUnion,
	KindFixed:   "it must be a string with one character for each byte of the fixed",
}

// Checking a default against unions of records can take far more steps than the default has values, since each level
// multiplies the branches to try. No schema in earnest comes near these bounds.
const (
	defaultStepsPerByte = 16
	defaultStepsFree    = 64 << 10
	maxDefaultBytes     = 1 << 20
)

func newDefaultBudget(textBytes int) int { return defaultStepsPerByte*textBytes + defaultStepsFree }

// unknownYet marks a value that cannot be checked before all types are known.
var unknownYet = &misfit{fatal: true}

// checkDefault refuses a default that Java's parser refuses. That one looks at JSON types alone: it takes an enum's default
// that is no symbol and a fixed's of another size, which fail when they are needed.
func (p *parser) checkDefault(f *Field) error {
	m := p.misfit(f.schema, f.def, true)
	switch {
	case m == nil:
		return nil
	case m == unknownYet:
		p.defaults = append(p.defaults, f)
		return nil
	default:
		return m.at(f.record, f.name)
	}
}

// misfit checks a value against a schema; direct is set for the default of a field of that very type.
func (p *parser) misfit(s *Schema, v *jsonValue, direct bool) *misfit {
	no := func(why string) *misfit { return &misfit{source: p.source, json: v, why: why} }
	fatal := func(why string) *misfit { return &misfit{source: p.source, json: v, why: why, fatal: true} }
	if p.work--; p.work < 0 {
		return fatal(whyLong64)
	}
	if s == nil {
		return unknownYet
	}
	ok := true
	switch s.kind {
	case KindNull:
		ok = v.kind == jsonNull
	case KindBoolean:
		ok = v.kind == jsonBool
	case KindInt:
		_, ok = int32Value(v)
	case KindLong:
		_, ok = longValue(v)
	case KindFloat, KindDouble:
		_, ok = floatValue(v, direct)
	case KindString, KindBytes, KindEnum, KindFixed:
		ok = v.kind == jsonString
	case KindArray, KindMap:
		ok = v.kind == jsonArray && s.kind == KindArray || v.kind == jsonObject && s.kind == KindMap
		for i := range v.items() {
			if !ok {
				break
			}
			if m := p.misfit(s.elem, &v.items()[i], false); m != nil {
				return m
			}
		}
	case KindUnion:
		for _, b := range s.branches {
			if m := p.misfit(b, v, false); m == nil || m.fatal {
				return m
			}
		}
		ok = false
	case KindRecord:
		if ok = v.kind == jsonObject; !ok {
			break
		}
		if p.open[s] {
			return fatal("it needs the fields of record " + shorten(s.name) + ", which are still being declared; use null or an empty array or map")
		}
		for _, f := range s.fields {
			if m := v.member(f.name); m != nil {
				if m := p.misfit(f.schema, m, false); m != nil {
					return m
				}
			} else if f.def == nil {
				return no("it lacks field " + shorten(f.name) + ", which has no default of its own")
			}
		}
	}
	if !ok {
		return no(whyKinds[s.kind])
	}
	return nil
}

func longValue(v *jsonValue) (int64, bool) {
	if !v.integer() {
		return 0, false
	}
	n, err := strconv.ParseInt(v.text, 10, 64)
	return n, err == nil
}

// floatValue returns a number, which is infinite where it is too large, as in Java. The default of a float or double field may be
// a string too: JSON has no numbers for the values that are none.
func floatValue(v *jsonValue, direct bool) (float64, bool) {
	text := v.text
	switch {
	case v.kind == jsonNumber:
	case direct && v.kind == jsonString:
		text = strings.TrimSpace(text)
		switch strings.TrimLeft(text, "+-") {
		case "NaN", "Infinity":
		default:
			if strings.Trim(text, "+-.0123456789eE") != "" {
				return 0, false
			}
		}
	default:
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil || errors.Is(err, strconv.ErrRange)
}

// appendDefault appends the field's default as the bytes of a value of the field's schema: of a union, the first branch that the
// default truly is a value of. This is where a default that [Lenient] let through becomes an error.
func (f *Field) appendDefault(dst []byte) ([]byte, error) {
	e := defaultEncoder{steps: newDefaultBudget(len(f.source.text)), limit: len(dst) + maxDefaultBytes}
	dst, m := e.field(dst, f)
	if m != nil {
		return nil, m.at(f.record, f.name)
	}
	return dst, nil
}

// defaultEncoder writes defaults as Avro bytes.
type defaultEncoder struct {
	source *source // of the default at hand
	steps  int     // left
	limit  int     // of the bytes
	within []*Field
}

// field appends the default of a field, which may be one within the default of another.
func (e *defaultEncoder) field(dst []byte, f *Field) ([]byte, *misfit) {
	for _, outer := range e.within {
		if outer == f {
			return nil, &misfit{source: f.source, json: f.def, fatal: true, why: "it contains itself; give field " + shorten(f.name) + " within it a value"}
		}
	}
	source := e.source
	e.source, e.within = f.source, append(e.within, f)
	dst, m := e.value(dst, f.schema, f.def, true)
	e.source, e.within = source, e.within[:len(e.within)-1]
	return dst, m
}

func (e *defaultEncoder) no(v *jsonValue, why string) *misfit {
	return &misfit{source: e.source, json: v, why: why}
}

// value appends a JSON value as one of the schema.
func (e *defaultEncoder) value(dst []byte, s *Schema, v *jsonValue, direct bool) ([]byte, *misfit) {
	if e.steps--; e.steps < 0 || len(dst) > e.limit {
		return nil, &misfit{source: e.source, json: v, why: whyLong64, fatal: true}
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
	return nil, e.no(v, whyKinds[s.kind])
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
		i := find(s.symbols, s.symbolIndex, v.text)
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
	if v.kind != jsonArray && s.kind == KindArray || v.kind != jsonObject && s.kind == KindMap {
		return nil, e.no(v, whyKinds[s.kind])
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
		return nil, e.no(v, whyKinds[s.kind])
	}
	for _, f := range s.fields {
		var m *misfit
		if value := v.member(f.name); value != nil {
			dst, m = e.value(dst, f.schema, value, false)
		} else if f.def != nil {
			dst, m = e.field(dst, f)
		} else {
			m = e.no(v, "it lacks field "+shorten(f.name)+", which has no default of its own")
		}
		if m != nil {
			return nil, m
		}
	}
	return dst, nil
}
