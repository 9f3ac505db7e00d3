package compat_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/magicbyte-go/magicbyte/registry/compat"
)

// record makes a record R of fields that are given as JSON.
func record(fields ...string) string {
	return `{"type":"record","name":"R","fields":[` + strings.Join(fields, ",") + `]}`
}

const (
	fieldA        = `{"name":"a","type":"int"}`
	fieldB        = `{"name":"b","type":"int"}`
	fieldBDefault = `{"name":"b","type":"int","default":0}`
	fieldALong    = `{"name":"a","type":"long"}`
)

func versions(texts ...string) []compat.Schema {
	list := make([]compat.Schema, len(texts))
	for i, text := range texts {
		list[i] = compat.Schema{Version: i + 1, Text: text}
	}
	return list
}

func TestCheckLevels(t *testing.T) {
	t.Parallel()
	added, addedDefault, plain := record(fieldA, fieldB), record(fieldA, fieldBDefault), record(fieldA)
	tests := []struct {
		name      string
		candidate string
		earlier   []compat.Schema
		want      string // initials of the levels that hold: N B BT F FT A(ll=FULL) AT
	}{
		{"nothing earlier", plain, nil, "N B BT F FT A AT"},
		{"same", plain, versions(plain), "N B BT F FT A AT"},
		{"field added", added, versions(plain), "N F FT"},
		{"field with default added", addedDefault, versions(plain), "N B BT F FT A AT"},
		{"field removed", plain, versions(added), "N B BT"},
		{"promoted", record(fieldALong), versions(plain), "N B BT"},
		{"narrowed", plain, versions(record(fieldALong)), "N F FT"},
		{"clash with an older version alone", added, versions(plain, addedDefault), "N B F FT A"},
		{"forward clash with an older version alone", plain, versions(added, plain), "N B BT F A"},
		{"order of the slice does not matter", added, []compat.Schema{{Version: 2, Text: addedDefault}, {Version: 1, Text: plain}}, "N B F FT A"},
	}
	initials := map[compat.Level]string{
		compat.None: "N", compat.Backward: "B", compat.BackwardTransitive: "BT", compat.Forward: "F",
		compat.ForwardTransitive: "FT", compat.Full: "A", compat.FullTransitive: "AT",
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, level := range compat.Levels() {
				result := compat.Check(level, compat.Schema{Text: tt.candidate}, tt.earlier)
				if result.Compatible() {
					got = append(got, initials[level])
				}
				if (result.Err() == nil) != result.Compatible() {
					t.Errorf("level %s: Err() = %v, Compatible() = %t", level, result.Err(), result.Compatible())
				}
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("levels that hold: got %q, want %q\ncandidate %s\nearlier %v", got, tt.want, tt.candidate, tt.earlier)
			}
		})
	}
}

func TestCheckMessages(t *testing.T) {
	t.Parallel()
	enum := func(symbols string) string { return `{"type":"enum","name":"E","symbols":[` + symbols + `]}` }
	fixed := func(name string, size int) string {
		return fmt.Sprintf(`{"type":"fixed","name":%q,"size":%d}`, name, size)
	}
	tests := []struct {
		name           string
		reader, writer string
		want           compat.Type
		info           string
	}{
		{"missing default", record(fieldA, fieldB), record(fieldA), compat.MissingDefault, "b"},
		{"type", `"int"`, `"string"`, compat.TypeMismatch, "reader type: INT not compatible with writer type: STRING"},
		{"enum symbols", enum(`"A"`), enum(`"A","B"`), compat.MissingEnumSymbols, "[B]"},
		{"fixed size", fixed("F", 4), fixed("F", 8), compat.FixedSizeMismatch, "expected: 8, found: 4"},
		{"name", fixed("F", 4), fixed("G", 4), compat.NameMismatch, "expected: G"},
		{"union", `["null","int"]`, `"string"`, compat.MissingUnionBranch, "reader union lacking writer type: STRING"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			result := compat.Check(compat.Backward, compat.Schema{Text: tt.reader}, []compat.Schema{{Version: 7, Text: tt.writer}})
			if len(result.Messages) != 1 {
				t.Fatalf("got %d messages, want 1: %v", len(result.Messages), result.Err())
			}
			m := result.Messages[0]
			if m.Type != tt.want || m.Info() != tt.info || m.Version != 7 {
				t.Errorf("got type %s, info %q, version %d; want %s, %q, 7", m.Type, m.Info(), m.Version, tt.want, tt.info)
			}
			if want := "version 7: {errorType:'" + string(tt.want); !strings.Contains(result.Err().Error(), want) {
				t.Errorf("Err() = %q, want it to contain %q", result.Err(), want)
			}
		})
	}
}

