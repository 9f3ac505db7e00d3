package compat_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

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

func TestMessages(t *testing.T) {
	t.Parallel()
	enum := func(symbols string) string { return `{"type":"enum","name":"E","symbols":[` + symbols + `]}` }
	fixed := func(name string, size int) string {
		return fmt.Sprintf(`{"type":"fixed","name":%q,"size":%d}`, name, size)
	}
	in := func(schema string) string { return record(fieldA, `{"name":"x","type":`+schema+`}`) }
	tests := []struct {
		name     string
		new, old string
		want     []string // type, path, description, info of each
	}{
		{
			"missing default", record(fieldA, fieldB), record(fieldA),
			[]string{"READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/1", "The field 'b' at path '/fields/1' in the new schema has no default value and is missing in the old schema", "b"},
		},
		{
			"type at the root", `"int"`, `"string"`,
			[]string{"TYPE_MISMATCH", "/", "The type (path '/') of a field in the new schema does not match with the old schema", "reader type: INT not compatible with writer type: STRING"},
		},
		{
			"type of items of values", in(`{"type":"map","values":{"type":"array","items":"int"}}`), in(`{"type":"map","values":{"type":"array","items":"long"}}`),
			[]string{"TYPE_MISMATCH", "/fields/1/type/values/items", "The type (path '/fields/1/type/values/items') of a field in the new schema does not match with the old schema", "reader type: INT not compatible with writer type: LONG"},
		},
		{
			"enum symbols", in(enum(`"A"`)), in(enum(`"D","A","C","B"`)),
			[]string{"MISSING_ENUM_SYMBOLS", "/fields/1/type/symbols", "The new schema is missing enum symbols '[B, C, D]' at path '/fields/1/type/symbols' in the old schema", "[B, C, D]"},
		},
		{"enum default", in(`{"type":"enum","name":"E","symbols":["A"],"default":"A"}`), in(enum(`"A","B"`)), nil},
		{"enum default that is no symbol", in(`{"type":"enum","name":"E","symbols":["A"],"default":"X"}`), in(enum(`"A"`)), nil},
		{
			"a field's default is no enum default", record(`{"name":"x","type":` + enum(`"A"`) + `,"default":"A"}`), record(`{"name":"x","type":` + enum(`"B"`) + `}`),
			[]string{"MISSING_ENUM_SYMBOLS", "/fields/0/type/symbols", "The new schema is missing enum symbols '[B]' at path '/fields/0/type/symbols' in the old schema", "[B]"},
		},
		{
			"fixed size", fixed("F", 4), fixed("F", 8),
			[]string{"FIXED_SIZE_MISMATCH", "/size", "The size of FIXED type field at path '/size' in the new schema does not match with the old schema", "expected: 8, found: 4"},
		},
		{
			"name and size", fixed("F", 4), fixed("x.G", 8),
			[]string{
				"NAME_MISMATCH", "/name", "The name of the schema has changed (path '/name')", "expected: x.G",
				"FIXED_SIZE_MISMATCH", "/size", "The size of FIXED type field at path '/size' in the new schema does not match with the old schema", "expected: 8, found: 4",
			},
		},
		{"another namespace", fixed("x.F", 4), fixed("y.F", 4), nil},
		{"alias", `{"type":"fixed","name":"y.F","aliases":["x.G"],"size":4}`, fixed("x.G", 4), nil},
		{
			"alias in another namespace", `{"type":"fixed","name":"y.F","aliases":["G"],"size":4}`, fixed("x.G", 4),
			[]string{"NAME_MISMATCH", "/name", "The name of the schema has changed (path '/name')", "expected: x.G"},
		},
		{"alias of a field", record(`{"name":"b","aliases":["a"],"type":"long"}`), record(fieldA), nil},
		{
			"ambiguous alias of a field", record(`{"name":"b","aliases":["a"],"type":"long"}`), record(fieldA, fieldB),
			[]string{"READER_FIELD_AMBIGUOUS", "/fields/0", "The field 'b' at path '/fields/0' in the new schema matches several fields in the old schema by its name and aliases", "b"},
		},
		{
			"branches removed", in(`["null"]`), in(`["null","int","string"]`),
			[]string{
				"MISSING_UNION_BRANCH", "/fields/1/type/1", "The new schema is missing a type inside a union field at path '/fields/1/type/1' in the old schema", "reader union lacking writer type: INT",
				"MISSING_UNION_BRANCH", "/fields/1/type/2", "The new schema is missing a type inside a union field at path '/fields/1/type/2' in the old schema", "reader union lacking writer type: STRING",
			},
		},
		{
			"plain read as union", in(`["null","int"]`), in(`"string"`),
			[]string{"MISSING_UNION_BRANCH", "/fields/1/type", "The new schema is missing a type inside a union field at path '/fields/1/type' in the old schema", "reader union lacking writer type: STRING"},
		},
		{
			"union read as plain", in(`"int"`), in(`["null","int"]`),
			[]string{"TYPE_MISMATCH", "/fields/1/type/0", "The type (path '/fields/1/type/0') of a field in the new schema does not match with the old schema", "reader type: INT not compatible with writer type: NULL"},
		},
		{"empty unions and enums", in(`[]`), in(`[]`), nil},
		{"logical types do not count", in(`{"type":"long","logicalType":"timestamp-millis"}`), in(`{"type":"int","logicalType":"date"}`), nil},
		{
			"an enum with a default is no record", record(fieldA, `{"name":"e","type":{"type":"enum","name":"E","symbols":["A"],"default":"A"}}`), record(fieldA),
			[]string{"TYPE_MISMATCH", "/fields/1/type", "The type (path '/fields/1/type') of a field in the new schema does not match with the old schema", "reader type: ENUM not compatible with writer type: RECORD"},
		},
		{
			"a type used twice has one path", record(`{"name":"x","type":`+fixed("F", 1)+`}`, `{"name":"y","type":"F"}`), record(`{"name":"x","type":`+fixed("F", 2)+`}`, `{"name":"y","type":"F"}`),
			[]string{
				"FIXED_SIZE_MISMATCH", "/fields/0/type/size", "The size of FIXED type field at path '/fields/0/type/size' in the new schema does not match with the old schema", "expected: 2, found: 1",
				"FIXED_SIZE_MISMATCH", "/fields/0/type/size", "The size of FIXED type field at path '/fields/0/type/size' in the new schema does not match with the old schema", "expected: 2, found: 1",
			},
		},
		{
			"recursive", record(`{"name":"next","type":["null","R"]}`, fieldB), record(`{"name":"next","type":["null","R"]}`),
			[]string{"READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/1", "The field 'b' at path '/fields/1' in the new schema has no default value and is missing in the old schema", "b"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			backward := compat.Check(compat.Backward, compat.Schema{Text: tt.new}, []compat.Schema{{Version: 7, Text: tt.old}})
			var got []string
			for _, m := range backward.Messages {
				got = append(got, string(m.Type), m.Path(), m.Description(), m.Info())
				if want := fmt.Sprintf("{errorType:'%s', description:'%s', additionalInfo:'%s'}", m.Type, m.Description(), m.Info()); m.String() != want {
					t.Errorf("String() = %s, want %s", m, want)
				}
				if m.Version != 7 || m.Forward || m.Reader == nil || m.Writer == nil {
					t.Errorf("got version %d, forward %t, reader %v, writer %v", m.Version, m.Forward, m.Reader, m.Writer)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("messages (-want +got):\n%s\nnew %s\nold %s", diff, tt.new, tt.old)
			}
			if err := backward.Err(); err != nil && !strings.Contains(err.Error(), "version 7: {errorType:'"+got[0]) {
				t.Errorf("Err() = %q", err)
			}
			forward := compat.Check(compat.Forward, compat.Schema{Text: tt.old}, versions(tt.new))
			var swapped []string
			for _, m := range forward.Messages {
				swap := strings.NewReplacer("new schema", "old schema", "old schema", "new schema")
				swapped = append(swapped, string(m.Type), m.Path(), swap.Replace(m.Description()), m.Info())
				if !m.Forward {
					t.Errorf("forward is false: %s", m)
				}
			}
			if diff := cmp.Diff(tt.want, swapped); diff != "" {
				t.Errorf("the other direction, with new and old swapped (-want +got):\n%s", diff)
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
