package compat_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Random schemas and their evolutions. Names come from small sets, so that renaming, moving and meeting again are frequent.

// node is a type of a random schema. One that is named may be used in many places.
type node struct {
	kind     string
	name     string // full
	aliases  []string
	fields   []*member
	symbols  []string
	fallback bool // an enum has its first symbol as default
	size     int
	elem     *node
	branches []*node
}

type member struct {
	name       string
	aliases    []string
	hasDefault bool
	schema     *node
}

var (
	randomPrimitives = []string{"null", "boolean", "int", "long", "float", "double", "bytes", "string"}
	randomTypeNames  = []string{"n.A", "n.B", "n.C", "n.D", "n.E", "m.A", "m.B", "m.C", "m.D", "m.F"}
	randomFieldNames = []string{"a", "b", "c", "d", "e", "f", "g"}
	randomSymbols    = []string{"S", "T", "U", "V", "W"}
)

type randomSchemas struct {
	*rand.Rand
	types []*node // the named types of the schema that is being made or changed
}

// pair makes a schema, and one that evolved from it; a few pairs are strangers.
func (r *randomSchemas) pair() (reader, writer string) {
	r.types = nil
	first := r.named(0)
	a, b := copyNode(first), copyNode(first)
	if r.IntN(20) == 0 {
		r.types = nil
		b = r.node(0)
	}
	for range r.IntN(4) {
		a = r.evolve(a)
	}
	for range 1 + r.IntN(3) {
		b = r.evolve(b)
	}
	return schemaText(a), schemaText(b)
}

func pick[T any](r *randomSchemas, from []T) T { return from[r.IntN(len(from))] }

func (r *randomSchemas) node(depth int) *node {
	n := r.IntN(20)
	if depth > 3 {
		n = r.IntN(8)
	}
	switch {
	case n < 6:
		return &node{kind: pick(r, randomPrimitives)}
	case n < 8 && len(r.types) > 0:
		return pick(r, r.types)
	case n < 9:
		return &node{kind: "array", elem: r.node(depth + 1)}
	case n < 10:
		return &node{kind: "map", elem: r.node(depth + 1)}
	case n < 13:
		union := &node{kind: "union"}
		for range r.IntN(4) + 1 {
			r.addBranch(union, r.node(depth+1))
		}
		return union
	default:
		return r.named(depth)
	}
}

func (r *randomSchemas) named(depth int) *node {
	kinds := []string{"record", "record", "record", "record", "enum", "fixed"}
	n := &node{kind: pick(r, kinds[:len(kinds)-2+min(2, depth)]), name: r.freeName()}
	if n.name == "" {
		return &node{kind: "string"}
	}
	r.types = append(r.types, n)
	switch n.kind {
	case "enum":
		for _, i := range r.Perm(len(randomSymbols))[:1+r.IntN(4)] {
			n.symbols = append(n.symbols, randomSymbols[i])
		}
		n.fallback = r.IntN(3) == 0
	case "fixed":
		n.size = r.IntN(3)
	default:
		for range r.IntN(6) {
			r.addField(n, r.node(depth+1))
		}
	}
	return n
}

// freeName returns a full name that no type has, or "".
func (r *randomSchemas) freeName() string {
	name := pick(r, randomTypeNames)
	if slices.ContainsFunc(r.types, func(n *node) bool { return n.name == name }) {
		return ""
	}
	return name
}

func (r *randomSchemas) addField(record, schema *node) {
	name := pick(r, randomFieldNames)
	if !slices.ContainsFunc(record.fields, func(f *member) bool { return f.name == name }) {
		record.fields = append(record.fields, &member{name: name, hasDefault: r.IntN(2) == 0, schema: schema})
	}
}

// addBranch leaves out what a union must not hold.
func (r *randomSchemas) addBranch(union, branch *node) {
	if branch.kind == "union" || slices.ContainsFunc(union.branches, func(b *node) bool { return b.kind == branch.kind && b.name == branch.name }) {
		return
	}
	union.branches = append(union.branches, branch)
}

