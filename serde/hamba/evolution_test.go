package hamba_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/magicbyte-go/magicbyte/serde/hamba"
)

func record(fields string) string {
	return `{"type":"record","name":"R","fields":[` + fields + `]}`
}

func TestResolution(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name           string
		writer, reader string
		value, want    map[string]any
	}{
		{
			"reader default", record(`{"name":"a","type":"string"}`),
			record(`{"name":"a","type":"string"},{"name":"b","type":"long","default":7},{"name":"c","type":["null","string"],"default":null}`),
			map[string]any{"a": "x"},
			map[string]any{"a": "x", "b": int64(7), "c": nil},
		},
		{
			"field skipped and reordered", record(`{"name":"a","type":"string"},{"name":"b","type":{"type":"array","items":"string"}},{"name":"c","type":"int"}`),
			record(`{"name":"c","type":"int"},{"name":"a","type":"string"}`),
			map[string]any{"a": "x", "b": []any{"1", "2"}, "c": 3},
			map[string]any{"a": "x", "c": 3},
		},
		{
			"int to long and double", record(`{"name":"a","type":"int"},{"name":"b","type":"int"}`),
			record(`{"name":"a","type":"long"},{"name":"b","type":"double"}`),
			map[string]any{"a": -5, "b": 6},
			map[string]any{"a": int64(-5), "b": 6.0},
		},
		{
			"float to double", record(`{"name":"a","type":"float"}`), record(`{"name":"a","type":"double"}`),
			map[string]any{"a": float32(0.5)},
			map[string]any{"a": 0.5},
		},
		{
			"bytes to string", record(`{"name":"a","type":"bytes"}`), record(`{"name":"a","type":"string"}`),
			map[string]any{"a": []byte("ok")},
			map[string]any{"a": "ok"},
		},
		{
			"alias", record(`{"name":"old","type":"string"}`), record(`{"name":"new","aliases":["old"],"type":"string"}`),
			map[string]any{"old": "x"},
			map[string]any{"new": "x"},
		},
		{
			"required to nullable, generic", record(`{"name":"a","type":"string"}`), record(`{"name":"a","type":["null","string"]}`),
			map[string]any{"a": "x"},
			map[string]any{"a": "x"},
		},
		{
			"enum with a default for unknown symbols",
			record(`{"name":"a","type":{"type":"enum","name":"E","symbols":["A","B","C"]}}`),
			record(`{"name":"a","type":{"type":"enum","name":"E","symbols":["B","A"],"default":"A"}}`),
			map[string]any{"a": "C"},
			map[string]any{"a": "A"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, err := hamba.Generic(tt.writer)
			if err != nil {
				t.Fatal(err)
			}
			r, err := hamba.Generic(tt.reader)
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]any
			if err := decoderOf(t, r, []string{tt.writer}, nil)(bytesOf(t, w, &tt.value), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestResolutionIntoStructs(t *testing.T) {
	t.Parallel()
	type renamed struct {
		FullName string `avro:"full_name"`
		Age      int64  `avro:"age"`
		City     string `avro:"city"`
	}
	const reader = `{"type":"record","name":"Person","namespace":"com.example","fields":[
		{"name":"city","type":"string","default":"Zürich"},
		{"name":"age","type":"long"},
		{"name":"full_name","aliases":["name"],"type":"string"}]}`
	var got renamed
	body := bytesOf(t, hamba.MustFor[person](personSchema), ada())
	if err := decoderOf(t, hamba.MustFor[renamed](reader), []string{personSchema}, nil)(body, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(renamed{"Ada", 36, "Zürich"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUnresolvablePairs(t *testing.T) {
	t.Parallel()
	type a struct {
		A *string `avro:"a"`
	}
	nullable := record(`{"name":"a","type":["null","string"],"default":null}`)
	tests := []struct {
		name, writer, want string
	}{
		{"type", record(`{"name":"a","type":"int"}`), "reader union lacking writer schema int"},
		{"other record", `{"type":"record","name":"Other","fields":[]}`, "names do not match"},
		{"branch", record(`{"name":"a","type":["null","string","int"]}`), "reader union lacking writer schema int"},
		// Avro reads this pair; hamba forgets that the reader has a union, and cannot put a string into a pointer.
		{"required to nullable in a struct", record(`{"name":"a","type":"string"}`), "a: *string is unsupported for Avro string"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := hamba.MustFor[a](nullable).Decoder([]string{tt.writer}, nil)
			var e *hamba.Error
			if !errors.As(err, &e) || !e.Unresolvable() || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Decoder = %v, want it unresolvable: %s", err, tt.want)
			}
		})
	}
}

const treeSchema = `{"type":"record","name":"Tree","fields":[{"name":"label","type":"string"},
	{"name":"children","type":{"type":"array","items":"Tree"}}]}`

type tree struct {
	Label    string `avro:"label"`
	Children []tree `avro:"children"`
}

func TestRecursiveSchemas(t *testing.T) {
	t.Parallel()
	c := hamba.MustFor[tree](treeSchema)
	want := tree{"root", []tree{{"left", []tree{{"leaf", []tree{}}}}, {"right", []tree{}}}}
	var got tree
	// A registry may hand the text out in another form.
	writer := strings.ReplaceAll(treeSchema, "\n\t", "  ")
	if err := decoderOf(t, c, []string{writer}, nil)(bytesOf(t, c, &want), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// hamba overflows the stack, which nothing recovers, when it resolves or skips recursive types.
func TestRecursiveSchemasThatDifferAreRefused(t *testing.T) {
	t.Parallel()
	evolved := strings.Replace(treeSchema, `[{"name":"label"`, `[{"name":"extra","type":"int","default":0},{"name":"label"`, 1)
	holding := `{"type":"record","name":"H","fields":[{"name":"id","type":"string"},{"name":"tree","type":` + treeSchema + `}]}`
	type held struct {
		ID string `avro:"id"`
	}
	without := `{"type":"record","name":"H","fields":[{"name":"id","type":"string"}]}`
	var e *hamba.Error
	if _, err := hamba.MustFor[tree](treeSchema).Decoder([]string{evolved}, nil); !errors.As(err, &e) || !e.Unresolvable() {
		t.Errorf("evolved: %v, want it unresolvable", err)
	}
	if _, err := hamba.MustFor[held](without).Decoder([]string{holding}, nil); !errors.As(err, &e) || !e.Unresolvable() {
		t.Errorf("skipped by the schema: %v, want it unresolvable", err)
	}
	if _, err := hamba.MustFor[held](without).Decoder([]string{holding}, []string{holding}); !errors.As(err, &e) || !e.Unresolvable() {
		t.Errorf("skipped by the struct: %v, want it unresolvable", err)
	}
}
