package avro

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

const (
	recordS  = `{"type":"record","name":"S","fields":[{"name":"a","type":"int"},{"name":"b","type":["null","string"],"default":null}]}`
	enumE    = `{"type":"enum","name":"E","symbols":["A","B"]}`
	fixedF   = `{"type":"fixed","name":"F","size":2}`
	takes    = "" // the default is taken by both modes
	refuses  = "strict mode refuses"
	onlyUsed = "an error when it is needed, in both modes"
)

// defaultField returns the only field of a record, or the last one where more are given.
func defaultField(schema, value, more string) string {
	return `{"type":"record","name":"R","fields":[` + more + `{"name":"x","type":` + schema + `,"default":` + value + `}]}`
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, schema, value string
		want                string // the bytes in hex, of a default that fits
		when                string
	}{
		{"null", `"null"`, `null`, "", takes},
		{"null that is false", `"null"`, `false`, "", refuses},
		{"boolean", `"boolean"`, `true`, "01", takes},
		{"boolean in quotes", `"boolean"`, `"true"`, "", refuses},
		{"int", `"int"`, `-2147483648`, "ffffffff0f", takes},
		{"int that is negative zero", `"int"`, `-0`, "00", takes},
		{"int with fraction: never rounded", `"int"`, `1.5`, "", refuses},
		{"int with a fraction of zero", `"int"`, `1.0`, "", refuses},
		{"int with exponent", `"int"`, `1e3`, "", refuses},
		{"int of 33 bits", `"int"`, `2147483648`, "", refuses},
		{"int in quotes", `"int"`, `"1"`, "", refuses},
		{"int that is null", `"int"`, `null`, "", refuses},
		{"long of 2^63-1: exact", `"long"`, `9223372036854775807`, "feffffffffffffffff01", takes},
		{"long of -2^63", `"long"`, `-9223372036854775808`, "ffffffffffffffffff01", takes},
		{"long of 2^63", `"long"`, `9223372036854775808`, "", refuses},
		{"float", `"float"`, `1.5`, "0000c03f", takes},
		{"double from an integer", `"double"`, `1`, "000000000000f03f", takes},
		{"double too large is infinite", `"double"`, `1e400`, "000000000000f07f", takes},
		{"double NaN", `"double"`, `"NaN"`, "000000000000f87f", takes},
		{"float NaN", `"float"`, `"NaN"`, "0000c07f", takes},
		{"double of the integer -0", `"double"`, `-0`, "0000000000000000", takes},
		{"double -0.0", `"double"`, `-0.0`, "0000000000000080", takes},
		{"double -Infinity", `"double"`, `"-Infinity"`, "000000000000f0ff", takes},
		{"float in quotes", `"float"`, `" 1.5 "`, "0000c03f", takes},
		{"float that is a word", `"float"`, `"inf"`, "", refuses},
		{"NaN within an array", `{"type":"array","items":"double"}`, `["NaN"]`, "", refuses},
		{"string", `"string"`, `"\u00fc"`, "04c3bc", takes},
		{"string that is a number", `"string"`, `1`, "", refuses},
		{"bytes: characters are bytes", `"bytes"`, `"\u00ff\u0000"`, "04ff00", takes},
		{"bytes above U+00FF", `"bytes"`, `"\u0100"`, "", onlyUsed},
		{"fixed", fixedF, `"\u0001\u00ff"`, "01ff", takes},
		{"fixed of another size", fixedF, `"abc"`, "", onlyUsed},
		{"enum", enumE, `"B"`, "02", takes},
		{"enum default that is no symbol", enumE, `"Z"`, "", onlyUsed},
		{"empty array", `{"type":"array","items":"int"}`, `[]`, "00", takes},
		{"array", `{"type":"array","items":"int"}`, `[1,-1]`, "04020100", takes},
		{"array with an item that does not fit", `{"type":"array","items":"int"}`, `[1,"x"]`, "", refuses},
		{"array that is an object", `{"type":"array","items":"int"}`, `{}`, "", refuses},
		{"map: each key once", `{"type":"map","values":"int"}`, `{"k":1,"l":2,"k":3}`, "04026b06026c0400", takes},
		{"map that is an array", `{"type":"map","values":"int"}`, `[]`, "", refuses},
		{"record with a field's own default", recordS, `{"a":1}`, "0200", takes},
		{"record with an unknown field", recordS, `{"a":1,"z":2,"b":"x"}`, "02020278", takes},
		{"record that lacks a field", recordS, `{"b":null}`, "", refuses},
		{"record that is null", recordS, `null`, "", refuses},
		{"union: first branch", `["null","int"]`, `null`, "00", takes},
		{"union: later branch", `["null","int"]`, `1`, "0202", takes},
		{"union: the first that truly fits, not int", `["int","long"]`, `4294967296`, "0280808080 20", takes},
		{"union: not the enum without the symbol", `[` + enumE + `,"string"]`, `"Z"`, "02025a", takes},
		{"union: text is no double", `["double","string"]`, `"NaN"`, "02064e614e", takes},
		{"union: no branch", `["null","int"]`, `"x"`, "", refuses},
		{"union without branches", `[]`, `null`, "", refuses},
		{"union within an array", `{"type":"array","items":["null",` + recordS + `]}`, `[null,{"a":3}]`, "0400 02 06 00 00", takes},
		{"recursive: null ends it", `["null","R"]`, `null`, "00", takes},
		{"recursive: an empty array ends it", `{"type":"array","items":"R"}`, `[]`, "00", takes},
		{"recursive, within its own declaration", `{"type":"array","items":"R"}`, `[{"x":[]}]`, "020000", refuses},
		{"recursive without end", `{"type":"array","items":"R"}`, `[{}]`, "", refuses},
		{"recursive without end, in a union", `["null","R"]`, `{}`, "", refuses},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := defaultField(test.schema, test.value, "")
			_, err := Parse(text)
			if refused := err != nil; refused != (test.when == refuses) {
				t.Errorf("Parse(%s) = %v, want it to refuse: %v", text, err, test.when == refuses)
			}
			s, err := Parse(text, Lenient())
			if err != nil {
				t.Fatalf("Parse(%s, Lenient()) = %v", text, err)
			}
			got, err := s.Fields()[0].appendDefault([]byte("before"))
			if test.want == "" && test.schema != `"null"` || test.when != takes && test.want == "" {
				var e *SchemaError
				if !errors.As(err, &e) || e.Line != 1 || e.Record != "R" || e.Field != "x" {
					t.Errorf("default of %s = %x, %v; want a *SchemaError at line 1, field x of record R", text, got, err)
				}
				return
			}
			want := "before" + unhex(t, test.want)
			if err != nil || string(got) != want {
				t.Errorf("default of %s = %x, %v; want %x", text, got, err, want)
			}
		})
	}
}

