package avrogen

import (
	"fmt"
	"strings"
)

// place is memory in the code that is written: a value, or a variable that points to one.
type place struct {
	expr    string
	pointer bool
	fresh   bool // the memory is zero
}

func (p place) value() string {
	if p.pointer {
		return "*" + p.expr
	}
	return p.expr
}

func (p place) field(name string) place { return place{p.expr + "." + name, false, p.fresh} }

// address returns a pointer to the place.
func (p place) address() string {
	if p.pointer {
		return p.expr
	}
	return "&" + p.expr
}

// reader writes the reading half of a unit.
type reader struct {
	printer
	unit   *unit
	index  bool   // the code uses index
	block  bool   // and b
	known  bool   // b is not nil here
	blocks string // the code that allocates the block
}

func depthPlus(n int) string {
	if n == 0 {
		return "depth"
	}
	return fmt.Sprintf("depth+%d", n)
}

// leafReads are the calls that read values without parts.
var leafReads = map[form]string{
	formBool: "Bool(pos)", formInt: "Int(pos)", formLong: "Long(pos)", formFloat: "Float(pos)", formDouble: "Double(pos)",
	formBytes: "Bytes(pos)", formString: "Text(pos)", formTexts: "Texts(pos)", formMillis: "Millis(pos)", formDate: "Date(pos)",
	formDuration: "Duration(pos)",
}

// read writes what reads a node into a place, with some levels of records around it in the unit.
func (r *reader) read(n *node, at place, levels int) {
	v := n.value
	if call, ok := leafReads[v.form]; ok {
		r.p("%s, pos = in.%s", at.value(), call)
		return
	}
	switch v.form {
	case formTime:
		r.p("%s, pos = in.Time(pos, %s)", at.value(), v.tick)
	case formLocalTime:
		r.p("%s, pos = in.LocalTime(pos, %s)", at.value(), v.tick)
	case formTimeOfDay:
		r.p("%s, pos = in.TimeOfDay(pos, %s)", at.value(), v.tick)
	case formDecimal:
		r.p("%s, pos = in.Decimal(pos, %d, %d)", at.value(), v.schema.Scale(), v.schema.Size())
	case formFixed:
		r.p("pos = in.Fixed(pos, %s[:])", parenthesized(at))
	case formEnum:
		r.index = true
		r.p("index, pos = in.%s", indexCall(len(v.schema.Symbols())))
		r.p("%s = %s(index + 1)", at.value(), v.typ)
	case formCustom:
		r.p("pos = %s.DecodeFrom(in, pos, %s)", v.custom.codec, at.address())
	case formRecord:
		if n.called {
			r.p("pos = %s.readAvro(in, pos, %s)", at.expr, depthPlus(levels))
			return
		}
		for i, f := range n.fields {
			r.read(f, at.field(v.record.fields[i].name), levels+1)
		}
	case formArray, formMap, formUnion:
		r.p("%s, pos = %s(in, pos, %s)", at.value(), v.unit.reads(), depthPlus(levels))
	case formPointer:
		r.target(n, at, levels)
	case formSingle:
		r.p("_, pos = in.Index(pos, 1)")
		r.read(n.elem, at, levels)
	case formNullable, formOptional, formNilable:
		r.readNullable(n, at, levels)
	}
}

func parenthesized(at place) string {
	if at.pointer {
		return "(*" + at.expr + ")"
	}
	return at.expr
}

// indexCall returns the call that reads one of n indexes.
func indexCall(n int) string {
	if n > 64 {
		return fmt.Sprintf("WideIndex(pos, %d)", n)
	}
	return fmt.Sprintf("Index(pos, %d)", n)
}

// readNullable writes what reads a union of null and another type.
func (r *reader) readNullable(n *node, at place, levels int) {
	v := n.value
	r.index = true
	r.p("if index, pos = in.Index(pos, 2); index == %d {", 1-v.null)
	switch v.form {
	case formNullable:
		r.target(n, at, levels)
	case formOptional:
		r.p("%s.Valid = true", at.expr)
		r.read(n.elem, at.field("Value"), levels)
	default:
		r.read(n.elem, at, levels)
	}
	if !at.fresh {
		r.p("} else {")
		if v.form == formOptional {
			r.p("%s = %s{}", at.value(), v.typ)
		} else {
			r.p("%s = nil", at.value())
		}
	}
	r.p("}")
}

