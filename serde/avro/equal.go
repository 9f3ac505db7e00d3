package avro

import (
	"bytes"
	"slices"
)

// Equal reports whether bytes of one schema are bytes of the other with the same meaning: both have the same canonical form and
// the same logical types. Documentation, defaults, aliases and custom properties do not count.
func (s *Schema) Equal(other *Schema) bool { return equalSchemas(s, other) }

// equalSchemas reports whether two schemas have the same canonical form and the same logical types, so that bytes of one
// are bytes of the other with the same meaning.
func equalSchemas(a, b *Schema) bool { return sameSchema(a, b, false) }

// sameSchema compares like equalSchemas; if all is set also the defaults and orders of fields and all properties, which is what
// counts in Java when a type is defined again.
//
// Named types are compared once per pair, so that recursion ends, and a type of one text that is equal to one of another
// costs no more than its own length.
func sameSchema(a, b *Schema, all bool) bool {
	type pair struct{ a, b *Schema }
	var seen map[pair]bool
	as, bs := []*Schema{a}, []*Schema{b}
	for len(as) > 0 {
		a, b := as[len(as)-1], bs[len(bs)-1]
		as, bs = as[:len(as)-1], bs[:len(bs)-1]
		if a == b || seen[pair{a, b}] {
			continue
		}
		if !sameNode(a, b) || all && !sameDetails(a, b) {
			return false
		}
		if a.kind == KindRecord {
			if seen == nil {
				seen = map[pair]bool{}
			}
			seen[pair{a, b}] = true
		}
		as, bs = a.appendParts(as), b.appendParts(bs)
	}
	return true
}

// sameNode compares two schemas without the schemas that they are made of.
func sameNode(a, b *Schema) bool {
	return a.kind == b.kind && a.name == b.name && a.size == b.size &&
		a.logical == b.logical && a.precision == b.precision && a.scale == b.scale &&
		slices.Equal(a.symbols, b.symbols) &&
		len(a.branches) == len(b.branches) &&
		slices.EqualFunc(a.fields, b.fields, func(f, g *Field) bool { return f.name == g.name })
}

// sameDetails compares what a type must have in common with an earlier definition besides what sameNode compares.
func sameDetails(a, b *Schema) bool {
	return sameProps(a.props, b.props) &&
		slices.EqualFunc(a.fields, b.fields, func(f, g *Field) bool {
			return f.order == g.order && bytes.Equal(f.Default(), g.Default()) && sameProps(f.props, g.props)
		})
}

// sameProps compares properties in whatever order they are.
func sameProps(a, b []property) bool {
	if len(a) != len(b) {
		return false
	}
	values := make(map[string]*jsonValue, len(b))
	for i := range b {
		values[b[i].name] = &b[i].value
	}
	for i := range a {
		other := values[a[i].name]
		if other == nil || !bytes.Equal(a[i].value.appendJSON(nil), other.appendJSON(nil)) {
			return false
		}
	}
	return true
}
