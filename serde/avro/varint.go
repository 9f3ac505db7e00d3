package avro

import "math"

// What readVarint returns in place of a position.
const (
	varintCut  = -1 // the input ends within the number
	varintLong = -2 // the number has more than 64 bits, or more than 10 bytes
)

// readVarint reads a long and returns the position behind it. Numbers in more bytes than needed are fine.
func readVarint(src []byte, pos int) (int64, int) {
	if pos < len(src) && src[pos] < 0x80 {
		b := src[pos]
		return int64(b>>1) ^ -int64(b&1), pos + 1
	}
	return readLongVarint(src, pos)
}

func readLongVarint(src []byte, pos int) (int64, int) {
	var u uint64
	for shift := uint(0); pos < len(src); shift += 7 {
		b := src[pos]
		pos++
		if shift == 63 && b > 1 {
			return 0, varintLong
		}
		u |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return int64(u>>1) ^ -int64(u&1), pos
		}
	}
	return 0, varintCut
}

// appendLong appends an int or a long.
func appendLong(dst []byte, v int64) []byte {
	u := uint64(v)<<1 ^ uint64(v>>63)
	for u >= 0x80 {
		dst = append(dst, byte(u)|0x80)
		u >>= 7
	}
	return append(dst, byte(u))
}

// putLong writes an int or a long, for which dst must have room at i, and returns the position behind it.
func putLong(dst []byte, i int, v int64) int {
	u := uint64(v)<<1 ^ uint64(v>>63)
	for u >= 0x80 {
		dst[i] = byte(u) | 0x80
		u >>= 7
		i++
	}
	dst[i] = byte(u)
	return i + 1
}

// varintSize is what a long takes at most.
const varintSize = 10

// fitsInt reports whether a number of an int is within its bits and bytes.
func fitsInt(v int64, bytes int) bool {
	return v >= math.MinInt32 && v <= math.MaxInt32 && bytes <= 5
}
