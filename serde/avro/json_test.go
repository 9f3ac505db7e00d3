package avro_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"testing"
)

// javaJSON is where Avro's JSON encoding here is not Java's, by kind and name of the vector: what there is instead, "" where it is
// refused, and why.
var javaJSON = map[string]struct{ want, why string }{
	"write float -0.0":                     {"-0.0", "Java adds 0 to it, which loses the sign"},
	"write record without fields":          {"{}", "Java writes nothing, which it cannot read"},
	"write double 1e23":                    {"1.0E23", "Java before 19 does not always write the fewest digits"},
	"read field twice, in a row":           {"", "Java takes the first, encoding/json the last"},
	"read field twice, behind":             {"", "Java takes the first, encoding/json the last"},
	"read field by its name and its alias": {"", "it comes twice"},
	"read key twice":                       {"04026b02026b0400", "Java reads it into a map first, as readers of these bytes do"},
	"read text behind":                     {"", "Java leaves it unread"},
	"read unknown field with bad JSON":     {"", "Java looks for the bracket alone"},
	"read union, two members":              {"", "Java leaves the second unread"},
	"read int 2147483648.0":                {"", "Java takes the nearest int"},
	"read long 9007199254740993.0":         {"8280808080808020", "Java goes by way of a double, which loses the last bit"},
	`read float "NaN"`:                     {"0000c07f", "Java cannot read what it writes"},
	`read float "Infinity"`:                {"0000807f", "Java cannot read what it writes"},
	`read float "-Infinity"`:               {"000080ff", "Java cannot read what it writes"},
	"read float 1e400":                     {"", "Java takes it for infinite"},
	"read float -1e400":                    {"", "Java takes it for infinite"},
	"read float 1e39":                      {"", "Java takes it for infinite"},
	`read double "NaN"`:                    {"000000000000f87f", "Java cannot read what it writes"},
	`read double "Infinity"`:               {"000000000000f07f", "Java cannot read what it writes"},
	`read double "-Infinity"`:              {"000000000000f0ff", "Java cannot read what it writes"},
	"read double 1e400":                    {"", "Java takes it for infinite"},
	"read double -1e400":                   {"", "Java takes it for infinite"},
	"read half of a surrogate pair":        {"", "Java makes it a question mark"},
	"read bytes, a character beyond":       {"", "Java makes it a question mark"},
	"read fixed, a character beyond":       {"", "Java makes it a question mark"},
}

func TestJSONAgreesWithJava(t *testing.T) {
	t.Parallel()
	type vector struct{ Kind, Name, Schema, JSON, Hex, Refuses string }
	differ := map[string]bool{}
	for _, v := range readVectors[vector](t, "json.jsonl") {
		t.Run(v.Kind+" "+v.Name, func(t *testing.T) {
			s := mustParse(t, v.Schema)
			var got, want string
			var err error
			if v.Kind == "write" {
				data, hexErr := hex.DecodeString(v.Hex)
				if hexErr != nil {
					t.Fatal(hexErr)
				}
				var out []byte
				out, err = s.BinaryToJSON(nil, data)
				got, want = string(out), v.JSON
			} else {
				var out []byte
				out, err = s.JSONToBinary(nil, []byte(v.JSON))
				got, want = hex.EncodeToString(out), v.Hex
			}
			refused := v.Refuses != ""
			if other, ok := javaJSON[v.Kind+" "+v.Name]; ok {
				differ[v.Kind+" "+v.Name] = true
				want, refused = other.want, other.want == ""
			}
			if refused != (err != nil) || err == nil && got != want {
				t.Errorf("%s: hex %s json %s:\n got %s, %v\nwant %s (refused: %v)", v.Schema, v.Hex, v.JSON, got, err, want, refused)
			}
		})
	}
	for name := range javaJSON {
		if !differ[name] {
			t.Errorf("there is no vector %s", name)
		}
	}
}

func TestJSONOfResolvedDataAgreesWithJava(t *testing.T) {
	t.Parallel()
	type vector struct {
		Reader json.RawMessage `json:"reader"`
		Hex    string          `json:"reader_hex"`
		JSON   string          `json:"reader_avro_json"`
	}
	n := 0
	for i, v := range readVectors[vector](t, "resolution.jsonl") {
		if v.JSON == "" {
			continue
		}
		n++
		s := mustParse(t, string(v.Reader))
		data, err := hex.DecodeString(v.Hex)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.BinaryToJSON(nil, data)
		if err != nil || string(got) != v.JSON {
			t.Errorf("line %d: %s: %s\n got %s, %v\nwant %s", i+1, v.Reader, v.Hex, got, err, v.JSON)
		}
		back, err := s.JSONToBinary(nil, []byte(v.JSON))
		if err != nil || !bytes.Equal(back, data) {
			t.Errorf("line %d: %s: %s\n got %x, %v\nwant %s", i+1, v.Reader, v.JSON, back, err, v.Hex)
		}
	}
	t.Logf("%d values", n)
}