func TestCheckAllVersionsNewestFirst(t *testing.T) {
	t.Parallel()
	result := compat.Check(compat.BackwardTransitive, compat.Schema{Text: `"int"`}, versions(`"string"`, `"int"`, `"bytes"`))
	var got []int
	for _, m := range result.Messages {
		got = append(got, m.Version)
	}
	if fmt.Sprint(got) != "[3 1]" {
		t.Errorf("versions of the messages: got %v, want [3 1]", got)
	}
}

func TestCheckFullTellsBothDirections(t *testing.T) {
	t.Parallel()
	result := compat.Check(compat.Full, compat.Schema{Text: `"int"`}, versions(`"string"`))
	if len(result.Messages) != 2 {
		t.Fatalf("got %d messages, want 2: %v", len(result.Messages), result.Err())
	}
	if got, want := result.Messages[0].Info(), "reader type: STRING not compatible with writer type: INT"; got != want {
		t.Errorf("the forward direction comes first: got %q, want %q", got, want)
	}
}

func TestCheckReferences(t *testing.T) {
	t.Parallel()
	base := `{"type":"record","name":"Base","namespace":"x","fields":[` + fieldA + `]}`
	wide := `{"type":"record","name":"Base","namespace":"x","fields":[` + fieldA + `,` + fieldB + `]}`
	user := `{"type":"record","name":"User","namespace":"x","fields":[{"name":"base","type":"Base"}]}`
	old := []compat.Schema{{Version: 1, Text: user, References: []string{base}}}
	if err := compat.Check(compat.Full, compat.Schema{Text: user, References: []string{base}}, old).Err(); err != nil {
		t.Errorf("same reference: %v", err)
	}
	if compat.Check(compat.Backward, compat.Schema{Text: user, References: []string{wide}}, old).Compatible() {
		t.Error("a field without default in the referred schema: got compatible")
	}
	if err := compat.Check(compat.Full, compat.Schema{Text: user}, old).Err(); err == nil {
		t.Error("without its reference: got no error")
	}
}

// TestCheckRecorded compares with the answers of the Java implementation.
func TestCheckRecorded(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/compat.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d := json.NewDecoder(f)
	for line := 1; ; line++ {
		var pair struct {
			Reader, Writer json.RawMessage
			Compatible     bool
		}
		if err := d.Decode(&pair); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		result := compat.Check(compat.Backward, compat.Schema{Text: string(pair.Reader)}, versions(string(pair.Writer)))
		if result.Compatible() != pair.Compatible {
			t.Errorf("line %d: got %v, want compatible %t\nreader %s\nwriter %s", line, result.Err(), pair.Compatible, pair.Reader, pair.Writer)
		}
	}
}

// TestCheckHostile gives texts that must come back, soon, as a message.
func TestCheckHostile(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text string }{
		{"empty", ""},
		{"no JSON", "{"},
		{"null", "null and void"},
		{"number", "5"},
		{"bad UTF-8", "\"\xff\xfe\""},
		{"unknown type", `"nosuch"`},
		{"deep", strings.Repeat(`{"type":"array","items":`, 5000) + `"int"` + strings.Repeat("}", 5000)},
		{"deep and open", strings.Repeat("[", 1<<19)},
		{"large", strings.Repeat(" ", compat.MaxText+1)},
		{"wrong shapes", `{"type":"record","name":5,"fields":{"a":[]}}`},
		{"fields of null", `{"type":"record","name":"R","fields":[null]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, pair := range [][2]string{{tt.text, `"int"`}, {`"int"`, tt.text}, {tt.text, tt.text}} {
				if compat.Check(compat.Full, compat.Schema{Text: pair[0]}, versions(pair[1])).Compatible() {
					t.Errorf("got compatible for %.60q after %.60q", pair[0], pair[1])
				}
			}
		})
	}
}

func TestCheckIsPure(t *testing.T) {
	t.Parallel()
	// The same name means other things in each subject: no call may see another's.
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			text := record(fieldA)
			if i%2 == 1 {
				text = record(`{"name":"a","type":"string"}`)
			}
			for range 20 {
				if err := compat.Check(compat.FullTransitive, compat.Schema{Text: text}, versions(text, text)).Err(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestParseLevel(t *testing.T) {
	t.Parallel()
	for _, level := range compat.Levels() {
		for _, text := range []string{string(level), strings.ToLower(string(level))} {
			if got, err := compat.ParseLevel(text); got != level || err != nil {
				t.Errorf("ParseLevel(%q) = %q, %v; want %q", text, got, err, level)
			}
		}
	}
	for _, text := range []string{"", " ", "SIDEWAYS", "BACKWARD ", "TRANSITIVE"} {
		if got, err := compat.ParseLevel(text); err == nil {
			t.Errorf("ParseLevel(%q) = %q, want an error", text, got)
		}
	}
}
