package serdetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde"
)

// SchemaRegistry checks what serde.SchemaRegistry promises. prefix begins the names of the subjects that it writes, so that a shared
// registry can be used; their compatibility level must let a field with a default be added.
func SchemaRegistry(t *testing.T, reg serde.SchemaRegistry, prefix string) {
	t.Helper()
	subject := prefix + "-value"
	v1 := avroRecord(`{"name":"a","type":"string"}`)
	v2 := avroRecord(`{"name":"a","type":"string"},{"name":"b","type":"string","default":""}`)
	ctx := t.Context()

	if _, err := reg.Lookup(ctx, subject, v1); !errors.Is(err, serde.ErrUnknownSchema) {
		t.Errorf("Lookup before registration: error %v, want ErrUnknownSchema", err)
	}
	if _, err := reg.SchemaByVersion(ctx, subject, serde.LatestVersion); !errors.Is(err, serde.ErrUnknownSchema) {
		t.Errorf("newest version of an unknown subject: error %v, want ErrUnknownSchema", err)
	}
	first := mustRegister(t, reg, subject, v1)
	n, isNumber := first.ID.Number()
	_, isGlue := first.ID.Glue()
	if !isGlue && (!isNumber || n < 1) {
		t.Errorf("Register: schema id %v, want a number from 1, or a schema version of AWS Glue", first.ID)
	}
	if again := mustRegister(t, reg, subject, v1); again.ID != first.ID || again.Version != first.Version {
		t.Errorf("Register again: id %v version %d, want id %v version %d", again.ID, again.Version, first.ID, first.Version)
	}
	// Glue's ids are of versions, so the same schema elsewhere is another one.
	if elsewhere := mustRegister(t, reg, prefix+"-elsewhere-value", v1); (elsewhere.ID == first.ID) == isGlue {
		t.Errorf("Register under another subject: id %v, the first is %v: want the same number, or another version of Glue", elsewhere.ID, first.ID)
	}
	second := mustRegister(t, reg, subject, v2)
	if second.ID == first.ID || second.Version == first.Version {
		t.Errorf("Register v2: id %v version %d, want others than v1's %v and %d", second.ID, second.Version, first.ID, first.Version)
	}
	if found, err := reg.Lookup(ctx, subject, v2); err != nil || found.ID != second.ID || found.Version != second.Version {
		t.Errorf("Lookup v2: id %v version %d error %v, want id %v version %d", found.ID, found.Version, err, second.ID, second.Version)
	}
	if newest, err := reg.SchemaByVersion(ctx, subject, serde.LatestVersion); err != nil || newest.ID != second.ID || newest.Text == "" {
		t.Errorf("newest version: id %v error %v text %q, want id %v", newest.ID, err, newest.Text, second.ID)
	}
	if old, err := reg.SchemaByVersion(ctx, subject, first.Version); err != nil || old.ID != first.ID {
		t.Errorf("version %d: id %v error %v, want id %v", first.Version, old.ID, err, first.ID)
	}
	if _, err := reg.SchemaByVersion(ctx, subject, second.Version+100); !errors.Is(err, serde.ErrUnknownSchema) {
		t.Errorf("a version that is not there: error %v, want ErrUnknownSchema", err)
	}
	if s, err := reg.SchemaByID(ctx, "", first.ID); err != nil || s.Text == "" {
		t.Errorf("SchemaByID(%v): error %v, text %q", first.ID, err, s.Text)
	}
	if !first.GUID.IsZero() {
		if s, err := reg.SchemaByID(ctx, "", first.GUID); err != nil || s.Text == "" {
			t.Errorf("SchemaByID(GUID %v): error %v, text %q", first.GUID, err, s.Text)
		}
	}
	unknown := serde.NumberID(1 << 30)
	if isGlue {
		unknown = serde.GlueID([16]byte{0xff, 15: 0xff})
	}
	if _, err := reg.SchemaByID(ctx, "", unknown); !errors.Is(err, serde.ErrUnknownSchema) {
		t.Errorf("an id that is not there: error %v, want ErrUnknownSchema", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := reg.Lookup(cancelled, prefix+"-cold-value", v2); !errors.Is(err, context.Canceled) {
		t.Errorf("Lookup with a cancelled context: error %v, want context.Canceled", err)
	}
}

func mustRegister(t *testing.T, reg serde.SchemaRegistry, subject string, schema serde.Schema) serde.RegisteredSchema {
	t.Helper()
	registered, err := reg.Register(t.Context(), subject, schema)
	if err != nil {
		t.Fatalf("Register under %s: %v", subject, err)
	}
	return registered
}

func avroRecord(fields string) serde.Schema {
	return serde.Schema{Type: serde.TypeAvro, Text: fmt.Sprintf(`{"type":"record","name":"Suite","namespace":"magicbyte.serdetest","fields":[%s]}`, fields)}
}
