package avro_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

func TestOrderEventComesBack(t *testing.T) {
	t.Parallel()
	c := orderCodec(t)
	events := []*orderEvent{minimalOrder()}
	for n := range 8 {
		events = append(events, typicalOrder(n))
	}
	for i, want := range events {
		out, err := c.Append([]byte("prefix"), want)
		if err != nil {
			t.Fatalf("event %d: %v", i, err)
		}
		in, ok := bytes.CutPrefix(out, []byte("prefix"))
		if !ok {
			t.Fatalf("event %d: Append overwrote %x", i, out)
		}
		got := new(orderEvent)
		if err := c.Decode(in, got); err != nil {
			t.Fatalf("event %d: %v", i, err)
		}
		clear(in)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("event %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestCodecsHaveLimitsOfSchemas(t *testing.T) {
	t.Parallel()
	text := `{"type":"record","name":"R","fields":[{"name":"s","type":"string"}]}`
	long := text + strings.Repeat(" ", 1<<20)
	type value struct {
		S string `avro:"s"`
	}
	if _, err := avro.For[value](long); err == nil || !strings.Contains(err.Error(), "WithSchemaLimits") {
		t.Errorf("a schema of more than 1 MiB: %v, want an error that names the option", err)
	}
	wide, err := avro.For[value](long, avro.WithSchemaLimits(2<<20, 0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wide.Decoder([]string{long + " "}, nil); err != nil {
		t.Errorf("a writer's schema of more than 1 MiB: %v", err)
	}
	if _, err := avro.MustFor[value](text).Decoder([]string{long}, nil); err == nil {
		t.Error("a codec without the option takes a writer's schema of more than 1 MiB")
	}
	if c := avro.MustFor[value](text, avro.WithSchemaLimits(0, 5)); c.Name() != "R" {
		t.Errorf("Name() = %q", c.Name())
	}
	if _, err := avro.For[value](text, avro.WithSchemaLimits(0, 1)); err == nil {
		t.Error("a schema of more levels than allowed")
	}
}
