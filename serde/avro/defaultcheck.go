package avro

import (
	"errors"
	"strconv"
	"strings"
)

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
		return fatal(whyTooLarge)
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
