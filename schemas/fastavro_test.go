package schemas_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hamba/avro/v2"
	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

var pipeline = filepath.Join("testdata", "fastavro") // written by write.py there

// The Python pipeline writes defaults inside types and logical types beside them, and ids that are no UUIDs. Its events are read with
// its schema, and with ours where they come without one.
func TestEventsOfThePythonPipeline(t *testing.T) {
	t.Parallel()
	writers := map[string][]string{
		"with its schema": {string(readFile(t, pipeline, "order_event.avsc"))},
		"with ours":       nil,
	}
	bare, err := filepath.Glob(filepath.Join(pipeline, "*.bare.bin"))
	if err != nil || len(bare) < 5 {
		t.Fatalf("%d events in %s, %v", len(bare), pipeline, err)
	}
	for _, path := range bare {
		name := strings.TrimSuffix(filepath.Base(path), ".bare.bin")
		body := readFile(t, path)
		want := new(schemas.OrderEvent)
		if err := json.Unmarshal(readFile(t, pipeline, name+".json"), want); err != nil {
			t.Fatal(err)
		}
		for how, writer := range writers {
			t.Run(name+" "+how, func(t *testing.T) {
				t.Parallel()
				got := decode(t, writer, body)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				again := encode(t, got)
				if len(got.Payload.Metadata) > 1 { // in Go's random order
					if diff := cmp.Diff(want, decode(t, nil, again)); diff != "" {
						t.Errorf("encoded again (-want +got):\n%s", diff)
					}
				} else if !bytes.Equal(again, body) {
					t.Errorf("encoded again: %x, want %x", again, body)
				}
			})
		}
		t.Run(name+" framed", func(t *testing.T) {
			t.Parallel()
			id, framed, err := serde.ParseFrame(readFile(t, pipeline, name+".framed.bin"))
			if err != nil || id != serde.NumberID(42) || !bytes.Equal(framed, body) {
				t.Errorf("ParseFrame = %v, %x, %v, want 42 and the bare event", id, framed, err)
			}
		})
	}
}

func TestValidationRefusesIDsOfThePythonPipeline(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"legacy-id": "schemas: invalid order event: event_id: must be a UUID, is a string of 24 bytes",
		"metadata":  "schemas: invalid order event: event_id: must be a UUID, is a string of 2 bytes; timestamp: must not be more than 24h ahead",
	} {
		err := decode(t, nil, readFile(t, pipeline, name+".bare.bin")).ValidateAt(noon)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: ValidateAt = %v, want %s", name, err, want)
		}
	}
	for _, name := range []string{"minimal", "full"} {
		if err := decode(t, nil, readFile(t, pipeline, name+".bare.bin")).ValidateAt(noon); err != nil {
			t.Errorf("%s: ValidateAt = %v, want nil", name, err)
		}
	}
}

func TestSchemaIsCompatibleWithThePythonPipelines(t *testing.T) {
	t.Parallel()
	parse := func(text string) avro.Schema {
		s, err := avro.ParseWithCache(text, "", &avro.SchemaCache{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	ours, theirs := parse(schemas.OrderEventSchema), parse(string(readFile(t, pipeline, "order_event.avsc")))
	if err := avro.NewSchemaCompatibility().Compatible(ours, theirs); err != nil {
		t.Errorf("we cannot read theirs: %v", err)
	}
	if err := avro.NewSchemaCompatibility().Compatible(theirs, ours); err != nil {
		t.Errorf("they cannot read ours: %v", err)
	}
	// As versions of one subject, whichever comes first.
	first, second := schemas.OrderEventSchema, string(readFile(t, pipeline, "order_event.avsc"))
	for _, pair := range [][2]string{{first, second}, {second, first}} {
		if err := compat.Check(compat.FullTransitive, compat.Schema{Text: pair[1]}, []compat.Schema{{Version: 1, Text: pair[0]}}).Err(); err != nil {
			t.Errorf("FULL_TRANSITIVE: %v", err)
		}
	}
}
