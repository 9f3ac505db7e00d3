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

// putText copies a string to the beginning of dst, which has room for it, and reports whether it is valid UTF-8.
func putText(dst []byte, s string) bool {
	n := len(s)
	text := unsafe.Slice(unsafe.StringData(s), n)
	dst = dst[:n]
	switch {
	case n > 64:
		copy(dst, s)
		return validText(dst)
	case n >= 8:
		last := binary.LittleEndian.Uint64(text[n-8:])
		or := last
		for i := 0; i < n-8; i += 8 {
			word := binary.LittleEndian.Uint64(text[i:])
			or |= word
			binary.LittleEndian.PutUint64(dst[i:], word)
		}
		binary.LittleEndian.PutUint64(dst[n-8:], last)
		return or&high8 == 0 || utf8.ValidString(s)
	case n >= 4:
		first, last := binary.LittleEndian.Uint32(text), binary.LittleEndian.Uint32(text[n-4:])
		binary.LittleEndian.PutUint32(dst, first)
		binary.LittleEndian.PutUint32(dst[n-4:], last)
		return (first|last)&high4 == 0 || utf8.ValidString(s)
	default:
		var or byte
		for i, b := range text {
			or |= b
			dst[i] = b
		}
		return or < utf8.RuneSelf || utf8.ValidString(s)
	}
}
