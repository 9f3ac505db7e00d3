package avro

import (
	"slices"
	"strconv"
	"strings"
)

// String returns the text that the schema was parsed from, to the letter. A schema within another one has no text of its
// own: it returns what [Schema.MarshalJSON] does.
func (s *Schema) String() string {
	if s.text != "" {
		return s.text
	}
	return string(s.appendFull(nil))
}

// MarshalJSON returns the schema with all that it declares, documentation included, without white space and in a fixed
// order of attributes. It can be parsed by itself: types of other texts are spelled out where they are first used.
func (s *Schema) MarshalJSON() ([]byte, error) { return s.appendFull(nil), nil }

func (s *Schema) appendFull(dst []byte) []byte {
	w := formatter{defined: map[string]bool{}}
	w.dst = dst
	w.schema(s, "")
	return w.dst
}

// formatter writes schemas as JSON.
type formatter struct {
	dst     []byte
	defined map[string]bool // full names of the types that are spelled out already
}

func (w *formatter) raw(s string) { w.dst = append(w.dst, s...) }

func (w *formatter) text(s string) { w.dst = appendJSONString(w.dst, s) }

func (w *formatter) attribute(name, value string) {
	w.raw(`,"` + name + `":`)
	w.text(value)
}

// schema writes a schema that is inside of a namespace.
func (w *formatter) schema(s *Schema, around string) {
	switch {
	case s.kind.named() && w.defined[s.name]:
		w.reference(s.name, around)
		return
	case s.kind.named():
		w.namedType(s, around)
		return
	case s.kind == KindUnion:
		w.raw("[")
		for i, b := range s.branches {
			w.dst = comma(w.dst, i)
			w.schema(b, around)
		}
		w.raw("]")
		return
	case s.kind.primitive() && len(s.props) == 0:
		w.text(s.kind.String())
		return
	}
	w.raw(`{"type":`)
	w.text(s.kind.String())
	switch s.kind {
	case KindArray:
		w.raw(`,"items":`)
		w.schema(s.elem, around)
	case KindMap:
		w.raw(`,"values":`)
		w.schema(s.elem, around)
	}
	w.props(s.props)
	w.raw("}")
}

// reference writes the name of a type, without its namespace where that is the one around it.
func (w *formatter) reference(full, around string) {
	space, name := splitName(full)
	switch {
	case space == around && !reservedName(name):
		w.text(name)
	case space == "" && w.defined[around+"."+name]:
		w.text("." + name) // without the dot it would be the other one
	default:
		w.text(full)
	}
}

// reservedName reports whether a simple name could be taken for a type of the specification.
func reservedName(name string) bool { return slices.Contains(kindNames[1:], name) }

func splitName(full string) (space, name string) {
	if dot := strings.LastIndexByte(full, '.'); dot >= 0 {
		return full[:dot], full[dot+1:]
	}
	return "", full
}

func (w *formatter) namedType(s *Schema, around string) {
	w.defined[s.name] = true
	kind := s.kind.String()
	if s.isError {
		kind = "error"
	}
	space, name := splitName(s.name)
	w.raw(`{"type":"` + kind + `"`)
	w.attribute("name", name)
	if space != around {
		w.attribute("namespace", space)
	}
	if s.hasDoc {
		w.attribute("doc", s.doc)
	}
	switch s.kind {
	case KindRecord:
		w.raw(`,"fields":[`)
		for i, f := range s.fields {
			w.dst = comma(w.dst, i)
			w.field(f, space)
		}
		w.raw("]")
	case KindEnum:
		w.texts("symbols", s.symbols)
		if symbol, ok := s.EnumDefault(); ok {
			w.attribute("default", symbol)
		}
	default:
		w.raw(`,"size":`)
		w.dst = strconv.AppendInt(w.dst, int64(s.size), 10)
	}
	w.props(s.props)
	if len(s.aliases) > 0 {
		aliases := make([]string, len(s.aliases))
		for i, alias := range s.aliases {
			switch aliasSpace, aliasName := splitName(alias); {
			case aliasSpace == space && !reservedName(aliasName):
				aliases[i] = aliasName
			case aliasSpace == "":
				aliases[i] = "." + aliasName
			default:
				aliases[i] = alias
			}
		}
		w.texts("aliases", aliases)
	}
	w.raw("}")
}

func (w *formatter) field(f *Field, space string) {
	w.raw(`{"name":`)
	w.text(f.name)
	w.raw(`,"type":`)
	w.schema(f.schema, space)
	if f.hasDoc {
		w.attribute("doc", f.doc)
	}
	if f.def != nil {
		w.raw(`,"default":`)
		w.dst = f.def.appendJSON(w.dst)
	}
	if f.order != "ascending" {
		w.attribute("order", f.order)
	}
	if len(f.aliases) > 0 {
		w.texts("aliases", f.aliases)
	}
	w.props(f.props)
	w.raw("}")
}

func (w *formatter) texts(name string, texts []string) {
	w.raw(`,"` + name + `":[`)
	for i, text := range texts {
		w.dst = comma(w.dst, i)
		w.text(text)
	}
	w.raw("]")
}

func (w *formatter) props(props []property) {
	for i := range props {
		w.raw(",")
		w.text(props[i].name)
		w.raw(":")
		w.dst = props[i].value.appendJSON(w.dst)
	}
}
