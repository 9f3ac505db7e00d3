package avro

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
	"unsafe"
)

// decodePlan is the plan of reading: made once, used by all goroutines.
type decodePlan struct {
	cfg      *config
	name     string
	root     *program
	memories []*memory
	growth   float64 // bytes of memory per byte of input, at most
	pool     sync.Pool
}

// decoder is the state of reading one value. Decoders are pooled for what they allocate with; nothing that they hand out is
// theirs.
type decoder struct {
	Input // what generated code reads from
	plan  *decodePlan
	cfg   *config
	pos   int
	depth int

	arenas []arena

	reused *reuse // nil for none
}

// maxBack bounds in bytes how much of the input one string keeps in memory beyond itself.
const maxBack = 32 << 10

// arena allocates memory of one type: slices, and blocks of which it hands out one at a time.
type arena struct {
	slice reflect.Value
	head  *sliceHeader // of slice
	stock
	hint int // how many blocks will be needed
}

// stock is blocks that are there and were not handed out yet.
type stock struct {
	next unsafe.Pointer
	left int
}

func newDecoding(c *compiler, name string, root *program, t reflect.Type) *decodePlan {
	p := &decodePlan{cfg: c.cfg, name: name, root: root, memories: c.memories, growth: c.growth}
	p.pool.New = func() any {
		d := &decoder{plan: p, cfg: p.cfg, arenas: make([]arena, len(p.memories))}
		if p.cfg.reuse {
			d.reused = &reuse{old: reflect.New(t).Elem(), size: t.Size()}
		}
		return d
	}
	return p
}

// factor returns the K of the bound on memory: reading allocates at most 64 KiB and K times the bytes of the input, besides items
// that take no bytes. Memory that grows by copying is allocated up to three times over, and a tenth is lost to size classes.
func (p *decodePlan) factor() float64 { return 2 + 4*p.growth }

// decode reads all of src into the value at v.
func (p *decodePlan) decode(src []byte, v unsafe.Pointer) error {
	n, err := p.decodeFirst(src, v)
	if err == nil && n != len(src) {
		err = leftOver(p.name, src, n)
	}
	return err
}

// decodeFirst reads the first value of src into the value at v, and returns its length. The value is zero, unless it is to be reused.
func (p *decodePlan) decodeFirst(src []byte, v unsafe.Pointer) (int, error) {
	d := p.pool.Get().(*decoder) //nolint:errcheck // the pool holds nothing else
	d.Input = Input{src: src, backSize: maxBack}
	d.pos, d.depth = 0, 0
	if p.cfg.aliasInput {
		d.back = unsafe.String(unsafe.SliceData(src), len(src))
	}
	if d.reused != nil {
		d.reused.take(v)
	}
	failed := d.run(p.root, v)
	n := d.pos
	if d.reused != nil {
		d.reused.release()
	}
	d.Input = Input{}
	for i := range d.arenas {
		d.arenas[i].reset()
	}
	p.pool.Put(d)
	if failed != nil {
		failed.name = p.name
		return 0, failed
	}
	return n, nil
}

// leftOver says that the value of src ends at n.
func leftOver(name string, src []byte, n int) error {
	return &Error{op: "decode", name: name, offset: n, problem: fmt.Sprintf("%d bytes are left over behind the value", len(src)-n)}
}

// allocate returns memory for at least n items, and for how many.
func (d *decoder) allocate(m *memory, n int) (unsafe.Pointer, int) {
	a := d.arena(m)
	a.slice.Grow(n)
	data, n := a.head.data, a.head.cap
	*a.head = sliceHeader{}
	return data, n
}

func (d *decoder) arena(m *memory) *arena {
	a := &d.arenas[m.index]
	if a.head == nil {
		p := reflect.New(m.slice)
		a.slice, a.head, a.hint = p.Elem(), (*sliceHeader)(p.UnsafePointer()), 1
	}
	return a
}

