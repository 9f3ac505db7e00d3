package avro

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
	"unsafe"
)

// encode appends the value at v.
func (e *encodePlan) encode(dst []byte, v unsafe.Pointer) ([]byte, error) {
	out, err := e.start(e.root, dst, v, 0)
	if err != nil {
		err.op, err.name, err.offset = "encode", e.name, -1
		return dst, err
	}
	return out, nil
}

// start appends the value at base by a program.
func (e *encodePlan) start(prog *program, dst []byte, base unsafe.Pointer, depth int) ([]byte, *Error) {
	var out Output
	i, err := e.run(prog, &out, out.Start(dst), base, depth)
	if err != nil {
		return nil, err
	}
	return out.End(i), nil
}

// run writes the value at base. There is always room for all operations up to the next one that makes room.
func (e *encodePlan) run(prog *program, out *Output, i int, base unsafe.Pointer, depth int) (int, *Error) {
	var regs [registers]unsafe.Pointer
	regs[0] = base
	out.Room(i, prog.need)
	ops := prog.ops
	for pc := 0; pc < len(ops); pc++ {
		o := &ops[pc]
		p := unsafe.Add(regs[o.reg&(registers-1)], o.off)
		switch o.code {
		case opString:
			s := *(*string)(p)
			i = out.Text(i, s, int(o.arg))
			if out.failed {
				return 0, invalidText(len(s)).within(prog.paths[pc])
			}

		case opOptionalText: // arg is the index of null, n the room for what follows
			target := *(**string)(p)
			if target == nil {
				i = out.Byte(i, byte(o.arg)<<1)
				out.Room(i, int(o.n))
				continue
			}
			s := *target
			i = out.Text(out.Byte(i, byte(1-o.arg)<<1), s, int(o.n))
			if out.failed {
				return 0, invalidText(len(s)).within(prog.paths[pc])
			}

		case opOptional:
			target := *(*unsafe.Pointer)(p)
			if target == nil {
				i = out.Byte(i, byte(o.arg)<<1)
				pc += int(o.n) - 1
				continue
			}
			i = out.Byte(i, byte(1-o.arg)<<1)
			regs[o.small&(registers-1)] = target

		case opDouble:
			i = out.Double(i, *(*float64)(p))

		case opInt:
			i = out.Long(i, int64(*(*int32)(p)))

		case opLong:
			i = out.Long(i, *(*int64)(p))

		case opMillis:
			n, ok := millisOf((*time.Time)(p))
			if !ok {
				return 0, encodeError("a time is out of range").within(prog.paths[pc])
			}
			i = out.Long(i, n)

		case opEnum:
			v := loadInt(p, o.small)
			if v < 1 || v > int64(o.n) {
				return 0, noSymbol(v).within(prog.paths[pc])
			}
			i = out.Long(i, v-1)

		case opNilable:
			if *(*unsafe.Pointer)(p) == nil { // a slice's array, a map, a pointer
				i = out.Byte(i, o.small<<1)
				pc += int(o.n) - 1
				continue
			}
			i = out.Byte(i, (1-o.small)<<1)

		case opNullable:
			if !*(*bool)(unsafe.Add(p, o.arg)) {
				i = out.Byte(i, o.small<<1)
				pc += int(o.n) - 1
				continue
			}
			i = out.Byte(i, (1-o.small)<<1)

		case opBool:
			i = out.Bool(i, *(*bool)(p))

		case opFloat:
			i = out.Float(i, *(*float32)(p))

		case opWide:
			v := *(*int64)(p)
			if v != int64(int32(v)) {
				return 0, outOfRange(v, KindInt).within(prog.paths[pc])
			}
			i = out.Long(i, v)

		case opFixed:
			i = out.Fixed(i, unsafe.Slice((*byte)(p), o.n))

		case opPointer:
			target := *(*unsafe.Pointer)(p)
			if target == nil {
				return 0, nilPointer().within(prog.paths[pc])
			}
			regs[o.small&(registers-1)] = target

		case opArray:
			var err *Error
			if i, err = e.array(o, out, i, (*sliceHeader)(p), depth+int(o.n)); err != nil {
				return 0, err.within(prog.paths[pc])
			}

		case opTexts:
			var err *Error
			if i, err = e.texts(out, i, *(*map[string]string)(p), int(o.arg)); err != nil {
				return 0, err.within(prog.paths[pc])
			}

		default:
			b, err := e.rare(o, out.End(i), p, depth)
			if err != nil {
				return 0, err.within(prog.paths[pc])
			}
			i = out.Start(b)
			out.Room(i, int(o.arg))
		}
	}
	return i, nil
}

