package avro

import (
	"reflect"
	"time"
	"unsafe"
)

// Branch is a value of a union in generic form: of any union but those of null and one other type, whose values are nil or the other
// type's, and of one type alone.
type Branch struct {
	// Name is the full name of a record, enum or fixed, and "string", "array" and so on for all others.
	Name  string
	Value any
}

// genericType returns the Go type of a schema's values in generic form; nil for null and for unions.
func genericType(s *Schema) reflect.Type {
	if t := timeTypes[s.logical]; t != nil {
		return t
	}
	switch s.logical {
	case logicalDecimal:
		if s.scale <= maxScale {
			return decimalType
		}
	case logicalDuration:
		return durationType
	case logicalUUID:
		if s.kind == KindFixed {
			return reflect.TypeFor[[16]byte]()
		}
	}
	return genericKinds[s.kind]
}

var genericKinds = [...]reflect.Type{
	KindBoolean: reflect.TypeFor[bool](),
	KindInt:     reflect.TypeFor[int32](),
	KindLong:    reflect.TypeFor[int64](),
	KindFloat:   reflect.TypeFor[float32](),
	KindDouble:  reflect.TypeFor[float64](),
	KindBytes:   bytesType,
	KindString:  reflect.TypeFor[string](),
	KindRecord:  recordPtrType,
	KindEnum:    reflect.TypeFor[string](),
	KindArray:   reflect.TypeFor[[]any](),
	KindMap:     reflect.TypeFor[map[string]any](),
	KindFixed:   bytesType,
	KindUnion:   nil,
}

// boxes make functions that read a value by a program, into memory of an any.
var boxes = map[reflect.Type]func(elem *program, levels int32) func(*decoder, unsafe.Pointer) *Error{
	reflect.TypeFor[bool]():           box[bool],
	reflect.TypeFor[int32]():          box[int32],
	reflect.TypeFor[int64]():          box[int64],
	reflect.TypeFor[float32]():        box[float32],
	reflect.TypeFor[float64]():        box[float64],
	bytesType:                         box[[]byte],
	reflect.TypeFor[string]():         box[string],
	recordPtrType:                     box[*Record],
	reflect.TypeFor[[]any]():          box[[]any],
	reflect.TypeFor[map[string]any](): box[map[string]any],
	reflect.TypeFor[[16]byte]():       box[[16]byte],
	timeType:                          box[time.Time],
	timeOfDayType:                     box[time.Duration],
	localTimeType:                     box[LocalTime],
	durationType:                      box[Duration],
	decimalType:                       box[Decimal],
}

func box[T any](elem *program, levels int32) func(*decoder, unsafe.Pointer) *Error {
	return func(d *decoder, p unsafe.Pointer) *Error {
		v := new(T)
		if err := d.part(elem, unsafe.Pointer(v), levels); err != nil {
			return err
		}
		*(*any)(p) = *v
		return nil
	}
}

// part reads a value by a program of its own, which does not count as a level.
func (d *decoder) part(elem *program, p unsafe.Pointer, levels int32) *Error {
	d.depth += int(levels)
	err := d.run(elem, p)
	d.depth -= int(levels)
	return err
}

// generic adds a value in generic form, which was not written as a union.
func (c *compiler) generic(b *builder, path string, at spot, w, r *Schema) *Error {
	if r.kind == KindUnion {
		i := c.match.branch(w, r)
		if i < 0 {
			return mismatch(path, "%s was written, and the reader's union has no branch for it", describe(w))
		}
		return c.genericBranch(b, path, at, w, r, i)
	}
	if err := c.check(path, w, r); err != nil || r.kind == KindNull {
		return err
	}
	t := genericType(r)
	elem, err := c.program(w, r, t)
	if err != nil {
		return err.within(path)
	}
	c.costs(2*t.Size()+16, c.least.of(w))
	b.add(path, at, op{code: opFunc, aux: &aux{read: boxes[t](elem, c.levels)}})
	return nil
}

// genericBranch adds branch i of a union in generic form.
func (c *compiler) genericBranch(b *builder, path string, at spot, w, r *Schema, i int) *Error {
	rb := r.branches[i]
	if _, _, ok := nullable(r); ok || len(r.branches) == 1 || rb.kind == KindNull {
		return c.generic(b, path, at, w, rb)
	}
	elem, err := c.program(w, rb, anyType)
	if err != nil {
		return err.within(path)
	}
	c.costs(reflect.TypeFor[Branch]().Size(), c.least.of(w))
	name, levels := branchName(rb), c.levels
	b.add(path, at, op{code: opFunc, aux: &aux{read: func(d *decoder, p unsafe.Pointer) *Error {
		v := &Branch{Name: name}
		if err := d.part(elem, unsafe.Pointer(&v.Value), levels); err != nil {
			return err
		}
		*(*any)(p) = *v
		return nil
	}}})
	return nil
}

// fieldValues stands for the memory of a generic record's fields, one any each.
type fieldValues struct{}

var valuesType = reflect.TypeFor[fieldValues]()

const anySize = unsafe.Sizeof(any(nil))

// genericRecord adds a [Record], or a pointer to one.
func (c *compiler) genericRecord(b *builder, path string, at spot, w, r *Schema, t reflect.Type) *Error {
	elem, err := c.valuesProgram(w, r)
	if err != nil {
		return err.within(path)
	}
	n, levels := len(r.fields), c.levels
	c.costs(uintptr(n)*anySize+2*recordType.Size(), c.least.of(w))
	pointed := t == recordPtrType
	b.add(path, at, op{code: opFunc, aux: &aux{read: func(d *decoder, p unsafe.Pointer) *Error {
		if err := d.open(levels); err != nil {
			return err
		}
		if err := d.nothing(d.pos, elem.nothing); err != nil {
			return err
		}
		values := make([]any, n)
		if err := d.run(elem, unsafe.Pointer(unsafe.SliceData(values))); err != nil {
			return err
		}
		if pointed {
			*(**Record)(p) = &Record{r, values}
		} else {
			*(*Record)(p) = Record{r, values}
		}
		d.close(levels)
		return nil
	}}})
	return nil
}

// valuesProgram returns the program of a generic record's fields.
func (c *compiler) valuesProgram(w, r *Schema) (*program, *Error) {
	return c.separate(programKey{w, r, valuesType}, func(b *builder) *Error {
		memory := make([]goField, len(r.fields))
		for i := range memory {
			memory[i] = goField{offset: uintptr(i) * anySize, typ: anyType}
		}
		for _, f := range w.fields {
			if c.least.none(f.schema) {
				b.prog.nothing++
			}
		}
		return c.fields(b, "", spot{}, w, r, memory)
	})
}

// custom adds a Go type that implements [Custom].
func (c *compiler) custom(b *builder, path string, at spot, w, r *Schema, t reflect.Type) *Error {
	elem, err := c.program(w, r, anyType)
	if err != nil {
		return err.within(path)
	}
	levels := c.levels
	b.add(path, at, op{code: opFunc, aux: &aux{read: func(d *decoder, p unsafe.Pointer) *Error {
		from := d.pos
		v := new(any)
		if err := d.part(elem, unsafe.Pointer(v), levels); err != nil {
			return err
		}
		if err := asCustom(t, p).SetAvroValue(*v); err != nil {
			e := d.failAt(from, "the Go type %v refused the value", t)
			e.cause = err
			return e
		}
		return nil
	}}})
	return nil
}

func asCustom(t reflect.Type, p unsafe.Pointer) Custom {
	return reflect.NewAt(t, p).Interface().(Custom) //nolint:errcheck // isCustom said so
}
