package avsc_test

import (
	"strings"
	"testing"
	"time"

	"github.com/magicbyte-go/magicbyte/registry/embedded/internal/avsc"
)

func TestText(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"white space and object form", ` { "type" : "int" } `, `"int"`},
		{"attribute order", `{"fields":[{"type":"int","name":"a"}],"name":"R","type":"record"}`, `{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}`},
		{"full name is split", `{"type":"fixed","name":"a.b.F","size":4}`, `{"type":"fixed","name":"F","namespace":"a.b","size":4}`},
		{
			"inner namespace is dropped, reference shortened",
			`{"type":"record","name":"n.R","fields":[{"name":"a","type":{"type":"enum","name":"n.E","symbols":["A"]}},{"name":"b","type":"n.E"}]}`,
			`{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":{"type":"enum","name":"E","symbols":["A"]}},{"name":"b","type":"E"}]}`,
		},
		{
			"leaving the namespace",
			`{"type":"record","name":"n.R","fields":[{"name":"a","type":{"type":"fixed","name":"F","namespace":"","size":1}}]}`,
			`{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":{"type":"fixed","name":"F","namespace":"","size":1}}]}`,
		},
		{
			"field attributes",
			`{"type":"record","name":"R","fields":[{"p":1,"aliases":["x"],"order":"IGNORE","default":1.10,"doc":"","type":"double","name":"a"}]}`,
			`{"type":"record","name":"R","fields":[{"name":"a","type":"double","doc":"","default":1.1,"order":"ignore","aliases":["x"],"p":1}]}`,
		},
		{"ascending and empty aliases vanish", `{"type":"record","name":"R","aliases":[],"fields":[{"name":"a","type":"int","order":"ascending","aliases":[]}]}`, `{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}`},
		{"properties keep their order", `{"z":1,"type":"string","a":{"y":[true,null],"x":"é"}}`, `{"type":"string","z":1,"a":{"y":[true,null],"x":"é"}}`},
		{"logical types are properties", `{"type":"bytes","scale":2,"logicalType":"decimal","precision":4}`, `{"type":"bytes","scale":2,"logicalType":"decimal","precision":4}`},
		{"doc of an array is lost", `{"type":"array","doc":"d","items":"int","default":[]}`, `{"type":"array","items":"int","default":[]}`},
		{"numbers", `{"type":"int","a":1E+2,"b":-0,"c":1e400,"d":0.0001,"e":12345678.9,"f":123456789012345678901234567890,"g":-0.0}`, `{"type":"int","a":100.0,"b":0,"c":"Infinity","d":1.0E-4,"e":1.23456789E7,"f":123456789012345678901234567890,"g":-0.0}`},
		{"strings", `{"type":"int","a":"\u00e9\u0001\/<>\n\u007f"}`, "{\"type\":\"int\",\"a\":\"é\\u0001/<>\\n\u007f\"}"},
		{"comments", "/* a */ {\"type\": // b\n\"int\", \"u\":\"/*no*/\"}", `{"type":"int","u":"/*no*/"}`},
		{"last of equal members wins", `{"type":"int","a":1,"b":2,"a":3}`, `{"type":"int","a":3,"b":2}`},
		{
			"use before definition",
			`{"type":"record","name":"R","fields":[{"name":"a","type":"F"},{"name":"b","type":{"type":"fixed","name":"F","size":1}}]}`,
			`{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"fixed","name":"F","size":1}},{"name":"b","type":"F"}]}`,
		},
		{
			"defined twice alike",
			`[{"type":"array","items":{"type":"record","name":"R","fields":[{"name":"r","type":["null","R"]}]}},{"type":"map","values":{"type":"record","name":"R","fields":[{"name":"r","type":["null","R"]}]}}]`,
			`[{"type":"array","items":{"type":"record","name":"R","fields":[{"name":"r","type":["null","R"]}]}},{"type":"map","values":"R"}]`,
		},
		{"float default as a string", `{"type":"record","name":"R","fields":[{"name":"a","type":"float","default":"1"}]}`, `{"type":"record","name":"R","fields":[{"name":"a","type":"float","default":1.0}]}`},
		{"a name like a primitive stays full", `{"type":"array","items":{"type":"record","name":"n.R","fields":[{"name":"a","type":["null","R"]}]}}`, `{"type":"array","items":{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":["null","R"]}]}}`},
		{"empty union", `[]`, `[]`},
		{"enum default that is no string is lost", `{"type":"enum","name":"E","symbols":[],"default":1}`, `{"type":"enum","name":"E","symbols":[]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := avsc.Parse(tt.in, avsc.Options{})
			if err != nil {
				t.Fatalf("Parse(%s): %v", tt.in, err)
			}
			got := s.Text(avsc.Form{})
			if got != tt.want {
				t.Errorf("Text of %s\n got %s\nwant %s", tt.in, got, tt.want)
			}
			again, err := avsc.Parse(got, avsc.Options{})
			if err != nil || again.Text(avsc.Form{}) != got {
				t.Errorf("the text of a text is another one: %v", err)
			}
		})
	}
}

func TestTextForms(t *testing.T) {
	t.Parallel()
	base := `{"type":"record","name":"n.Base","fields":[]}`
	s, err := avsc.Parse(`{"type":"record","name":"n.User","z":1,"a":{"d":1,"c":2},"aliases":["y","x"],"fields":[{"name":"b","type":"n.Base"}]}`,
		avsc.Options{References: []string{base}})
	if err != nil {
		t.Fatal(err)
	}
	for form, want := range map[avsc.Form]string{
		{}:             `{"type":"record","name":"User","namespace":"n","fields":[{"name":"b","type":"Base"}],"z":1,"a":{"d":1,"c":2},"aliases":["y","x"]}`,
		{Inline: true}: `{"type":"record","name":"User","namespace":"n","fields":[{"name":"b","type":{"type":"record","name":"Base","fields":[]}}],"z":1,"a":{"d":1,"c":2},"aliases":["y","x"]}`,
		{Sorted: true}: `{"type":"record","name":"User","namespace":"n","fields":[{"name":"b","type":"Base"}],"a":{"c":2,"d":1},"z":1,"aliases":["x","y"]}`,
	} {
		if got := s.Text(form); got != want {
			t.Errorf("form %+v\n got %s\nwant %s", form, got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	field := func(rest string) string { return `{"type":"record","name":"R","fields":[{"name":"a",` + rest + `}]}` }
	tests := []struct {
		name, in, want string
		lenient        bool // taken when lenient
	}{
		{"unknown type", `["nosuch"]`, "Undefined schema: nosuch", false},
		{"unknown type as a whole", `"nosuch"`, "Unknown schema: org.apache.avro.compiler.UnresolvedSchema_1", false},
		{"nested type", `{"type":{"type":"string"}}`, "No type", false},
		{"text after the schema", `"int" "int"`, "dangling", false},
		{"byte order mark", "\ufeff\"int\"", "JsonParseException: Unexpected character", false},
		{"open", `{"type":`, "JsonEOFException: Unexpected end-of-input", false},
		{"union in union", `["int",["null"]]`, "Nested union", false},
		{"duplicate branch", `["int","int"]`, "Duplicate in union:int", false},
		{"duplicate symbol", `{"type":"enum","name":"E","symbols":["A","A"]}`, "Duplicate enum symbol: A", false},
		{"duplicate field", `{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}`, "Duplicate field a in record R: a type:INT pos:1 and a type:INT pos:0.", false},
		{"bad name", `{"type":"fixed","name":"a-b","size":1}`, "Illegal character in: a-b", false},
		{"name with an umlaut", `{"type":"fixed","name":"ä","size":1}`, "Illegal initial character: ä", false},
		{"bad symbol", `{"type":"enum","name":"E","symbols":["1"]}`, "Illegal initial character: 1", false},
		{"negative size", `{"type":"fixed","name":"F","size":-1}`, "Length is negative: -1", false},
		{"enum default", `{"type":"enum","name":"E","symbols":["A"],"default":"B"}`, "The Enum Default: B is not in the enum symbol set: [A]", false},
		{"redefined", `["null",{"type":"array","items":{"type":"fixed","name":"F","size":1}},{"type":"fixed","name":"F","size":2}]`, "Can't redefine: F", false},
		{"order", field(`"type":"int","order":"sideways"`), "SIDEWAYS", false},
		{"float for int", field(`"type":"int","default":1.0`), "Invalid default for field a: 1.0 not a \"int\"", true},
		{"int too large", field(`"type":"int","default":2147483648`), "Invalid default", true},
		{"null for int", field(`"type":"int","default":null`), "Invalid default", true},
		{"no branch fits", field(`"type":["null","int"],"default":"x"`), "Invalid default", true},
		{"record default", field(`"type":{"type":"record","name":"S","fields":[{"name":"x","type":"int"}]},"default":{}`), "Invalid default", true},
		{"bad namespace", `{"type":"fixed","name":"F","namespace":"a..b","size":1}`, "Namespace part \"\" is invalid: Empty name", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := avsc.Parse(tt.in, avsc.Options{}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Parse(%s): got %v, want an error with %q", tt.in, err, tt.want)
			}
			if _, err := avsc.Parse(tt.in, avsc.Options{Lenient: true}); tt.lenient != (err == nil) {
				t.Errorf("Parse(%s) leniently: got %v", tt.in, err)
			}
		})
	}
}

// TestParseExpensive reads texts that invite exponential or quadratic work.
func TestParseExpensive(t *testing.T) {
	t.Parallel()
	const depth = 300
	branches := `[{"type":"record","name":"A","fields":[{"name":"x","type":["null","A","B"]}]},{"type":"record","name":"B","fields":[{"name":"x","type":["null","A","B"]}]}]`
	defaults := `{"type":"record","name":"Top","fields":[{"name":"u","type":` + branches + `,"default":` +
		strings.Repeat(`{"x":`, depth) + `5` + strings.Repeat("}", depth) + `}]}`
	start := time.Now()
	if _, err := avsc.Parse(defaults, avsc.Options{}); err == nil {
		t.Error("a default that fits no branch at the bottom: got no error")
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{`"int"`, `{"type":"record","name":"R","fields":[{"name":"a","type":["null","R"],"default":null}]}`, `[{"type":"enum","name":"E","symbols":["A"]}]`, "/**/{}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := avsc.Parse(text, avsc.Options{})
		if err != nil {
			return
		}
		first := s.Text(avsc.Form{})
		again, err := avsc.Parse(first, avsc.Options{})
		if err != nil {
			t.Fatalf("text of %q cannot be read again: %v\n%s", text, err, first)
		}
		if second := again.Text(avsc.Form{}); second != first {
			t.Fatalf("text of a text differs\n%s\n%s", first, second)
		}
	})
}
