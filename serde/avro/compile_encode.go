package avro

import (
	"reflect"
	"unsafe"
)

// encodePlan is the plan of writing: made once, used by all goroutines. Its operations stand for the same types as those of
// reading. Register 0 is where the value is; each pointer on the way to a field takes the next one.
type encodePlan struct {
	cfg  *config
	name string
	root *program
}

// registers is how many pointers within pointers a program follows by itself.
const registers = 4

// writer makes the programs of an encoding.
type writer struct {
	compiler
}

func newWriter(cfg *config, own map[string]*Schema) *writer {
	return &writer{compiler{cfg: cfg, ownEnums: own, programs: map[programKey]*program{}, failed: map[programKey]*Error{}, open: map[programKey]bool{}}}
}

// written returns the program that writes values of type t.
func (c *writer) written(s *Schema, t reflect.Type) (*program, *Error) {
	return c.separate(programKey{s, nil, t}, func(b *builder) *Error {
		if err := c.value(b, "", spot{}, s, t); err != nil {
			return err
		}
		b.prog.needs()
		return nil
	})
}

// maxInPlace is the size of a fixed that counts as bounded. Larger ones make room for themselves.
const maxInPlace = 64

// needs computes how much room operations need in the buffer. Operations of a bounded size do not look for room: those of unbounded size make
// room for them, and so does the beginning of the program.
func (p *program) needs() {
	needs := make([]int32, len(p.ops)+1) // from each operation on, until one that makes room
	for i := len(p.ops) - 1; i >= 0; i-- {
		o := &p.ops[i]
		next := needs[i+1]
		switch o.code {
		case opString, opBytes, opArray, opTexts, opFunc, opCall, opTag:
			o.arg = uint32(next)
		case opOptionalText:
			o.n = next
			needs[i] = 1
		case opOptional, opNullable, opNilable:
			needs[i] = 1 + max(next, needs[i+int(o.n)])
		case opPointer:
			needs[i] = next
		case opFixed:
			needs[i] = o.n + next
		default:
			needs[i] = varintSize + next
		}
	}
	p.need = int(needs[0])
}

// The codes that only writing has.
const (
	opNilable = opSkipMap + 1 + iota // a slice or map: nil is null and jumps by n
	opTag                            // the index of a union's branch: n
)

// value adds what writes memory of type t as s says.
func (c *writer) value(b *builder, path string, at spot, s *Schema, t reflect.Type) *Error {
	switch {
	case t.Size() > 1<<30:
		return unmapped(path, "the Go type %v is too large", t)
	case endless(t):
		return unmapped(path, "the Go type %v is a pointer to pointers, more than %d", t, maxPointers-1)
	case isCustom(t):
		c.function(b, path, at, c.customWriter(s, t))
		return nil
	case t == anyType:
		c.function(b, path, at, c.genericWriter(s))
		return nil
	case s.kind == KindUnion:
		return c.union(b, path, at, s, t)
	case t.Kind() == reflect.Pointer && !leafPointer(t):
		return c.pointer(b, path, at, s, t)
	}
	switch s.kind {
	case KindRecord:
		return c.record(b, path, at, s, t)
	case KindArray:
		return c.array(b, path, at, s, t)
	case KindMap:
		return c.mapping(b, path, at, s, t)
	case KindEnum:
		return c.enum(b, path, at, s, t)
	case KindNull:
		return nil
	default:
		return c.leaf(b, path, at, s, t)
	}
}

// writeFunc appends the value at p, which lies some levels deep.
type writeFunc func(e *encodePlan, dst []byte, p unsafe.Pointer, depth int) ([]byte, *Error)

// function adds an operation that calls write.
func (c *writer) function(b *builder, path string, at spot, write writeFunc) {
	b.add(path, at, op{code: opFunc, n: c.levels, aux: &aux{write: write}})
}

// pointer adds what a pointer points to, which must not be nil.
func (c *writer) pointer(b *builder, path string, at spot, s *Schema, t reflect.Type) *Error {
	if at.reg+1 < registers {
		b.add(path, at, op{code: opPointer, small: at.reg + 1})
		return c.value(b, path, spot{reg: at.reg + 1}, s, t.Elem())
	}
	elem, err := c.written(s, t.Elem())
	if err != nil {
		return err.within(path)
	}
	levels := int(c.levels)
	c.function(b, path, at, func(e *encodePlan, dst []byte, p unsafe.Pointer, depth int) ([]byte, *Error) {
		if p = *(*unsafe.Pointer)(p); p == nil {
			return dst, nilPointer()
		}
		return e.call(elem, dst, p, depth+levels)
	})
	return nil
}

