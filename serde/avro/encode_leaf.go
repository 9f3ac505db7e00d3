package avro

import (
	"math/big"
	"reflect"
	"time"
	"unsafe"
)

// leaf adds a value without parts.
func (c *writer) leaf(b *builder, path string, at spot, s *Schema, t reflect.Type) *Error {
	if s.logical == logicalTimestampMillis && t == timeType {
		b.add(path, at, op{code: opMillis})
		return nil
	}
	if write := logicalWriter(s, t); write != nil {
		c.function(b, path, at, write)
		return nil
	}
	k := t.Kind()
	var o op
	ok := false
	switch s.kind {
	case KindBoolean:
		o, ok = op{code: opBool}, k == reflect.Bool
	case KindInt, KindLong:
		if ok = isGoInt(k); ok && !c.integer(&o, s.kind, t) {
			c.function(b, path, at, integerWriter(s.kind, k))
			return nil
		}
	case KindFloat:
		o, ok = op{code: opFloat}, k == reflect.Float32
	case KindDouble:
		o, ok = op{code: opDouble}, k == reflect.Float64
	case KindString:
		o, ok = op{code: opString}, k == reflect.String
	case KindBytes:
		o, ok = op{code: opBytes}, isBytes(t)
	case KindFixed:
		if isBytes(t) {
			c.function(b, path, at, fixedWriter(s.size))
			return nil
		}
		o = op{code: opFixed, n: int32(s.size)}
		ok = k == reflect.Array && t.Elem().Kind() == reflect.Uint8 && t.Len() == s.size
		if ok && s.size > maxInPlace {
			c.function(b, path, at, bigFixedWriter(s.size))
			return nil
		}
	}
	if !ok {
		return unmapped(path, "%s cannot be written from the Go type %v", describe(s), t)
	}
	b.add(path, at, o)
	return nil
}

// integer chooses the operation of an integer that has one.
func (c *writer) integer(o *op, kind Kind, t reflect.Type) bool {
	switch {
	case kind == KindLong && t.Size() == 8:
		o.code = opLong
	case kind == KindInt && t.Size() == 8:
		o.code = opWide
	case t.Kind() == reflect.Int32:
		o.code = opInt
	default:
		return false
	}
	return true
}

func integerWriter(kind Kind, k reflect.Kind) writeFunc {
	return func(_ *encodePlan, dst []byte, p unsafe.Pointer, _ int) ([]byte, *Error) {
		v := loadInt(p, uint8(k))
		if kind == KindInt && v != int64(int32(v)) {
			return dst, outOfRange(v, kind)
		}
		return appendLong(dst, v), nil
	}
}

func fixedWriter(size int) writeFunc {
	return func(_ *encodePlan, dst []byte, p unsafe.Pointer, _ int) ([]byte, *Error) {
		v := *(*[]byte)(p)
		if len(v) != size {
			return dst, encodeError("a fixed has %d bytes in the schema, the slice has %d", size, len(v))
		}
		return append(dst, v...), nil
	}
}

// bigFixedWriter writes a fixed that makes room for itself.
func bigFixedWriter(size int) writeFunc {
	return func(_ *encodePlan, dst []byte, p unsafe.Pointer, _ int) ([]byte, *Error) {
		return append(dst, unsafe.Slice((*byte)(p), size)...), nil
	}
}

// logicalWriter returns the function for a Go type that has a logical type's meaning, or nil.
func logicalWriter(s *Schema, t reflect.Type) writeFunc {
	switch tick := nanos[s.logical]; {
	case timeTypes[s.logical] == t && s.logical != "":
		switch t {
		case timeType:
			return timeWriter(s.kind, tick)
		case localTimeType:
			return func(_ *encodePlan, dst []byte, p unsafe.Pointer, _ int) ([]byte, *Error) {
				return appendTime(dst, s.kind, (*LocalTime)(p).wall, tick)
			}
		default:
			return func(_ *encodePlan, dst []byte, p unsafe.Pointer, _ int) ([]byte, *Error) {
				return appendTimeOfDay(dst, *(*time.Duration)(p), tick)
			}
		}
	case s.logical == logicalDecimal && t == ratType && s.scale <= maxScale:
		return func(_ *encodePlan, dst []byte, p unsafe.Pointer, _ int) ([]byte, *Error) {
			v := *(**big.Rat)(p)
			if v == nil {
				return dst, nilPointer()
			}
			return appendDecimal(dst, s, v)
		}
	case s.logical == logicalDecimal && t == decimalType && s.scale <= maxScale:
		return func(_ *encodePlan, dst []byte, p unsafe.Pointer, _ int) ([]byte, *Error) {
			return appendDecimalValue(dst, s, *(*Decimal)(p))
		}
	case s.logical == logicalDuration && t == durationType:
		return func(_ *encodePlan, dst []byte, p unsafe.Pointer, _ int) ([]byte, *Error) {
			return (*Duration)(p).append(dst), nil
		}
	case s.logical == logicalUUID && isUUID(t) && s.kind == KindString:
		return func(_ *encodePlan, dst []byte, p unsafe.Pointer, _ int) ([]byte, *Error) {
			return appendUUID(appendLong(dst, uuidTextSize), *(*[16]byte)(p)), nil
		}
	case s.logical == logicalUUID && t.Kind() == reflect.String && s.kind == KindFixed:
		return func(_ *encodePlan, dst []byte, p unsafe.Pointer, _ int) ([]byte, *Error) {
			id, ok := parseUUID([]byte(*(*string)(p)))
			if !ok {
				return dst, encodeError("a string is not a UUID")
			}
			return append(dst, id[:]...), nil
		}
	default:
		return nil
	}
}

func timeWriter(kind Kind, tick int64) writeFunc {
	return func(_ *encodePlan, dst []byte, p unsafe.Pointer, _ int) ([]byte, *Error) {
		return appendTime(dst, kind, *(*time.Time)(p), tick)
	}
}

func appendTime(dst []byte, kind Kind, t time.Time, tick int64) ([]byte, *Error) {
	n, ok := ticksOf(t, tick)
	if !ok || kind == KindInt && n != int64(int32(n)) {
		return dst, encodeError("a time is out of range")
	}
	return appendLong(dst, n), nil
}

func appendTimeOfDay(dst []byte, v time.Duration, tick int64) ([]byte, *Error) {
	if v < 0 || v >= 24*time.Hour {
		return dst, encodeError("a time of day is out of range")
	}
	return appendLong(dst, int64(v)/tick), nil
}

// appendDecimalValue writes a Decimal, by way of a fraction only where its scale is not the schema's.
func appendDecimalValue(dst []byte, s *Schema, v Decimal) ([]byte, *Error) {
	if v.Scale < -maxScale || v.Scale > maxScale {
		return dst, encodeError("a Decimal has the scale %d; it must be between %d and %d", v.Scale, -maxScale, maxScale)
	}
	return appendDecimal(dst, s, v.Rat())
}
