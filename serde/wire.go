package serde

import "errors"

// WireFormat is a family of frames, and of the schema ids that travel in them. A topic that moves from one registry to another holds both:
// their first bytes never clash.
type WireFormat uint8

const (
	// WireConfluent is 0x00 and a number, or 0x01 and a GUID, in front of the body or in a record header.
	WireConfluent WireFormat = iota
	// WireGlue is AWS Glue's: 0x03, a byte that says whether the body is compressed, and the id of the schema version.
	WireGlue

	wireFormats = iota
)

// String returns "Confluent" or "AWS Glue".
func (w WireFormat) String() string {
	if w == WireGlue {
		return "AWS Glue"
	}
	return "Confluent"
}

// other returns the other one.
func (w WireFormat) other() WireFormat { return WireGlue - w }

// WireFormatter is implemented by a [SchemaReader] that says of which wire format its ids are; one that does not counts as
// WireConfluent. Whoever wraps a reader of Glue's schemas in another type passes it on.
type WireFormatter interface {
	WireFormat() WireFormat
}

func wireFormatOf(reg SchemaReader) WireFormat {
	if w, ok := reg.(WireFormatter); ok && w.WireFormat() == WireGlue {
		return WireGlue
	}
	return WireConfluent
}

var errGlueContext = errors.New("serde: WithRegistryContext: AWS Glue has no contexts: a client of another registry of Glue takes their place")