// evolve changes one thing somewhere, and returns the root.
func (r *randomSchemas) evolve(root *node) *node {
	var all []*node
	r.types = nil
	eachNode(root, func(n *node) {
		all = append(all, n)
		if n.name != "" {
			r.types = append(r.types, n)
		}
	})
	n := pick(r, all)
	switch n.kind {
	case "record":
		r.evolveRecord(n)
	case "enum":
		switch r.IntN(4) {
		case 0:
			n.fallback = !n.fallback
		case 1:
			n.symbols = n.symbols[:max(1, len(n.symbols)-1)]
		case 2:
			if s := pick(r, randomSymbols); !slices.Contains(n.symbols, s) {
				n.symbols = append(n.symbols, s)
			}
		default:
			r.rename(n)
		}
	case "fixed":
		if r.IntN(2) == 0 {
			n.size = r.IntN(3)
		} else {
			r.rename(n)
		}
	case "array", "map":
		if r.IntN(4) == 0 {
			n.kind = map[string]string{"array": "map", "map": "array"}[n.kind]
		} else {
			n.elem = r.change(n.elem)
		}
	case "union":
		r.evolveUnion(n)
	default:
		if n == root {
			return r.change(n)
		}
	}
	return root
}

func (r *randomSchemas) evolveRecord(n *node) {
	if len(n.fields) == 0 || r.IntN(5) == 0 {
		r.addField(n, r.node(2))
		return
	}
	i := r.IntN(len(n.fields))
	f := n.fields[i]
	switch r.IntN(7) {
	case 0:
		n.fields = slices.Delete(n.fields, i, i+1)
	case 1:
		name := pick(r, randomFieldNames)
		if !slices.ContainsFunc(n.fields, func(f *member) bool { return f.name == name }) {
			if r.IntN(3) > 0 {
				f.aliases = append(f.aliases, f.name)
			}
			f.name = name
		}
	case 2:
		f.hasDefault = !f.hasDefault
	case 3:
		r.Shuffle(len(n.fields), func(i, j int) { n.fields[i], n.fields[j] = n.fields[j], n.fields[i] })
	case 4:
		r.rename(n)
	default:
		f.schema = r.change(f.schema)
	}
}

func (r *randomSchemas) evolveUnion(n *node) {
	switch i := r.IntN(max(1, len(n.branches))); r.IntN(3) {
	case 0:
		if len(n.branches) > 1 {
			n.branches = slices.Delete(n.branches, i, i+1)
		}
	case 1:
		r.addBranch(n, r.node(2))
	default:
		r.Shuffle(len(n.branches), func(i, j int) { n.branches[i], n.branches[j] = n.branches[j], n.branches[i] })
	}
}

// rename gives a type another name or namespace, mostly with an alias for the old one.
func (r *randomSchemas) rename(n *node) {
	name := r.freeName()
	if name == "" {
		return
	}
	if r.IntN(3) > 0 {
		n.aliases = append(n.aliases, n.name)
	}
	n.name = name
}

// change returns another type for a field or element: one like it, or a stranger.
func (r *randomSchemas) change(n *node) *node {
	wider := map[string]string{"int": "long", "long": "double", "float": "double", "string": "bytes", "bytes": "string"}
	switch {
	case wider[n.kind] != "" && r.IntN(2) == 0:
		return &node{kind: wider[n.kind]}
	case n.kind == "union" && len(n.branches) > 0 && r.IntN(2) == 0:
		return pick(r, n.branches)
	case n.kind != "union" && r.IntN(2) == 0:
		union := &node{kind: "union", branches: []*node{n}}
		r.addBranch(union, &node{kind: "null"})
		return union
	default:
		return r.node(2)
	}
}

