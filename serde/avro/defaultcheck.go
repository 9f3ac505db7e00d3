package avro

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// unknownYet marks a value that cannot be checked before all types are known.
var unknownYet = &misfit{fatal: true}

// checkDefault refuses a default that Java's parser refuses. That one looks at JSON types alone: it takes an enum's default
// that is no symbol and a fixed's of another size, which fail when they are needed.
func (p *parser) checkDefault(f *Field) error {
	m := p.misfit(f.schema, f.def, true)
	switch m {
	case nil:
		return nil
	case unknownYet:
		p.defaults = append(p.defaults, f)
		return nil
	default:
		return m.at(f)
	}
}

// misfit checks a value against a schema; direct is set for the default of a field of that very type.
func (p *parser) misfit(s *Schema, v *jsonValue, direct bool) *misfit {
	if p.work--; p.work < 0 {
		return p.miss.set(p.source, v, misfit{why: whyTooLarge, fatal: true})
	}
	if s == nil {
		return unknownYet
	}
	ok := false
	switch s.kind {
	case KindArray, KindMap:
		if ok = v.kind == blocksKind(s.kind); ok {
			for i := range v.items() {
				if m := p.misfit(s.elem, &v.items()[i], false); m != nil {
					return m
				}
			}
		}
	case KindUnion:
		for _, b := range s.branches {
			if m := p.misfit(b, v, false); m == nil || m.fatal {
				return m
			}
		}
	case KindRecord:
		if ok = v.kind == jsonObject; ok {
			return p.misfitRecord(s, v)
		}
	default:
		ok = scalarFits(s.kind, v, direct)
	}
	if !ok {
		return p.miss.set(p.source, v, misfit{why: whyKinds[s.kind]})
	}
	return nil
}

// misfitRecord checks an object against a record. The defaults of fields that it lacks are checked where they are declared.
func (p *parser) misfitRecord(s *Schema, v *jsonValue) *misfit {
	if p.open[s] {
		return p.miss.set(p.source, v, misfit{why: whyOpen, name: s.name, fatal: true})
	}
	for _, f := range s.fields {
		if value := v.member(f.name); value != nil {
			if m := p.misfit(f.schema, value, false); m != nil {
				return m
			}
		} else if f.def == nil {
			return p.miss.set(p.source, v, misfit{why: whyLacks, name: f.name})
		}
	}
	return nil
}

// scalarFits reports whether Java's parser takes a value as the default of a schema without parts.
func scalarFits(kind Kind, v *jsonValue, direct bool) (ok bool) {
	switch kind {
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
	default:
		ok = v.kind == jsonString
	}
	return ok
}

// blocksKind is what JSON writes arrays and maps as.
func blocksKind(kind Kind) jsonKind {
	if kind == KindMap {
		return jsonObject
	}
	return jsonArray
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
	if direct && v.kind == jsonString {
		text = strings.TrimSpace(text)
		switch text {
		case "NaN", "+NaN", "-NaN":
			return math.Float64frombits(0x7ff8 << 48), true // Java's bits, not Go's
		case "Infinity", "+Infinity", "-Infinity":
		default:
			if strings.Trim(text, "+-.0123456789eE") != "" {
				return 0, false
			}
		}
	} else if v.kind != jsonNumber {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	if f == 0 && v.integer() {
		f = 0 // -0 is an integer, which has no sign
	}
	return f, err == nil || errors.Is(err, strconv.ErrRange)
}
