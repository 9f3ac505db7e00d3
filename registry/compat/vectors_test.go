package compat_test

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// The vectors hold what Apache Avro for Java answered.
const vectors = "../../serde/avro/testdata/vectors/"

// vector is a line of any of them.
type vector struct {
	Reader, Writer json.RawMessage

	Compatible        *bool    // compat.jsonl
	Incompatibilities []string // compat.jsonl: types
	SchemaCompatible  *bool    `json:"schema_compatible"` // resolution.jsonl
	JavaCompatible    *bool    `json:"java_compatible"`   // edge.jsonl

	Problems       []problem // java/answers.jsonl.gz
	Error, Refused string
}

// problem is the type, location and message of a problem.
type problem [3]string

func readVectors(t *testing.T, r io.Reader) []vector {
	t.Helper()
	var all []vector
	for d := json.NewDecoder(r); ; {
		var v vector
		if err := d.Decode(&v); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
}

func open(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() }) // it was only read
	return f
}

func mustParse(t *testing.T, text string) *avro.Schema {
	t.Helper()
	s, err := avro.Parse(text, avro.Lenient())
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return s
}

func TestVerdictsOfJava(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{"compat.jsonl": 120, "resolution.jsonl": 120, "edge.jsonl": 37} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			for i, v := range readVectors(t, open(t, vectors+name)) {
				var verdict *bool
				for _, member := range []*bool{v.Compatible, v.SchemaCompatible, v.JavaCompatible} {
					if member != nil {
						verdict = member
					}
				}
				if verdict == nil {
					continue
				}
				asked++
				reader, writer := string(v.Reader), string(v.Writer)
				if name == "edge.jsonl" { // has texts
					for _, text := range []*string{&reader, &writer} {
						if err := json.Unmarshal([]byte(*text), text); err != nil {
							t.Fatal(err)
						}
					}
				}
				result := compat.CanRead(mustParse(t, reader), mustParse(t, writer))
				if result.Compatible() != *verdict {
					t.Errorf("line %d: got %v, want compatible %t\nreader %s\nwriter %s", i+1, result.Err(), *verdict, v.Reader, v.Writer)
				}
				if name != "compat.jsonl" {
					continue
				}
				types := []string{}
				for _, m := range result.Messages {
					types = append(types, string(m.Type))
				}
				slices.Sort(types)
				slices.Sort(v.Incompatibilities)
				if diff := cmp.Diff(v.Incompatibilities, slices.Compact(types)); diff != "" {
					t.Errorf("line %d: types of problems (-want +got):\n%s\nreader %s\nwriter %s", i+1, diff, v.Reader, v.Writer)
				}
			}
			if asked < want {
				t.Errorf("%d verdicts, want at least %d", asked, want)
			}
		})
	}
}

// The sample is the beginning of 100,000 pairs that were compared in the same way: types, places and messages of 4 of them are not
// Java's, and one verdict; Java threw an exception for 54. TestDiffersFromJava has each kind.
func TestProblemsOfJava(t *testing.T) {
	t.Parallel()
	z, err := gzip.NewReader(open(t, "testdata/java/answers.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	all := readVectors(t, z)
	if len(all) != 3000 {
		t.Errorf("%d pairs, want 3000", len(all))
	}
	const meetsPrimitivesAgain = 233 // the line that TestDiffersFromJava explains as "a written primitive is met again"
	for i, v := range all {
		reader, err := avro.Parse(string(v.Reader))
		writer, err2 := avro.Parse(string(v.Writer))
		if refused := errors.Join(err, err2); (refused != nil) != (v.Refused != "") {
			t.Errorf("line %d: got %v, Java: %q", i+1, refused, v.Refused)
		}
		if v.Refused != "" {
			continue
		}
		got := problems(compat.CanRead(reader, writer))
		if v.Error != "" {
			if !slices.ContainsFunc(got, func(p problem) bool { return p[0] == string(compat.AmbiguousField) }) {
				t.Errorf("line %d: Java threw %s, got %v", i+1, v.Error, got)
			}
			continue
		}
		if diff := cmp.Diff(v.Problems, got); (diff != "") != (i+1 == meetsPrimitivesAgain) {
			t.Errorf("line %d: problems (-want +got):\n%s\nreader %s\nwriter %s", i+1, diff, v.Reader, v.Writer)
		}
	}
}

func problems(r compat.Result) []problem {
	list := []problem{}
	for _, m := range r.Messages {
		list = append(list, problem{string(m.Type), m.Path(), m.Info()})
	}
	return list
}
