package avsc

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Form says how [Schema.Text] spells a schema.
type Form struct {
	Inline bool // write out the types of references
	Sorted bool // sort aliases and custom properties
}

// Text writes the schema as a registry stores it.
func (s *Schema) Text(f Form) string {
	w := writer{sorted: f.Sorted, known: map[string]bool{}}
	if !f.Inline {
		for full := range s.external {
			w.known[full] = true
		}
	}
	w.node(s.root, "")
	return string(w.out)
}

// Fields returns the names of a record's own fields, none for other types.
func (s *Schema) Fields() []string {
	var names []string
	for _, f := range s.root.resolved().fields {
		names = append(names, f.name)
	}
	return names
}

// shallow writes one named type with all others left as names.
func shallow(n *node) string {
	w := writer{only: n}
	w.node(n, "")
	return string(w.out)
}

// String writes the value as JSON.
func (v *value) String() string {
	w := writer{}
	w.value(v)
	return string(w.out)
}

type writer struct {
	out    []byte
	sorted bool
	known  map[string]bool // full names that were written out before
	only   *node           // if set, the one type to write out
}

func (w *writer) raw(text string) { w.out = append(w.out, text...) }

// open writes a type's first attribute, which needs no comma.
func (w *writer) open(kind string) {
	w.raw(`{"type":`)
	w.str(kind)
}

func (w *writer) key(name string) {
	w.raw(",")
	w.str(name)
	w.raw(":")
}

func (w *writer) strAttribute(name, text string) {
	w.key(name)
	w.str(text)
}

func (w *writer) node(n *node, space string) {
	n = n.resolved()
	switch {
	case n.kind == "name":
		w.str(n.name.in(space))
	case n.isNamed():
		w.named(n, space)
	case n.kind == "union":
		w.list(len(n.branches), func(i int) { w.node(n.branches[i], space) })
	case n.element != nil:
		w.open(n.kind)
		w.key(map[string]string{"array": "items", "map": "values"}[n.kind])
		w.node(n.element, space)
		w.props(n.props)
		w.raw("}")
	case len(n.props) == 0:
		w.str(n.kind)
	default:
		w.open(n.kind)
		w.props(n.props)
		w.raw("}")
	}
}

func (w *writer) named(n *node, space string) {
	full := n.name.full()
	if w.known[full] || w.only != nil && w.only != n {
		w.str(n.name.in(space))
		return
	}
	if w.only == nil {
		w.known[full] = true
	}
	if w.only == n {
		w.only = &node{} // itself, further down, is a name as well
	}
	w.open(n.kind)
	w.strAttribute("name", n.name.simple)
	if n.name.space != space {
		w.strAttribute("namespace", n.name.space)
	}
	if n.doc != nil {
		w.strAttribute("doc", *n.doc)
	}
	switch n.kind {
	case "enum":
		w.key("symbols")
		w.strs(n.symbols)
		if n.fallback != nil {
			w.strAttribute("default", *n.fallback)
		}
	case "fixed":
		w.key("size")
		w.raw(n.size)
	default:
		w.key("fields")
		w.list(len(n.fields), func(i int) { w.field(n.fields[i], n.name.space) })
	}
	w.props(n.props)
	aliases := make([]string, len(n.aliases))
	for i, alias := range n.aliases {
		aliases[i] = alias.in(n.name.space)
	}
	w.aliases(aliases)
	w.raw("}")
}

func (w *writer) field(f *field, space string) {
	w.raw(`{"name":`)
	w.str(f.name)
	w.key("type")
	w.node(f.typ, space)
	if f.doc != nil {
		w.strAttribute("doc", *f.doc)
	}
	if f.preset != nil {
		w.key("default")
		w.value(f.preset)
	}
	if f.order != "" {
		w.strAttribute("order", f.order)
	}
	w.aliases(f.aliases)
	w.props(f.props)
	w.raw("}")
}

func (w *writer) aliases(names []string) {
	if len(names) == 0 {
		return
	}
	if w.sorted {
		names = slices.Sorted(slices.Values(names))
	}
	w.key("aliases")
	w.strs(names)
}

func (w *writer) props(props []member) {
	if w.sorted {
		props = sortedMembers(props)
	}
	for _, p := range props {
		w.key(p.name)
		w.value(p.value)
	}
}

func (w *writer) strs(texts []string) {
	w.list(len(texts), func(i int) { w.str(texts[i]) })
}

func (w *writer) list(n int, item func(i int)) {
	w.raw("[")
	for i := range n {
		if i > 0 {
			w.raw(",")
		}
		item(i)
	}
	w.raw("]")
}

func (w *writer) value(v *value) {
	switch v.kind {
	case stringKind:
		w.str(v.text)
	case arrayKind:
		w.list(len(v.items), func(i int) { w.value(v.items[i]) })
	case objectKind:
		w.raw("{")
		for i, m := range v.members {
			if i > 0 {
				w.raw(",")
			}
			w.str(m.name)
			w.raw(":")
			w.value(m.value)
		}
		w.raw("}")
	case numberKind:
		if strings.HasSuffix(v.text, "Infinity") || v.text == "NaN" { // no JSON numbers
			w.str(v.text)
			return
		}
		w.raw(v.text)
	default:
		w.raw(v.text)
	}
}

const hexDigits = "0123456789ABCDEF"

// str writes a JSON string as Jackson does: only what must be escaped is.
func (w *writer) str(text string) {
	w.out = append(w.out, '"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			w.out = append(w.out, '\\', byte(r))
		case r >= ' ':
			w.out = utf8.AppendRune(w.out, r)
		case strings.ContainsRune("\b\f\n\r\t", r):
			w.out = append(w.out, '\\', map[rune]byte{'\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't'}[r])
		default:
			w.out = append(w.out, '\\', 'u', '0', '0', hexDigits[r>>4], hexDigits[r&15])
		}
	}
	w.out = append(w.out, '"')
}
