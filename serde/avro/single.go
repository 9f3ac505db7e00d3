package avro

import (
	"encoding/binary"
	"fmt"
)

// Single-object encoding (Avro specification, "Single-object encoding"): the bytes C3 01, the writer schema's CRC-64-AVRO fingerprint as eight
// bytes, little-endian, and the value. It names its schema where there is no registry to number it.
const (
	singleObjectMarker = "\xc3\x01"
	singleObjectHeader = len(singleObjectMarker) + 8
)

// AppendSingleObject is [Codec.Append] with the header of single-object encoding before the value.
func (c Codec[T]) AppendSingleObject(dst []byte, v *T) ([]byte, error) {
	if c.state.schema == nil {
		return c.Append(dst, v) // which says what is missing
	}
	dst = append(dst, singleObjectMarker...)
	return c.Append(binary.LittleEndian.AppendUint64(dst, c.state.fingerprint()), v)
}

// DecodeSingleObject reads what [Codec.AppendSingleObject] wrote with the codec's own schema. For data of other schemas, split it
// with [ParseSingleObject], find the schema by its fingerprint, and keep a [Codec.Decoder] for each. The places in errors of the value
// count from behind the header.
func (c Codec[T]) DecodeSingleObject(src []byte, v *T) error {
	fingerprint, body, err := ParseSingleObject(src)
	if err == nil && c.state.schema != nil && fingerprint != c.state.fingerprint() {
		err = &Error{
			op: "decode", name: c.state.name, offset: len(singleObjectMarker), unresolvable: true,
			problem: fmt.Sprintf("written with the schema of fingerprint %016x, the codec's has %016x: see ParseSingleObject", fingerprint, c.state.fingerprint()),
		}
	}
	if err != nil {
		if v != nil {
			var zero T
			*v = zero
		}
		return err
	}
	return c.Decode(body, v)
}

// ParseSingleObject splits a value in single-object encoding into the fingerprint of its schema, see [Schema.CRC64], and the value's bytes, which share
// src's memory.
func ParseSingleObject(src []byte) (fingerprint uint64, body []byte, err error) {
	if len(src) < singleObjectHeader || string(src[:len(singleObjectMarker)]) != singleObjectMarker {
		return 0, nil, &Error{
			op: "decode", offset: 0,
			problem: fmt.Sprintf("not in single-object encoding: want c3 01 and a fingerprint, %d bytes in all, and there are %d bytes", singleObjectHeader, len(src)),
		}
	}
	return binary.LittleEndian.Uint64(src[len(singleObjectMarker):]), src[singleObjectHeader:], nil
}
