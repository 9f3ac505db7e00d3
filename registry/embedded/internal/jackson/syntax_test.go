package jackson_test

import (
	"testing"

	"github.com/magicbyte-go/magicbyte/registry/embedded/internal/jackson"
)

func TestFind(t *testing.T) {
	t.Parallel()
	const valid = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
	tests := []struct {
		name, text, want string
		line, column     int
	}{
		{"no end", "[\n [", "Unexpected end-of-input: expected close marker for Array (start marker at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 2, column: 2])", 2, 3},
		{"a word", " int ", "Unrecognized token 'int': was expecting " + valid, 1, 2},
		{"a word that begins as another", "[nope]", "Unrecognized token 'nope': was expecting " + valid, 1, 2},
		{"a word behind the end", `"é" x`, "Unrecognized token 'x': was expecting " + valid, 1, 5},
		{"no number", `[NaN]`, "Non-standard token 'NaN': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow", 1, 5},
		{"a character", `[<]`, "Unexpected character ('<' (code 60)): expected a valid value " + valid, 1, 2},
		{"a character of another script", `≻`, "Unexpected character ('≻' (code 8827 / 0x227b)): expected a valid value " + valid, 1, 1},
		{"a name without quotes", `{a:1}`, "Unexpected character ('a' (code 97)): was expecting double-quote to start field name", 1, 2},
		{"a comma too many", `{"a":1,}`, "Unexpected character ('}' (code 125)): was expecting double-quote to start field name", 1, 8},
		{"none", `{"a":[1]}`, "", 0, 0},
		{"an open string", `{"a`, "", 0, 0},
		{"a line break in a string", "\"\n\"", "", 0, 0},
		{"nothing", "", "", 0, 0},
		{"a number and a word", "12ab", "", 0, 0},
		{"no UTF-8", "\xff", "", 0, 0},
		{"a bracket too many", "[]]", "", 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, found := jackson.Find(tt.text, false)
			if found != (tt.want != "") || got.Text != tt.want || got.Line != tt.line || got.Column != tt.column {
				t.Errorf("%q: got %t %q at %d:%d, want %q at %d:%d", tt.text, found, got.Text, got.Line, got.Column, tt.want, tt.line, tt.column)
			}
		})
	}
}

func FuzzFind(f *testing.F) {
	for _, text := range []string{"{", "[}", `{"a":nul`, `"\`, "{}]", "[[\n", "NaN", `{"a" "b"}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if fault, found := jackson.Find(text, true); found && (fault.Line < 1 || fault.Column < 1 || fault.Text == "") {
			t.Errorf("%q: %+v", text, fault)
		}
	})
}
