package avro_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// parse parses a schema of a test.
func parse(tb testing.TB, text string, opts ...avro.ParseOption) *avro.Schema {
	tb.Helper()
	s, err := avro.Parse(text, opts...)
	if err != nil {
		tb.Fatalf("Parse(%s) = %v", text, err)
	}
	return s
}

// fields returns a record R with the given JSON of its fields.
func fields(list string) string { return `{"type":"record","name":"R","fields":[` + list + `]}` }

func TestParseKeepsWhatASchemaDeclares(t *testing.T) {
	t.Parallel()
	text := `
	/* an order */
	{
		"type": "record", "name": "Order", "namespace": "com.example", "doc": "An order.",
		"aliases": ["Purchase", "old.Order", "Purchase"],
		"connect.version": 2, "x": [1, 2.50, 9007199254740993, 1e400, {"b": null, "a": "\u00e9\ud83d\ude00"}],
		"fields": [ // in the order of the wire
			{"name": "id", "type": {"type": "string", "avro.java.string": "String"}, "doc": "", "order": "descending", "aliases": ["key"]},
			{"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["OPEN", "DONE"], "default": "OPEN"}, "default": "DONE"},
			{"name": "sum", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
			{"name": "parts", "type": {"type": "array", "items": ["null", "Order"]}, "default": []},
			{"name": "labels", "type": {"type": "map", "values": "State"}, "order": "ignore"},
			{"name": "hash", "type": {"type": "fixed", "name": "md.Hash", "size": 16, "aliases": ["H"]}, "note": true}
		]
	}
	`
	s := parse(t, text)
	if s.String() != text {
		t.Errorf("String() is not the text as given: %s", s.String())
	}
	if s.Kind() != avro.KindRecord || s.FullName() != "com.example.Order" || s.Doc() != "An order." || s.IsError() {
		t.Errorf("got kind %v, name %s, doc %q, error %v", s.Kind(), s.FullName(), s.Doc(), s.IsError())
	}
	if diff := cmp.Diff([]string{"com.example.Purchase", "old.Order"}, s.Aliases()); diff != "" {
		t.Errorf("Aliases() (-want +got):\n%s", diff)
	}
	props := map[string]string{}
	for name, value := range s.Props() {
		props[name] = string(value)
	}
	want := map[string]string{"connect.version": "2", "x": `[1,2.50,9007199254740993,1e400,{"b":null,"a":"é😀"}]`}
	if diff := cmp.Diff(want, props); diff != "" {
		t.Errorf("Props() (-want +got):\n%s", diff)
	}
	if got := s.Prop("connect.version"); string(got) != "2" {
		t.Errorf(`Prop("connect.version") = %s, want 2`, got)
	}
	if got := s.Prop("doc"); got != nil {
		t.Errorf(`Prop("doc") = %s, want nil: it is no property`, got)
	}

	type field struct {
		Name, Kind, Order, Default string
		Aliases                    []string
	}
	var got []field
	for i, f := range s.Fields() {
		got = append(got, field{f.Name(), f.Schema().Kind().String(), f.Order(), string(f.Default()), f.Aliases()})
		if f.Index() != i || s.Field(f.Name()) != f {
			t.Errorf("field %s: index %d, Field(name) = %p; want %d, %p", f.Name(), f.Index(), s.Field(f.Name()), i, f)
		}
	}
	wantFields := []field{
		{"id", "string", "descending", "", []string{"key"}},
		{"state", "enum", "ascending", `"DONE"`, nil},
		{"sum", "bytes", "ascending", "", nil},
		{"parts", "array", "ascending", "[]", nil},
		{"labels", "map", "ignore", "", nil},
		{"hash", "fixed", "ascending", "", nil},
	}
	if diff := cmp.Diff(wantFields, got); diff != "" {
		t.Errorf("Fields() (-want +got):\n%s", diff)
	}
	if f := s.Field("key"); f != nil {
		t.Errorf("Field of an alias = %s, want nil", f.Name())
	}
	state := s.Field("state").Schema()
	symbol, ok := state.EnumDefault()
	if state.FullName() != "com.example.State" || !slices.Equal(state.Symbols(), []string{"OPEN", "DONE"}) || symbol != "OPEN" || !ok {
		t.Errorf("enum: got %s %v default %s %v", state.FullName(), state.Symbols(), symbol, ok)
	}
	if got := s.Field("id").Doc() + state.Doc(); got != "" {
		t.Errorf("Doc() of what has none = %q", got)
	}
	for name, value := range s.Field("hash").Props() {
		if name != "note" || string(value) != "true" {
			t.Errorf("Props() of hash has %s: %s", name, value)
		}
	}
	if s.Field("labels").Schema().Elem() != state {
		t.Error("a type that is used twice is not one node")
	}
	if union := s.Field("parts").Schema().Elem(); union.Kind() != avro.KindUnion || union.Branches()[1] != s {
		t.Errorf("the recursive branch is not the record's own node: %v", union)
	}
	if sum := s.Field("sum").Schema(); sum.LogicalType() != "decimal" || sum.Precision() != 9 || sum.Scale() != 2 {
		t.Errorf("decimal: got %s(%d,%d)", sum.LogicalType(), sum.Precision(), sum.Scale())
	}
	hash := s.Field("hash")
	if hash.Schema().FullName() != "md.Hash" || hash.Schema().Size() != 16 || hash.Schema().Aliases()[0] != "md.H" || string(hash.Prop("note")) != "true" {
		t.Errorf("fixed: got %v, note %s", hash.Schema(), hash.Prop("note"))
	}
	if got := string(s.Field("id").Schema().Prop("avro.java.string")); got != `"String"` {
		t.Errorf("property of a primitive: got %s", got)
	}
}

