package registry_test

import (
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/embedded"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// A service is restarted with its registry down: serializers and deserializers of every policy start, and records of an older version, with references, are read.
func TestServiceRestartsWithoutItsRegistry(t *testing.T) {
	t.Parallel()
	const (
		money = `{"type":"record","name":"Money","fields":[{"name":"cents","type":"long"}]}`
		older = `{"type":"record","name":"Payment","fields":[{"name":"id","type":"string"},{"name":"price","type":"Money"}]}`
	)
	server := httptest.NewServer(embedded.New())
	url, path := server.URL, filepath.Join(t.TempDir(), "schemas.snapshot")
	connect := func() *registry.Client {
		return newClient(t, url, registry.WithSnapshot(path), registry.WithRetries(3))
	}
	ctx := t.Context()

	first := connect()
	if _, err := first.RegisterAll(ctx,
		serde.SubjectSchema{Subject: "payments-value", Schema: serde.Schema{Text: older, References: []serde.Reference{{Name: "Money", Subject: "money"}}}},
		serde.SubjectSchema{Subject: "money", Schema: serde.Schema{Text: money}},
	); err != nil {
		t.Fatal(err)
	}
	old, err := first.SchemaByVersion(ctx, "payments-value", 1)
	if err != nil {
		t.Fatal(err)
	}
	id, _ := old.ID.Number()
	record := append([]byte{0, 0, 0, 0, byte(id)}, 4, 'P', '1', 20) // id P1, 10 cents

	newest := avro.MustFor[payment](`{"type":"record","name":"Payment","fields":[{"name":"id","type":"string"},{"name":"amount","type":"long","default":0}]}`)
	serve := func(reg *registry.Client) {
		t.Helper()
		for name, policy := range map[string]serde.WritePolicy{"register": serde.Register(), "look up": serde.Lookup(), "latest": serde.Latest(0), "version": serde.PinnedVersion(2)} {
			out := serde.NewSerializer(newest, reg, serde.WriteWith(policy))
			if err := out.Start(ctx, "payments"); err != nil {
				t.Fatalf("serializer, %s: %v", name, err)
			}
			written, err := out.Serialize(ctx, "payments", &payment{ID: "P2", Amount: 5})
			if err != nil || written.Schema.Version != 2 {
				t.Fatalf("%s: wrote %+v, %v", name, written.Schema, err)
			}
		}
		in := serde.NewDeserializer(newest, reg)
		if err := in.Start(ctx, "payments"); err != nil {
			t.Fatalf("deserializer: %v", err)
		}
		if got, _, err := in.Deserialize(ctx, serde.Input{Topic: "payments", Payload: record}); err != nil || got.ID != "P1" {
			t.Fatalf("read %+v, %v, want the older record", got, err)
		}
		if err := in.Start(ctx, "refunds"); err != nil {
			t.Fatalf("a topic without a subject: %v", err)
		}
	}
	if err := serde.NewSerializer(newest, first).Start(ctx, "payments"); err != nil { // adds version 2, before others ask for it
		t.Fatal(err)
	}
	serve(first)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	server.Close()
	serve(connect())
}
