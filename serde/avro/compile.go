package avro

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// compiler makes the programs of one plan.
type compiler struct {
	cfg      *config
	ownEnums map[string]*Schema // of the codec's own schema, which give Go types their values
	match    *resolver
	least    *leastSizes
	programs map[programKey]*program
	failed   map[programKey]*Error // those that do not resolve
	work     int                   // operations and records that programs were made of so far, also in vain
	made     []programKey          // of programs, in the order of their beginning
	memories []*memory
	open     map[programKey]bool // records that are being made part of a program
	levels   int32               // of records around, within the program
	missing  []string            // fields without a Go field
	growth   float64             // bytes of memory per byte of input, at most
}

type programKey struct {
	writer, reader *Schema
	typ            reflect.Type
}

// Named types that name each other can multiply without end, and so can attempts to resolve them. So large programs, deep ones, and all
// of a plan that took much work call others instead of including them. What is called is made once, which keeps any plan
// in earnest far below the work that is too much.
const (
	maxIncluded     = 2048
	maxIncludedWork = 64 << 10
	maxWork         = 1 << 20
)

// maxBlock bounds the memory that one field which is not null costs, and maxBlockPart what a value in it may take.
const (
	maxBlock     = 2 << 10
	maxBlockPart = 512
)

// few is how many items of an array find what their optional fields point to in the block of the record around them: most arrays are
// short, and what reading one costs most is to allocate.
const few = 4

// spot is memory that a program fills: an offset from a register.
type spot struct {
	reg uint8
	off uintptr
}

func (s spot) plus(off uintptr) spot { return spot{s.reg, s.off + off} }

// builder makes one program.
type builder struct {
	prog  *program
	block []reflect.StructField
	size  uintptr // of the block so far
	work  *int    // of the compiler
}

// add appends an operation and returns its index.
func (b *builder) add(path string, at spot, o op) int {
	*b.work++
	o.reg, o.off = at.reg, uint32(at.off)
	b.prog.ops = append(b.prog.ops, o)
	b.prog.paths = append(b.prog.paths, path)
	return len(b.prog.ops) - 1
}

// next returns the index of the operation to come.
func (b *builder) next() int { return len(b.prog.ops) }

// cut takes the operations from index on away.
func (b *builder) cut(index int) {
	b.prog.ops = b.prog.ops[:index]
	b.prog.paths = b.prog.paths[:index]
}

// land makes the operation at index jump to the next one.
func (b *builder) land(index int) {
	b.prog.ops[index].n = int32(b.next() - index)
}

// reserve returns the place of a value in the block, unless the block is full.
func (b *builder) reserve(t reflect.Type) (spot, bool) {
	align := uintptr(t.Align())
	off := (b.size + align - 1) &^ (align - 1)
	if t.Size() > maxBlockPart || off+t.Size() > maxBlock {
		return spot{}, false
	}
	b.block = append(b.block, reflect.StructField{Name: "F" + strconv.Itoa(len(b.block)), Type: t})
	b.size = off + t.Size()
	return spot{1, off}, true
}

// apart reports whether a record is to have a program of its own.
func (c *compiler) apart(b *builder, path string, key programKey) bool {
	c.work++
	return c.open[key] || b.next() > maxIncluded || len(path) > maxPath || c.work > maxIncludedWork
}

// program returns the program of a value of its own: an item, or a part of a recursive value. Without r it reads over the value.
func (c *compiler) program(w, r *Schema, t reflect.Type) (*program, *Error) {
	return c.separate(programKey{w, r, t}, func(b *builder) *Error {
		if r == nil {
			return c.skip(b, "", w)
		}
		return c.value(b, "", spot{}, w, r, t)
	})
}

// separate returns the program for a key, which fill makes the first time. While it is made it is known already, so that values can
// contain themselves.
func (c *compiler) separate(key programKey, fill func(*builder) *Error) (*program, *Error) {
	if p := c.programs[key]; p != nil {
		return p, nil
	}
	if known := c.failed[key]; known != nil {
		err := *known // callers put paths in front
		return nil, &err
	}
	if c.work > maxWork {
		return nil, unmapped("", "the types of the schemas name each other so often that a plan takes more than %d operations", maxWork)
	}
	b := &builder{prog: &program{}, work: &c.work}
	c.programs[key] = b.prog
	first := len(c.made)
	c.made = append(c.made, key)
	open, levels := c.open, c.levels
	c.open, c.levels = map[programKey]bool{}, 0
	err := fill(b)
	c.open, c.levels = open, levels
	if err != nil {
		for _, key := range c.made[first:] { // those made meanwhile may call this one
			delete(c.programs, key)
		}
		c.made = c.made[:first]
		if err.unresolvable {
			known := *err
			c.failed[key] = &known
		}
		return nil, err
	}
	if len(b.block) > 0 {
		b.prog.block = c.memory(reflect.StructOf(b.block))
		c.costs(b.prog.block.size, 1)
	}
	return b.prog, nil
}