func nilPointer() *Error { return encodeError("a nil pointer, where the schema has no null") }

// record adds the fields of a record.
func (c *writer) record(b *builder, path string, at spot, s *Schema, t reflect.Type) *Error {
	if t == recordType || t == recordPtrType {
		c.function(b, path, at, c.recordWriter(s, t))
		return nil
	}
	if t.Kind() != reflect.Struct {
		return unmapped(path, "%s needs a Go struct, not %v", describe(s), t)
	}
	key := programKey{s, nil, t}
	if c.apart(b, path, key) {
		elem, err := c.written(s, t)
		if err != nil {
			return err.within(path)
		}
		b.add(path, at, op{code: opCall, n: c.levels, aux: &aux{elem: elem}})
		return nil
	}
	c.open[key] = true
	c.levels++
	for i, m := range c.structFields(path, s, t) {
		if m.typ == nil {
			continue // noted as missing
		}
		f := s.fields[i]
		if err := c.value(b, joinPath(path, f.name), at.plus(m.offset), f.schema, m.typ); err != nil {
			return err
		}
	}
	c.levels--
	delete(c.open, key)
	return nil
}

// union adds a union.
func (c *writer) union(b *builder, path string, at spot, s *Schema, t reflect.Type) *Error {
	null, value, isNullable := nullable(s)
	inner, valid, isOptional := optionalType(t)
	switch {
	case t.Kind() == reflect.Interface:
		return c.sealed(b, path, at, s, t)
	case len(s.branches) == 1:
		b.add(path, at, op{code: opTag})
		return c.value(b, path, at, s.branches[0], t)
	case !isNullable:
		return unmapped(path, "a union of other types than null and one more needs an interface, any or one given with WithUnion, not %v", t)
	case isOptional:
		start := b.add(path, at, op{code: opNullable, small: uint8(null), arg: uint32(valid)})
		err := c.value(b, path, at, s.branches[value], inner)
		b.land(start)
		return err
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Map || leafPointer(t):
		start := b.add(path, at, op{code: opNilable, small: uint8(null)})
		err := c.value(b, path, at, s.branches[value], t)
		b.land(start)
		return err
	case t.Kind() != reflect.Pointer:
		return unmapped(path, "a union with null needs a pointer, an Optional, a slice or a map, not %v", t)
	case at.reg+1 < registers:
		start := b.add(path, at, op{code: opOptional, small: at.reg + 1, arg: uint32(null)})
		err := c.value(b, path, spot{reg: at.reg + 1}, s.branches[value], t.Elem())
		b.fuseText(start)
		b.land(start)
		return err
	default:
		return c.farOptional(b, path, at, s, t)
	}
}

// farOptional adds an optional pointer for which no register is left.
func (c *writer) farOptional(b *builder, path string, at spot, s *Schema, t reflect.Type) *Error {
	null, value, _ := nullable(s)
	elem, err := c.written(s.branches[value], t.Elem())
	if err != nil {
		return err.within(path)
	}
	levels := int(c.levels)
	c.function(b, path, at, func(e *encodePlan, dst []byte, p unsafe.Pointer, depth int) ([]byte, *Error) {
		if p = *(*unsafe.Pointer)(p); p == nil {
			return appendLong(dst, int64(null)), nil
		}
		return e.call(elem, appendLong(dst, int64(value)), p, depth+levels)
	})
	return nil
}

// array adds a slice.
func (c *writer) array(b *builder, path string, at spot, s *Schema, t reflect.Type) *Error {
	if t.Kind() != reflect.Slice {
		return unmapped(path, "an array needs a Go slice, not %v", t)
	}
	elem, err := c.written(s.elem, t.Elem())
	if err != nil {
		return err.within(path + "[]")
	}
	b.add(path, at, op{code: opArray, n: c.levels, aux: &aux{elem: elem, size: t.Elem().Size()}})
	return nil
}

