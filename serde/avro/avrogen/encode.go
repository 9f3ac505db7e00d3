package avrogen

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// appender writes the writing half of a unit.
type appender struct {
	printer
	pointers int // variables so far
}

// append writes what appends a node in a place. after is how much room there has to be behind it.
func (a *appender) append(n *node, at place, levels, after int) {
	v := n.value
	switch v.form {
	case formNull:
	case formBool:
		a.p("i = out.Bool(i, %s)", at.value())
	case formInt:
		a.p("i = out.Long(i, int64(%s))", at.value())
	case formLong:
		a.p("i = out.Long(i, %s)", at.value())
	case formFloat:
		a.p("i = out.Float(i, %s)", at.value())
	case formDouble:
		a.p("i = out.Double(i, %s)", at.value())
	case formMillis:
		a.p("i = out.Millis(i, %s)", at.value())
	case formDate:
		a.p("i = out.Date(i, %s)", at.value())
	case formTime:
		a.p("i = out.Time(i, %s, %s)", at.value(), v.tick)
	case formLocalTime:
		a.p("i = out.LocalTime(i, %s, %s)", at.value(), v.tick)
	case formTimeOfDay:
		a.p("i = out.TimeOfDay(i, %s, %s)", at.value(), v.tick)
	case formDuration:
		a.p("i = out.Duration(i, %s)", at.value())
	case formString:
		a.p("i = out.Text(i, %s, %d)", at.value(), after)
	case formTexts:
		a.p("i = out.Texts(i, %s, %d)", at.value(), after)
	case formBytes:
		a.p("i = out.Bytes(i, %s, %d)", at.value(), after)
	case formDecimal:
		a.p("i = out.Decimal(i, %s, %d, %d, %d, %d)", at.value(), v.schema.Precision(), v.schema.Scale(), v.schema.Size(), after)
	case formCustom:
		a.p("i = %s.AppendTo(out, i, %s, %d)", v.custom.codec, at.address(), after)
	case formFixed:
		big := v.schema.Size() > maxInPlace
		if big {
			a.p("out.Room(i, %d)", v.schema.Size()+after)
		}
		a.p("i = out.Fixed(i, %s[:])", parenthesized(at))
	case formEnum:
		a.symbol(len(v.schema.Symbols()), at)
	case formRecord:
		a.record(n, at, levels, after)
	case formArray, formMap, formUnion:
		a.p("i = %s(out, i, %s, %s)", v.unit.appends(), depthPlus(levels), at.value())
		a.room(after)
	case formPointer:
		p := a.pointer()
		a.p("if %s := %s; %s != nil {", p, at.value(), p)
		a.append(n.elem, place{p, true, false}, levels, after)
		a.p("} else {\nout.Fail()\n}")
	case formSingle:
		a.p("i = out.Byte(i, 0)")
		a.append(n.elem, at, levels, after)
	case formNullable, formOptional, formNilable:
		a.nullable(n, at, levels, after)
	}
}

func (a *appender) room(n int) {
	if n > 0 {
		a.p("out.Room(i, %d)", n)
	}
}

// pointer returns the name of a new variable.
func (a *appender) pointer() string {
	a.pointers++
	return fmt.Sprintf("p%d", a.pointers)
}

// symbol writes what appends an enum of n symbols.
func (a *appender) symbol(n int, at place) {
	a.p("if e := %s; e < 1 || e > %d {\nout.Fail()\n} else {", at.value(), n)
	if n > 64 {
		a.p("i = out.Long(i, int64(e-1))\n}")
	} else {
		a.p("i = out.Byte(i, byte(e-1)<<1)\n}")
	}
}

func (a *appender) record(n *node, at place, levels, after int) {
	if n.called {
		a.p("i = %s.appendAvro(out, i, %s)", at.expr, depthPlus(levels))
		a.room(after)
		return
	}
	afters := make([]int, len(n.fields))
	for i := len(n.fields) - 1; i >= 0; i-- {
		afters[i] = after
		after = n.fields[i].need(after)
	}
	for i, f := range n.fields {
		a.append(f, at.field(n.value.record.fields[i].name), levels+1, afters[i])
	}
}

// nullable writes what appends a union of null and another type.
func (a *appender) nullable(n *node, at place, levels, after int) {
	v := n.value
	tag := (1 - v.null) << 1
	inner := at
	switch v.form {
	case formOptional:
		a.p("if %s.Valid {", at.expr)
		inner = at.field("Value")
	case formNullable:
		p := a.pointer()
		a.p("if %s := %s; %s != nil {", p, at.value(), p)
		inner = place{p, true, false}
	default:
		a.p("if %s != nil {", at.value())
	}
	a.p("i = out.Byte(i, %d)", tag)
	a.append(n.elem, inner, levels, after)
	a.p("} else {\ni = out.Byte(i, %d)\n}", v.null<<1)
}

