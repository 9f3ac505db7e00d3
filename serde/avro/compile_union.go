package avro

import (
	"reflect"
	"unsafe"
)

// writtenUnion adds a value that was written as a branch of a union. A branch that does not resolve fails when a record has it.
func (c *compiler) writtenUnion(b *builder, path string, at spot, w, r *Schema, t reflect.Type) *Error {
	byPlace := c.match.sameUnion(w, r)
	branch := func(i int) *Error {
		if byPlace {
			return c.branch(b, path, at, w.branches[i], r, i, t)
		}
		return c.value(b, path, at, w.branches[i], r, t)
	}
	if done, err := c.writtenNullable(b, path, at, w, branch); done || err != nil {
		return err
	}
	a := &aux{jumps: make([]int32, len(w.branches))}
	start := b.add(path, at, op{code: opSwitch, n: int32(len(w.branches)), aux: a})
	var ends []int
	var firstFailure *Error
	failures := 0
	for i := range w.branches {
		from := b.next()
		a.jumps[i] = int32(from - start)
		if err := branch(i); err != nil {
			if !err.unresolvable {
				return err
			}
			failures++
			if firstFailure == nil {
				firstFailure = err
			}
			c.fail(b, from, path, err)
		} else if i+1 < len(w.branches) {
			ends = append(ends, b.add(path, at, op{code: opJump}))
		}
	}
	if failures == len(w.branches) && failures > 0 {
		return firstFailure
	}
	for _, end := range ends {
		b.land(end)
	}
	return nil
}

// writtenNullable adds a union of null and another branch, where null needs nothing.
func (c *compiler) writtenNullable(b *builder, path string, at spot, w *Schema, branch func(int) *Error) (bool, *Error) {
	null, value, ok := nullable(w)
	if !ok {
		return false, nil
	}
	start := b.add(path, at, op{code: opNullable, small: uint8(null)})
	if err := branch(null); err != nil || b.next() != start+1 {
		b.cut(start)
		if err != nil && !err.unresolvable {
			return false, err
		}
		return false, nil
	}
	if err := branch(value); err != nil {
		if !err.unresolvable {
			return false, err
		}
		c.fail(b, start+1, path, err)
	}
	// A pointer that belongs to the union itself becomes one operation with it.
	ops := b.prog.ops
	if len(ops) > start+1 && ops[start+1].code == opPointer && ops[start+1].reg == at.reg && uintptr(ops[start+1].off) == at.off {
		ops[start].code, ops[start].arg = opOptional, ops[start+1].arg
		copy(ops[start+1:], ops[start+2:])
		copy(b.prog.paths[start+1:], b.prog.paths[start+2:])
		b.cut(len(ops) - 1)
		b.fuseText(start)
	}
	b.land(start)
	return true, nil
}

// fuseText makes an opOptional at start and the string that it points to one operation. The string's path tells that it is what the
// union holds, and not the only field of a record there, which may lie anywhere in a struct.
func (b *builder) fuseText(start int) {
	if b.next() == start+2 && b.prog.ops[start+1].code == opString && b.prog.paths[start+1] == b.prog.paths[start] {
		b.prog.ops[start].code = opOptionalText
		b.cut(start + 1)
	}
}

// fail replaces the operations from index on by one that fails with err.
func (c *compiler) fail(b *builder, index int, path string, err *Error) {
	b.cut(index)
	b.add(path, spot{}, op{code: opFail, aux: &aux{fail: err}})
}

// nullable returns the indexes of null and of the other branch of a union of two.
func nullable(s *Schema) (null, value int, ok bool) {
	if s.kind != KindUnion || len(s.branches) != 2 {
		return 0, 0, false
	}
	if s.branches[0].kind == KindNull {
		return 0, 1, s.branches[1].kind != KindNull
	}
	return 1, 0, s.branches[1].kind == KindNull
}

// branch adds a value that was written with w, no union, and is read as branch i of the union r.
func (c *compiler) branch(b *builder, path string, at spot, w, r *Schema, i int, t reflect.Type) *Error {
	rb := r.branches[i]
	_, _, isNullable := nullable(r)
	value, valid, isOptional := optionalType(t)
	switch {
	case t == anyType:
		return c.genericBranch(b, path, at, w, r, i)
	case t.Kind() == reflect.Interface:
		return c.sealed(b, path, at, w, r, i, t)
	case len(r.branches) == 1:
		return c.value(b, path, at, w, rb, t)
	case !isNullable:
		return unmapped(path, "a union of other types than null and one more needs an interface, any or one given with WithUnion, not %v", t)
	case rb.kind == KindNull && mayBeNull(t):
		return c.check(path, w, rb)
	case isOptional:
		b.add(path, at.plus(valid), op{code: opValid})
		return c.value(b, path, at, w, rb, value)
	case mayBeNull(t):
		return c.value(b, path, at, w, rb, t)
	default:
		return unmapped(path, "a union with null needs a pointer, an Optional, a slice or a map, not %v", t)
	}
}

func (c *compiler) check(path string, w, r *Schema) *Error { return c.match.check(path, w, r) }

// sealed adds a branch of a union that is a Go interface with one type per branch.
func (c *compiler) sealed(b *builder, path string, at spot, w, r *Schema, i int, t reflect.Type) *Error {
	types, known := c.cfg.unions[t]
	rb := r.branches[i]
	if !known {
		return unmapped(path, "the branches' Go types of the interface %v are not known; give them with WithUnion", t)
	}
	if rb.kind == KindNull {
		return c.check(path, w, rb)
	}
	bt := types[branchName(rb)]
	if bt == nil {
		return unmapped(path, "WithUnion gives no Go type of %v for branch %s", t, branchName(rb))
	}
	elem, err := c.program(w, rb, bt)
	if err != nil {
		return err.within(path)
	}
	c.costs(2*bt.Size(), c.least.of(w)+1)
	levels := c.levels
	b.add(path, at, op{code: opFunc, aux: &aux{read: func(d *decoder, p unsafe.Pointer) *Error {
		v := reflect.New(bt)
		if err := d.call(elem, v.UnsafePointer(), levels); err != nil {
			return err
		}
		reflect.NewAt(t, p).Elem().Set(v.Elem())
		return nil
	}}})
	return nil
}
