package avro

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// FuzzParse checks that no text panics or costs more than a multiple of its length, that strict mode takes nothing that lenient
// mode refuses, and that what is parsed and printed is the same when it is parsed again.
func FuzzParse(f *testing.F) {
	data, err := os.ReadFile(filepath.Join("testdata", "vectors", "edge.jsonl"))
	if err != nil {
		f.Fatal(err)
	}
	r := jsonReader{source: &source{}, maxLevels: 100}
	for line := range strings.Lines(string(data)) {
		r.text, r.pos = line, 0
		doc, err := r.document()
		if err != nil {
			f.Fatal(err)
		}
		for i, name := range doc.names() {
			switch name {
			case "schema", "writer", "reader":
				f.Add(doc.items()[i].text)
			}
		}
	}
	f.Add(`{"type":"record","name":"a.R","fields":[{"name":"x","type":"F"},{"name":"y","type":{"type":"fixed","name":"F","size":1}},{"name":"z","type":{"type":"fixed","name":"F","size":1}}]} `)
	f.Add(`{"type":"record","name":"R","namespace":"a","fields":[{"name":"w","type":"b.F"},{"name":"z","type":{"type":"fixed","name":"F","namespace":"","size":1}},{"name":"y","type":"F","default":"\u00ff"},{"name":"v","type":{"type":"fixed","name":"b.F","size":2}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		const maxPerByte, free = 128, 512 << 10 // twice a text's multiple, for both modes, and what the test itself does
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s, strictErr := Parse(text)
		lenient, err := Parse(text, Lenient())
		runtime.ReadMemStats(&after)
		if got := int(after.TotalAlloc - before.TotalAlloc); got > maxPerByte*len(text)+free {
			t.Errorf("parsing %d bytes allocated %d", len(text), got)
		}
		var e *SchemaError
		if err != nil && (!errors.As(err, &e) || e.Line < 1 || e.Column < 1 || e.Problem == "") {
			t.Errorf("error without a place: %v", err)
		}
		if err != nil {
			if strictErr == nil {
				t.Errorf("Parse took it, Parse with Lenient refuses: %v", err)
			}
			return
		}
		if strictErr != nil {
			s = lenient
		} else if !sameSchema(s, lenient, true) {
			t.Errorf("strict and lenient differ: %s and %s", s.appendFull(nil), lenient.appendFull(nil))
		}
		checkPrinted(t, s)
		for _, d := range everyDefault(s) {
			if bytes, err := d.appendDefault(nil); err == nil && len(bytes) > 2*maxDefaultBytes {
				t.Errorf("default of %s has %d bytes", d.Name(), len(bytes))
			}
		}
	})
}

// checkPrinted parses what the schema prints.
func checkPrinted(t *testing.T, s *Schema) {
	t.Helper()
	full := string(s.appendFull(nil))
	again, err := Parse(full, Lenient(), WithSchemaLimits(1<<30, 1<<20))
	if err != nil {
		t.Fatalf("%s, printed %s: %v", s, full, err)
	}
	if got, want := again.Canonical(), s.Canonical(); got != want {
		t.Errorf("%s, printed %s: canonical form\n got %s\nwant %s", s, full, got, want)
	}
	if !equalSchemas(s, again) || !sameSchema(s, again, true) {
		t.Errorf("%s, printed %s: not equal when parsed again", s, full)
	}
	if got := string(again.appendFull(nil)); got != full {
		t.Errorf("%s, printed twice:\n got %s\nwant %s", s, got, full)
	}
}

// everyDefault returns the fields with a default.
func everyDefault(s *Schema) []*Field {
	var found []*Field
	seen := map[*Schema]bool{}
	stack := []*Schema{s}
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[s] {
			continue
		}
		seen[s] = true
		for _, f := range s.fields {
			if f.def != nil {
				found = append(found, f)
			}
		}
		stack = s.appendParts(stack)
	}
	return found
}
