package serde

import (
	"errors"
	"fmt"
)

// Framing says how the schema id travels with a record.
type Framing uint8

const (
	// FramePrefix writes 0x00 and the schema id in front of the body: what every client of the Schema Registry reads. Of a schema
	// that is pinned by its GUID ([PinnedID]) no number is known, and 0x01 and the GUID are written, here and in FrameHeader. With schemas of
	// AWS Glue it writes Glue's header there (see [WireGlue]), and no other framing can be used.
	FramePrefix Framing = iota
	// FrameGUIDPrefix writes 0x01 and the schema's GUID in front of the body.
	FrameGUIDPrefix
	// FrameHeader writes 0x00 and the schema id into a record header and leaves the body bare.
	FrameHeader
	// FrameGUIDHeader writes 0x01 and the schema's GUID into a record header and leaves the body bare: what Confluent's
	// header serializers write.
	FrameGUIDHeader
)

func (f Framing) isGUID() bool { return f == FrameGUIDPrefix || f == FrameGUIDHeader }

// stamp is what marks each record of one schema: a prefix of the payload, or a header.
type stamp struct {
	prefix      []byte
	headerKey   string
	headerValue []byte
}

func (f Framing) stamp(part Part, schema *RegisteredSchema) (stamp, error) {
	id := schema.ID
	if id.WireFormat() == WireGlue && f != FramePrefix {
		return stamp{}, errGlueFraming
	}
	if f.isGUID() {
		id = schema.GUID
		if id.IsZero() {
			return stamp{}, fmt.Errorf("the registry gave no GUID for schema id %v (Confluent's do since 8.0): use FramePrefix or FrameHeader", schema.ID)
		}
	}
	if id.IsZero() {
		return stamp{}, fmt.Errorf("the registry gave no schema id")
	}
	bytes := AppendFrame(nil, id)
	if f == FrameHeader || f == FrameGUIDHeader {
		return stamp{headerKey: part.SchemaIDHeader(), headerValue: bytes}, nil
	}
	return stamp{prefix: bytes}, nil
}

var errGlueFraming = errors.New("ids of AWS Glue travel in front of the body: use FramePrefix")