// appendUnit writes the function that appends a unit.
func (u *unit) appendUnit(out *printer) {
	a := &appender{}
	switch {
	case u.record != nil:
		u.appendRecord(a, out)
	case u.value.form == formArray:
		u.appendArray(a, out)
	case u.value.form == formMap:
		u.appendMap(a, out)
	default:
		u.appendUnion(a, out)
	}
}

const enterOutput = "if out.Enter(depth) {\nreturn i\n}"

func (u *unit) appendRecord(a *appender, out *printer) {
	all := &node{value: &value{form: formRecord, record: u.record}, fields: u.nodes}
	a.room(all.need(0))
	a.append(all, place{"v", true, false}, 0, 0)
	out.p("func (v *%s) appendAvro(out *avro.Output, i, depth int) int {", u.record.name)
	out.p(enterOutput)
	out.Write(a.Bytes())
	out.p("return i\n}\n")
}

func (u *unit) appendArray(a *appender, out *printer) {
	n := u.nodes[0]
	a.room(n.need(0))
	before := a.Len()
	a.append(n, place{"item", true, false}, 1, 0)
	out.p("func %s(out *avro.Output, i, depth int, items %s) int {", u.appends(), u.value.typ)
	out.p(enterOutput)
	out.p("if len(items) > 0 {")
	out.p("i = out.Count(i, len(items))")
	if a.Len() > before {
		if mentions(a.String(), "item") {
			out.p("for k := range items {")
			out.p("item := &items[k]")
		} else {
			out.p("for range items {")
		}
		out.Write(a.Bytes())
		out.p("}")
	}
	out.p("}")
	out.p("return out.EndBlocks(i, 0)\n}\n")
}

func (u *unit) appendMap(a *appender, out *printer) {
	n := u.nodes[0]
	a.append(n, place{"value", false, false}, 1, 0)
	out.p("func %s(out *avro.Output, i, depth int, entries %s) int {", u.appends(), u.value.typ)
	out.p(enterOutput)
	out.p("if len(entries) > 0 {")
	out.p("i = out.Count(i, len(entries))")
	if mentions(a.String(), "value") {
		out.p("for key, value := range entries {")
	} else {
		out.p("for key := range entries {")
	}
	out.p("i = out.Text(i, key, %d)", n.need(0))
	out.Write(a.Bytes())
	out.p("}")
	out.p("}")
	out.p("return out.EndBlocks(i, 0)\n}\n")
}

// mentions reports whether code has a variable in it: of values without bytes, and of those that have the same bytes always, it has not.
func mentions(code, variable string) bool {
	return slices.Contains(strings.FieldsFunc(code, func(r rune) bool {
		return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), variable)
}

func (u *unit) appendUnion(a *appender, out *printer) {
	union := u.value.union
	names := "_"
	for i, b := range union.branches {
		if b.kind == branchNull {
			a.p("case nil:")
			a.tag(i, 0)
			continue
		}
		a.p("case %s:", b.typ)
		n := u.nodes[i]
		if b.kind == branchPointer {
			a.p("if u == nil {\nout.Fail()\nreturn i\n}")
		}
		need := n.need(0)
		a.tag(i, need)
		switch b.kind {
		case branchPointer:
			a.append(n, place{"u", true, false}, 0, 0)
		case branchWrapped:
			a.append(n, place{"u.Value", false, false}, 0, 0)
		case branchConverted:
			a.p("x := %s(u)", conversion(b.value.typ))
			a.append(n, place{"x", false, false}, 0, 0)
		default:
			a.append(n, place{"u", false, false}, 0, 0)
		}
		names = "u"
	}
	out.p("func %s(out *avro.Output, i, depth int, u %s) int {", u.appends(), union.name)
	out.p(enterOutput)
	if names == "u" {
		out.p("switch u := u.(type) {")
	} else {
		out.p("switch u.(type) {")
	}
	out.Write(a.Bytes())
	out.p("default:\nout.Fail()\n}")
	out.p("return i\n}\n")
}

// conversion returns a type as the operand of a conversion.
func conversion(typ string) string {
	if typ[0] == '*' {
		return "(" + typ + ")"
	}
	return typ
}

// tag writes what makes room for the index of a branch and appends it.
func (a *appender) tag(i, need int) {
	if i < 64 {
		a.p("out.Room(i, %d)", 1+need)
		a.p("i = out.Byte(i, %d)", i<<1)
	} else {
		a.p("out.Room(i, %d)", 5+need)
		a.p("i = out.Long(i, %d)", i)
	}
}
