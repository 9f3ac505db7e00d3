package avro

import (
	"math"
	"unsafe"
)

// blocks reads the counts of an array or a map, which come in blocks until a count of 0.
type blocks struct {
	least int // bytes that an item takes at least
	end   int // of the block at hand, where it says so
	sized bool
}

// next returns the number of items in the next block, 0 for the end. What it says was checked against the bytes left.
func (b *blocks) next(d *decoder) (int, *Error) {
	if b.sized && d.pos != b.end {
		return 0, d.failAt(d.pos, "a block ends here, by its size it should end at byte %d", b.end)
	}
	b.sized = false
	at := d.pos
	n, err := d.long()
	if err != nil || n == 0 {
		return 0, err
	}
	if n < 0 {
		if n == math.MinInt64 {
			return 0, d.failAt(at, "the number of items is out of range")
		}
		n = -n
		sizeAt := d.pos
		size, err := d.long()
		if err != nil {
			return 0, err
		}
		if size < 0 || size > int64(len(d.src)-d.pos) {
			return 0, d.failAt(sizeAt, "%d bytes left, by its size a block has %d", len(d.src)-d.pos, size)
		}
		b.sized, b.end = true, d.pos+int(size)
	}
	left := len(d.src) - d.pos
	if b.sized {
		left = b.end - d.pos
	}
	if b.least == 0 {
		if err := d.nothing(at, n); err != nil {
			return 0, err
		}
	} else if n > int64(left/b.least) {
		return 0, d.failAt(at, "%d bytes left, %d items need %d each", left, n, b.least)
	}
	return int(n), nil
}

// nothing counts n values that take no bytes, which nothing else bounds.
func (d *decoder) nothing(at int, n int64) *Error {
	if n > int64(d.cfg.maxZeroItems-d.zero) {
		return d.failAt(at, "more than %d values that take no bytes are in one value; WithMaxZeroSizeItems changes the limit", d.cfg.maxZeroItems)
	}
	d.zero += int(n)
	return nil
}

var emptyItems [0]struct{ _ uintptr }

// array reads the items of a slice. At spare, if it is not nil, are the blocks of the first items.
func (d *decoder) array(o *op, p, spare unsafe.Pointer) *Error {
	if err := d.open(o.n); err != nil {
		return err
	}
	a := o.aux
	in := blocks{least: a.least}
	old := d.oldSlice(a, p)
	s := sliceHeader{data: old.data, cap: old.cap}
	var parts *arena // what the items' optional fields point to
	if a.elem.block != nil {
		parts = d.arena(a.elem.block)
	}
	var outer stock // of an array around this one, whose items have the same parts
	borrowed := false
	for {
		n, err := in.next(d)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		if spare != nil {
			outer, parts.stock = parts.stock, stock{spare, n}
			spare, borrowed = nil, true
		}
		end := s.len + n
		if s.data == old.data {
			d.clear(a, s, s.len, min(end, old.cap))
		}
		for s.len < end {
			if s.len == s.cap {
				s = d.room(a, s, end-s.len)
			}
			// The arena of the items' blocks allocates for as many as there is room for.
			if parts != nil && parts.left == 0 {
				parts.hint = min(s.cap, end) - s.len
			}
			if err := d.run(a.elem, unsafe.Add(s.data, uintptr(s.len)*a.size)); err != nil {
				return err.item(s.len)
			}
			s.len++
		}
	}
	if parts != nil {
		parts.hint = 1
	}
	if borrowed {
		parts.stock = outer
	}
	if s.data == old.data {
		d.clear(a, s, s.len, old.len)
	}
	if a.size == 0 {
		s.cap = s.len
	}
	*(*sliceHeader)(p) = s
	d.close(o.n)
	return nil
}

// room returns the slice with room for more items, of which n are promised.
func (d *decoder) room(a *aux, s sliceHeader, n int) sliceHeader {
	switch {
	case a.size == 0:
		s.cap = math.MaxInt
		return s
	case s.cap == 0:
		s.data, s.cap = d.allocate(a.memory, min(n, max(maxFirst/int(a.size), 1)))
		return s
	default:
		return d.grow(a.memory, s)
	}
}

// texts reads a map of strings.
func (d *decoder) texts(o *op, p unsafe.Pointer) *Error {
	in := blocks{least: o.aux.least}
	var m map[string]string
	if old := d.old(p); old != nil {
		m = *(*map[string]string)(old)
		clear(m)
	}
	for entry := 0; ; {
		n, err := in.next(d)
		if err != nil {
			return err
		}
		if m == nil {
			m = make(map[string]string, min(n, maxFirst/(2*textsEntry)))
		}
		if n == 0 {
			break
		}
		for range n {
			key, err := d.readText()
			if err != nil {
				return err.entry(entry)
			}
			value, err := d.readText()
			if err != nil {
				return err.entry(entry)
			}
			m[key] = value
			entry++
		}
	}
	*(*map[string]string)(p) = m
	return nil
}

// textsEntry is what an entry of a map of strings takes.
const textsEntry = 32

// skipBlocks reads over an array or a map.
func (d *decoder) skipBlocks(o *op) *Error {
	if err := d.open(o.n); err != nil {
		return err
	}
	in := blocks{least: o.aux.least}
	for i := 0; ; {
		n, err := in.next(d)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		for range n {
			if o.code == opSkipMap {
				key, err := d.length("string")
				if err != nil {
					return err.entry(i)
				}
				d.pos += key
			}
			if err := d.run(o.aux.elem, nil); err != nil {
				if o.code == opSkipMap {
					return err.entry(i)
				}
				return err.item(i)
			}
			i++
		}
	}
	d.close(o.n)
	return nil
}
