package avro

import (
	"encoding/binary"
	"unicode/utf8"
	"unsafe"
)

// Most text is short and ASCII, so that is found out eight bytes at a time, without a call where possible.

const (
	high8 = 0x8080808080808080 // the bits that no ASCII character has
	high4 = 0x80808080
)

// validText reports whether text is valid UTF-8.
func validText(text []byte) bool { return isASCII(text) || utf8.Valid(text) }

func isASCII(text []byte) bool {
	n := len(text)
	switch {
	case n >= 8:
		or := binary.LittleEndian.Uint64(text[n-8:])
		for len(text) > 8 {
			or |= binary.LittleEndian.Uint64(text)
			text = text[8:]
		}
		return or&high8 == 0
	case n >= 4:
		return (binary.LittleEndian.Uint32(text)|binary.LittleEndian.Uint32(text[n-4:]))&high4 == 0
	default:
		var or byte
		for _, b := range text {
			or |= b
		}
		return or < utf8.RuneSelf
	}
}

// Text writes a string. It makes room for itself, and for more bytes behind.
//
// It is most of what writing does, so it is one function: words are copied and looked at in one go, and the last one overlaps the one before.
func (out *Output) Text(i int, s string, more int) int {
	n := len(s)
	out.Room(i, n+varintSize+more)
	if n >= 64 {
		return out.longText(i, s)
	}
	from, to := unsafe.Pointer(unsafe.StringData(s)), unsafe.Pointer(unsafe.SliceData(out.buf[i:i+1+n]))
	store1(to, 0, byte(n<<1))
	var or uint64 // of all bytes, at whatever places in a word
	switch {
	case n > 16:
		last, before := load8(from, n-8), load8(from, n-16)
		or = last | before
		for k := 0; k < n-16; k += 8 {
			word := load8(from, k)
			or |= word
			store8(to, 1+k, word)
		}
		store8(to, n-15, before)
		store8(to, n-7, last)
	case n >= 8:
		first, last := load8(from, 0), load8(from, n-8)
		or = first | last
		store8(to, 1, first)
		store8(to, n-7, last)
	case n >= 4:
		first, last := load4(from, 0), load4(from, n-4)
		or = uint64(first | last)
		store4(to, 1, first)
		store4(to, n-3, last)
	case n > 0: // three bytes, or the same one again
		first, middle, last := load1(from, 0), load1(from, n>>1), load1(from, n-1)
		or = uint64(first | middle | last)
		store1(to, 1, first)
		store1(to, 1+n>>1, middle)
		store1(to, n, last)
	}
	if or&high8 != 0 {
		out.check(s)
	}
	return i + 1 + n
}

// longText writes a string whose length may take several bytes, and for which there is room.
func (out *Output) longText(i int, s string) int {
	i = putLong(out.buf, i, int64(len(s)))
	out.check(s)
	return i + copy(out.buf[i:], s)
}

// check notes text that is not valid UTF-8.
//
//go:noinline
func (out *Output) check(s string) {
	if !utf8.ValidString(s) {
		out.failed = true
	}
}

// Text reads a string. All strings of an input share a few copies of it.
//
// It is most of what reading does besides allocating, and one function like [Output.Text].
func (in *Input) Text(pos int) (string, int) {
	src := in.src
	if uint(pos) >= uint(len(src)) { //nolint:gosec // negative is too large
		return "", failed
	}
	b := int(src[pos])
	n, start := b>>1, pos+1
	if b&^0x7e != 0 { // not one byte, or negative
		var end int
		if start, end = in.length(pos); end < 0 {
			return "", failed
		}
		n = end - start
	}
	end := start + n
	if end > len(src) {
		return "", failed
	}
	from := unsafe.Add(unsafe.Pointer(unsafe.SliceData(src)), start-1) // not behind the input
	var or uint64
	switch {
	case n > 16:
		or = load8(from, n-15) | load8(from, n-7)
		for k := 1; k < n-15; k += 8 {
			or |= load8(from, k)
		}
	case n > 8:
		or = load8(from, 1) | load8(from, n-7)
	case len(src)-start >= 8: // what is behind the string is shifted out
		or = load8(from, 1) << (64 - 8*n)
	default:
		for _, b := range src[start:end] {
			or |= uint64(b)
		}
	}
	if or&high8 != 0 && !utf8.Valid(src[start:end]) {
		return "", failed
	}
	if end-in.backStart > len(in.back) {
		in.copy(start, end)
	}
	return in.back[start-in.backStart : end-in.backStart], end
}

func load8(p unsafe.Pointer, i int) uint64 {
	return binary.LittleEndian.Uint64((*[8]byte)(unsafe.Add(p, i))[:])
}

func store8(p unsafe.Pointer, i int, v uint64) {
	binary.LittleEndian.PutUint64((*[8]byte)(unsafe.Add(p, i))[:], v)
}

func load4(p unsafe.Pointer, i int) uint32 {
	return binary.LittleEndian.Uint32((*[4]byte)(unsafe.Add(p, i))[:])
}

func store4(p unsafe.Pointer, i int, v uint32) {
	binary.LittleEndian.PutUint32((*[4]byte)(unsafe.Add(p, i))[:], v)
}

func load1(p unsafe.Pointer, i int) byte { return *(*byte)(unsafe.Add(p, i)) }

func store1(p unsafe.Pointer, i int, b byte) { *(*byte)(unsafe.Add(p, i)) = b }
