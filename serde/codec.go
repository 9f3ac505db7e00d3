package serde

// Codec turns values of one Go type into the bytes of one schema language and back, without frame or registry. It is
// declared here, by its user, in terms of the standard library alone, so that a codec package need not import serde:
// serde/hamba satisfies it, and generated packages hold one value per record (schemas.OrderEvents).
//
// A schema is given as texts in the order of reference: each may name types that earlier ones define, and the last one
// is the schema itself (for a member of a union it is just its quoted name). nil means the codec's own schema. A codec must
// not keep state that lets one call's definitions leak into another's.
//
// Codecs, and the functions they return, are safe for concurrent use. Compiling may be slow: the serde calls Encoder and
// Decoder once per schema and keeps the result.
type Codec[T any] interface {
	// SchemaType is TypeAvro, or another of the registry's schema types.
	SchemaType() string
	// Schema is the full text of the codec's own schema: what is registered, and what values are read with.
	Schema() string
	// Name is the full name of the schema's record, or "" where the schema has no name.
	Name() string
	// Encoder compiles the way from T to the bytes of schema. A schema with fields that T does not have is an error: their defaults must not
	// be written instead. The function appends to dst and returns the grown slice; on an error the content of dst beyond its length is
	// undefined.
	Encoder(schema []string) (func(dst []byte, v *T) ([]byte, error), error)
	// Decoder compiles the way from bytes written with writer to T as the reader schema sees it. The function must consume
	// src to its last byte, keep no reference to it, survive any bytes, and leave nothing in v that v held before. An error
	// of Decoder itself means that the two schemas can never be resolved, or that T does not have all fields of the reader's.
	//
	// Errors of the function may implement FieldPath() string, and Unresolvable() bool for a record that the reader schema
	// has no place for (a union branch or an enum symbol that it lacks). All others count as corrupt data.
	Decoder(writer, reader []string) (func(src []byte, v *T) error, error)
}

// Validator is implemented by values that check themselves: a serializer calls Validate on *T before it encodes and refuses the
// value with [ErrInvalid] when it fails.
type Validator interface {
	Validate() error
}
