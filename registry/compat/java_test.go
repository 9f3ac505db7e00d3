package compat_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry/compat"
)

// TestDiffersFromJava has each kind of answer that is not Java's, with the reason. All were found among the 100,000 random
// pairs that TestProblemsOfJava has a sample of.
func TestDiffersFromJava(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name           string
		reader, writer string
		java           string
		want           []problem
		reason         string
	}{
		{
			name:   "a field whose name and alias were both written",
			reader: record(`{"name":"b","aliases":["a"],"type":"int"}`),
			writer: record(fieldA, fieldB),
			java:   "AvroRuntimeException: Reader record field matches multiple fields in writer record schema",
			want:   []problem{{"READER_FIELD_AMBIGUOUS", "/fields/0", "b"}},
			reason: "the same verdict as a message, since a check must not end in an exception",
		},
		{
			name:   "a field that has its own name as an alias",
			reader: record(`{"name":"a","aliases":["a"],"type":"int"}`),
			writer: record(fieldA),
			java:   "AvroRuntimeException: Reader record field matches multiple fields in writer record schema",
			want:   []problem{},
			reason: "name and alias lead to one field, so there is no choice to be made",
		},
		{
			name: "an ambiguous field in a branch that is not needed",
			reader: `[{"type":"record","name":"x.R","fields":[{"name":"b","aliases":["a"],"type":"int"}]},` +
				`{"type":"record","name":"y.R","fields":[` + fieldA + `]}]`,
			writer: record(fieldA, fieldB),
			java:   "AvroRuntimeException: Reader record field matches multiple fields in writer record schema",
			want:   []problem{},
			reason: "another branch of the union reads the record",
		},
		{
			name: "a type that was compared within a branch that failed",
			reader: `{"type":"record","name":"R","fields":[` +
				`{"name":"u","type":[{"type":"record","name":"F","fields":[{"name":"b","type":{"type":"record","name":"B","fields":[{"name":"x","type":"F"}]}}]},` +
				`{"type":"record","name":"m.C","fields":[]}]},` +
				`{"name":"v","type":"B"}]}`,
			writer: `{"type":"record","name":"R","fields":[` +
				`{"name":"u","type":[{"type":"record","name":"C","fields":[{"name":"b","type":{"type":"record","name":"B","fields":[{"name":"x","type":"C"}]}}]}]},` +
				`{"name":"v","type":"B"}]}`,
			java:   "compatible",
			want:   []problem{{"NAME_MISMATCH", "/name", "expected: C"}},
			reason: "while the branch F is tried for C, Java takes it that F reads C, concludes that B reads B, and keeps that when F has failed; but x of v is a C that only F could read",
		},
		{
			name: "a written primitive is met again",
			reader: `{"type":"record","name":"R","fields":[` +
				`{"name":"a","type":{"type":"record","name":"A","fields":[{"name":"e","type":{"type":"record","name":"C","fields":[]}}]}},` +
				`{"name":"b","type":{"type":"record","name":"B","fields":[{"name":"e","type":"C"}]}}]}`,
			writer: `{"type":"record","name":"R","fields":[` +
				`{"name":"a","type":{"type":"record","name":"A","fields":[{"name":"e","type":"null"}]}},` +
				`{"name":"b","type":"A"}]}`,
			java: "the last path is /fields/0/type/fields/0/type",
			want: []problem{
				{"TYPE_MISMATCH", "/fields/0/type/fields/0/type", "reader type: RECORD not compatible with writer type: NULL"},
				{"NAME_MISMATCH", "/fields/1/type/name", "expected: A"},
				{"TYPE_MISMATCH", "/fields/1/type/fields/0/type", "reader type: RECORD not compatible with writer type: NULL"},
			},
			reason: "Java tells primitive types in different places apart and so finds that it has compared this pair before; here they are one, and are compared where they stand",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := problems(compat.CanRead(mustParse(t, tt.reader), mustParse(t, tt.writer)))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s\nJava: %s\nreason: %s\nreader %s\nwriter %s", diff, tt.java, tt.reason, tt.reader, tt.writer)
			}
		})
	}
}
