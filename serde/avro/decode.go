package avro

import (
	"encoding/binary"
	"math"
	"time"
	"unsafe"
)

// run reads a value into the zero memory at base.
func (d *decoder) run(prog *program, base unsafe.Pointer) *Error {
	var block unsafe.Pointer // of what optional fields point to, once there is one
	src, pos := d.src, d.pos
	ops := prog.ops
	for pc := 0; pc < len(ops); pc++ {
		o := &ops[pc]
		switch o.code {
		case opString:
			s, next := d.Text(pos)
			if next < 0 {
				var err *Error
				if s, next, err = d.oddText(pos); err != nil {
					return err.within(prog.paths[pc])
				}
			}
			*(*string)(o.pointer(base, block)) = s
			pos = next

		case opOptional:
			if pos >= len(src) {
				return d.explain(prog, pc, pos, "")
			}
			index := src[pos]
			if index > 2 || index&1 != 0 {
				i, next := readVarint(src, pos)
				if next < 0 || uint64(i) > 1 {
					return d.explain(prog, pc, pos, "")
				}
				index, pos = byte(i)<<1, next-1
			}
			pos++
			if index>>1 == o.small {
				pc += int(o.n) - 1
				continue
			}
			if block == nil {
				block = d.newBlock(prog.block)
			}
			*(*unsafe.Pointer)(o.pointer(base, block)) = unsafe.Add(block, o.arg)

		case opOptionalText:
			i, next := readVarint(src, pos)
			if next < 0 || uint64(i) > 1 {
				return d.explain(prog, pc, pos, "")
			}
			pos = next
			if uint8(i) == o.small {
				continue
			}
			s, next := d.Text(pos)
			if next < 0 {
				var err *Error
				if s, next, err = d.oddText(pos); err != nil {
					return err.within(prog.paths[pc])
				}
			}
			if block == nil {
				block = d.newBlock(prog.block)
			}
			target := (*string)(unsafe.Add(block, o.arg))
			*target = s
			*(**string)(o.pointer(base, block)) = target
			pos = next

		case opDouble:
			if len(src)-pos < 8 {
				return d.failShort(pos, 8, "double").within(prog.paths[pc])
			}
			*(*float64)(o.pointer(base, block)) = math.Float64frombits(binary.LittleEndian.Uint64(src[pos:]))
			pos += 8

		case opInt:
			n, next := readVarint(src, pos)
			if next < 0 || !fitsInt(n, next-pos) {
				return d.explain(prog, pc, pos, "")
			}
			*(*int32)(o.pointer(base, block)) = int32(n)
			pos = next

		case opLong:
			n, next := readVarint(src, pos)
			if next < 0 {
				return d.explain(prog, pc, pos, "")
			}
			*(*int64)(o.pointer(base, block)) = n
			pos = next

		case opWide:
			n, next := readVarint(src, pos)
			if next < 0 || !fitsInt(n, next-pos) {
				return d.explain(prog, pc, pos, "")
			}
			*(*int64)(o.pointer(base, block)) = n
			pos = next

		case opMillis:
			n, next := readVarint(src, pos)
			if next < 0 {
				return d.explain(prog, pc, pos, "")
			}
			*(*time.Time)(o.pointer(base, block)) = time.UnixMilli(n).UTC()
			pos = next

		case opEnum:
			i, next := readVarint(src, pos)
			if next < 0 || uint64(i) >= uint64(o.n) || next-pos > 5 {
				return d.explain(prog, pc, pos, "")
			}
			storeInt(o.pointer(base, block), o.small, i+1)
			pos = next

		case opBool:
			if pos >= len(src) || src[pos] > 1 {
				return d.explain(prog, pc, pos, "")
			}
			*(*bool)(o.pointer(base, block)) = src[pos] == 1
			pos++

		case opFloat:
			if len(src)-pos < 4 {
				return d.failShort(pos, 4, "float").within(prog.paths[pc])
			}
			*(*float32)(o.pointer(base, block)) = math.Float32frombits(binary.LittleEndian.Uint32(src[pos:]))
			pos += 4

		case opBytes:
			n, next := readVarint(src, pos)
			if next < 0 || uint64(n) > uint64(len(src)-next) {
				return d.explain(prog, pc, pos, "bytes")
			}
			*(*[]byte)(o.pointer(base, block)) = d.own(src[next : next+int(n)])
			pos = next + int(n)

		case opFixed:
			n := int(o.n)
			if len(src)-pos < n {
				return d.failShort(pos, n, "fixed").within(prog.paths[pc])
			}
			copy(unsafe.Slice((*byte)(o.pointer(base, block)), n), src[pos:])
			pos += n

		case opNullable:
			i, next := readVarint(src, pos)
			if next < 0 || uint64(i) > 1 {
				return d.explain(prog, pc, pos, "")
			}
			pos = next
			if uint8(i) == o.small {
				pc += int(o.n) - 1
			}

		case opPointer:
			if block == nil {
				block = d.newBlock(prog.block)
			}
			*(*unsafe.Pointer)(o.pointer(base, block)) = unsafe.Add(block, o.arg)

		case opValid:
			*(*bool)(o.pointer(base, block)) = true

		case opJump:
			pc += int(o.n) - 1

		case opSwitch:
			i, next := readVarint(src, pos)
			if next < 0 || uint64(i) >= uint64(o.n) {
				return d.explain(prog, pc, pos, "")
			}
			pos = next
			pc += int(o.aux.jumps[i]) - 1

		case opConst:
			*(*string)(o.pointer(base, block)) = o.aux.text

		case opSkipVarint:
			_, next := readVarint(src, pos)
			if next < 0 {
				return d.explain(prog, pc, pos, "")
			}
			pos = next

		case opSkipInt:
			n, next := readVarint(src, pos)
			if next < 0 || !fitsInt(n, next-pos) {
				return d.explain(prog, pc, pos, "")
			}
			pos = next

		case opSkipEnum:
			i, next := readVarint(src, pos)
			if next < 0 || uint64(i) >= uint64(o.n) || next-pos > 5 {
				return d.explain(prog, pc, pos, "")
			}
			pos = next

		case opSkipBool:
			if pos >= len(src) || src[pos] > 1 {
				return d.explain(prog, pc, pos, "")
			}
			pos++

		case opSkipBytes:
			n, next := readVarint(src, pos)
			if next < 0 || uint64(n) > uint64(len(src)-next) {
				return d.explain(prog, pc, pos, "string")
			}
			pos = next + int(n)

		case opSkipFixed:
			if len(src)-pos < int(o.n) {
				return d.failShort(pos, int(o.n), "fixed").within(prog.paths[pc])
			}
			pos += int(o.n)

		case opArray:
			var spare unsafe.Pointer // blocks of the items, where their number is small
			if pos < len(src) && src[pos]&1 == 0 && src[pos]>>1-1 < o.small {
				if block == nil {
					block = d.newBlock(prog.block)
				}
				spare = unsafe.Add(block, o.arg)
			}
			d.pos = pos
			if err := d.array(o, o.pointer(base, block), spare); err != nil {
				return err.within(prog.paths[pc])
			}
			pos = d.pos

		default:
			d.pos = pos
			var p unsafe.Pointer
			if o.code != opFail {
				p = o.pointer(base, block)
			}
			if err := d.rare(o, p); err != nil {
				if o.code == opFail {
					return err
				}
				return err.within(prog.paths[pc])
			}
			pos = d.pos
		}
	}
	d.pos = pos
	return nil
}