// reset makes the arena forget the blocks that are left, and how many will be needed: also after an error.
func (a *arena) reset() { a.stock, a.hint = stock{}, 1 }

// grow returns a copy of a slice with at least twice the room.
func (d *decoder) grow(m *memory, s sliceHeader) sliceHeader {
	a := d.arena(m)
	*a.head = s
	a.slice.Grow(max(s.cap, 1))
	s.data, s.cap = a.head.data, a.head.cap
	*a.head = sliceHeader{}
	return s
}

// newBlock returns the block of a value. Blocks for items that are still to come are allocated along with it.
func (d *decoder) newBlock(m *memory) unsafe.Pointer {
	a := d.arena(m)
	if a.left == 0 {
		a.next, a.left = d.allocate(m, max(min(a.hint, maxFirst/max(int(m.size), 1)), 1))
		a.hint = 1
	}
	block := a.next
	a.left--
	if a.left > 0 { // a pointer behind the end would keep what is there
		a.next = unsafe.Add(block, m.size)
	} else {
		a.next = nil
	}
	return block
}

// call reads a value by a program of its own, with some levels around it.
func (d *decoder) call(elem *program, p unsafe.Pointer, levels int32) *Error {
	if err := d.enter(levels); err != nil {
		return err
	}
	from := d.pos
	err := d.run(elem, p)
	if err == nil && d.pos == from {
		err = d.nothing(from, int64(1+len(elem.ops))) // which are what it cost
	}
	d.leave(levels)
	return err
}

// enter notes that there are some more levels around what is read next, which is one itself.
func (d *decoder) enter(levels int32) *Error {
	if d.depth += int(levels); d.depth >= d.cfg.maxDepth {
		return d.failAt(d.pos, "it is nested deeper than %d levels; WithMaxDepth changes the limit", d.cfg.maxDepth)
	}
	return nil
}

func (d *decoder) leave(levels int32) { d.depth -= int(levels) }

// open enters a level that the decoder reads itself: a container. close leaves it.
func (d *decoder) open(levels int32) *Error {
	err := d.enter(levels)
	d.depth++
	return err
}

func (d *decoder) close(levels int32) { d.leave(levels + 1) }

// failAt is the error of a place in the input.
func (d *decoder) failAt(pos int, format string, args ...any) *Error {
	return &Error{op: "decode", offset: pos, problem: fmt.Sprintf(format, args...)}
}

// failVarint is the error of a number that readVarint could not read at pos.
func (d *decoder) failVarint(pos, code int) *Error {
	if code == varintCut {
		return d.failAt(pos, "%d bytes left, the number goes on", len(d.src)-pos)
	}
	return d.failAt(pos, "a number has more than 64 bits, or more than 10 bytes")
}

func (d *decoder) failShort(pos, need int, what string) *Error {
	return d.failAt(pos, "%d bytes left, %s needs %d", len(d.src)-pos, what, need)
}

// long reads a long.
func (d *decoder) long() (int64, *Error) {
	v, next := readVarint(d.src, d.pos)
	if next < 0 {
		return 0, d.failVarint(d.pos, next)
	}
	d.pos = next
	return v, nil
}

// int reads an int.
func (d *decoder) int() (int32, *Error) {
	v, next := readVarint(d.src, d.pos)
	if next < 0 {
		return 0, d.failVarint(d.pos, next)
	}
	if !fitsInt(v, next-d.pos) {
		return 0, d.failAt(d.pos, "an int has more than 32 bits, or more than 5 bytes")
	}
	d.pos = next
	return int32(v), nil
}

func (d *decoder) float(f *float32) *Error {
	in, err := d.take(4, "float")
	if err == nil {
		*f = math.Float32frombits(binary.LittleEndian.Uint32(in))
	}
	return err
}

