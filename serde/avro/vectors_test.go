package avro_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// The files in testdata/vectors hold what Apache Avro for Java answers to schemas and data of ours; README.md there tells
// their format.

// readVectors decodes one JSON object from each line of a file.
func readVectors[T any](t *testing.T, name string) []T {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "vectors", name))
	if err != nil {
		t.Fatal(err)
	}
	var all []T
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, len(data)+1)
	for lines.Scan() {
		var one T
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatalf("%s line %d: %v", name, len(all)+1, err)
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		t.Fatalf("%s is empty", name)
	}
	return all
}

func TestParseAgreesWithJava(t *testing.T) {
	t.Parallel()
	type vector struct{ Kind, Name, Schema, Java, Reason, Canonical string }
	for _, v := range readVectors[vector](t, "edge.jsonl") {
		if v.Kind != "parse" {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			s, err := avro.Parse(v.Schema)
			if v.Java == "refuses" {
				if err == nil {
					t.Fatalf("Parse(%s) took it, Java refuses: %s", v.Schema, v.Reason)
				}
				return
			}
			if err != nil {
				t.Fatalf("Parse(%s) = %v, Java takes it", v.Schema, err)
			}
			if got := s.Canonical(); got != v.Canonical {
				t.Errorf("Canonical() of %s\n got %s\nwant %s", v.Schema, got, v.Canonical)
			}
		})
	}
}

func TestCanonicalAgreesWithJava(t *testing.T) {
	t.Parallel()
	type vector struct {
		Reader    json.RawMessage `json:"reader"`
		Writer    json.RawMessage `json:"writer"`
		Canonical string          `json:"reader_canonical"`
		CRC       string          `json:"reader_crc64avro"`
	}
	for i, v := range readVectors[vector](t, "compat.jsonl") {
		if _, err := avro.Parse(string(v.Writer)); err != nil {
			t.Errorf("line %d: Parse(%s) = %v", i+1, v.Writer, err)
		}
		s, err := avro.Parse(string(v.Reader))
		if err != nil {
			t.Errorf("line %d: Parse(%s) = %v", i+1, v.Reader, err)
			continue
		}
		if got := s.Canonical(); got != v.Canonical {
			t.Errorf("line %d: Canonical() of %s\n got %s\nwant %s", i+1, v.Reader, got, v.Canonical)
		}
		if got := strconv.FormatUint(s.CRC64(), 10); got != v.CRC {
			t.Errorf("line %d: CRC64() of %s = %s, want %s", i+1, v.Reader, got, v.CRC)
		}
	}
}