// mapping adds a map.
func (c *writer) mapping(b *builder, path string, at spot, s *Schema, t reflect.Type) *Error {
	if t.Kind() != reflect.Map || t.Key().Kind() != reflect.String {
		return unmapped(path, "a map needs a Go map with strings as keys, not %v", t)
	}
	elem, err := c.written(s.elem, t.Elem())
	if err != nil {
		return err.within(path + "[]")
	}
	if isTexts(t) && len(elem.ops) == 1 && elem.ops[0].code == opString && !c.cfg.sortedMaps {
		b.add(path, at, op{code: opTexts})
		return nil
	}
	levels := int(c.levels)
	c.function(b, path, at, func(e *encodePlan, dst []byte, p unsafe.Pointer, depth int) ([]byte, *Error) {
		return e.entries(elem, dst, reflect.NewAt(t, p).Elem(), depth+levels)
	})
	return nil
}

// enum adds an enum.
func (c *writer) enum(b *builder, path string, at spot, s *Schema, t reflect.Type) *Error {
	if t.Kind() == reflect.String {
		index := make(map[string]int, len(s.symbols))
		for i, name := range s.symbols {
			index[name] = i
		}
		c.function(b, path, at, func(_ *encodePlan, dst []byte, p unsafe.Pointer, _ int) ([]byte, *Error) {
			i, ok := index[*(*string)(p)]
			if !ok {
				return dst, encodeError("a string is none of the symbols of %s", describe(s))
			}
			return appendLong(dst, int64(i)), nil
		})
		return nil
	}
	if !isGoInt(t.Kind()) {
		return unmapped(path, "%s needs a Go integer or string type, not %v", describe(s), t)
	}
	values, err := enumValues(path, t, s.symbols, c.ownSymbols(s))
	if err != nil {
		return err
	}
	inOrder := true
	index := make(map[int64]int, len(values))
	for i, v := range values {
		inOrder = inOrder && v == int64(i+1)
		if v >= 0 {
			index[v] = i
		}
	}
	if inOrder {
		b.add(path, at, op{code: opEnum, small: uint8(t.Kind()), n: int32(len(values))})
		return nil
	}
	kind := uint8(t.Kind())
	c.function(b, path, at, func(_ *encodePlan, dst []byte, p unsafe.Pointer, _ int) ([]byte, *Error) {
		v := loadInt(p, kind)
		i, ok := index[v]
		if !ok {
			return dst, noSymbol(v)
		}
		return appendLong(dst, int64(i)), nil
	})
	return nil
}

func noSymbol(v int64) *Error {
	if v == 0 {
		return encodeError("an enum is unset: 0 is no symbol")
	}
	return encodeError("the value %d of an enum is no symbol of the schema", v)
}

// sealed adds a union that is a Go interface with one type per branch.
func (c *writer) sealed(b *builder, path string, at spot, s *Schema, t reflect.Type) *Error {
	types, known := c.cfg.unions[t]
	if !known {
		return unmapped(path, "the branches' Go types of the interface %v are not known; give them with WithUnion", t)
	}
	type branch struct {
		index int64
		elem  *program
	}
	null := int64(-1)
	branches := map[reflect.Type]branch{}
	for i, sb := range s.branches {
		if sb.kind == KindNull {
			null = int64(i)
			continue
		}
		bt := types[branchName(sb)]
		if bt == nil {
			continue // no value has this branch
		}
		elem, err := c.written(sb, bt)
		if err != nil {
			return err.within(path)
		}
		branches[bt] = branch{int64(i), elem}
	}
	levels := int(c.levels)
	c.function(b, path, at, func(e *encodePlan, dst []byte, p unsafe.Pointer, depth int) ([]byte, *Error) {
		v := reflect.NewAt(t, p).Elem().Elem()
		if !v.IsValid() {
			if null < 0 {
				return dst, encodeError("nil, where the union has no null")
			}
			return appendLong(dst, null), nil
		}
		br, ok := branches[v.Type()]
		if !ok {
			return dst, encodeError("the Go type %v stands for no branch of the union", v.Type())
		}
		held := reflect.New(v.Type())
		held.Elem().Set(v)
		return e.call(br.elem, appendLong(dst, br.index), held.UnsafePointer(), depth+levels)
	})
	return nil
}
