package avro_test

import (
	"fmt"
	"testing"
)

func TestFingerprints(t *testing.T) {
	t.Parallel()
	// What Apache Avro for Java computes.
	tests := []struct{ text, crc, md5, sha256 string }{
		{`"int"`, "7275d51a3f395c8f", "ef524ea1b91e73173d938ade36c1db32", "3f2b87a9fe7cc9b13835598c3981cd45e3e355309e5090aa0933d7becb6fba45"},
		{`"null"`, "63dd24e7cc258f8a", "9b41ef67651c18488a8b08bb67c75699", "f072cbec3bf8841871d4284230c5e983dc211a56837aed862487148f947d1a1f"},
		{`[]`, "eec6e173d23fb9d1", "d751713988987e9331980363e24189ce", "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"},
		{`{"type":"error","name":"größe","fields":[]}`, "137fa4486fb6bfc6", "18842896fc2024251751e0d93c6be7dd", "047406694e86acfa9822777ef81b0b7c10aae6eeaf2a7469e2ed34e471112a93"},
		{`{"type":"record","name":"a.R","fields":[{"name":"x","type":["null","R"]}]}`, "da6e21def7a3cc64", "2f641b146168981ae0d59197271ff97a", "6b58cb998ebf316d994fa2b13a19d72315a74a1305d5111e24d751cdee77cfbf"},
	}
	for _, test := range tests {
		s := parse(t, test.text)
		if got := fmt.Sprintf("%016x", s.CRC64()); got != test.crc {
			t.Errorf("CRC64() of %s = %s, want %s", test.text, got, test.crc)
		}
		if got := fmt.Sprintf("%x", s.MD5()); got != test.md5 {
			t.Errorf("MD5() of %s = %s, want %s", test.text, got, test.md5)
		}
		if got := fmt.Sprintf("%x", s.SHA256()); got != test.sha256 {
			t.Errorf("SHA256() of %s = %s, want %s", test.text, got, test.sha256)
		}
	}
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"logical types are stripped", `{"type":"int","logicalType":"date"}`, `"int"`},
		{"an error is a record", `{"type":"error","name":"E","fields":[]}`, `{"name":"E","type":"record","fields":[]}`},
		{"names are full names everywhere", `{"type":"record","name":"a.R","fields":[{"name":"x","type":["null","R"]}]}`, `{"name":"a.R","type":"record","fields":[{"name":"x","type":["null","a.R"]}]}`},
		{"docs, defaults, aliases and properties are stripped", fields(`{"name":"x","doc":"d","type":{"type":"int","p":1},"default":1,"aliases":["y"],"order":"ignore"}`), `{"name":"R","type":"record","fields":[{"name":"x","type":"int"}]}`},
		{"a type is spelled out where it is first used", fields(`{"name":"x","type":{"type":"array","items":"F"}},{"name":"y","type":{"type":"map","values":{"type":"fixed","name":"F","size":2}}}`), `{"name":"R","type":"record","fields":[{"name":"x","type":{"type":"array","items":{"name":"F","type":"fixed","size":2}}},{"name":"y","type":{"type":"map","values":"F"}}]}`},
		{"characters are not escaped", fields(`{"name":"\u00e9","type":"int"}`), `{"name":"R","type":"record","fields":[{"name":"é","type":"int"}]}`},
		{"empty union", `[ ]`, `[]`},
		{"enum", `{"symbols":["B","A"],"default":"A","name":"E","type":"enum"}`, `{"name":"E","type":"enum","symbols":["B","A"]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := parse(t, test.text).Canonical(); got != test.want {
				t.Errorf("Canonical() of %s\n got %s\nwant %s", test.text, got, test.want)
			}
		})
	}
}

func TestMarshalJSON(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"a primitive in an object", `{"type":"int"}`, `"int"`},
		{"a primitive with a property", `{ "p" : 1.10, "type" : "int" }`, `{"type":"int","p":1.10}`},
		{"attributes come in a fixed order", `{"aliases":["b.Old","New"],"p":{"x":[true,null]},"fields":[{"aliases":["k"],"order":"ignore","default":-0,"doc":"","type":"int","name":"a","q":"\u0001\"\b\f\n\r\t\\/"}],"doc":"d","name":"a.R","type":"error"}`, `{"type":"error","name":"R","namespace":"a","doc":"d","fields":[{"name":"a","type":"int","doc":"","default":-0,"order":"ignore","aliases":["k"],"q":"\u0001\"\b\f\n\r\t\\/"}],"p":{"x":[true,null]},"aliases":["b.Old","New"]}`},
		{"a namespace around is not repeated", `{"type":"record","name":"a.R","fields":[{"name":"x","type":{"type":"fixed","name":"a.F","size":1}},{"name":"y","type":"a.F"},{"name":"z","type":{"type":"enum","name":"E","namespace":"","symbols":["A"],"default":"A"}},{"name":"w","type":"E"}]}`, `{"type":"record","name":"R","namespace":"a","fields":[{"name":"x","type":{"type":"fixed","name":"F","size":1}},{"name":"y","type":"F"},{"name":"z","type":{"type":"enum","name":"E","namespace":"","symbols":["A"],"default":"A"}},{"name":"w","type":"E"}]}`},
		{"a name of the specification stays full", `{"type":"record","name":"a.map","fields":[{"name":"x","type":["null","map"]}]}`, `{"type":"record","name":"map","namespace":"a","fields":[{"name":"x","type":["null","a.map"]}]}`},
		{"an alias of the null namespace stays there", `{"type":"fixed","name":"a.F","size":1,"aliases":[".G"]}`, `{"type":"fixed","name":"F","namespace":"a","size":1,"aliases":[".G"]}`},
		{"array and map", `{"type":"map","values":{"items":["int"],"type":"array","p":0},"default":{}}`, `{"type":"map","values":{"type":"array","items":["int"],"p":0},"default":{}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := parse(t, test.text).MarshalJSON()
			if err != nil || string(got) != test.want {
				t.Errorf("MarshalJSON() of %s, error %v\n got %s\nwant %s", test.text, err, got, test.want)
			}
			if again, err := parse(t, string(got)).MarshalJSON(); err != nil || string(again) != string(got) {
				t.Errorf("parsed again it is %s, error %v\nwant %s", again, err, got)
			}
		})
	}
	part := parse(t, `{"type":"record","name":"a.R","fields":[{"name":"x","type":{"type":"fixed","name":"F","size":1}}]}`).Field("x").Schema()
	if got, want := part.String(), `{"type":"fixed","name":"F","namespace":"a","size":1}`; got != want {
		t.Errorf("String() of a part = %s, want %s", got, want)
	}
}
