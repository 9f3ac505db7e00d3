package avro

import (
	"fmt"
	"math"
	"reflect"
	"time"
	"unsafe"
)

// nanos are the nanoseconds in one tick of a logical type, 0 for all others.
var nanos = map[string]int64{
	logicalDate:                 int64(24 * time.Hour),
	logicalTimeMillis:           int64(time.Millisecond),
	logicalTimeMicros:           int64(time.Microsecond),
	logicalTimestampMillis:      int64(time.Millisecond),
	logicalTimestampMicros:      int64(time.Microsecond),
	logicalTimestampNanos:       1,
	logicalLocalTimestampMillis: int64(time.Millisecond),
	logicalLocalTimestampMicros: int64(time.Microsecond),
	logicalLocalTimestampNanos:  1,
}

// timeTypes are the Go types that carry the unit of a logical type.
var timeTypes = map[string]reflect.Type{
	logicalDate:                 timeType,
	logicalTimeMillis:           timeOfDayType,
	logicalTimeMicros:           timeOfDayType,
	logicalTimestampMillis:      timeType,
	logicalTimestampMicros:      timeType,
	logicalTimestampNanos:       timeType,
	logicalLocalTimestampMillis: localTimeType,
	logicalLocalTimestampMicros: localTimeType,
	logicalLocalTimestampNanos:  localTimeType,
}

// logicalOf returns the logical type that tells what was written.
func (c *compiler) logicalOf(w, r *Schema) string {
	if w.logical == "" || c.cfg.javaLogical {
		return r.logical
	}
	return w.logical
}

// checkLogical reports logical types that contradict each other, unless the Go type carries what differs. Where only one side has
// one, there is nothing to contradict.
func (c *compiler) checkLogical(path string, w, r *Schema, t reflect.Type) *Error {
	if w.logical == "" || r.logical == "" || c.cfg.javaLogical || w.logical == r.logical && w.scale == r.scale {
		return nil
	}
	switch carrier := timeTypes[w.logical]; {
	case carrier != nil && carrier == timeTypes[r.logical] && carrier == t:
		return nil
	case w.logical == logicalDecimal && r.logical == logicalDecimal && (t == ratType || t == decimalType):
		return nil
	default:
		return mismatch(path, "%s was written, and the Go type %v cannot keep its value as %s; use a type that carries the unit, or WithJavaLogicalTypes",
			describeUnit(w), t, describeUnit(r))
	}
}

// describeUnit names a schema with what its numbers count.
func describeUnit(s *Schema) string {
	if s.logical == logicalDecimal {
		return fmt.Sprintf("%s of scale %d", describe(s), s.scale)
	}
	return describe(s)
}

// logicalLeaf returns the function for a Go type that has a logical type's meaning, or nil.
func (c *compiler) logicalLeaf(w, r *Schema, t reflect.Type) func(d *decoder, p unsafe.Pointer) *Error {
	logical := c.logicalOf(w, r)
	switch {
	case logical == logicalTimestampMillis && t == timeType && w.kind == KindLong:
		return nil // an operation of its own
	case timeTypes[logical] == t && t != nil:
		tick := nanos[logical]
		switch t {
		case timeType:
			return readTime(w.kind, tick)
		case localTimeType:
			return readLocalTime(w.kind, tick)
		default:
			return readTimeOfDay(w.kind, tick)
		}
	case r.logical == logicalDecimal && (t == ratType || t == decimalType):
		return c.decimalLeaf(w, r, t)
	case r.logical == logicalDuration && t == durationType && w.kind == KindFixed:
		return readDuration
	case r.logical == logicalUUID && isUUID(t) && r.kind == KindString:
		return readUUIDText
	case r.logical == logicalUUID && t.Kind() == reflect.String && w.kind == KindFixed:
		return readUUIDBytes
	default:
		return nil
	}
}

// timeOf returns the time of a number of ticks since the epoch. A tick is a nanosecond, a multiple of it that divides a second, or a
// day.
func timeOf(n, tick int64) time.Time {
	if tick > int64(time.Second) {
		return time.Unix(n*(tick/int64(time.Second)), 0).UTC() // a date has 32 bits
	}
	perSecond := int64(time.Second) / tick
	seconds, rest := n/perSecond, n%perSecond
	return time.Unix(seconds, rest*tick).UTC()
}

// ticksOf returns the number of ticks since the epoch, rounded down, and whether there is one of 64 bits.
func ticksOf(t time.Time, tick int64) (int64, bool) {
	seconds := t.Unix()
	if tick > int64(time.Second) {
		per := tick / int64(time.Second)
		n := seconds / per
		if seconds%per < 0 {
			n--
		}
		return n, true
	}
	perSecond, rest := int64(time.Second)/tick, int64(t.Nanosecond())/tick
	if seconds < 0 && rest > 0 { // so that the least time of all does not overflow on the way
		seconds, rest = seconds+1, rest-perSecond
	}
	if seconds < math.MinInt64/perSecond || seconds > math.MaxInt64/perSecond {
		return 0, false
	}
	whole := seconds * perSecond
	n := whole + rest
	return n, (rest >= 0) == (n >= whole)
}

func readTime(written Kind, tick int64) func(d *decoder, p unsafe.Pointer) *Error {
	return func(d *decoder, p unsafe.Pointer) *Error {
		at := d.pos
		n, err := d.integer(written)
		if err != nil {
			return err
		}
		if tick > int64(time.Second) && n != int64(int32(n)) {
			return d.failAt(at, "a date is out of range")
		}
		*(*time.Time)(p) = timeOf(n, tick)
		return nil
	}
}

func readLocalTime(written Kind, tick int64) func(d *decoder, p unsafe.Pointer) *Error {
	return func(d *decoder, p unsafe.Pointer) *Error {
		n, err := d.integer(written)
		if err == nil {
			*(*LocalTime)(p) = LocalTime{timeOf(n, tick)}
		}
		return err
	}
}

func readTimeOfDay(written Kind, tick int64) func(d *decoder, p unsafe.Pointer) *Error {
	return func(d *decoder, p unsafe.Pointer) *Error {
		at := d.pos
		n, err := d.integer(written)
		if err != nil {
			return err
		}
		if n < 0 || n >= int64(24*time.Hour)/tick {
			return d.failAt(at, "a time of day is out of range")
		}
		*(*time.Duration)(p) = time.Duration(n * tick)
		return nil
	}
}
