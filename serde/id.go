package serde

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
)

// SchemaID names a schema in a registry: a positive int32 (unique within one registry context), a 16-byte GUID
// (the same in every context), or the 16-byte schema version id of AWS Glue. It is a comparable value, which knows of which kind it is, so that
// a GUID is never taken for a Glue id with the same bytes; the zero SchemaID names nothing.
type SchemaID struct {
	kind idKind
	num  int32
	// The GUID or Glue id, big-endian. Two words travel in registers; an array of bytes would go through memory, which took longer than to find the
	// schema in a cache.
	high, low uint64
}

type idKind uint8

const (
	idNone idKind = iota
	idNumber
	idGUID
	idGlue
)

// NumberID returns the schema id n. Registries hand out ids from 1.
func NumberID(n int32) SchemaID { return SchemaID{kind: idNumber, num: n} }

// GUIDID returns the schema id for a GUID, most significant byte first.
func GUIDID(guid [16]byte) SchemaID {
	return SchemaID{kind: idGUID, high: binary.BigEndian.Uint64(guid[:8]), low: binary.BigEndian.Uint64(guid[8:])}
}

// GlueID returns the schema id for a schema version of AWS Glue, most significant byte first.
func GlueID(version [16]byte) SchemaID {
	id := GUIDID(version)
	id.kind = idGlue
	return id
}

// ParseGlueID reads a schema version id of AWS Glue, in the spellings of [ParseGUID].
func ParseGlueID(text string) (SchemaID, error) {
	id, err := ParseGUID(text)
	if err == nil {
		id.kind = idGlue
	}
	return id, err
}

// ParseGUID reads a GUID in hexadecimal, with or without dashes, in either case.
func ParseGUID(text string) (SchemaID, error) {
	digits := make([]byte, 0, 32)
	for i := range len(text) {
		if text[i] != '-' {
			digits = append(digits, text[i])
		}
	}
	var guid [16]byte
	if len(digits) != 32 {
		return SchemaID{}, fmt.Errorf("serde: GUID %q: want 32 hexadecimal digits, got %d", text, len(digits))
	}
	if _, err := hex.Decode(guid[:], digits); err != nil {
		return SchemaID{}, fmt.Errorf("serde: GUID %q: %w", text, err)
	}
	return GUIDID(guid), nil
}

// IsZero reports whether id names nothing.
func (id SchemaID) IsZero() bool { return id.kind == idNone }

// Number returns the int32 id, and whether id is one.
func (id SchemaID) Number() (int32, bool) { return id.num, id.kind == idNumber }

// GUID returns the 16 bytes of a GUID, and whether id is one.
func (id SchemaID) GUID() (guid [16]byte, ok bool) { return id.bytes(), id.kind == idGUID }

// Glue returns the 16 bytes of a schema version id of AWS Glue, and whether id is one.
func (id SchemaID) Glue() (version [16]byte, ok bool) { return id.bytes(), id.kind == idGlue }

func (id SchemaID) bytes() (b [16]byte) {
	binary.BigEndian.PutUint64(b[:8], id.high)
	binary.BigEndian.PutUint64(b[8:], id.low)
	return b
}

// WireFormat says in which frames id travels.
func (id SchemaID) WireFormat() WireFormat {
	if id.kind == idGlue {
		return WireGlue
	}
	return WireConfluent
}

// String returns the number in decimal, the GUID or Glue id as 8-4-4-4-12 lower-case digits, or "none".
func (id SchemaID) String() string {
	switch id.kind {
	case idNumber:
		return strconv.FormatInt(int64(id.num), 10)
	case idGUID, idGlue:
		g := id.bytes()
		return fmt.Sprintf("%x-%x-%x-%x-%x", g[0:4], g[4:6], g[6:8], g[8:10], g[10:16])
	default:
		return "none"
	}
}
