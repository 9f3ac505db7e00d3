package gentest

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// randomBytes appends a random value of a schema: all lengths are short, maps have one entry at most, so that there is one order.
func randomBytes(tb testing.TB, r *rand.Rand, dst []byte, s *avro.Schema, depth int) []byte {
	tb.Helper()
	le := binary.LittleEndian
	text := func(dst []byte, s string) []byte { return append(binary.AppendVarint(dst, int64(len(s))), s...) }
	switch s.LogicalType() {
	case "date":
		return binary.AppendVarint(dst, int64(int32(r.Uint32())))
	case "time-millis", "time-micros":
		return binary.AppendVarint(dst, r.Int64N(86_400_000))
	case "decimal":
		n := []byte{byte(r.Uint32()) & 0x3f, byte(r.Uint32()), byte(r.Uint32()) | 1}
		if s.Kind() == avro.KindFixed {
			return append(append(dst, make([]byte, s.Size()-len(n))...), n...)
		}
		n[0] |= 1 // no byte more than it needs
		return append(binary.AppendVarint(dst, int64(len(n))), n...)
	}
	switch s.Kind() {
	case avro.KindNull:
		return dst
	case avro.KindBoolean:
		return append(dst, byte(r.IntN(2)))
	case avro.KindInt:
		return binary.AppendVarint(dst, int64(int32(r.Uint32()))>>r.IntN(32))
	case avro.KindLong:
		return binary.AppendVarint(dst, int64(r.Uint64())>>(10+r.IntN(54)))
	case avro.KindFloat:
		return le.AppendUint32(dst, math.Float32bits(r.Float32()))
	case avro.KindDouble:
		return le.AppendUint64(dst, math.Float64bits(r.NormFloat64()))
	case avro.KindBytes, avro.KindString:
		texts := []string{"", "a", "häß", "twelve bytes", "a string of some length, more than sixty-four bytes, so that its length takes two"}
		return text(dst, texts[r.IntN(len(texts))])
	case avro.KindFixed:
		for range s.Size() {
			dst = append(dst, byte(r.Uint32()))
		}
		return dst
	case avro.KindEnum:
		return binary.AppendVarint(dst, r.Int64N(int64(len(s.Symbols()))))
	case avro.KindUnion:
		i := r.IntN(len(s.Branches()))
		if depth > 6 {
			for j, b := range s.Branches() {
				if b.Kind() != avro.KindRecord {
					i = j
				}
			}
		}
		return randomBytes(tb, r, binary.AppendVarint(dst, int64(i)), s.Branches()[i], depth+1)
	case avro.KindArray:
		n := r.IntN(4)
		if depth > 6 {
			n = 0
		}
		if n > 0 {
			dst = binary.AppendVarint(dst, int64(n))
		}
		for range n {
			dst = randomBytes(tb, r, dst, s.Elem(), depth+1)
		}
		return append(dst, 0)
	case avro.KindMap:
		if depth > 6 || r.IntN(3) == 0 {
			return append(dst, 0)
		}
		dst = randomBytes(tb, r, text(append(dst, 2), "key"), s.Elem(), depth+1)
		return append(dst, 0)
	case avro.KindRecord:
		for _, f := range s.Fields() {
			dst = randomBytes(tb, r, dst, f.Schema(), depth+1)
		}
		return dst
	default:
		tb.Fatalf("no values of %v", s.Kind())
		return nil
	}
}