// eachNode calls visit for each type once.
func eachNode(root *node, visit func(*node)) {
	seen := map[*node]bool{}
	var walk func(n *node)
	walk = func(n *node) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		visit(n)
		walk(n.elem)
		for _, b := range n.branches {
			walk(b)
		}
		for _, f := range n.fields {
			walk(f.schema)
		}
	}
	walk(root)
}

// copyNode copies a schema with its cycles.
func copyNode(root *node) *node {
	copies := map[*node]*node{}
	eachNode(root, func(n *node) {
		c := *n
		copies[n] = &c
	})
	for _, c := range copies {
		c.elem = copies[c.elem]
		c.aliases, c.symbols = slices.Clone(c.aliases), slices.Clone(c.symbols)
		c.branches = slices.Clone(c.branches)
		for i, b := range c.branches {
			c.branches[i] = copies[b]
		}
		c.fields = slices.Clone(c.fields)
		for i, f := range c.fields {
			field := *f
			field.schema, field.aliases = copies[f.schema], slices.Clone(f.aliases)
			c.fields[i] = &field
		}
	}
	return copies[root]
}

// schemaText writes a schema as JSON, with the attributes in Avro's order.
func schemaText(n *node) string {
	w := textWriter{defined: map[*node]bool{}}
	w.schema(n)
	return w.String()
}

type textWriter struct {
	strings.Builder
	defined map[*node]bool
}

func (w *textWriter) printf(format string, args ...any) { fmt.Fprintf(w, format, args...) }

// list writes one item after the other, with commas between them.
func list[T any](w *textWriter, items []T, write func(T)) {
	w.printf("[")
	for i, item := range items {
		if i > 0 {
			w.printf(",")
		}
		write(item)
	}
	w.printf("]")
}

func (w *textWriter) quote(s string) { w.printf("%q", s) }

func (w *textWriter) schema(n *node) {
	switch {
	case n.kind == "array":
		w.printf(`{"type":"array","items":`)
		w.schema(n.elem)
		w.printf("}")
	case n.kind == "map":
		w.printf(`{"type":"map","values":`)
		w.schema(n.elem)
		w.printf("}")
	case n.kind == "union":
		list(w, n.branches, w.schema)
	case n.name == "":
		w.quote(n.kind)
	case w.defined[n]:
		w.quote(n.name)
	default:
		w.defined[n] = true
		w.named(n)
	}
}

func (w *textWriter) named(n *node) {
	w.printf(`{"type":%q,"name":%q`, n.kind, n.name)
	switch n.kind {
	case "fixed":
		w.printf(`,"size":%d`, n.size)
	case "enum":
		w.printf(`,"symbols":`)
		list(w, n.symbols, w.quote)
		if n.fallback {
			w.printf(`,"default":%q`, n.symbols[0])
		}
	default:
		w.printf(`,"fields":`)
		list(w, n.fields, w.field)
	}
	w.aliases(n.aliases)
	w.printf("}")
}

func (w *textWriter) field(f *member) {
	w.printf(`{"name":%q,"type":`, f.name)
	w.schema(f.schema)
	if value := f.schema.defaultText(); f.hasDefault && value != "" {
		w.printf(`,"default":%s`, value)
	}
	w.aliases(f.aliases)
	w.printf("}")
}

func (w *textWriter) aliases(names []string) {
	if len(names) > 0 {
		w.printf(`,"aliases":`)
		list(w, names, w.quote)
	}
}

// defaultText returns some value of a type as JSON, or "" if there is no short one.
func (n *node) defaultText() string {
	switch n.kind {
	case "null":
		return "null"
	case "boolean":
		return "true"
	case "int", "long", "float", "double":
		return "1"
	case "bytes", "string":
		return `"x"`
	case "array":
		return "[]"
	case "map":
		return "{}"
	case "enum":
		return strconv.Quote(n.symbols[0])
	case "fixed":
		return strconv.Quote(strings.Repeat("x", n.size))
	case "union":
		if len(n.branches) == 0 {
			return ""
		}
		return n.branches[0].defaultText()
	default:
		return ""
	}
}