// rare does the operations that call others, or do not come often.
func (e *encodePlan) rare(o *op, dst []byte, p unsafe.Pointer, depth int) ([]byte, *Error) {
	switch o.code {
	case opFunc:
		return o.aux.write(e, dst, p, depth)
	case opCall:
		return e.call(o.aux.elem, dst, p, depth+int(o.n))
	case opBytes:
		v := *(*[]byte)(p)
		return append(appendLong(dst, int64(len(v))), v...), nil
	case opTag:
		return appendLong(dst, int64(o.n)), nil
	default:
		panic("avro: operation without meaning")
	}
}

// call writes a value by a program of its own, with depth levels around it.
func (e *encodePlan) call(elem *program, dst []byte, p unsafe.Pointer, depth int) ([]byte, *Error) {
	if depth >= e.cfg.maxDepth {
		return nil, e.tooDeep()
	}
	return e.start(elem, dst, p, depth)
}

func (e *encodePlan) tooDeep() *Error {
	return encodeError("it is nested deeper than %d levels; WithMaxDepth changes the limit", e.cfg.maxDepth)
}

func invalidText(n int) *Error { return encodeError("a string of %d bytes is not valid UTF-8", n) }

func outOfRange(v int64, kind Kind) *Error {
	return encodeError("the number %d is out of the range of %v", v, kind)
}

// array writes the items of a slice as one block. Behind it there is room for the operations that follow.
func (e *encodePlan) array(o *op, out *Output, i int, s *sliceHeader, depth int) (int, *Error) {
	if depth >= e.cfg.maxDepth {
		return 0, e.tooDeep()
	}
	if s.len > 0 {
		i = out.Count(i, s.len)
		elem, size := o.aux.elem, o.aux.size
		for k := range s.len {
			var err *Error
			if i, err = e.run(elem, out, i, unsafe.Add(s.data, uintptr(k)*size), depth+1); err != nil {
				return 0, err.item(k)
			}
		}
	}
	return out.EndBlocks(i, int(o.arg)), nil
}

// texts writes a map of strings as one block, in whatever order, and makes room for more bytes behind.
func (e *encodePlan) texts(out *Output, i int, m map[string]string, more int) (int, *Error) {
	if len(m) > 0 {
		i = out.Count(i, len(m))
		entry := 0
		for k, v := range m {
			i = out.Text(out.Text(i, k, 0), v, 0)
			if out.failed {
				return 0, encodeError("a key or value is not valid UTF-8").entry(entry)
			}
			entry++
		}
	}
	return out.EndBlocks(i, more), nil
}

// entries writes a map of any type as one block.
func (e *encodePlan) entries(elem *program, dst []byte, m reflect.Value, depth int) ([]byte, *Error) {
	if depth >= e.cfg.maxDepth {
		return nil, e.tooDeep()
	}
	if m.Len() == 0 {
		return append(dst, 0), nil
	}
	dst = appendLong(dst, int64(m.Len()))
	key, value := reflect.New(m.Type().Key()).Elem(), reflect.New(m.Type().Elem())
	entry := 0
	write := func() *Error {
		text := key.String()
		dst = append(appendLong(dst, int64(len(text))), text...)
		if !validText(dst[len(dst)-len(text):]) {
			return invalidText(len(text)).entry(entry)
		}
		var err *Error
		if dst, err = e.start(elem, dst, value.UnsafePointer(), depth+1); err != nil {
			return err.entry(entry)
		}
		entry++
		return nil
	}
	if e.cfg.sortedMaps {
		keys := m.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, k := range keys {
			key.Set(k)
			value.Elem().Set(m.MapIndex(k))
			if err := write(); err != nil {
				return nil, err
			}
		}
		return append(dst, 0), nil
	}
	for it := m.MapRange(); it.Next(); {
		key.SetIterKey(it)
		value.Elem().SetIterValue(it)
		if err := write(); err != nil {
			return nil, err
		}
	}
	return append(dst, 0), nil
}

// millisOf returns the milliseconds since the epoch, rounded down.
func millisOf(t *time.Time) (int64, bool) {
	const most = math.MaxInt64/1000 - 1
	if s := t.Unix(); s > most || s < -most {
		return ticksOf(*t, int64(time.Millisecond))
	}
	return t.UnixMilli(), true
}
