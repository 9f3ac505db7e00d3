package avro

import (
	"crypto/md5"
	"crypto/sha256"
	"strconv"
)

// Canonical returns the schema's Parsing Canonical Form (section "Transforming into Parsing Canonical Form"), character by
// character as Apache Avro for Java writes it: full names, no attributes but those that a reader of the bytes needs, no
// logical types, and "error" as "record". It is computed by each call.
func (s *Schema) Canonical() string {
	return string(s.appendCanonical(nil, map[*Schema]bool{}))
}

// CRC64 returns the 64-bit fingerprint of the canonical form, which single-object encoding carries in little-endian order.
func (s *Schema) CRC64() uint64 {
	crc := crc64Empty
	for _, b := range s.appendCanonical(nil, map[*Schema]bool{}) {
		crc = crc>>8 ^ crc64Table[byte(crc)^b]
	}
	return crc
}

// MD5 returns the 128-bit fingerprint of the canonical form.
func (s *Schema) MD5() [16]byte {
	return md5.Sum(s.appendCanonical(nil, map[*Schema]bool{}))
}

// SHA256 returns the 256-bit fingerprint of the canonical form.
func (s *Schema) SHA256() [32]byte {
	return sha256.Sum256(s.appendCanonical(nil, map[*Schema]bool{}))
}

// crc64Empty is the fingerprint of no bytes, and the polynomial.
const crc64Empty uint64 = 0xc15d213aa4d7a795

var crc64Table = func() (table [256]uint64) {
	for i := range table {
		crc := uint64(i)
		for range 8 {
			crc = crc>>1 ^ crc64Empty&-(crc&1)
		}
		table[i] = crc
	}
	return table
}()

// appendCanonical appends the canonical form. Named types in seen are there already, by their name alone.
func (s *Schema) appendCanonical(dst []byte, seen map[*Schema]bool) []byte {
	switch {
	case s.kind.primitive():
		return appendJSONString(dst, s.kind.String())
	case s.kind == KindUnion:
		dst = append(dst, '[')
		for i, b := range s.branches {
			dst = b.appendCanonical(comma(dst, i), seen)
		}
		return append(dst, ']')
	case s.kind == KindArray:
		return append(s.elem.appendCanonical(append(dst, `{"type":"array","items":`...), seen), '}')
	case s.kind == KindMap:
		return append(s.elem.appendCanonical(append(dst, `{"type":"map","values":`...), seen), '}')
	}
	if seen[s] {
		return appendJSONString(dst, s.name)
	}
	seen[s] = true
	dst = appendJSONString(append(dst, `{"name":`...), s.name)
	dst = appendJSONString(append(dst, `,"type":`...), s.kind.String())
	switch s.kind {
	case KindEnum:
		dst = append(dst, `,"symbols":[`...)
		for i, symbol := range s.symbols {
			dst = appendJSONString(comma(dst, i), symbol)
		}
		dst = append(dst, ']')
	case KindFixed:
		dst = strconv.AppendInt(append(dst, `,"size":`...), int64(s.size), 10)
	default:
		dst = append(dst, `,"fields":[`...)
		for i, f := range s.fields {
			dst = appendJSONString(append(comma(dst, i), `{"name":`...), f.name)
			dst = append(f.schema.appendCanonical(append(dst, `,"type":`...), seen), '}')
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// comma appends a comma in front of all items but the first.
func comma(dst []byte, i int) []byte {
	if i == 0 {
		return dst
	}
	return append(dst, ',')
}
