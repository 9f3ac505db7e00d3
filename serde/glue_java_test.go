package serde_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde"
)

var update = flag.Bool("update", false, "write testdata/glue/go.tsv")

// pinned is a source with one schema, under an id that a test chooses.
type pinned struct {
	serde.SchemaRegistry
	id serde.SchemaID
	serde.Schema
}

func (pinned) WireFormat() serde.WireFormat { return serde.WireGlue }

func (p pinned) SchemaByID(_ context.Context, _ string, id serde.SchemaID) (serde.Schema, error) {
	if id != p.id {
		return serde.Schema{}, serde.ErrUnknownSchema
	}
	return p.Schema, nil
}

// TestGlueAsJavaWritesIt holds frames to those of AWS's serializer for Kafka (testdata/glue/vectors.sh): equal to the byte where the body is not
// compressed, equal in the header and in what comes out where it is, since zlib may compress one text in many ways.
func TestGlueAsJavaWritesIt(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/glue/java.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var ours strings.Builder
	for line := range strings.Lines(string(text)) {
		column := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		id, err := serde.ParseGlueID(column[0])
		if err != nil {
			t.Fatal(err)
		}
		java, err := hex.DecodeString(column[3])
		if err != nil {
			t.Fatal(err)
		}
		zlib := column[1] == "ZLIB"
		source := pinned{id: id, Schema: serde.Schema{Text: newNoteCodec().schema}}
		options := []serde.SerializerOption{serde.WriteWith(serde.PinnedID(id))}
		if zlib {
			options = append(options, serde.WithZlib(0))
		}
		got, err := serde.NewSerializer(newNoteCodec(), source, options...).AppendSerialize(t.Context(), []byte("before"), "notes", &note{Text: column[2]})
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		payload := bytes.TrimPrefix(got.Bytes, []byte("before"))
		if !zlib && !bytes.Equal(payload, java) {
			t.Errorf("version %s, text %q: wrote %x, Java %x", column[0], column[2], payload, java)
		}
		if long := len(column[2]) > 100; zlib && long && !bytes.Equal(payload[:18], java[:18]) {
			t.Errorf("version %s: header %x, Java's %x", column[0], payload[:18], java[:18])
		}
		deser := serde.NewDeserializer(newNoteCodec(), source)
		for writer, payload := range map[string][]byte{"Java": java, "this module": payload} {
			value, meta, err := deser.Deserialize(t.Context(), serde.Input{Topic: "notes", Payload: payload})
			if err != nil || value.Text != column[2] || meta.Schema != id {
				t.Errorf("%q as %s wrote it with %s: %q, %+v, %v", column[2], writer, column[1], value.Text, meta, err)
			}
		}
		compression := "NONE"
		if payload[1] == 5 {
			compression = "ZLIB"
		}
		ours.WriteString(strings.Join([]string{column[0], compression, column[2], hex.EncodeToString(payload)}, "\t") + "\n")
	}
	if *update {
		if err := os.WriteFile("testdata/glue/go.tsv", []byte(ours.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// What Java has read is what is written today, up to how zlib compresses.
	kept, err := os.ReadFile("testdata/glue/go.tsv")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Count(ours.String(), "\n"), strings.Count(string(kept), "\n"); got != want || got == 0 {
		t.Errorf("%d payloads, testdata/glue/go.tsv has %d: go test -run Java -update, then vectors.sh", got, want)
	}
}
