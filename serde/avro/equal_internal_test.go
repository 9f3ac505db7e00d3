package avro

import (
	"strconv"
	"strings"
	"testing"
)

func TestEqualSchemas(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, a, b string
		want       bool
	}{
		{"the same", `"int"`, `{"type":"int"}`, true},
		{"another type", `"int"`, `"long"`, false},
		{"properties do not count", `{"type":"string","avro.java.string":"String"}`, `"string"`, true},
		{"a logical type counts", `{"type":"long","logicalType":"timestamp-millis"}`, `"long"`, false},
		{"an invalid logical type does not", `{"type":"long","logicalType":"date"}`, `"long"`, true},
		{"the unit counts", `{"type":"long","logicalType":"timestamp-millis"}`, `{"type":"long","logicalType":"timestamp-micros"}`, false},
		{"the scale counts", `{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}`, `{"type":"bytes","logicalType":"decimal","precision":4}`, false},
		{"the precision counts", `{"type":"bytes","logicalType":"decimal","precision":4}`, `{"type":"bytes","logicalType":"decimal","precision":5}`, false},
		{"the order of branches counts", `["null","int"]`, `["int","null"]`, false},
		{"the number of branches counts", `["null"]`, `["null","int"]`, false},
		{"a field's logical type counts", defaultField(`{"type":"int","logicalType":"date"}`, `0`, ""), defaultField(`"int"`, `0`, ""), false},
		{"defaults do not count", defaultField(`"int"`, `0`, ""), defaultField(`"int"`, `1`, ""), true},
		{"field names count", `{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}`, `{"type":"record","name":"R","fields":[{"name":"b","type":"int"}]}`, false},
		{"namespaces count", `{"type":"fixed","name":"a.F","size":1}`, `{"type":"fixed","name":"b.F","size":1}`, false},
		{"sizes count", `{"type":"fixed","name":"F","size":1}`, `{"type":"fixed","name":"F","size":2}`, false},
		{"symbols count", `{"type":"enum","name":"E","symbols":["A","B"]}`, `{"type":"enum","name":"E","symbols":["B","A"]}`, false},
		{"an error is a record", `{"type":"error","name":"R","fields":[]}`, `{"type":"record","name":"R","fields":[]}`, true},
		{"recursion", defaultField(`["null","R"]`, `null`, ""), `{"type":"record","name":"R","fields":[{"name":"x","type":["null","R"],"doc":"d"}]}`, true},
		{"recursion with a difference", defaultField(`["null","R"]`, `null`, ""), defaultField(`["null",{"type":"array","items":"R"}]`, `null`, ""), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a, errA := Parse(test.a)
			b, errB := Parse(test.b)
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			if got := equalSchemas(a, b); got != test.want {
				t.Errorf("equalSchemas(%s, %s) = %v", test.a, test.b, got)
			}
			if got := equalSchemas(b, a); got != test.want {
				t.Errorf("equalSchemas(%s, %s) = %v", test.b, test.a, got)
			}
			if !equalSchemas(a, a) || test.want && a.Canonical() != b.Canonical() {
				t.Errorf("%s and %s: equal, but not to itself or with another canonical form", a, b)
			}
		})
	}
}

func TestEqualSchemasComparesATypeOnce(t *testing.T) {
	t.Parallel()
	// Each record uses the one before twice: without a memory of what was compared this takes 2^300 steps.
	var text strings.Builder
	text.WriteString(`[{"type":"record","name":"R0","fields":[]}`)
	for i := 1; i <= 300; i++ {
		n, before := strconv.Itoa(i), strconv.Itoa(i-1)
		text.WriteString(`,{"type":"record","name":"R` + n + `","fields":[{"name":"a","type":"R` + before + `"},{"name":"b","type":"R` + before + `"}]}`)
	}
	text.WriteString("]")
	a, err := Parse(text.String())
	if err != nil {
		t.Fatal(err)
	}
	b, err := Parse(text.String())
	if err != nil {
		t.Fatal(err)
	}
	if !equalSchemas(a, b) {
		t.Error("a schema is not equal to itself parsed again")
	}
	if a.CRC64() != b.CRC64() {
		t.Error("fingerprints of the same text differ")
	}
}
