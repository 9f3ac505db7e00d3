package serde

import (
	"encoding/binary"
	"fmt"
)

// Magic bytes of Confluent's wire format.
const (
	magicNumber = 0x00 // then an int32, big-endian
	magicGUID   = 0x01 // then 16 bytes, big-endian
)

// Names of the record headers that carry a schema id when the payload is bare: a magic byte and the id, as in a frame.
// Where a record has several of one name, the last one counts.
const (
	KeySchemaIDHeader   = "__key_schema_id"
	ValueSchemaIDHeader = "__value_schema_id"
)

// AppendFrame appends the frame prefix for id: 0x00 and the number as int32, or 0x01 and the GUID, both big-endian. It panics
// for the zero SchemaID.
func AppendFrame(dst []byte, id SchemaID) []byte {
	switch id.kind {
	case idNumber:
		return binary.BigEndian.AppendUint32(append(dst, magicNumber), uint32(id.num))
	case idGUID:
		dst = binary.BigEndian.AppendUint64(append(dst, magicGUID), id.high)
		return binary.BigEndian.AppendUint64(dst, id.low)
	default:
		panic("serde: AppendFrame: zero SchemaID")
	}
}

// ParseFrame splits a framed payload into its schema id and the body, which shares payload's memory. Any bytes are safe; an
// error is [ErrFrame]: too short, unknown magic byte, id below 1.
func ParseFrame(payload []byte) (SchemaID, []byte, error) {
	if len(payload) == 0 {
		return SchemaID{}, nil, fmt.Errorf("%w: empty payload", ErrFrame)
	}
	switch payload[0] {
	case magicNumber:
		if len(payload) < 5 {
			return SchemaID{}, nil, fmt.Errorf("%w: too short: %d bytes, magic byte and schema id need 5", ErrFrame, len(payload))
		}
		n := int32(binary.BigEndian.Uint32(payload[1:5]))
		if n < 1 {
			return SchemaID{}, nil, fmt.Errorf("%w: schema id %d is below 1", ErrFrame, n)
		}
		return NumberID(n), payload[5:], nil
	case magicGUID:
		if len(payload) < 17 {
			return SchemaID{}, nil, fmt.Errorf("%w: too short: %d bytes, magic byte and schema GUID need 17", ErrFrame, len(payload))
		}
		return GUIDID([16]byte(payload[1:17])), payload[17:], nil
	default:
		return SchemaID{}, nil, fmt.Errorf("%w: unknown magic byte 0x%02x", ErrFrame, payload[0])
	}
}

// ParseIDHeader reads the value of a [KeySchemaIDHeader] or [ValueSchemaIDHeader]: a frame prefix and nothing after it.
func ParseIDHeader(value []byte) (SchemaID, error) {
	id, rest, err := ParseFrame(value)
	if err != nil {
		return SchemaID{}, fmt.Errorf("schema id header: %w", err)
	}
	if len(rest) != 0 {
		return SchemaID{}, fmt.Errorf("schema id header: %w: %d bytes after the id", ErrFrame, len(rest))
	}
	return id, nil
}
