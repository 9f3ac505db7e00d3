package serde_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde"
)

var guid = serde.GUIDID([16]byte{0x0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xff})

func TestParseFrame(t *testing.T) {
	t.Parallel()
	guidBytes, _ := guid.GUID()
	cases := []struct {
		name    string
		payload []byte
		id      serde.SchemaID
		body    string
		problem string
	}{
		{name: "number", payload: []byte("\x00\x00\x00\x01\x02body"), id: serde.NumberID(258), body: "body"},
		{name: "largest number", payload: []byte("\x00\x7f\xff\xff\xff"), id: serde.NumberID(1<<31 - 1)},
		{name: "number and no body", payload: []byte("\x00\x00\x00\x00\x01"), id: serde.NumberID(1)},
		{name: "GUID", payload: append(append([]byte{1}, guidBytes[:]...), "body"...), id: guid, body: "body"},
		{name: "nil", payload: nil, problem: "empty payload"},
		{name: "empty", payload: []byte{}, problem: "empty payload"},
		{name: "magic byte alone", payload: []byte{0}, problem: "too short: 1 bytes"},
		{name: "number cut", payload: []byte("\x00\x00\x00\x01"), problem: "too short: 4 bytes"},
		{name: "GUID cut", payload: append([]byte{1}, guidBytes[:15]...), problem: "too short: 16 bytes"},
		{name: "id 0", payload: []byte("\x00\x00\x00\x00\x00"), problem: "id 0 is below 1"},
		{name: "id below 0", payload: []byte("\x00\xff\xff\xff\xff"), problem: "id -1 is below 1"},
		{name: "Glue", payload: append(append([]byte{3, 0}, guidBytes[:]...), "body"...), id: serde.GlueID(guidBytes), body: "body"},
		{name: "Glue cut", payload: append([]byte{3, 0}, guidBytes[:15]...), problem: "too short: 17 bytes"},
		{name: "Glue with another compression", payload: []byte("\x03\x04xxxxxxxxxxxxxxxx"), problem: "unknown compression 0x04"},
		{name: "JSON", payload: []byte(`{"a":1}`), problem: "unknown magic byte 0x7b"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			id, body, err := serde.ParseFrame(c.payload)
			if c.problem != "" {
				if !errors.Is(err, serde.ErrFrame) || !strings.Contains(err.Error(), c.problem) {
					t.Fatalf("ParseFrame(%x): error %v, want ErrFrame with %q", c.payload, err, c.problem)
				}
				return
			}
			if err != nil || id != c.id || string(body) != c.body {
				t.Fatalf("ParseFrame(%x) = %v, %q, %v; want %v, %q", c.payload, id, body, err, c.id, c.body)
			}
			if back := append(serde.AppendFrame(nil, id), body...); !bytes.Equal(back, c.payload) {
				t.Errorf("AppendFrame writes %x, want %x", back, c.payload)
			}
		})
	}
}

func TestParseIDHeader(t *testing.T) {
	t.Parallel()
	if id, err := serde.ParseIDHeader([]byte("\x00\x00\x00\x00\x07")); err != nil || id != serde.NumberID(7) {
		t.Errorf("got %v, %v; want id 7", id, err)
	}
	for _, bad := range []string{"", "\x00\x00\x00\x07", "\x00\x00\x00\x00\x07\x00", "7", "\x03\x00xxxxxxxxxxxxxxxx"} {
		if id, err := serde.ParseIDHeader([]byte(bad)); !errors.Is(err, serde.ErrFrame) {
			t.Errorf("ParseIDHeader(%q) = %v, %v; want ErrFrame", bad, id, err)
		}
	}
}

func TestSchemaID(t *testing.T) {
	t.Parallel()
	const text = "0f010203-0405-0607-0809-0a0b0c0d0eff"
	if guid.String() != text {
		t.Errorf("GUID prints as %s, want %s", guid, text)
	}
	for _, spelling := range []string{text, strings.ToUpper(text), strings.ReplaceAll(text, "-", "")} {
		if id, err := serde.ParseGUID(spelling); err != nil || id != guid {
			t.Errorf("ParseGUID(%s) = %v, %v; want %v", spelling, id, err, guid)
		}
	}
	for _, bad := range []string{"", "42", text[1:], "zf010203-0405-0607-0809-0a0b0c0d0eff"} {
		if id, err := serde.ParseGUID(bad); err == nil {
			t.Errorf("ParseGUID(%q) = %v, want an error", bad, id)
		}
	}
	version, err := serde.ParseGlueID(text)
	if b, isGlue := version.Glue(); err != nil || !isGlue || version != serde.GlueID(b) || version.String() != text || version.WireFormat() != serde.WireGlue {
		t.Errorf("ParseGlueID(%s) = %v, %v", text, version, err)
	}
	if _, isGUID := version.GUID(); isGUID || version == guid || guid.WireFormat() != serde.WireConfluent {
		t.Error("a Glue id and a GUID of the same bytes are taken for each other")
	}
	if id, err := serde.ParseGlueID("42"); err == nil {
		t.Errorf("ParseGlueID(42) = %v, want an error", id)
	}
	if !(serde.SchemaID{}).IsZero() || serde.NumberID(1).IsZero() || guid.IsZero() {
		t.Error("IsZero is true for the zero SchemaID alone")
	}
	if got := serde.NumberID(42).String(); got != "42" {
		t.Errorf("number prints as %s, want 42", got)
	}
}

func FuzzParseFrame(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x00\x01body"))
	f.Add([]byte("\x010123456789abcdefbody"))
	f.Add([]byte("\x03\x000123456789abcdefbody"))
	f.Add([]byte("\x03\x050123456789abcdef" + deflated(f, "body")))
	f.Fuzz(func(t *testing.T, payload []byte) {
		id, body, err := serde.ParseFrame(payload)
		if err != nil || payload[0] == 3 && payload[1] == 5 { // which may be compressed in many ways
			return
		}
		if back := append(serde.AppendFrame(nil, id), body...); !bytes.Equal(back, payload) {
			t.Errorf("frame %x comes back as %x", payload, back)
		}
	})
}
