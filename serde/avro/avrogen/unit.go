package avrogen

import "strings"

// unit is one function that reads and one that writes: of a record, an array, a map or a union. Records within records are part of their
// surroundings' unit, so that all of it is straight code, and that all optional fields share one block of memory.
type unit struct {
	record *record // of a unit that is methods of a record
	value  *value  // of all others
	name   string
	nodes  []*node // the record's fields; the item or value; the branches

	block []blockField
	// blockType is the name of the block's type, "" as long as there is none.
	blockType string
	layout    layout
	names     scope // of the block
	size      int   // nodes so far
	open      map[*record]bool
}

// blockField is the memory of an optional field.
type blockField struct{ name, typ string }

// node is a value as a part of a unit.
type node struct {
	value  *value
	fields []*node // of a record that is part of the unit
	called bool    // a record that is not
	elem   *node
	block  string // the field of the block that a pointer points to, "" where it gets memory of its own
}

// Larger units call those of the records in them: types that name each other can multiply without end.
const maxNodes = 400

// The sizes in bytes of a block, and of a value in one, are bounded: a single field that is not null costs the whole block.
const (
	maxBlock     = 2 << 10
	maxBlockPart = 512
)

// units makes the units of the file's codecs.
func (g *generator) units() {
	for _, c := range g.current.codecs {
		if c.record != nil {
			g.recordUnit(c.record)
		}
	}
}

func (g *generator) newUnit(u *unit) *unit {
	u.names, u.open, u.layout = scope{}, map[*record]bool{}, layout{0, 1}
	g.current.units = append(g.current.units, u)
	return u
}

// recordUnit makes sure that a record has methods.
func (g *generator) recordUnit(r *record) {
	if r.unit != nil {
		return
	}
	r.unit = g.newUnit(&unit{record: r, name: r.name})
	r.unit.open[r] = true
	for _, f := range r.fields {
		r.unit.nodes = append(r.unit.nodes, g.node(r.unit, f.value, f.name))
	}
}

// valueUnit makes sure that an array, map or union has functions.
func (g *generator) valueUnit(v *value) {
	if v.unit != nil {
		return
	}
	v.unit = g.newUnit(&unit{value: v, name: strings.TrimPrefix(g.names.claim("read"+v.name), "read")})
	if v.form != formUnion {
		v.unit.nodes = []*node{g.node(v.unit, v.elem, "")}
		return
	}
	for _, b := range v.union.branches {
		var n *node
		if b.value != nil {
			n = g.node(v.unit, b.value, wrapperName(b.value.schema))
		}
		v.unit.nodes = append(v.unit.nodes, n)
	}
}

// node makes the node of a value; path is where it is within the unit.
func (g *generator) node(u *unit, v *value, path string) *node {
	n := &node{value: v}
	u.size++
	switch v.form {
	case formRecord:
		if u.open[v.record] || u.size > maxNodes {
			n.called = true
			g.recordUnit(v.record)
			break
		}
		u.open[v.record] = true
		for _, f := range v.record.fields {
			n.fields = append(n.fields, g.node(u, f.value, path+f.name))
		}
		delete(u.open, v.record)
	case formArray, formMap, formUnion:
		g.valueUnit(v)
	case formNullable, formPointer:
		if n.block = u.reserve(v.elem, path); n.block != "" && u.blockType == "" {
			u.blockType = g.names.claim(unexported(u.name) + "Block")
		}
		n.elem = g.node(u, v.elem, path)
	case formOptional, formNilable, formSingle:
		n.elem = g.node(u, v.elem, path)
	}
	return n
}

// reserve returns the field of the block for a value, or "" where it has to be elsewhere.
func (u *unit) reserve(v *value, path string) string {
	part := layoutOf(v)
	whole := u.layout.plus(part)
	if whole.size < 0 || part.size > maxBlockPart || whole.size > maxBlock {
		return ""
	}
	if path == "" {
		path = "Value"
	}
	name := u.names.claim(path)
	u.block = append(u.block, blockField{name, v.typ})
	u.layout = whole
	return name
}

// need returns how much room values take from a node on, up to what makes room for itself; after is what those behind the node take.
func (n *node) need(after int) int {
	switch n.value.form {
	case formBool:
		return 1 + after
	case formInt, formDate, formEnum:
		return 5 + after
	case formFloat:
		return 4 + after
	case formDouble:
		return 8 + after
	case formDuration:
		return 12 + after
	case formLong, formMillis, formTime, formLocalTime, formTimeOfDay:
		return 10 + after
	case formFixed:
		if size := n.value.schema.Size(); size <= maxInPlace {
			return size + after
		}
		return 0
	case formRecord:
		if n.called {
			return 0
		}
		for i := len(n.fields) - 1; i >= 0; i-- {
			after = n.fields[i].need(after)
		}
		return after
	case formNullable, formOptional, formNilable:
		return 1 + max(after, n.elem.need(after))
	case formSingle:
		return 1 + n.elem.need(after)
	case formPointer:
		return n.elem.need(after)
	case formNull:
		return after
	default:
		return 0
	}
}

// maxInPlace is the size of a fixed that counts as bounded.
const maxInPlace = 64

// first returns how many blocks may be allocated at once.
func (u *unit) first() int { return first(max(u.layout.end().size, 1)) }