func unhex(t *testing.T, s string) string {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestDefaultOfATypeThatIsDefinedLater(t *testing.T) {
	t.Parallel()
	text := `{"type":"record","name":"R","fields":[{"name":"x","type":"L","default":%},{"name":"y","type":{"type":"record","name":"L","fields":[{"name":"a","type":"int"}]}}]}`
	good := strings.Replace(text, "%", `{"a":1}`, 1)
	s, err := Parse(good)
	if err != nil {
		t.Fatalf("Parse(%s) = %v", good, err)
	}
	if got, err := s.Fields()[0].appendDefault(nil); err != nil || string(got) != "\x02" {
		t.Errorf("default = %x, %v; want 02", got, err)
	}
	bad := strings.Replace(text, "%", `{"a":"1"}`, 1)
	if _, err := Parse(bad); err == nil || !strings.Contains(err.Error(), "field x of record R") {
		t.Errorf("Parse(%s) = %v, want an error of field x", bad, err)
	}
}

func TestDefaultWithinTheDefaultOfAnotherText(t *testing.T) {
	t.Parallel()
	inner, err := Parse("\n\n"+`{"type":"record","name":"S","fields":[{"name":"n","type":"int","default":"x"}]}`, Lenient())
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(defaultField(`"S"`, `{}`, ""), WithTypes(inner))
	if err != nil {
		t.Fatal(err)
	}
	var e *SchemaError
	if _, err := s.Fields()[0].appendDefault(nil); !errors.As(err, &e) || e.Line != 3 {
		t.Errorf("got %v, want the error at line 3 of the text that has the bad default", err)
	}
}
