package avro

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
