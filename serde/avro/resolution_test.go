package avro_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// resolutionVector is a datum that was written with one schema and read with another, with the answer of Apache Avro for Java.
type resolutionVector struct {
	ID         string          `json:"id"`
	Writer     json.RawMessage `json:"writer"`
	Reader     json.RawMessage `json:"reader"`
	Compatible bool            `json:"schema_compatible"`
	WriterHex  string          `json:"writer_hex"`
	ReaderHex  string          `json:"reader_hex"`
}

// transcode reads a datum into its generic form and writes that with the reader's schema.
func transcode(t *testing.T, writer, reader, writerHex string, opts ...avro.Option) (string, error) {
	t.Helper()
	in, err := hex.DecodeString(writerHex)
	if err != nil {
		t.Fatal(err)
	}
	c, err := avro.For[any](reader, opts...)
	if err != nil {
		t.Fatalf("reader: %v", err)
	}
	decode, err := c.Decoder([]string{writer}, nil)
	if err != nil {
		return "", err
	}
	var v any
	if err := decode(in, &v); err != nil {
		return "", err
	}
	out, err := c.Append(nil, &v)
	if err != nil {
		t.Fatalf("encode %#v: %v", v, err)
	}
	return hex.EncodeToString(out), nil
}

func TestResolutionVectors(t *testing.T) {
	t.Parallel()
	for _, v := range readVectors[resolutionVector](t, "resolution.jsonl") {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			got, err := transcode(t, string(v.Writer), string(v.Reader), v.WriterHex)
			if v.Compatible && err != nil || err == nil && got != v.ReaderHex {
				t.Errorf("got %s, %v, want %s\nwriter %s\nreader %s\nbytes  %s", got, err, v.ReaderHex, v.Writer, v.Reader, v.WriterHex)
			}
			if !v.Compatible {
				var e *avro.Error
				if !errors.As(err, &e) || !e.Unresolvable() {
					t.Errorf("got %s, %v, want an error that is Unresolvable\nwriter %s\nreader %s", got, err, v.Writer, v.Reader)
				}
			}
		})
	}
}

// differences are the edge cases in which reading departs from Java's, by name, with what it does instead: the bytes, or a part of
// the error.
var differences = map[string]struct{ hex, problem, why string }{
	"alias shadow 2":                      {hex: "02", why: "the field's own name beats its alias, and what the alias names is skipped"},
	"two readers fields alias one writer": {hex: "0212", why: "the first field takes the writer's, the second its default"},
	"writer bytes ff -> string":           {problem: "not valid UTF-8", why: "strings are valid unless an option says otherwise"},
	"int overflow on wire (2^31)":         {problem: "more than 32 bits", why: "Java drops the bits"},
	"overlong varint 10th byte 0x7f":      {problem: "more than 64 bits", why: "Java drops the bits"},
	"bool byte 2":                         {problem: "not 0 or 1", why: "Java takes all but 1 for false"},
	"bool byte 0xff":                      {problem: "not 0 or 1", why: "Java takes all but 1 for false"},
	"invalid utf8 string c080":            {problem: "not valid UTF-8", why: "strings are valid unless an option says otherwise"},
	"surrogate cesu8 string":              {problem: "not valid UTF-8", why: "strings are valid unless an option says otherwise"},
	"invalid utf8 map key":                {problem: "not valid UTF-8", why: "strings are valid unless an option says otherwise"},
	"trailing bytes":                      {problem: "left over", why: "Java reads the first value of a stream"},
	"negative block count array":          {problem: "left over", why: "a byte follows the array"},
	"union default int/long big":          {hex: "028080808020", why: "the first branch that the default fits, where Java cuts a long to an int"},
	"decimal scale change":                {hex: "04300c", why: "the value is kept: 1.23 is 12300 of scale 4"},
	"date int -> ts long":                 {hex: "80f0b252", why: "the value is kept: day 1 is 86400000 milliseconds"},
}

func TestEdgesOfResolution(t *testing.T) {
	t.Parallel()
	type vector struct {
		Kind, Name, Writer, Reader, Java, Reason string
		WriterHex                                string `json:"writer_hex"`
		ReaderHex                                string `json:"reader_hex"`
	}
	for _, v := range readVectors[vector](t, "edge.jsonl") {
		if v.Kind != "resolve" {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			if _, err := avro.Parse(v.Reader); err != nil {
				if v.Java != "fails" {
					t.Errorf("reader %s: %v", v.Reader, err)
				}
				return
			}
			got, err := transcode(t, v.Writer, v.Reader, v.WriterHex)
			want, fails := v.ReaderHex, v.Java == "fails"
			problem := ""
			if d, ok := differences[v.Name]; ok {
				want, fails, problem = d.hex, d.problem != "", d.problem
			}
			if fails != (err != nil) || err != nil && !strings.Contains(err.Error(), problem) || got != want {
				t.Errorf("got %s, %v, want %s, an error with %q: %v\nJava: %s %s\nwriter %s\nreader %s\nbytes  %s",
					got, err, want, problem, fails, v.ReaderHex, v.Reason, v.Writer, v.Reader, v.WriterHex)
			}
		})
	}
}
