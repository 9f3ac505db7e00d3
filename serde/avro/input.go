package avro

import (
	"encoding/binary"
	"math"
	"math/big"
	"time"
)

// Input is what the methods of generated types read from. It is made for the code that package avrogen writes, changes with it, and
// is of little use by hand.
//
// Its methods take a position and return the value there and the position behind it. Where there is none, the position is
// negative, and so are all that follow from it: code that reads on reads zero values, and has to look only before it goes on for long.
// The limits are those of a [Codec] without options.
type Input struct {
	src       []byte
	back      string // the strings: a copy of a part of src
	backStart int    // in src
	backSize  int    // of the next copy
	zero      int    // items without bytes so far
}

// failed is the position where something is wrong. Adding the length of a slice leaves it negative.
const failed = math.MinInt

// firstBack is how much of the input the first copy for strings takes. Each further one takes twice as much, up to maxBack: where values
// follow each other, the end of one is not known beforehand.
const firstBack = 1 << 10

// Start sets the input to src, of which nothing is kept in what is read.
func (in *Input) Start(src []byte) { *in = Input{src: src, backSize: firstBack} }

// Long reads a long.
func (in *Input) Long(pos int) (int64, int) {
	if uint(pos) < uint(len(in.src)) { //nolint:gosec // negative is too large
		if b := in.src[pos]; b < 0x80 {
			return int64(b>>1) ^ -int64(b&1), pos + 1
		}
	}
	return in.wide(pos)
}

// wide reads a long of any number of bytes.
func (in *Input) wide(pos int) (int64, int) {
	if pos < 0 {
		return 0, failed
	}
	v, next := readLongVarint(in.src, pos)
	if next < 0 {
		return 0, failed
	}
	return v, next
}

// Int reads an int.
func (in *Input) Int(pos int) (int32, int) {
	v, next := in.Long(pos)
	if next-pos > 5 || v != int64(int32(v)) { //nolint:gosec // that is the question
		return 0, failed
	}
	return int32(v), next //nolint:gosec // it fits
}

// Bool reads a boolean.
func (in *Input) Bool(pos int) (bool, int) {
	if uint(pos) < uint(len(in.src)) && in.src[pos] <= 1 { //nolint:gosec // negative is too large
		return in.src[pos] == 1, pos + 1
	}
	return false, failed
}

// Float reads a float.
func (in *Input) Float(pos int) (float32, int) {
	if end := pos + 4; uint(end) <= uint(len(in.src)) { //nolint:gosec // negative is too large
		return math.Float32frombits(binary.LittleEndian.Uint32(in.src[pos:end])), end
	}
	return 0, failed
}

// Double reads a double.
func (in *Input) Double(pos int) (float64, int) {
	if end := pos + 8; uint(end) <= uint(len(in.src)) { //nolint:gosec // negative is too large
		return math.Float64frombits(binary.LittleEndian.Uint64(in.src[pos:end])), end
	}
	return 0, failed
}

// length reads the length of bytes that are all there, and returns where they begin and end.
func (in *Input) length(pos int) (start, end int) {
	n, start := in.Long(pos)
	if start < 0 || uint64(n) > uint64(len(in.src)-start) { //nolint:gosec // negative is too large
		return 0, failed
	}
	return start, start + int(n)
}

// copy copies the input from start on, at least up to end.
//
//go:noinline
func (in *Input) copy(start, end int) {
	size := max(end-start, in.backSize)
	in.back, in.backStart = string(in.src[start:min(start+size, len(in.src))]), start
	in.backSize = min(2*in.backSize, maxBack)
}

// Texts reads a map of strings.
func (in *Input) Texts(pos int) (map[string]string, int) {
	n, end, pos := in.Block(pos, -1, 2)
	m := make(map[string]string, min(n, maxFirst/(2*textsEntry)))
	for n > 0 {
		for range n {
			var key, value string
			key, pos = in.Text(pos)
			value, pos = in.Text(pos)
			if pos < 0 {
				return nil, failed
			}
			m[key] = value
		}
		n, end, pos = in.Block(pos, end, 2)
	}
	return m, pos
}

// Bytes reads bytes, which are the caller's own and never nil.
func (in *Input) Bytes(pos int) ([]byte, int) {
	start, end := in.length(pos)
	if end < 0 {
		return nil, failed
	}
	out := make([]byte, end-start)
	copy(out, in.src[start:end])
	return out, end
}

