package serde

// Encoding says how a payload is written.
type Encoding uint8

const (
	// EncodingAvro is a framed (or header-identified) body in the codec's schema language.
	EncodingAvro Encoding = iota
	// EncodingJSON is plain JSON: the fallback of [WithJSON] and [AcceptJSON].
	EncodingJSON
	// EncodingPlain is a payload without schema: strings, bytes and integers, see [Plain].
	EncodingPlain
)

// String returns "avro", "json" or "plain".
func (e Encoding) String() string {
	switch e {
	case EncodingAvro:
		return "avro"
	case EncodingJSON:
		return "json"
	default:
		return "plain"
	}
}

// Encoded is the outcome of serializing one part of a record.
type Encoded struct {
	// Bytes is dst with the payload appended: the payload is Bytes[len(dst):]. For a tombstone it is dst unchanged.
	Bytes []byte
	// Tombstone says that the value was nil: the record must be written with a null payload, not with an empty one.
	Tombstone bool
	// Encoding says how the payload is written.
	Encoding Encoding
	// HeaderKey and HeaderValue are the record header to add when the id travels in one (see [FrameHeader]); HeaderKey is ""
	// otherwise. HeaderValue is shared: do not change it.
	HeaderKey   string
	HeaderValue []byte
	// Schema is what was written with; nil for tombstones and plain payloads. It is shared: do not change it.
	Schema *RegisteredSchema
}

// Input is one part of a record as it came from the topic.
type Input struct {
	Topic string
	// Payload is the key or value; nil is a null (a tombstone, for values).
	Payload []byte
	// IDHeader is the value of the last header named Part.SchemaIDHeader, nil where the record has none or a null one.
	IDHeader []byte
}

// Meta is what deserializing learned besides the value.
type Meta struct {
	// Tombstone says that the payload was null; the value is then its zero value.
	Tombstone bool
	// Encoding says how the payload was written.
	Encoding Encoding
	// Schema is the id of the writer's schema; zero for tombstones, JSON and plain payloads.
	Schema SchemaID
}