// target writes what reads the value that a pointer points to.
func (r *reader) target(n *node, at place, levels int) {
	if n.block == "" {
		r.p("pos = in.Enter(pos, %s)", depthPlus(levels))
		r.p("%s = new(%s)", at.value(), n.elem.value.typ)
		r.read(n.elem, place{parenthesized(at), true, true}, levels)
		return
	}
	known := r.known
	if !known {
		r.WriteString(r.blocks)
	}
	r.block, r.known = true, true
	target := place{"b." + n.block, false, true}
	r.p("%s = &%s", at.value(), target.expr)
	r.read(n.elem, target, levels)
	r.known = known
}

func (u *unit) reads() string   { return "read" + u.name }
func (u *unit) appends() string { return "append" + u.name }

// readUnit writes the function that reads a unit.
func (u *unit) readUnit(out *printer) {
	r := &reader{unit: u}
	switch {
	case u.record != nil:
		u.readRecord(r, out)
	case u.value.form == formArray:
		u.readArray(r, out)
	case u.value.form == formMap:
		u.readMap(r, out)
	default:
		u.readUnion(r, out)
	}
	if len(u.block) > 0 {
		out.p("// %s is what optional fields of one %s point to.", u.blockType, u.holder())
		out.p("type %s struct {", u.blockType)
		for _, f := range u.block {
			out.p("%s %s", f.name, f.typ)
		}
		out.p("}")
		out.p("")
	}
}

func (u *unit) holder() string {
	if u.record != nil {
		return u.record.name
	}
	return "part of " + u.value.typ
}

// variables writes the declarations that the code needs.
func (r *reader) variables(out *printer) {
	if r.index {
		out.p("var index int")
	}
	if r.block {
		out.p("var b *%s", r.unit.blockType)
	}
}

func (u *unit) readRecord(r *reader, out *printer) {
	r.blocks = fmt.Sprintf("if b == nil {\nb = new(%s)\n}\n", u.blockType)
	for i, n := range u.nodes {
		r.read(n, place{"v." + u.record.fields[i].name, false, false}, 1)
	}
	out.p("func (v *%s) readAvro(in *avro.Input, pos, depth int) int {", u.record.name)
	out.p("if pos = in.Enter(pos, depth); pos < 0 {\nreturn pos\n}")
	r.variables(out)
	out.Write(r.Bytes())
	out.p("return pos\n}\n")
}

func (u *unit) readArray(r *reader, out *printer) {
	item := u.value.elem
	r.blocks = fmt.Sprintf("if b == nil {\nif len(blocks) == 0 {\nblocks = make([]%s, min(left, cap(items)-len(items)+1, %d))\n}\nb, blocks = &blocks[0], blocks[1:]\n}\n", u.blockType, u.first())
	at := place{"items[len(items)-1]", false, true}
	if item.form == formRecord || item.form == formOptional {
		at = place{"item", true, true}
	}
	r.read(u.nodes[0], at, 0)
	typ := u.value.typ
	out.p("func %s(in *avro.Input, pos, depth int) (%s, int) {", u.reads(), typ)
	out.p("if pos = in.Enter(pos, depth); pos < 0 {\nreturn nil, pos\n}")
	if strings.Contains(r.String(), "depth") {
		out.p("depth++")
	}
	out.p("items := %s{}", typ)
	if r.block {
		out.p("var blocks []%s", u.blockType)
	}
	if r.index {
		out.p("var index int")
	}
	least := leastSize(item.schema)
	out.p("left, end, pos := in.Block(pos, -1, %d)", least)
	out.p("for left > 0 {")
	if r.block {
		u.readFew(out)
	}
	out.p("items = slices.Grow(items, min(left, %d))", first(layoutOf(item).size))
	out.p("for ; left > 0; left-- {")
	out.p("if len(items) == cap(items) {\nitems = slices.Grow(items, 1)\n}")
	out.p("items = items[:len(items)+1]")
	if at.pointer && strings.Contains(r.String(), "item.") || at.pointer && strings.Contains(r.String(), "*item") {
		out.p("item := &items[len(items)-1]")
	}
	if r.block {
		out.p("var b *%s", u.blockType)
	}
	out.Write(r.Bytes())
	out.p("if pos < 0 {\nreturn nil, pos\n}")
	out.p("}")
	out.p("left, end, pos = in.Block(pos, end, %d)", least)
	out.p("}")
	out.p("return items, pos\n}\n")
}

