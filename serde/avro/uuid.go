package avro

import (
	"encoding/hex"
	"unsafe"
)

const uuidTextSize = 36

// readUUIDText reads a UUID in its text form into 16 bytes.
func readUUIDText(d *decoder, p unsafe.Pointer) *Error {
	at := d.pos
	in, err := d.bytes("string")
	if err != nil {
		return err
	}
	id, ok := parseUUID(in)
	if !ok {
		return d.failAt(at, "a string of %d bytes is not a UUID, which the Go type demands", len(in))
	}
	*(*[16]byte)(p) = id
	return nil
}

// readUUIDBytes reads a UUID of 16 bytes into its text form.
func readUUIDBytes(d *decoder, p unsafe.Pointer) *Error {
	in, err := d.take(16, "uuid")
	if err == nil {
		*(*string)(p) = string(appendUUID(nil, [16]byte(in)))
	}
	return err
}

// parseUUID reads the form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx.
func parseUUID(text []byte) (id [16]byte, ok bool) {
	if len(text) != uuidTextSize || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return id, false
	}
	var digits [32]byte
	n := 0
	for _, group := range [][]byte{text[:8], text[9:13], text[14:18], text[19:23], text[24:]} {
		n += copy(digits[n:], group)
	}
	_, err := hex.Decode(id[:], digits[:])
	return id, err == nil
}

func appendUUID(dst []byte, id [16]byte) []byte {
	for i, group := range [][]byte{id[:4], id[4:6], id[6:8], id[8:10], id[10:]} {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, group)
	}
	return dst
}
