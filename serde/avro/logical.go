package avro

import "math"

// The logical types of the Avro specification that have a meaning here, as [Schema.LogicalType] returns them.
const (
	logicalDecimal              = "decimal"                // bytes or fixed
	logicalUUID                 = "uuid"                   // string or fixed of 16 bytes
	logicalDate                 = "date"                   // int
	logicalTimeMillis           = "time-millis"            // int
	logicalTimeMicros           = "time-micros"            // long
	logicalTimestampMillis      = "timestamp-millis"       // long
	logicalTimestampMicros      = "timestamp-micros"       // long
	logicalTimestampNanos       = "timestamp-nanos"        // long
	logicalLocalTimestampMillis = "local-timestamp-millis" // long
	logicalLocalTimestampMicros = "local-timestamp-micros" // long
	logicalLocalTimestampNanos  = "local-timestamp-nanos"  // long
	logicalDuration             = "duration"               // fixed of 12 bytes
)

// logicalKinds are the types that a logical type can annotate, besides those of decimal, uuid and duration.
var logicalKinds = map[string]Kind{
	logicalDate:                 KindInt,
	logicalTimeMillis:           KindInt,
	logicalTimeMicros:           KindLong,
	logicalTimestampMillis:      KindLong,
	logicalTimestampMicros:      KindLong,
	logicalTimestampNanos:       KindLong,
	logicalLocalTimestampMillis: KindLong,
	logicalLocalTimestampMicros: KindLong,
	logicalLocalTimestampNanos:  KindLong,
}

// setLogicalType reads the logical type from the JSON of the schema, if it has one that is known and valid for its type.
func (s *Schema) setLogicalType(v *jsonValue) {
	name, ok := optionalText(v, "logicalType")
	if !ok {
		return
	}
	switch name {
	case logicalDecimal:
		s.setDecimal(v)
		return
	case logicalUUID:
		ok = s.kind == KindString || s.kind == KindFixed && s.size == 16
	case logicalDuration:
		ok = s.kind == KindFixed && s.size == 12
	default:
		ok = logicalKinds[name] == s.kind
	}
	if ok {
		s.logical = name
	}
}

// setDecimal reads a decimal: precision is a whole number from 1 to what a fixed can hold, scale from 0 to precision.
func (s *Schema) setDecimal(v *jsonValue) {
	precision, ok := int32Value(v.member("precision"))
	if !ok || precision < 1 {
		return
	}
	scale := 0
	if m := v.member("scale"); m != nil {
		if scale, ok = int32Value(m); !ok || scale < 0 || scale > precision {
			return
		}
	}
	switch s.kind {
	case KindBytes:
	case KindFixed:
		if float64(precision) > math.Floor(math.Log10(2)*float64(8*s.size-1)) {
			return
		}
	default:
		return
	}
	s.logical, s.precision, s.scale = logicalDecimal, precision, scale
}