func TestParseTakesManyNames(t *testing.T) {
	t.Parallel()
	// Long lists are looked up another way than short ones.
	var list, symbols []string
	for _, c := range "abcdefghijklmnopqrstuvwxyz" {
		list = append(list, `{"name":"`+string(c)+`","type":"int"}`)
		symbols = append(symbols, string(c))
	}
	s := parse(t, fields(strings.Join(list, ",")))
	if f := s.Field("z"); f == nil || f.Index() != 25 {
		t.Errorf("Field(z) = %v, want the 26th", f)
	}
	if f := s.Field("zz"); f != nil {
		t.Errorf("Field(zz) = %s, want nil", f.Name())
	}
	quoted, err := json.Marshal(symbols)
	if err != nil {
		t.Fatal(err)
	}
	e := parse(t, `{"type":"enum","name":"E","symbols":`+string(quoted)+`,"default":"y"}`)
	if got, _ := e.EnumDefault(); got != "y" {
		t.Errorf("EnumDefault() = %s, want y", got)
	}
	for _, text := range []string{fields(strings.Join(append(list, list[20]), ",")), strings.Replace(string(quoted), `"y"`, `"b"`, 1)} {
		if strings.HasPrefix(text, "[") {
			text = `{"type":"enum","name":"E","symbols":` + text + `}`
		}
		if _, err := avro.Parse(text); err == nil {
			t.Errorf("Parse(%s) took a name that is there twice", text)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		line, col  int
		want       string // part of the message
	}{
		{"nothing", "", 1, 1, "it ends where a value should be"},
		{"byte order mark", "\ufeff\"int\"", 1, 1, "byte order mark"},
		{"invalid UTF-8", "{\"type\":\n\"in\xfft\"}", 2, 4, "not valid UTF-8"},
		{"text after the end", "\"int\"\n x", 2, 2, "text after the end"},
		{"comment after the end, as in Java", `"int" // done`, 1, 7, "text after the end"},
		{"comment without end", "/* \"int\"", 1, 1, "close it with */"},
		{"half a comment", `/"int"`, 1, 1, "comment begins"},
		{"bare word", "string", 1, 1, "expected a JSON value"},
		{"word that begins like a literal", "nullx", 1, 1, "expected a JSON value"},
		{"single quotes", "'int'", 1, 1, "expected a JSON value"},
		{"NaN without quotes", fields(`{"name":"a","type":"double","default":NaN}`), 1, 77, "expected a JSON value"},
		{"number with leading zero", `{"type":"int","x":01}`, 1, 19, "not a number"},
		{"number that ends too early", `{"type":"int","x":1.}`, 1, 19, "not a number"},
		{"control character in a string", "{\"type\":\"int\",\"x\":\"a\tb\"}", 1, 21, "control character"},
		{"unknown escape", `{"type":"int","x":"\x"}`, 1, 20, "no escape of JSON"},
		{"half an escape", `{"type":"int","x":"\u12"}`, 1, 20, "no escape of JSON"},
		{"string without end", `{"type":"int`, 1, 9, "no end"},
		{"object without end", `{"type":"int"`, 1, 14, "ends inside of the { of line 1 column 1"},
		{"comma at the end", `{"type":"int",}`, 1, 15, "name of an attribute"},
		{"no comma", `["null" "int"]`, 1, 9, "expected , or ]"},
		{"no colon", `{"type" "int"}`, 1, 9, "expected :"},
		{"escape that is cut off", `{"type":"int","x":"\`, 1, 20, "no escape of JSON"},
		{"escaped string without end", `{"type":"int","x":"\n`, 1, 19, "no end"},
		{"comment without end between attributes", `{"type":"int",/* `, 1, 15, "close it with */"},
		{"column counts characters", `{"é": "é", "type": 5}`, 1, 1, `needs "type"`},
		{"column counts characters before", `["é"]`, 1, 2, `type "é" is not known`},

		{"number", "5", 1, 1, "not a schema"},
		{"null without quotes", "null", 1, 1, "not a schema"},
		{"no type", "{}", 1, 1, `needs "type"`},
		{"type in type", `{"type":{"type":"string"}}`, 1, 1, `needs "type"`},
		{"unknown type", fields("\n" + `{"name":"a","type":"Money"}`), 2, 20, `type "Money" is not known; define it in this text, or give the schema that defines it with WithTypes, or to a codec with WithReferences`},
		{"full name without its namespace", fields(`{"name":"a","type":{"type":"fixed","name":"F","size":1}},{"name":"b","type":"x.F"}`), 1, 115, `"x.F" is not known`},
		{"array without items", `{"type":"array"}`, 1, 1, `an array needs "items"`},
		{"map without values", `{"type":"map"}`, 1, 1, `a map needs "values"`},
		{"union in union", `["null",["int"]]`, 1, 9, "another union"},
		{"branch twice", `["int","string","int"]`, 1, 17, "a union has int twice"},
		{"branch twice but for the logical type", `["int",{"type":"int","logicalType":"date"}]`, 1, 8, "a union has int twice"},
		{"two arrays", `[{"type":"array","items":"int"},{"type":"array","items":"long"}]`, 1, 33, "a union has array twice"},
		{"named branch twice", `["F",{"type":"fixed","name":"F","size":1}]`, 1, 6, "a union has F twice"},

		{"record without name", `{"type":"record","fields":[]}`, 1, 1, `a record needs "name"`},
		{"record without fields", `{"type":"record","name":"R"}`, 1, 1, `needs "fields"`},
		{"record with a dash", `{"type":"record","name":"a-b","fields":[]}`, 1, 25, `"a-b" may hold letters, digits and _ only`},
		{"record with a digit first", `{"type":"record","name":"1a","fields":[]}`, 1, 25, "must begin with a letter"},
		{"record with an empty name", `{"type":"record","name":"","fields":[]}`, 1, 25, `"" is empty`},
		{"record named like a primitive", `{"type":"record","name":"int","fields":[]}`, 1, 25, "primitive type int"},
		{"bad namespace", `{"type":"record","name":"R","namespace":"a-b","fields":[]}`, 1, 1, `part "a-b" of the namespace`},
		{"bad alias", `{"type":"record","name":"R","aliases":["a-b"],"fields":[]}`, 1, 39, `alias "a-b" of R`},
		{"aliases not a list", `{"type":"record","name":"R","aliases":"a","fields":[]}`, 1, 39, "array of strings"},
		{"reference that begins with a dot", fields(`{"name":"a","type":["null",".R"]}`), 1, 66, "begins with a dot"},
		{"defined twice, not alike", fields(`{"name":"a","type":{"type":"fixed","name":"F","size":1}},{"name":"b","type":{"type":"fixed","name":"F","size":2}}`), 1, 115, "defined twice"},
		{"defined within itself", fields(`{"name":"a","type":{"type":"record","name":"R","fields":[]}}`), 1, 58, "defined twice"},

		{"field that is a string", fields(`"a"`), 1, 39, `an object with "name"`},
		{"field without name", fields(`{"type":"int"}`), 1, 39, `an object with "name"`},
		{"field without type", fields(`{"name":"a"}`), 1, 39, `needs "type"`},
		{"field twice", fields(`{"name":"a","type":"int"},{"name":"a","type":"int"}`), 1, 65, "this field twice"},
		{"field with a dot", fields(`{"name":"a.b","type":"int"}`), 1, 47, `"a.b" may hold`},
		{"field with an unknown order", fields(`{"name":"a","type":"int","order":"up"}`), 1, 72, `must be "ascending"`},

		{"enum without name", `{"type":"enum","symbols":[]}`, 1, 1, `an enum needs "name"`},
		{"enum without symbols", `{"type":"enum","name":"E"}`, 1, 1, `needs "symbols"`},
		{"symbol that is a number", `{"type":"enum","name":"E","symbols":[1]}`, 1, 38, "not a string"},
		{"symbol with a dash", `{"type":"enum","name":"E","symbols":["a-b"]}`, 1, 38, `"a-b" may hold`},
		{"symbol twice", `{"type":"enum","name":"E","symbols":["A","A"]}`, 1, 42, "symbol A twice"},
		{"enum default that is no symbol", `{"type":"enum","name":"E","symbols":["A"],"default":"Z"}`, 1, 53, `default "Z" of enum E`},
		{"fixed without size", `{"type":"fixed","name":"F"}`, 1, 1, `needs "size"`},
		{"fixed of negative size", `{"type":"fixed","name":"F","size":-1}`, 1, 1, `needs "size"`},
		{"fixed of half a byte", `{"type":"fixed","name":"F","size":2.5}`, 1, 1, `needs "size"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, err := avro.Parse(test.text)
			var e *avro.SchemaError
			if !errors.As(err, &e) {
				t.Fatalf("Parse(%s) = %v, %v; want a *SchemaError", test.text, s, err)
			}
			if e.Line != test.line || e.Column != test.col {
				t.Errorf("Parse(%s) is wrong at line %d column %d, want %d, %d (%v)", test.text, e.Line, e.Column, test.line, test.col, err)
			}
			if !strings.Contains(e.Problem, test.want) {
				t.Errorf("Parse(%s) = %q, want it to contain %q", test.text, e.Problem, test.want)
			}
		})
	}
}

func TestSchemaErrorNamesRecordAndField(t *testing.T) {
	t.Parallel()
	_, err := avro.Parse(`{"type":"record","name":"Order","namespace":"shop","fields":[
		{"name":"inner","type":{"type":"record","name":"Inner","fields":[]}},
		{"name":"total","type":"int","default":1.5}]}`)
	want := "avro: schema, line 3 column 42: field total of record shop.Order: the default does not fit: " +
		"it must be a whole number from -2147483648 to 2147483647, without fraction or exponent"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestParseNames(t *testing.T) {
	t.Parallel()
	f := `{"type":"fixed","name":"F","size":1}`
	tests := []struct {
		name, text, want string // full names of the fields' types
	}{
		{"a namespace is inherited", `{"type":"record","name":"R","namespace":"a","fields":[{"name":"x","type":` + f + `},{"name":"y","type":"F"}]}`, "a.F a.F"},
		{"a full name gives a namespace", `{"type":"record","name":"a.b.R","namespace":"z","fields":[{"name":"x","type":` + f + `}]}`, "a.b.F"},
		{"an empty namespace is the null namespace", `{"type":"record","name":"R","namespace":"a","fields":[{"name":"x","type":{"type":"fixed","name":"F","namespace":"","size":1}}]}`, "F"},
		{"a namespace that is no string counts as none", `{"type":"record","name":"R","namespace":5,"fields":[{"name":"x","type":` + f + `}]}`, "F"},
		{"a simple name may be of the null namespace", `{"type":"record","name":"R","fields":[{"name":"x","type":` + f + `},{"name":"y","type":{"type":"record","name":"a.S","fields":[{"name":"z","type":"F"}]}}]}`, "F a.S"},
		{"a type may be used before its definition", `{"type":"record","name":"R","namespace":"a","fields":[{"name":"x","type":"F"},{"name":"y","type":` + f + `}]}`, "a.F a.F"},
		{"a type may be defined again in the same way", fields(`{"name":"x","type":` + f + `},{"name":"y","type":` + f + `}`), "F F"},
		{"a name of the specification is free in a namespace", `{"type":"record","name":"a.R","fields":[{"name":"x","type":{"type":"fixed","name":"int","size":1}},{"name":"y","type":"a.int"},{"name":"z","type":"int"}]}`, "a.int a.int "},
		{"an object may hold the name of a type", fields(`{"name":"x","type":` + f + `},{"name":"y","type":{"type":"F"}}`), "F F"},
		{"letters of all scripts", fields(`{"name":"größe","type":{"type":"fixed","name":"Maß","size":1}}`), "Maß"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range parse(t, test.text).Fields() {
				got = append(got, f.Schema().FullName())
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("Parse(%s): types %q, want %q", test.text, got, test.want)
			}
		})
	}
}

func TestLenientTakesWhatOldRegistriesHold(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text string }{
		{"int default 1.5", fields(`{"name":"a","type":"int","default":1.5}`)},
		{"null default of a union without null", fields(`{"name":"a","type":["int","string"],"default":null}`)},
		{"namespace with a dash", `{"type":"record","name":"R","namespace":"my-team.x","fields":[]}`},
		{"enum default that is no symbol", `{"type":"enum","name":"E","symbols":["A"],"default":"Z"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := avro.Parse(test.text); err == nil {
				t.Errorf("Parse(%s) took it without Lenient", test.text)
			}
			parse(t, test.text, avro.Lenient())
		})
	}
	t.Run("not a duplicate branch", func(t *testing.T) {
		t.Parallel()
		if _, err := avro.Parse(`["int","int"]`, avro.Lenient()); err == nil {
			t.Error("took a union with a branch twice: its values could not be told apart")
		}
	})
	if symbol, ok := parse(t, tests[3].text, avro.Lenient()).EnumDefault(); ok {
		t.Errorf("EnumDefault() = %s, want none", symbol)
	}
	if got := parse(t, tests[0].text, avro.Lenient()).Fields()[0].Default(); string(got) != "1.5" {
		t.Errorf("Default() = %s, want 1.5 as written", got)
	}
}

func TestLastOfEqualAttributesCounts(t *testing.T) {
	t.Parallel()
	s := parse(t, `{"type":"long","a":1,"b":2,"type":"int","a":3}`)
	if s.Kind() != avro.KindInt || string(s.Prop("a")) != "3" {
		t.Errorf("got %v, a = %s; want int, 3", s.Kind(), s.Prop("a"))
	}
	var order []string
	for name := range s.Props() {
		order = append(order, name)
	}
	if diff := cmp.Diff([]string{"a", "b"}, order); diff != "" {
		t.Errorf("order of properties (-want +got):\n%s", diff)
	}
}

func TestLogicalTypes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, want string // "" for ignored
	}{
		{"date", `{"type":"int","logicalType":"date"}`, "date"},
		{"date on long", `{"type":"long","logicalType":"date"}`, ""},
		{"time-millis", `{"type":"int","logicalType":"time-millis"}`, "time-millis"},
		{"time-millis on long", `{"type":"long","logicalType":"time-millis"}`, ""},
		{"time-micros", `{"type":"long","logicalType":"time-micros"}`, "time-micros"},
		{"time-micros on int", `{"type":"int","logicalType":"time-micros"}`, ""},
		{"timestamp-millis", `{"type":"long","logicalType":"timestamp-millis"}`, "timestamp-millis"},
		{"timestamp-micros", `{"type":"long","logicalType":"timestamp-micros"}`, "timestamp-micros"},
		{"timestamp-nanos", `{"type":"long","logicalType":"timestamp-nanos"}`, "timestamp-nanos"},
		{"timestamp-millis on string", `{"type":"string","logicalType":"timestamp-millis"}`, ""},
		{"local-timestamp-millis", `{"type":"long","logicalType":"local-timestamp-millis"}`, "local-timestamp-millis"},
		{"local-timestamp-micros", `{"type":"long","logicalType":"local-timestamp-micros"}`, "local-timestamp-micros"},
		{"local-timestamp-nanos", `{"type":"long","logicalType":"local-timestamp-nanos"}`, "local-timestamp-nanos"},
		{"uuid as string", `{"type":"string","logicalType":"uuid"}`, "uuid"},
		{"uuid as 16 bytes", `{"type":"fixed","name":"U","size":16,"logicalType":"uuid"}`, "uuid"},
		{"uuid as 15 bytes", `{"type":"fixed","name":"U","size":15,"logicalType":"uuid"}`, ""},
		{"uuid as bytes", `{"type":"bytes","logicalType":"uuid"}`, ""},
		{"duration", `{"type":"fixed","name":"D","size":12,"logicalType":"duration"}`, "duration"},
		{"duration of 16 bytes", `{"type":"fixed","name":"D","size":16,"logicalType":"duration"}`, ""},
		{"decimal", `{"type":"bytes","logicalType":"decimal","precision":4}`, "decimal"},
		{"decimal with scale", `{"type":"bytes","logicalType":"decimal","precision":4,"scale":4}`, "decimal"},
		{"decimal without precision", `{"type":"bytes","logicalType":"decimal"}`, ""},
		{"decimal of precision 0", `{"type":"bytes","logicalType":"decimal","precision":0}`, ""},
		{"decimal with a precision in quotes", `{"type":"bytes","logicalType":"decimal","precision":"4"}`, ""},
		{"decimal with scale above precision", `{"type":"bytes","logicalType":"decimal","precision":4,"scale":5}`, ""},
		{"decimal with negative scale", `{"type":"bytes","logicalType":"decimal","precision":4,"scale":-1}`, ""},
		{"decimal with null for scale", `{"type":"bytes","logicalType":"decimal","precision":4,"scale":null}`, ""},
		{"decimal that fits 2 bytes", `{"type":"fixed","name":"D","size":2,"logicalType":"decimal","precision":4}`, "decimal"},
		{"decimal too long for 2 bytes", `{"type":"fixed","name":"D","size":2,"logicalType":"decimal","precision":5}`, ""},
		{"decimal on string", `{"type":"string","logicalType":"decimal","precision":4}`, ""},
		{"unknown", `{"type":"string","logicalType":"money"}`, ""},
		{"not a string", `{"type":"int","logicalType":5}`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := parse(t, test.text)
			if got := s.LogicalType(); got != test.want {
				t.Errorf("LogicalType() of %s = %q, want %q", test.text, got, test.want)
			}
			if s.Prop("logicalType") == nil {
				t.Errorf("%s: the property is lost", test.text)
			}
			if test.want != "decimal" && s.Precision()+s.Scale() != 0 {
				t.Errorf("%s: precision %d, scale %d, want 0", test.text, s.Precision(), s.Scale())
			}
		})
	}
}

