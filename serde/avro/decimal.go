package avro

import (
	"math/big"
	"reflect"
	"unsafe"
)

// Decimal is the logical type decimal: Unscaled / 10^Scale. The zero Decimal is 0. A Decimal that was read has the scale of its schema; one that
// is written may have any other, also a negative one, as long as the schema's digits hold its value.
type Decimal struct {
	Unscaled *big.Int // nil is 0
	Scale    int
}

// Rat returns the value as a fraction.
func (d Decimal) Rat() *big.Rat {
	if d.Unscaled == nil {
		return new(big.Rat)
	}
	if d.Scale < 0 {
		return new(big.Rat).SetInt(new(big.Int).Mul(d.Unscaled, powerOfTen(-d.Scale)))
	}
	return new(big.Rat).SetFrac(d.Unscaled, powerOfTen(d.Scale))
}

// String returns the value with its digits after the point, as in -12.50.
func (d Decimal) String() string { return d.Rat().FloatString(max(d.Scale, 0)) }

// maxScale bounds the digits after the point of decimals that are read or written as such: powers of ten of more take their time.
const maxScale = 10_000

func powerOfTen(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// decimalLeaf returns the function for a decimal, of the writer's scale.
func (c *compiler) decimalLeaf(w, r *Schema, t reflect.Type) func(d *decoder, p unsafe.Pointer) *Error {
	scale, size := r.scale, w.size
	if w.logical == logicalDecimal && !c.cfg.javaLogical {
		scale = w.scale
	}
	if scale > maxScale || r.scale > maxScale {
		return nil
	}
	read := func(d *decoder) (*big.Int, *Error) {
		at := d.pos
		var in []byte
		var err *Error
		if size > 0 {
			in, err = d.take(size, "decimal")
		} else {
			in, err = d.bytes("decimal")
		}
		if err == nil && len(in) == 0 {
			err = d.failAt(at, "a decimal has no bytes")
		}
		if err != nil {
			return nil, err
		}
		return unscaledOf(in), nil
	}
	divisor, factor := powerOfTen(scale), powerOfTen(max(r.scale-scale, scale-r.scale))
	c.costs(128+uintptr(max(divisor.BitLen(), factor.BitLen())/8), 1) // a fraction has its divisor for itself
	if t == ratType {
		return func(d *decoder, p unsafe.Pointer) *Error {
			n, err := read(d)
			if err == nil {
				*(**big.Rat)(p) = new(big.Rat).SetFrac(n, divisor)
			}
			return err
		}
	}
	return func(d *decoder, p unsafe.Pointer) *Error {
		at := d.pos
		n, err := read(d)
		if err != nil {
			return err
		}
		if r.scale > scale {
			n.Mul(n, factor)
		} else if r.scale < scale {
			rest := new(big.Int)
			if n.QuoRem(n, factor, rest); rest.Sign() != 0 {
				return d.failAt(at, "a decimal has more digits after the point than the %d of the reader's schema", r.scale)
			}
		}
		*(*Decimal)(p) = Decimal{n, r.scale}
		return nil
	}
}

// unscaledOf reads a big-endian number in two's complement.
func unscaledOf(in []byte) *big.Int {
	n := new(big.Int).SetBytes(in)
	if len(in) > 0 && in[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(in))))
	}
	return n
}

// unscaledBytes returns a number in two's complement: of the least length, or with size bytes if size is positive. It returns nil
// where they do not suffice.
func unscaledBytes(n *big.Int, size int) []byte {
	least := n.BitLen()/8 + 1
	if n.Sign() < 0 { // -128 takes one byte, 128 two
		least = new(big.Int).Not(n).BitLen()/8 + 1
	}
	if size <= 0 {
		size = least
	}
	if least > size {
		return nil
	}
	if n.Sign() < 0 {
		n = new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), uint(8*size)))
	}
	return n.FillBytes(make([]byte, size))
}

// unscaledFor returns the unscaled value of v for a schema: it must be exact.
func unscaledFor(s *Schema, v *big.Rat) (*big.Int, *Error) {
	if s.scale > maxScale {
		return nil, encodeError("a decimal of scale %d: scales of more than %d are not supported", s.scale, maxScale)
	}
	scaled := new(big.Rat).Mul(v, new(big.Rat).SetInt(powerOfTen(s.scale)))
	if !scaled.IsInt() {
		return nil, encodeError("a decimal has more digits after the point than the %d of the schema", s.scale)
	}
	n := scaled.Num()
	if s.precision <= maxScale && n.CmpAbs(powerOfTen(s.precision)) >= 0 {
		return nil, encodeError("a decimal has more digits than the %d of the schema", s.precision)
	}
	return n, nil
}

// appendDecimal writes a decimal as bytes or fixed.
func appendDecimal(dst []byte, s *Schema, v *big.Rat) ([]byte, *Error) {
	n, err := unscaledFor(s, v)
	if err != nil {
		return dst, err
	}
	out := unscaledBytes(n, s.size)
	if out == nil {
		return dst, encodeError("a decimal does not fit the %d bytes of the schema", s.size)
	}
	if s.kind == KindBytes {
		dst = appendLong(dst, int64(len(out)))
	}
	return append(dst, out...), nil
}
