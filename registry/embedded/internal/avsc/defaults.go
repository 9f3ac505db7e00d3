package avsc

import "fmt"

// defaults checks the defaults of fields. Verdicts are kept, so that unions
// inside of unions do not make the work exponential.
type defaults map[defaultPair]bool

type defaultPair struct {
	node  *node
	value *value
}

func (d defaults) check(record *node) error {
	for _, f := range record.fields {
		if f.preset != nil && !d.valid(f.typ, f.preset) {
			w := writer{known: map[string]bool{}}
			w.node(f.typ, "")
			return fmt.Errorf("Invalid default for field %s: %s not a %s", f.name, f.preset, w.out)
		}
	}
	return nil
}

// valid reports whether v may be a default of type n. A record whose default
// asks for itself has none.
func (d defaults) valid(n *node, v *value) bool {
	if v == nil {
		return false
	}
	n = n.resolved()
	pair := defaultPair{n, v}
	if known, ok := d[pair]; ok {
		return known
	}
	d[pair] = false
	d[pair] = d.fits(n, v)
	return d[pair]
}

func (d defaults) fits(n *node, v *value) bool {
	switch n.kind {
	case "null":
		return v.kind == nullKind
	case "boolean":
		return v.kind == boolKind
	case "int":
		return v.kind == numberKind && fits(v.text, 32)
	case "long":
		return v.kind == numberKind && fits(v.text, 64)
	case "float", "double":
		return v.kind == numberKind
	case "string", "bytes", "fixed", "enum":
		return v.kind == stringKind
	case "array":
		return v.kind == arrayKind && d.all(n.element, v.items)
	case "map":
		return v.kind == objectKind && d.all(n.element, memberValues(v))
	case "union":
		for _, branch := range n.branches {
			if d.valid(branch, v) {
				return true
			}
		}
		return false
	}
	return v.kind == objectKind && d.fitsRecord(n, v)
}

func (d defaults) fitsRecord(n *node, v *value) bool {
	for _, f := range n.fields {
		given := v.get(f.name)
		if given == nil {
			given = f.preset
		}
		if !d.valid(f.typ, given) {
			return false
		}
	}
	return true
}

func (d defaults) all(n *node, values []*value) bool {
	for _, v := range values {
		if !d.valid(n, v) {
			return false
		}
	}
	return true
}

func memberValues(v *value) []*value {
	values := make([]*value, len(v.members))
	for i, m := range v.members {
		values[i] = m.value
	}
	return values
}
