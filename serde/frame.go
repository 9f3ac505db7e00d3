package serde

import (
	"encoding/binary"
	"fmt"
)

// Magic bytes: of Confluent's wire format and of AWS Glue's.
const (
	magicNumber = 0x00 // then an int32, big-endian
	magicGUID   = 0x01 // then 16 bytes, big-endian
	magicGlue   = 0x03 // then a byte that says how the body is compressed, and 16 bytes, big-endian
)

// What stands behind magicGlue.
const (
	gluePlain = 0x00
	glueZlib  = 0x05
)

const (
	numberFrame = 1 + 4
	guidFrame   = 1 + 16
	glueFrame   = 2 + 16
)

// Names of the record headers that carry a schema id when the payload is bare: a magic byte and the id, as in a frame.
// Where a record has several of one name, the last one counts.
const (
	KeySchemaIDHeader   = "__key_schema_id"
	ValueSchemaIDHeader = "__value_schema_id"
)

// AppendFrame appends the frame prefix for id: 0x00 and the number as int32, 0x01 and the GUID, or 0x03, 0x00 (not compressed) and the Glue
// id, all big-endian. It panics for the zero SchemaID.
func AppendFrame(dst []byte, id SchemaID) []byte {
	switch id.kind {
	case idNumber:
		return binary.BigEndian.AppendUint32(append(dst, magicNumber), uint32(id.num))
	case idGUID:
		dst = append(dst, magicGUID)
	case idGlue:
		dst = append(dst, magicGlue, gluePlain)
	default:
		panic("serde: AppendFrame: zero SchemaID")
	}
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(dst, id.high), id.low)
}

// ParseFrame splits a framed payload into its schema id and the body, which shares payload's memory unless it was compressed. Any bytes are
// safe. An error is [ErrFrame]: too short, unknown magic byte, id below 1; or [ErrCorrupt] for a compressed body that cannot be
// inflated, or only to more than 64 MiB.
func ParseFrame(payload []byte) (SchemaID, []byte, error) {
	f, err := splitFrame(payload)
	if err != nil || !f.deflated {
		return f.id, f.body, err
	}
	body, err := inflate(nil, f.body, defaultMaxInflated)
	if err != nil {
		return SchemaID{}, nil, err
	}
	return f.id, body, nil
}

// frame is a payload taken apart.
type frame struct {
	id       SchemaID
	body     []byte
	deflated bool // body is a zlib stream
}

func splitFrame(payload []byte) (frame, error) {
	if len(payload) == 0 {
		return frame{}, fmt.Errorf("%w: empty payload", ErrFrame)
	}
	switch payload[0] {
	case magicNumber:
		if len(payload) < numberFrame {
			return frame{}, fmt.Errorf("%w: too short: %d bytes, magic byte and schema id need %d", ErrFrame, len(payload), numberFrame)
		}
		n := int32(binary.BigEndian.Uint32(payload[1:numberFrame]))
		if n < 1 {
			return frame{}, fmt.Errorf("%w: schema id %d is below 1", ErrFrame, n)
		}
		return frame{id: NumberID(n), body: payload[numberFrame:]}, nil
	case magicGUID:
		if len(payload) < guidFrame {
			return frame{}, fmt.Errorf("%w: too short: %d bytes, magic byte and schema GUID need %d", ErrFrame, len(payload), guidFrame)
		}
		return frame{id: GUIDID([16]byte(payload[1:guidFrame])), body: payload[guidFrame:]}, nil
	case magicGlue:
		if len(payload) < glueFrame {
			return frame{}, fmt.Errorf("%w: too short: %d bytes, the header of AWS Glue needs %d", ErrFrame, len(payload), glueFrame)
		}
		if compression := payload[1]; compression != gluePlain && compression != glueZlib {
			return frame{}, fmt.Errorf("%w: unknown compression 0x%02x in the header of AWS Glue", ErrFrame, compression)
		}
		return frame{id: GlueID([16]byte(payload[2:glueFrame])), body: payload[glueFrame:], deflated: payload[1] == glueZlib}, nil
	default:
		return frame{}, fmt.Errorf("%w: unknown magic byte 0x%02x", ErrFrame, payload[0])
	}
}

// ParseIDHeader reads the value of a [KeySchemaIDHeader] or [ValueSchemaIDHeader]: a frame prefix of Confluent's and nothing after it. AWS
// Glue has no such headers.
func ParseIDHeader(value []byte) (SchemaID, error) {
	f, err := splitFrame(value)
	switch {
	case err != nil:
		return SchemaID{}, fmt.Errorf("schema id header: %w", err)
	case len(f.body) != 0:
		return SchemaID{}, fmt.Errorf("schema id header: %w: %d bytes after the id", ErrFrame, len(f.body))
	case f.id.WireFormat() != WireConfluent:
		return SchemaID{}, fmt.Errorf("schema id header: %w: an id of %v, which travels in front of the body alone", ErrFrame, f.id.WireFormat())
	}
	return f.id, nil
}