// Fixed reads as many bytes as dst has.
func (in *Input) Fixed(pos int, dst []byte) int {
	end := pos + len(dst)
	if uint(end) > uint(len(in.src)) { //nolint:gosec // negative is too large
		return failed
	}
	copy(dst, in.src[pos:end])
	return end
}

// Index reads which of n branches of a union follows, at most 64. It is -1 where something is wrong: also where the index has more than
// the one byte that everyone writes.
func (in *Input) Index(pos, n int) (int, int) {
	if uint(pos) < uint(len(in.src)) { //nolint:gosec // negative is too large
		if b := int(in.src[pos]); b&^0x7e == 0 && b < 2*n {
			return b >> 1, pos + 1
		}
	}
	return -1, failed
}

// WideIndex is [Input.Index] without a bound.
func (in *Input) WideIndex(pos, n int) (int, int) {
	i, next := in.Long(pos)
	if next < 0 || next-pos > 5 || uint64(i) >= uint64(n) { //nolint:gosec // negative is too large
		return -1, failed
	}
	return int(i), next
}

// Enter checks that a value within depth others is not too deep.
func (in *Input) Enter(pos, depth int) int {
	if depth >= defaultMaxDepth {
		return failed
	}
	return pos
}

// Block reads the number of items or entries in the next block of an array or map, 0 for the end. Each takes at least so many bytes. end
// is where the block before has to end, -1 where it does not say so; blockEnd is the same for the next one.
func (in *Input) Block(pos, end, least int) (n, blockEnd, next int) {
	if end >= 0 && pos != end {
		return 0, -1, failed
	}
	count, next := in.Long(pos)
	if next < 0 || count == 0 {
		return 0, -1, next
	}
	blockEnd, left := -1, len(in.src)-next
	if count < 0 {
		if count == math.MinInt64 {
			return 0, -1, failed
		}
		count = -count
		var size int64
		size, next = in.Long(next)
		if next < 0 || uint64(size) > uint64(len(in.src)-next) { //nolint:gosec // negative is too large
			return 0, -1, failed
		}
		left = int(size)
		blockEnd = next + left
	}
	if least == 0 {
		if count > int64(defaultMaxZeroItems-in.zero) {
			return 0, -1, failed
		}
		in.zero += int(count)
	} else if count > int64(left/least) {
		return 0, -1, failed
	}
	return int(count), blockEnd, next
}

// Millis reads a timestamp-millis.
func (in *Input) Millis(pos int) (time.Time, int) {
	n, next := in.Long(pos)
	return time.UnixMilli(n).UTC(), next
}

// Time reads a timestamp of ticks since the epoch.
func (in *Input) Time(pos int, tick time.Duration) (time.Time, int) {
	n, next := in.Long(pos)
	return timeOf(n, int64(tick)), next
}

// Date reads a date.
func (in *Input) Date(pos int) (time.Time, int) {
	n, next := in.Int(pos)
	return timeOf(int64(n), nanos[logicalDate]), next
}

// LocalTime reads a local timestamp of ticks since the epoch.
func (in *Input) LocalTime(pos int, tick time.Duration) (LocalTime, int) {
	t, next := in.Time(pos, tick)
	return LocalTime{t}, next
}

// TimeOfDay reads a time of day: a number of ticks since midnight, of 32 bits if they are milliseconds.
func (in *Input) TimeOfDay(pos int, tick time.Duration) (time.Duration, int) {
	n, next := in.Long(pos)
	if uint64(n) >= uint64(24*time.Hour/tick) || tick == time.Millisecond && next-pos > 5 { //nolint:gosec // negative is too large
		return 0, failed
	}
	return time.Duration(n) * tick, next
}

// Duration reads a duration.
func (in *Input) Duration(pos int) (Duration, int) {
	if end := pos + durationSize; uint(end) <= uint(len(in.src)) { //nolint:gosec // negative is too large
		return durationOf(in.src[pos:end]), end
	}
	return Duration{}, failed
}

// Decimal reads a decimal of size bytes, or of bytes with their length in front if size is 0.
func (in *Input) Decimal(pos, scale, size int) (*big.Rat, int) {
	start, end := pos, pos+size
	if size == 0 {
		start, end = in.length(pos)
	}
	if uint(end) > uint(len(in.src)) || start == end { //nolint:gosec // negative is too large
		return nil, failed
	}
	return new(big.Rat).SetFrac(unscaledOf(in.src[start:end]), powerOfTen(scale)), end
}
