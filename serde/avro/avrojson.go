package avro

import "errors"

// Avro's JSON encoding (Avro specification, "JSON Encoding") is a second form of a value's bytes, so it is read and written as such, by the
// schema alone: what a Go type holds goes by way of its Avro bytes.

// BinaryToJSON appends a value of the schema, given as its Avro bytes, in Avro's JSON encoding to dst and returns the grown slice. It writes
// what Apache Avro for Java writes: one line, the fields in the order of the schema; a union's value as an object with the full name of its
// type as the only key, and null as null; bytes and fixed as strings with a character from U+0000 to U+00FF for each byte; logical types
// as the values that they annotate; NaN, Infinity and -Infinity as strings.
//
// Binary is checked as [Codec.Decode] checks it, and of the options the limits and [WithInvalidUTF8] count. JSON has no room for text
// that is not valid UTF-8: also [KeepInvalidUTF8] puts U+FFFD. Errors of the data are of type [*Error]; with an error, the content of dst
// beyond its length is undefined.
func (s *Schema) BinaryToJSON(dst, binary []byte, opts ...Option) ([]byte, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return dst, err
	}
	return s.binaryToJSON(dst, binary, cfg)
}

// JSONToBinary appends the Avro bytes of a value of the schema to dst, which is given in Avro's JSON encoding, and returns the grown slice. It
// is the way back from [Schema.BinaryToJSON], and takes what people and other tools write as well: white space, fields in any order, and numbers
// in any form (1e3 for an int), as long as nothing of their value is lost. Members of an object that are no fields of the record are
// left out, as in Java. A field that is missing is an error, also where it has a default: the encoding is that of one schema, and does
// not resolve. So is one that comes twice, text that stands for no characters, and anything behind the value.
//
// Of the options the limits count. Errors of the text are of type [*Error], and name line and column.
func (s *Schema) JSONToBinary(dst, json []byte, opts ...Option) ([]byte, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return dst, err
	}
	return s.jsonToBinary(dst, json, cfg)
}

// AppendJSON appends v in Avro's JSON encoding, as [Schema.BinaryToJSON] writes it for the codec's own schema.
func (c Codec[T]) AppendJSON(dst []byte, v *T) ([]byte, error) {
	data, err := c.Append(nil, v)
	if err != nil {
		return dst, err
	}
	return c.state.schema.binaryToJSON(dst, data, c.state.cfg)
}

// DecodeJSON reads a value in Avro's JSON encoding, as [Schema.JSONToBinary] takes it for the codec's own schema. Whatever v held before is gone;
// on an error v is zero.
func (c Codec[T]) DecodeJSON(src []byte, v *T) error {
	if c.state.schema == nil {
		return c.Decode(src, v) // which says what is missing
	}
	data, err := c.state.schema.jsonToBinary(nil, src, c.state.cfg)
	if err != nil {
		if v != nil {
			var zero T
			*v = zero
		}
		return err
	}
	return withoutOffset(c.Decode(data, v))
}

// withoutOffset takes the offset off an error of bytes that the caller never saw.
func withoutOffset(err error) error {
	var e *Error
	if errors.As(err, &e) {
		e.op, e.offset = opJSON, -1
	}
	return err
}

// MarshalJSON returns the record in Avro's JSON encoding, see [Schema.BinaryToJSON], with the entries of maps sorted by their keys.
//
// It is a method of the value, so that package encoding/json finds it wherever a Record is.
func (r Record) MarshalJSON() ([]byte, error) {
	w := genericWriter{cfg: sortedConfig}
	data, err := w.record(nil, r.schema, &r, 0)
	if err != nil {
		return nil, err
	}
	return r.schema.binaryToJSON(nil, data, sortedConfig)
}

// UnmarshalJSON reads what MarshalJSON returns, and whatever else [Schema.JSONToBinary] takes. The record needs a schema: make it with
// [NewRecord]. On an error it is left as it was.
func (r *Record) UnmarshalJSON(text []byte) error {
	if r.schema == nil {
		return errors.New("avro: a Record without a schema cannot be read from JSON; make one with NewRecord")
	}
	data, err := r.schema.jsonToBinary(nil, text, defaultConfig)
	if err != nil {
		return err
	}
	plan, err := r.schema.derive().record()
	if err != nil {
		return err
	}
	var read Record
	if err := withoutOffset(decodeWith(plan, data, &read)); err != nil {
		return err
	}
	*r = read
	return nil
}

func (s *Schema) binaryToJSON(dst, data []byte, cfg *config) ([]byte, error) {
	w := jsonWriter{decoder{Input: Input{src: data}, cfg: cfg}, s.derive().least()}
	dst, err := w.value(dst, s)
	if err != nil {
		err.name = s.name
		return dst, err
	}
	if w.in.pos != len(data) {
		return dst, leftOver(s.name, data, w.in.pos)
	}
	return dst, nil
}
