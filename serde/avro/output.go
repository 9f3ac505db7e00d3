package avro

import (
	"encoding/binary"
	"math"
	"math/big"
	"slices"
	"time"
)

// Output is what the methods of generated types write to. It is made for the code that package avrogen writes, changes with it, and
// is of little use by hand.
//
// Its methods take the position to write at and return the one behind. Values of a bounded size need room that was made before: by
// [Output.Room], or by what more says of the values that follow. A value that cannot be written makes the output fail, and
// nothing of it counts.
type Output struct {
	buf    []byte
	failed bool
}

// Start sets the output to what dst has room for, and returns the position behind dst.
func (out *Output) Start(dst []byte) int {
	*out = Output{buf: dst[:cap(dst)]}
	return len(dst)
}

// Failed reports whether a value could not be written.
func (out *Output) Failed() bool { return out.failed }

// Fail notes that a value cannot be written.
func (out *Output) Fail() { out.failed = true }

// End returns what was written, up to i.
func (out *Output) End(i int) []byte { return out.buf[:i] }

// Room makes room for n bytes.
func (out *Output) Room(i, n int) {
	if len(out.buf)-i < n {
		out.grow(i, n)
	}
}

//go:noinline
func (out *Output) grow(i, n int) {
	buf := slices.Grow(out.buf[:i], n)
	out.buf = buf[:cap(buf)]
}

// Enter reports whether a value within depth others is too deep, or the output failed before: then it need not be written.
func (out *Output) Enter(depth int) (stop bool) {
	if depth >= defaultMaxDepth {
		out.failed = true
	}
	return out.failed
}

// Long writes an int or a long, which takes up to 10 bytes.
func (out *Output) Long(i int, v int64) int {
	u := uint64(v)<<1 ^ uint64(v>>63) //nolint:gosec // zigzag
	if u < 0x80 {
		out.buf[i] = byte(u)
		return i + 1
	}
	return putLong(out.buf, i, v)
}

// Bool writes a boolean.
func (out *Output) Bool(i int, v bool) int {
	var b byte
	if v {
		b = 1
	}
	out.buf[i] = b
	return i + 1
}

// Float writes a float.
func (out *Output) Float(i int, v float32) int {
	binary.LittleEndian.PutUint32(out.buf[i:], math.Float32bits(v))
	return i + 4
}

// Double writes a double.
func (out *Output) Double(i int, v float64) int {
	binary.LittleEndian.PutUint64(out.buf[i:], math.Float64bits(v))
	return i + 8
}

// Byte writes one byte: the index of a union's branch below 64, doubled.
func (out *Output) Byte(i int, b byte) int {
	out.buf[i] = b
	return i + 1
}

// Texts writes a map of strings. It makes room for itself, and for more bytes behind.
func (out *Output) Texts(i int, m map[string]string, more int) int {
	if len(m) > 0 {
		i = out.Count(i, len(m))
		for key, value := range m {
			i = out.Text(i, key, 0)
			i = out.Text(i, value, 0)
		}
	}
	return out.EndBlocks(i, more)
}

// Bytes writes bytes. It makes room for itself, and for more bytes behind.
func (out *Output) Bytes(i int, b []byte, more int) int {
	out.Room(i, len(b)+varintSize+more)
	i = putLong(out.buf, i, int64(len(b)))
	return i + copy(out.buf[i:], b)
}

// Fixed writes bytes without their length.
func (out *Output) Fixed(i int, b []byte) int { return i + copy(out.buf[i:], b) }

// Count begins an array or map that is not empty. It makes room for itself.
func (out *Output) Count(i, n int) int {
	out.Room(i, varintSize)
	return out.Long(i, int64(n))
}

// EndBlocks ends an array or map. It makes room for itself, and for more bytes behind.
func (out *Output) EndBlocks(i, more int) int {
	out.Room(i, 1+more)
	return out.Byte(i, 0)
}

// Millis writes a timestamp-millis, as a long.
func (out *Output) Millis(i int, t time.Time) int {
	n, ok := millisOf(&t)
	if !ok {
		out.failed = true
	}
	return putLong(out.buf, i, n)
}

// Time writes a timestamp of ticks since the epoch, as a long.
func (out *Output) Time(i int, t time.Time, tick time.Duration) int {
	n, ok := ticksOf(t, int64(tick))
	if !ok {
		out.failed = true
	}
	return putLong(out.buf, i, n)
}

// Date writes a date, as a long.
func (out *Output) Date(i int, t time.Time) int {
	n, ok := ticksOf(t, nanos[logicalDate])
	if !ok || n != int64(int32(n)) { //nolint:gosec // that is the question
		out.failed = true
	}
	return putLong(out.buf, i, n)
}

// LocalTime writes a local timestamp of ticks since the epoch, as a long.
func (out *Output) LocalTime(i int, t LocalTime, tick time.Duration) int {
	return out.Time(i, t.wall, tick)
}

// TimeOfDay writes a time of day in ticks since midnight, as a long.
func (out *Output) TimeOfDay(i int, d, tick time.Duration) int {
	if uint64(d) >= uint64(24*time.Hour) { //nolint:gosec // negative is too large
		out.failed = true
	}
	return putLong(out.buf, i, int64(d/tick))
}

// Duration writes a duration, of 12 bytes.
func (out *Output) Duration(i int, d Duration) int {
	b := out.buf[i : i+durationSize]
	binary.LittleEndian.PutUint32(b, d.Months)
	binary.LittleEndian.PutUint32(b[4:], d.Days)
	binary.LittleEndian.PutUint32(b[8:], d.Millis)
	return i + durationSize
}

// Decimal writes a decimal in size bytes, or as bytes with their length in front if size is 0. It makes room for itself, and for
// more bytes behind.
func (out *Output) Decimal(i int, v *big.Rat, precision, scale, size, more int) int {
	if v == nil {
		out.failed = true
		return i
	}
	s := Schema{kind: KindBytes, logical: logicalDecimal, precision: precision, scale: scale, size: size}
	if size > 0 {
		s.kind = KindFixed
	}
	b, err := appendDecimal(out.buf[:i], &s, v)
	if err != nil {
		out.failed = true
		b = out.buf[:i]
	}
	out.buf = b[:cap(b)]
	out.Room(len(b), more)
	return len(b)
}