// take returns the next n bytes of the input.
func (d *decoder) take(n int, what string) ([]byte, *Error) {
	if n > len(d.src)-d.pos {
		return nil, d.failShort(d.pos, n, what)
	}
	in := d.src[d.pos : d.pos+n]
	d.pos += n
	return in, nil
}

// length reads the length of a string or of bytes, which are all there.
func (d *decoder) length(what string) (int, *Error) {
	at := d.pos
	n, err := d.long()
	switch {
	case err != nil:
		return 0, err
	case n < 0:
		return 0, d.failAt(at, "the length of a %s is negative", what)
	case n > int64(len(d.src)-d.pos):
		return 0, d.failAt(at, "%d bytes left, the %s has %d", len(d.src)-d.pos, what, n)
	}
	return int(n), nil
}

// bytes reads bytes or a string, as a part of the input.
func (d *decoder) bytes(what string) ([]byte, *Error) {
	n, err := d.length(what)
	if err != nil {
		return nil, err
	}
	in := d.src[d.pos : d.pos+n : d.pos+n]
	d.pos += n
	return in, nil
}

// own returns bytes of the input as the caller's own. They are never nil, which would be null.
func (d *decoder) own(in []byte) []byte {
	if d.cfg.aliasInput && in != nil { // a nil slice would be null
		return in[:len(in):len(in)]
	}
	out := make([]byte, len(in))
	copy(out, in)
	return out
}

// symbol reads the index of one of n symbols.
func (d *decoder) symbol(n int) (int, *Error) {
	at := d.pos
	i, err := d.int()
	if err != nil {
		return 0, err
	}
	if i < 0 || int(i) >= n {
		return 0, d.failAt(at, "there is no symbol %d in an enum of %d", i, n)
	}
	return int(i), nil
}

// unknownSymbol is the error of a symbol at pos that the reader's schema or the Go type lacks.
func (d *decoder) unknownSymbol(pos int, name string) *Error {
	err := d.failAt(pos, "the symbol %s is unknown to the reader", shorten(name))
	err.unresolvable = true
	return err
}

// oddText reads a string that [Input.Text] did not take, and returns the position behind it.
func (d *decoder) oddText(pos int) (string, int, *Error) {
	d.pos = pos
	n, err := d.length("string")
	if err != nil {
		return "", pos, err
	}
	start, end := d.pos, d.pos+n
	if d.cfg.text != KeepInvalidUTF8 {
		s, err := d.invalid(start, n)
		return s, end, err
	}
	if end-d.backStart > len(d.back) {
		d.copy(start, end)
	}
	return d.back[start-d.backStart : end-d.backStart], end, nil
}

// invalid returns what becomes of text that is not valid UTF-8.
func (d *decoder) invalid(pos, n int) (string, *Error) {
	if d.cfg.text == RejectInvalidUTF8 {
		return "", d.failAt(pos, "a string of %d bytes is not valid UTF-8; WithInvalidUTF8 takes it", n)
	}
	return strings.ToValidUTF8(string(d.src[pos:pos+n]), "\uFFFD"), nil
}

// readText reads a string.
func (d *decoder) readText() (string, *Error) {
	s, next := d.Text(d.pos)
	var err *Error
	if next < 0 {
		s, next, err = d.oddText(d.pos)
	}
	d.pos = next
	return s, err
}

// preset reads a value from the bytes of a default, which belong to the plan.
func (d *decoder) preset(a *aux, p unsafe.Pointer) *Error {
	src, pos, back, backStart, zero := d.src, d.pos, d.back, d.backStart, d.zero
	d.src, d.pos, d.back, d.backStart, d.zero = a.input, 0, "", 0, 0
	if d.cfg.aliasInput {
		d.src = bytes.Clone(a.input)
		d.back = unsafe.String(unsafe.SliceData(d.src), len(d.src))
	}
	err := d.run(a.elem, p)
	d.src, d.pos, d.back, d.backStart, d.zero = src, pos, back, backStart, zero
	if err != nil {
		err.offset = pos
	}
	return err
}
