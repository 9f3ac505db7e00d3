package avro_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// FuzzJSON turns any bytes under any schema into Avro's JSON encoding and back. What can be read can be turned, and comes back as the
// bytes that a codec writes. The JSON is then damaged in one place: what still is a value must be one of the schema's.
func FuzzJSON(f *testing.F) {
	seeds(f)
	few := avro.WithMaxZeroSizeItems(1000)
	f.Fuzz(func(t *testing.T, source []byte, damage uint8, in []byte) {
		text, _ := makeSchemas(t, source, 0)
		s := mustParse(t, text)
		c, err := avro.For[any](text, few, avro.WithSortedMaps())
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		var v any
		decodeErr := c.Decode(in, &v)
		out, err := s.BinaryToJSON(nil, in, few)
		switch {
		case decodeErr == nil && err != nil && !strings.Contains(err.Error(), "WithMaxZeroSizeItems"):
			t.Fatalf("%s: %x was read as %#v, and has no JSON: %v", text, in, v, err)
		case decodeErr != nil && err == nil && !strings.Contains(decodeErr.Error(), "decimal") && !strings.Contains(decodeErr.Error(), "time of day"):
			t.Fatalf("%s: %x cannot be read, %v, and has the JSON %s", text, in, decodeErr, out)
		case err != nil:
			checkJSON(t, s, in)
			return
		case !json.Valid(out):
			t.Fatalf("%s: %x has the JSON %s, which is none", text, in, out)
		}
		back := checkJSON(t, s, out)
		again, err := s.BinaryToJSON(nil, back, few)
		if err != nil || !bytes.Equal(again, out) {
			t.Fatalf("%s: %s comes back as %s, %v", text, out, again, err)
		}
		if decodeErr == nil {
			want, err := c.Append(nil, &v)
			if err == nil && bytes.Equal(want, in) && !bytes.Equal(back, in) && !bytes.Contains(out, []byte(`"NaN"`)) {
				t.Fatalf("%s: %x became %s, and that %x", text, in, out, back)
			}
		}
		at := int(damage) % len(out)
		checkJSON(t, s, append(bytes.Clone(out[:at]), out[at+1:]...))
		checkJSON(t, s, append(append(bytes.Clone(out[:at]), in...), out[at:]...))
	})
}

// checkJSON reads a text as a value of the schema and returns its bytes, nil for an error. What it allocates is bounded.
func checkJSON(t *testing.T, s *avro.Schema, text []byte) []byte {
	const perByte, free = 64, 32 << 10
	var data []byte
	var err error
	if used := allocated(func() { data, err = s.JSONToBinary(nil, text, avro.WithMaxZeroSizeItems(1000)) }); used > perByte*len(text)+free {
		t.Fatalf("%s: %d bytes of JSON made it allocate %d", s, len(text), used)
	}
	if err != nil {
		return nil
	}
	if _, err := s.BinaryToJSON(nil, data, avro.WithMaxZeroSizeItems(1000)); err != nil {
		t.Fatalf("%s: %s became %x, which has no JSON: %v", s, text, data, err)
	}
	return data
}