// memory returns the memory for arrays of t.
func (c *compiler) memory(t reflect.Type) *memory {
	for _, m := range c.memories {
		if m.slice.Elem() == t {
			return m
		}
	}
	m := &memory{slice: reflect.SliceOf(t), size: t.Size(), index: len(c.memories)}
	c.memories = append(c.memories, m)
	return m
}

// costs notes that as many bytes of memory are allocated for as few bytes of input.
func (c *compiler) costs(memory uintptr, input int) {
	c.growth = max(c.growth, float64(memory)/float64(max(input, 1)))
}

// value adds what reads a value that was written with w as r says into memory of type t.
func (c *compiler) value(b *builder, path string, at spot, w, r *Schema, t reflect.Type) *Error {
	switch {
	case t.Size() > 1<<30:
		return unmapped(path, "the Go type %v is too large", t)
	case endless(t):
		return unmapped(path, "the Go type %v is a pointer to pointers, more than %d", t, maxPointers-1)
	case isCustom(t):
		return c.custom(b, path, at, w, r, t)
	case w.kind == KindUnion:
		return c.writtenUnion(b, path, at, w, r, t)
	case t == anyType:
		return c.generic(b, path, at, w, r)
	case r.kind == KindUnion:
		i := c.match.branch(w, r)
		if i < 0 {
			return mismatch(path, "%s was written, and the reader's union has no branch for it", describe(w))
		}
		return c.branch(b, path, at, w, r, i, t)
	}
	if err := c.match.check(path, w, r); err != nil {
		return err
	}
	if t.Kind() == reflect.Pointer && !leafPointer(t) {
		return c.pointer(b, path, at, w, r, t)
	}
	if err := c.checkLogical(path, w, r, t); err != nil {
		return err
	}
	switch r.kind {
	case KindRecord:
		return c.record(b, path, at, w, r, t)
	case KindArray:
		return c.array(b, path, at, w, r, t)
	case KindMap:
		return c.mapping(b, path, at, w, r, t)
	case KindEnum:
		return c.enum(b, path, at, w, r, t)
	case KindNull:
		return nil // the memory is zero
	default:
		return c.leaf(b, path, at, w, r, t)
	}
}

// pointer adds a pointer and the value that it points to.
func (c *compiler) pointer(b *builder, path string, at spot, w, r *Schema, t reflect.Type) *Error {
	if in, ok := b.reserve(t.Elem()); ok {
		b.add(path, at, op{code: opPointer, arg: uint32(in.off)})
		return c.value(b, path, in, w, r, t.Elem())
	}
	elem, err := c.program(w, r, t.Elem())
	if err != nil {
		return err.within(path)
	}
	m := c.memory(t.Elem())
	c.costs(m.size, c.least.of(w))
	b.add(path, at, op{code: opNew, n: c.levels, aux: &aux{elem: elem, memory: m}})
	return nil
}

// array adds a slice.
func (c *compiler) array(b *builder, path string, at spot, w, r *Schema, t reflect.Type) *Error {
	if t.Kind() != reflect.Slice {
		return unmapped(path, "an array needs a Go slice, not %v", t)
	}
	elem, err := c.program(w.elem, r.elem, t.Elem())
	if err != nil {
		return err.within(path + "[]")
	}
	m := c.memory(t.Elem())
	least := c.least.of(w.elem)
	c.costs(m.size, least)
	o := op{code: opArray, n: c.levels, aux: &aux{elem: elem, memory: m, size: m.size, least: least}}
	if elem.block != nil {
		if in, ok := b.reserve(reflect.ArrayOf(few, elem.block.slice.Elem())); ok {
			o.small, o.arg = few, uint32(in.off)
		}
	}
	b.add(path, at, o)
	return nil
}

// tell returns the error of everything that lacks a Go field.
func (c *compiler) tell() *Error {
	if len(c.missing) == 0 {
		return nil
	}
	return unmapped("", "no Go field for %s; give each a field with its avro tag, or take it out of the schema", listed(c.missing))
}

// listed names at most some fields.
func listed(names []string) string {
	const most = 20
	var more string
	if len(names) > most {
		more = fmt.Sprintf(" and %d more", len(names)-most)
		names = names[:most]
	}
	return strings.Join(names, ", ") + more
}