// Each is a difference from Apache Avro for Java that is meant.
func TestDifferencesFromJava(t *testing.T) {
	t.Parallel()
	t.Run("default in the notation of Java's source", func(t *testing.T) {
		t.Parallel()
		// Java hands a string default of a double to Double.parseDouble, which no other implementation has.
		for _, text := range []string{"1f", "0x1p3"} {
			if _, err := avro.Parse(fields(`{"name":"a","type":"double","default":"` + text + `"}`)); err == nil {
				t.Errorf("took the default %q", text)
			}
		}
	})
	t.Run("name of a type in an object", func(t *testing.T) {
		t.Parallel()
		// The specification has it ("a JSON object of the form {"type": "typeName"}, where typeName is either a primitive or
		// derived type name"), and Java up to 1.12.1; 1.12.2 refuses it. Attributes beside it belong to nobody.
		s := parse(t, fields(`{"name":"a","type":{"type":"fixed","name":"F","size":2}},{"name":"b","type":{"type":"F","p":1}}`))
		if a, b := s.Field("a").Schema(), s.Field("b").Schema(); a != b || b.Prop("p") != nil {
			t.Errorf("got %v and %v, want one node without properties", a, b)
		}
	})
	t.Run("control characters after the end", func(t *testing.T) {
		t.Parallel()
		if _, err := avro.Parse("\"int\"\x00"); err == nil {
			t.Error("took a text with a zero byte at its end")
		}
	})
	t.Run("numbers in properties", func(t *testing.T) {
		t.Parallel()
		// Java reads them as double and writes 1.1, 100.0, "Infinity" and 0.
		text := `{"type":"int","p":[1.10,1E+2,1e400,-0]}`
		if got, err := parse(t, text).MarshalJSON(); err != nil || string(got) != text {
			t.Errorf("MarshalJSON() = %s, %v; want %s", got, err, text)
		}
	})
	t.Run("half a surrogate pair", func(t *testing.T) {
		t.Parallel()
		if got := string(parse(t, `{"type":"int","p":"\ud800\u0041"}`).Prop("p")); got != "\"\ufffdA\"" {
			t.Errorf("got %s, want U+FFFD for the half", got)
		}
	})
}
