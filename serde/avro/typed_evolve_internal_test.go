package avro

import (
	"fmt"
	"slices"
	"strings"
)

// evolver makes the schema of an older or newer writer out of a reader's. Most of what it changes resolves.
type evolver struct {
	*typedMaker
	done map[*node]*node // of named types: a schema defines each once
}

// older are the types that are promoted to a kind.
var older = map[Kind][]Kind{
	KindLong:   {KindInt},
	KindFloat:  {KindInt, KindLong},
	KindDouble: {KindInt, KindLong, KindFloat},
	KindString: {KindBytes},
	KindBytes:  {KindString},
}

// writer returns a schema that values of r may have been written with.
func (e *evolver) writer(r *node) *node {
	if w := e.done[r]; w != nil {
		return w
	}
	if r.kind == KindUnion {
		return e.union(r)
	}
	switch e.next(40) {
	case 38:
		return e.leaf() // which resolves by chance alone
	case 39:
		others := []*node{e.writer(r)}
		for range 1 + e.next(2) {
			b := e.leaf()
			if !slices.ContainsFunc(others, func(o *node) bool { return o.kind == b.kind }) {
				others = append(others, b)
			}
		}
		if others[0].kind == KindUnion {
			return others[0]
		}
		return &node{kind: KindUnion, branches: others}
	}
	switch r.kind {
	case KindRecord:
		return e.record(r)
	case KindEnum:
		w := e.renamed(r)
		symbols := slices.Clone(r.symbols)
		if e.oneIn(3) {
			symbols = append(symbols, "NEW")
		}
		if e.oneIn(3) && len(symbols) > 1 {
			symbols = symbols[1:]
		}
		for _, i := range e.perm(len(symbols)) {
			w.symbols = append(w.symbols, symbols[i])
		}
		return w
	case KindFixed:
		w := e.renamed(r)
		w.size = r.size
		e.logicalOf(w, r)
		return w
	case KindArray, KindMap:
		return &node{kind: r.kind, elem: e.writer(r.elem)}
	}
	w := &node{kind: r.kind}
	if kinds := older[r.kind]; kinds != nil && e.oneIn(3) {
		w.kind = pick(&e.choices, kinds)
	}
	e.logicalOf(w, r)
	return w
}

// renamed returns a type of the same kind with the same name, that of an alias, one in another namespace, or another.
func (e *evolver) renamed(r *node) *node {
	w := &node{kind: r.kind, name: r.name}
	switch c := e.next(8); {
	case c < 3 && len(r.aliases) > 0:
		w.name = r.aliases[0]
	case c == 6:
		w.name = "other." + shortName(r.name)
	case c == 7:
		w.name = e.newName("New")
	}
	e.done[r] = w
	return w
}

// logicalOf gives the writer's type a logical type: the reader's mostly.
func (e *evolver) logicalOf(w, r *node) {
	switch e.next(6) {
	case 4:
		return
	case 5:
		var fit []string
		for _, l := range timeLogicals {
			if l.kind == w.kind {
				fit = append(fit, l.logical)
			}
		}
		if fit != nil {
			w.logical = pick(&e.choices, fit)
			return
		}
	}
	switch {
	case r.logical == logicalDecimal && (w.kind == KindBytes || w.kind == KindFixed):
		w.logical, w.precision, w.scale = r.logical, r.precision, r.scale
		if e.oneIn(3) {
			w.scale = e.next(6)
		}
	case r.logical != "" && w.kind == r.kind:
		w.logical = r.logical
		same := func(l string) string { return strings.TrimRight(l, "acilmnors") } // without the unit
		if other := pick(&e.choices, timeLogicals); e.oneIn(2) && other.kind == w.kind && same(other.logical) == same(r.logical) {
			w.logical = other.logical
		}
	}
}

func (e *evolver) union(r *node) *node {
	endless := slices.ContainsFunc(r.branches, (*node).within) // then null must stay, or no value could end
	if !endless && e.oneIn(4) {
		if b := e.writer(pick(&e.choices, r.branches)); b.kind != KindUnion {
			return b
		}
	}
	w := &node{kind: KindUnion}
	add := func(b *node) {
		if b.kind != KindUnion && !slices.ContainsFunc(w.branches, func(o *node) bool { return o == b || o.kind == b.kind && o.name == b.name }) {
			w.branches = append(w.branches, b)
		}
	}
	order := make([]int, len(r.branches))
	for i := range order {
		order[i] = i
	}
	if e.oneIn(2) {
		order = e.perm(len(r.branches))
	}
	for _, i := range order {
		switch {
		case endless && r.branches[i].kind == KindNull:
			add(r.branches[i])
		case !e.oneIn(6):
			add(e.writer(r.branches[i]))
		}
	}
	if e.oneIn(4) || len(w.branches) == 0 {
		add(e.leaf())
	}
	return w
}

func (e *evolver) record(r *node) *node {
	w := e.renamed(r)
	var fields []*nodeField
	for _, rf := range r.fields {
		if rf.hasDef && e.oneIn(4) {
			continue // added later
		}
		f := &nodeField{name: rf.name, typ: e.writer(rf.typ)}
		if len(rf.aliases) > 0 && e.oneIn(2) {
			f.name = rf.aliases[0]
		}
		fields = append(fields, f)
	}
	for i := range e.next(3) {
		typ := e.leaf
		if e.oneIn(2) {
			typ = func() *node {
				e.budget = 6
				return e.node()
			}
		}
		fields = append(fields, &nodeField{name: fmt.Sprintf("gone%d", i), typ: typ()})
	}
	if e.oneIn(2) {
		for _, i := range e.perm(len(fields)) {
			w.fields = append(w.fields, fields[i])
		}
	} else {
		w.fields = fields
	}
	return w
}