// rare does the operations that call others, or do not come often.
func (d *decoder) rare(o *op, p unsafe.Pointer) *Error {
	a := o.aux
	switch o.code {
	case opTexts:
		return d.texts(o, p)
	case opFunc:
		return a.read(d, p)
	case opSymbol:
		at := d.pos
		i, err := d.symbol(len(a.values))
		if err != nil {
			return err
		}
		if a.values[i] < 0 {
			return d.unknownSymbol(at, a.names[i])
		}
		storeInt(p, o.small, a.values[i])
		return nil
	case opCall:
		return d.call(a.elem, p, o.n)
	case opNew:
		v, _ := d.allocate(a.memory, 1)
		*(*unsafe.Pointer)(p) = v
		return d.call(a.elem, v, o.n)
	case opDefault:
		return d.preset(a, p)
	case opSkipArray, opSkipMap:
		return d.skipBlocks(o)
	case opFail:
		err := *a.fail
		err.op, err.offset = "decode", d.pos
		return &err
	default:
		panic("avro: operation without meaning")
	}
}

// explain returns the error of an operation on a number at pos that failed, by what is there.
func (d *decoder) explain(prog *program, pc, pos int, what string) *Error {
	o := &prog.ops[pc]
	d.pos = pos
	return d.reason(o, what).within(prog.paths[pc])
}

func (d *decoder) reason(o *op, what string) *Error {
	at := d.pos
	switch o.code {
	case opBool, opSkipBool:
		if at >= len(d.src) {
			return d.failShort(at, 1, "boolean")
		}
		return d.failAt(at, "a boolean is the byte %d, not 0 or 1", d.src[at])
	case opBytes, opSkipBytes:
		_, err := d.length(what)
		return err
	case opEnum, opSkipEnum:
		_, err := d.symbol(int(o.n))
		return err
	case opNullable, opOptional, opOptionalText, opSwitch:
		n, err := d.long()
		if err != nil {
			return err
		}
		branches := int32(2)
		if o.code == opSwitch {
			branches = o.n
		}
		return d.failAt(at, "there is no branch %d in a union of %d", n, branches)
	case opInt, opWide, opSkipInt:
		_, err := d.int()
		return err
	default:
		_, err := d.long()
		return err
	}
}
