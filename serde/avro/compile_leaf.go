package avro

import (
	"reflect"
	"unsafe"
)

// leaf adds a value without parts.
func (c *compiler) leaf(b *builder, path string, at spot, w, r *Schema, t reflect.Type) *Error {
	if r.logical != "" {
		if read := c.logicalLeaf(w, r, t); read != nil {
			b.add(path, at, op{code: opFunc, aux: &aux{read: read}})
			return nil
		}
		if c.logicalOf(w, r) == logicalTimestampMillis && t == timeType && w.kind == KindLong {
			b.add(path, at, op{code: opMillis})
			return nil
		}
	}
	if o, ok := plainLeaf(w, r, t); ok {
		if o.code == opString || o.code == opBytes {
			c.costs(1, 1)
		}
		b.add(path, at, o)
		return nil
	}
	return unmapped(path, "%s cannot be held by the Go type %v", describe(r), t)
}

// plainLeaf returns the operation for a value without a logical type of its own.
func plainLeaf(w, r *Schema, t reflect.Type) (op, bool) {
	fn := func(read func(d *decoder, p unsafe.Pointer) *Error) (op, bool) {
		return op{code: opFunc, aux: &aux{read: read}}, true
	}
	k := t.Kind()
	switch r.kind {
	case KindBoolean:
		return op{code: opBool}, k == reflect.Bool
	case KindInt, KindLong:
		switch {
		case !isGoInt(k):
			return op{}, false
		case w.kind == KindLong && t.Size() == 8:
			return op{code: opLong}, true
		case w.kind == KindInt && t.Size() == 8:
			return op{code: opWide}, true
		case w.kind == KindInt && k == reflect.Int32:
			return op{code: opInt}, true
		default:
			return fn(readInteger(w.kind, k))
		}
	case KindFloat:
		switch {
		case k != reflect.Float32:
			return op{}, false
		case w.kind == KindFloat:
			return op{code: opFloat}, true
		default:
			return fn(readFloatOfInteger(w.kind))
		}
	case KindDouble:
		switch {
		case k != reflect.Float64:
			return op{}, false
		case w.kind == KindDouble:
			return op{code: opDouble}, true
		case w.kind == KindFloat:
			return fn(readDoubleOfFloat)
		default:
			return fn(readDoubleOfInteger(w.kind))
		}
	case KindString:
		return op{code: opString}, k == reflect.String
	case KindBytes:
		return op{code: opBytes}, isBytes(t)
	case KindFixed:
		if isBytes(t) {
			return fn(readFixedBytes(w.size))
		}
		return op{code: opFixed, n: int32(w.size)},
			k == reflect.Array && t.Elem().Kind() == reflect.Uint8 && t.Len() == w.size
	default:
		return op{}, false
	}
}

func isBytes(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
}

// integer reads an int or a long.
func (d *decoder) integer(kind Kind) (int64, *Error) {
	if kind == KindInt {
		n, err := d.int()
		return int64(n), err
	}
	return d.long()
}

func readInteger(written Kind, k reflect.Kind) func(d *decoder, p unsafe.Pointer) *Error {
	return func(d *decoder, p unsafe.Pointer) *Error {
		at := d.pos
		n, err := d.integer(written)
		if err == nil && !storeInt(p, uint8(k), n) {
			err = d.failAt(at, "the number %d is out of the range of the Go type %v", n, k)
		}
		return err
	}
}

func readFloatOfInteger(written Kind) func(d *decoder, p unsafe.Pointer) *Error {
	return func(d *decoder, p unsafe.Pointer) *Error {
		n, err := d.integer(written)
		*(*float32)(p) = float32(n)
		return err
	}
}

func readDoubleOfInteger(written Kind) func(d *decoder, p unsafe.Pointer) *Error {
	return func(d *decoder, p unsafe.Pointer) *Error {
		n, err := d.integer(written)
		*(*float64)(p) = float64(n)
		return err
	}
}

func readDoubleOfFloat(d *decoder, p unsafe.Pointer) *Error {
	var f float32
	err := d.float(&f)
	*(*float64)(p) = float64(f)
	return err
}

// readFixedBytes reads a fixed into a slice.
func readFixedBytes(size int) func(d *decoder, p unsafe.Pointer) *Error {
	return func(d *decoder, p unsafe.Pointer) *Error {
		in, err := d.take(size, "fixed")
		if err == nil {
			*(*[]byte)(p) = d.own(in)
		}
		return err
	}
}

// enum adds an enum.
func (c *compiler) enum(b *builder, path string, at spot, w, r *Schema, t reflect.Type) *Error {
	values := make([]int64, len(w.symbols)) // of the writer's symbols; at first indexes into the reader's
	index := make(map[string]int64, len(r.symbols))
	for i, s := range r.symbols {
		index[s] = int64(i)
	}
	for i, s := range w.symbols {
		j, ok := index[s]
		if !ok {
			j = int64(r.enumDefault)
		}
		values[i] = j
	}
	switch {
	case t.Kind() == reflect.String:
		names := make([]string, len(values))
		for i, j := range values {
			if j >= 0 {
				names[i] = r.symbols[j]
			} else {
				names[i] = w.symbols[i]
			}
		}
		b.add(path, at, op{code: opFunc, aux: &aux{read: readSymbolText(names, values)}})
		return nil
	case !isGoInt(t.Kind()):
		return unmapped(path, "%s needs a Go integer or string type, not %v", describe(r), t)
	}
	goValues, err := enumValues(path, t, r.symbols, c.ownSymbols(r))
	if err != nil {
		return err
	}
	inOrder := t.Kind() == reflect.Int || t.Kind() == reflect.Int32 || t.Kind() == reflect.Int64
	for i, j := range values {
		if j >= 0 {
			values[i] = goValues[j]
		}
		inOrder = inOrder && values[i] == int64(i+1)
	}
	o := op{code: opSymbol, small: uint8(t.Kind()), n: int32(len(values)), aux: &aux{values: values, names: w.symbols}}
	if inOrder {
		o.code = opEnum
	}
	b.add(path, at, o)
	return nil
}

// ownSymbols returns the symbols of an enum in the codec's own schema, which give the Go type its values.
func (c *compiler) ownSymbols(r *Schema) []string {
	if s := c.ownEnums[r.name]; s != nil {
		return s.symbols
	}
	return r.symbols
}

// readSymbolText reads an enum into a Go string.
func readSymbolText(names []string, values []int64) func(d *decoder, p unsafe.Pointer) *Error {
	return func(d *decoder, p unsafe.Pointer) *Error {
		at := d.pos
		i, err := d.symbol(len(names))
		switch {
		case err != nil:
			return err
		case values[i] < 0:
			return d.unknownSymbol(at, names[i])
		}
		*(*string)(p) = names[i]
		return nil
	}
}