// few is the number of items up to which an array has its items and what their optional fields point to in one piece of memory: most arrays
// are short, and allocating is what reading one costs most.
const few = 4

// readFew writes what allocates the memory of an array with few items.
func (u *unit) readFew(out *printer) {
	part := layoutOf(u.value.elem).plus(u.layout)
	if part.size < 0 || few*part.size > maxBlock {
		return
	}
	out.p("if cap(items) == 0 {\nswitch left {")
	for n := 1; n <= few; n++ {
		out.p("case %d:", n)
		out.p("part := new(struct {\nitems [%d]%s\nblocks [%d]%s\n})", n, u.value.elem.typ, n, u.blockType)
		out.p("items, blocks = part.items[:0], part.blocks[:]")
	}
	out.p("}\n}")
}

func (u *unit) readMap(r *reader, out *printer) {
	r.blocks = fmt.Sprintf("if b == nil {\nb = new(%s)\n}\n", u.blockType)
	r.read(u.nodes[0], place{"value", false, true}, 0)
	typ := u.value.typ
	entry := layout{16, 8}.plus(layoutOf(u.value.elem)).size
	if entry > 0 {
		entry *= 2
	}
	least := leastSize(u.value.elem.schema) + 1
	out.p("func %s(in *avro.Input, pos, depth int) (%s, int) {", u.reads(), typ)
	out.p("if pos = in.Enter(pos, depth); pos < 0 {\nreturn nil, pos\n}")
	if strings.Contains(r.String(), "depth") {
		out.p("depth++")
	}
	if r.index {
		out.p("var index int")
	}
	out.p("left, end, pos := in.Block(pos, -1, %d)", least)
	out.p("m := make(%s, min(left, %d))", typ, first(entry))
	out.p("for left > 0 {")
	out.p("for ; left > 0; left-- {")
	out.p("var key string")
	out.p("var value %s", u.value.elem.typ)
	if r.block {
		out.p("var b *%s", u.blockType)
	}
	out.p("key, pos = in.Text(pos)")
	out.Write(r.Bytes())
	out.p("if pos < 0 {\nreturn nil, pos\n}")
	out.p("m[key] = value")
	out.p("}")
	out.p("left, end, pos = in.Block(pos, end, %d)", least)
	out.p("}")
	out.p("return m, pos\n}\n")
}

func (u *unit) readUnion(r *reader, out *printer) {
	r.blocks = fmt.Sprintf("if b == nil {\nb = new(%s)\n}\n", u.blockType)
	union := u.value.union
	r.p("switch index, pos = in.%s; index {", indexCall(len(union.branches)))
	for i, b := range union.branches {
		if b.kind == branchNull {
			continue
		}
		r.p("case %d:", i)
		if b.kind == branchPointer {
			r.p("u := new(%s)", b.value.typ)
			r.read(u.nodes[i], place{"u", true, true}, 0)
			r.p("return u, pos")
			continue
		}
		r.p("var u %s", b.value.typ)
		r.read(u.nodes[i], place{"u", false, true}, 0)
		switch b.kind {
		case branchConverted:
			r.p("return %s(u), pos", b.typ)
		case branchWrapped:
			r.p("return %s{u}, pos", b.typ)
		default:
			r.p("return u, pos")
		}
	}
	r.p("}")
	r.index = true
	out.p("func %s(in *avro.Input, pos, depth int) (%s, int) {", u.reads(), union.name)
	out.p("if pos = in.Enter(pos, depth); pos < 0 {\nreturn nil, pos\n}")
	r.variables(out)
	out.Write(r.Bytes())
	out.p("return nil, pos\n}\n")
}
