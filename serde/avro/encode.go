package avro

import (
	"encoding/binary"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
	"unsafe"
)

// encode appends the value at v.
func (e *encodePlan) encode(dst []byte, v unsafe.Pointer) ([]byte, error) {
	out, err := e.run(e.root, dst, v, 0)
	if err != nil {
		err.op, err.name, err.offset = "encode", e.name, -1
		return dst, err
	}
	return out, nil
}

// room returns buf with space for n more bytes behind the first i.
func room(buf []byte, i, n int) []byte {
	if len(buf)-i >= n {
		return buf
	}
	buf = slices.Grow(buf[:i], n)
	return buf[:cap(buf)]
}

// run appends the value at base. In buf there is always room for all operations up to the next one that makes room.
func (e *encodePlan) run(prog *program, dst []byte, base unsafe.Pointer, depth int) ([]byte, *Error) {
	var regs [registers]unsafe.Pointer
	regs[0] = base
	i := len(dst)
	buf := room(dst[:cap(dst)], i, prog.need)
	ops := prog.ops
	for pc := 0; pc < len(ops); pc++ {
		o := &ops[pc]
		p := unsafe.Add(regs[o.reg&(registers-1)], o.off)
		switch o.code {
		case opString:
			s := *(*string)(p)
			if len(buf)-i < len(s)+varintSize+int(o.arg) {
				buf = room(buf, i, len(s)+varintSize+int(o.arg))
			}
			if len(s) < 64 {
				buf[i] = byte(len(s) << 1)
				i++
			} else {
				i = putLong(buf, i, int64(len(s)))
			}
			if !putText(buf[i:], s) {
				return nil, invalidText(len(s)).within(prog.paths[pc])
			}
			i += len(s)

		case opOptionalText: // arg is the index of null, n the room for what follows
			target := *(**string)(p)
			if target == nil {
				buf = room(buf, i, 1+int(o.n))
				buf[i] = byte(o.arg) << 1
				i++
				continue
			}
			s := *target
			if len(buf)-i < len(s)+1+varintSize+int(o.n) {
				buf = room(buf, i, len(s)+1+varintSize+int(o.n))
			}
			buf[i] = byte(1-o.arg) << 1
			i = putLong(buf, i+1, int64(len(s)))
			if !putText(buf[i:], s) {
				return nil, invalidText(len(s)).within(prog.paths[pc])
			}
			i += len(s)

		case opOptional:
			target := *(*unsafe.Pointer)(p)
			if target == nil {
				buf[i] = byte(o.arg) << 1
				i++
				pc += int(o.n) - 1
				continue
			}
			buf[i] = byte(1-o.arg) << 1
			i++
			regs[o.small&(registers-1)] = target

		case opDouble:
			binary.LittleEndian.PutUint64(buf[i:], math.Float64bits(*(*float64)(p)))
			i += 8

		case opInt:
			i = putLong(buf, i, int64(*(*int32)(p)))

		case opLong:
			i = putLong(buf, i, *(*int64)(p))

		case opMillis:
			n, ok := millisOf((*time.Time)(p))
			if !ok {
				return nil, encodeError("a time is out of range").within(prog.paths[pc])
			}
			i = putLong(buf, i, n)

		case opEnum:
			v := loadInt(p, o.small)
			if v < 1 || v > int64(o.n) {
				return nil, noSymbol(v).within(prog.paths[pc])
			}
			i = putLong(buf, i, v-1)

		case opNilable:
			if *(*unsafe.Pointer)(p) == nil { // a slice's array, a map, a pointer
				buf[i] = o.small << 1
				i++
				pc += int(o.n) - 1
				continue
			}
			buf[i] = (1 - o.small) << 1
			i++

		case opNullable:
			if !*(*bool)(unsafe.Add(p, o.arg)) {
				buf[i] = o.small << 1
				i++
				pc += int(o.n) - 1
				continue
			}
			buf[i] = (1 - o.small) << 1
			i++

		case opBool:
			buf[i] = 0
			if *(*bool)(p) {
				buf[i] = 1
			}
			i++

		case opFloat:
			binary.LittleEndian.PutUint32(buf[i:], math.Float32bits(*(*float32)(p)))
			i += 4

		case opWide:
			v := *(*int64)(p)
			if v != int64(int32(v)) {
				return nil, outOfRange(v, KindInt).within(prog.paths[pc])
			}
			i = putLong(buf, i, v)

		case opFixed:
			i += copy(buf[i:], unsafe.Slice((*byte)(p), o.n))

		case opPointer:
			target := *(*unsafe.Pointer)(p)
			if target == nil {
				return nil, nilPointer().within(prog.paths[pc])
			}
			regs[o.small&(registers-1)] = target

		default:
			out, err := e.rare(o, buf[:i], p, depth)
			if err != nil {
				return nil, err.within(prog.paths[pc])
			}
			i = len(out)
			buf = room(out[:cap(out)], i, int(o.arg))
		}
	}
	return buf[:i], nil
}

// rare does the operations that call others, or do not come often.
func (e *encodePlan) rare(o *op, dst []byte, p unsafe.Pointer, depth int) ([]byte, *Error) {
	switch o.code {
	case opArray:
		return e.array(o, dst, p, depth+int(o.n))
	case opTexts:
		return e.texts(dst, *(*map[string]string)(p))
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
	return e.run(elem, dst, p, depth)
}

func (e *encodePlan) tooDeep() *Error {
	return encodeError("it is nested deeper than %d levels; WithMaxDepth changes the limit", e.cfg.maxDepth)
}

func invalidText(n int) *Error { return encodeError("a string of %d bytes is not valid UTF-8", n) }

func outOfRange(v int64, kind Kind) *Error {
	return encodeError("the number %d is out of the range of %v", v, kind)
}

// array writes the items of a slice as one block.
func (e *encodePlan) array(o *op, dst []byte, p unsafe.Pointer, depth int) ([]byte, *Error) {
	if depth >= e.cfg.maxDepth {
		return nil, e.tooDeep()
	}
	s := (*sliceHeader)(p)
	if s.len == 0 {
		return append(dst, 0), nil
	}
	dst = appendLong(dst, int64(s.len))
	elem, size := o.aux.elem, o.aux.size
	for i := range s.len {
		var err *Error
		if dst, err = e.run(elem, dst, unsafe.Add(s.data, uintptr(i)*size), depth+1); err != nil {
			return nil, err.item(i)
		}
	}
	return append(dst, 0), nil
}

// texts writes a map of strings as one block, in whatever order.
func (e *encodePlan) texts(dst []byte, m map[string]string) ([]byte, *Error) {
	if len(m) == 0 {
		return append(dst, 0), nil
	}
	i := len(dst)
	buf := room(dst[:cap(dst)], i, varintSize)
	i = putLong(buf, i, int64(len(m)))
	entry := 0
	for k, v := range m {
		buf = room(buf, i, len(k)+len(v)+2*varintSize)
		i = putLong(buf, i, int64(len(k)))
		ok := putText(buf[i:], k)
		i = putLong(buf, i+len(k), int64(len(v)))
		if !putText(buf[i:], v) || !ok {
			return nil, encodeError("a key or value is not valid UTF-8").entry(entry)
		}
		i += len(v)
		entry++
	}
	return append(buf[:i], 0), nil
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
		if dst, err = e.run(elem, dst, value.UnsafePointer(), depth+1); err != nil {
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
