package glue_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/internal/fakeglue"
	"github.com/magicbyte-go/magicbyte/registry/glue"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/serdetest"
)

// order is what record(fieldID, fieldNote) describes.
type order struct {
	ID   string  `avro:"id"`
	Note *string `avro:"note"`
}

var orders = avro.MustFor[order](record(fieldID, fieldNote).Text)

// Every policy means with Glue what it means elsewhere.
func TestPolicies(t *testing.T) {
	t.Parallel()
	c := newClient(t, new(fakeglue.Server))
	_, err := serde.NewSerializer(orders, c, serde.WriteWith(serde.Lookup())).Serialize(t.Context(), "orders", &order{ID: "1"})
	if serde.ClassOf(err) != serde.ClassUnknownSchema {
		t.Errorf("look-up before registration: %v", err)
	}
	older := register(t, c, "orders-value", record(fieldID))
	own := register(t, c, "orders-value", record(fieldID, fieldNote))
	newest := register(t, c, "orders-value", record(fieldID, fieldNote, `{"name":"more","type":"int","default":0}`))
	for name, p := range map[string]struct {
		policy  serde.WritePolicy
		want    serde.SchemaID
		problem string
	}{
		"register":        {policy: serde.Register(), want: own.ID},
		"look-up":         {policy: serde.Lookup(), want: own.ID},
		"latest":          {policy: serde.Latest(0), problem: "more"}, // the Go type must have all that the newest schema asks for
		"pinned id":       {policy: serde.PinnedID(own.ID), want: own.ID},
		"pinned version":  {policy: serde.PinnedVersion(own.Version), want: own.ID},
		"an older one":    {policy: serde.PinnedVersion(older.Version), want: older.ID},
		"no such version": {policy: serde.PinnedVersion(newest.Version + 1), problem: "not found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ser := serde.NewSerializer(orders, c, serde.WriteWith(p.policy), serde.WithZlib(0))
			out, err := ser.Serialize(t.Context(), "orders", &order{ID: strings.Repeat("0815", 20)})
			if p.problem != "" {
				if err == nil || !strings.Contains(err.Error(), p.problem) {
					t.Errorf("error %v, want %q", err, p.problem)
				}
				return
			}
			if err != nil || out.Schema.ID != p.want {
				t.Fatalf("%+v, %v; want %v", out.Schema, err, p.want)
			}
			for read, policy := range map[string]serde.ReadPolicy{"Go type": serde.GoType(), "pinned": serde.PinnedID(own.ID), "version": serde.PinnedVersion(own.Version)} {
				deser := serde.NewDeserializer(orders, c, serde.ReadWith(policy))
				got, meta, err := deser.Deserialize(t.Context(), serde.Input{Topic: "orders", Payload: out.Bytes})
				if err != nil || got.ID != strings.Repeat("0815", 20) || meta.Schema != p.want {
					t.Errorf("read with %s: %+v, %+v, %v", read, got, meta, err)
				}
			}
		})
	}
}

// Start says all that is wrong with schema, name and rights, before a record is sent.
func TestStart(t *testing.T) {
	t.Parallel()
	server := new(fakeglue.Server)
	c := newClient(t, server)
	register(t, c, "orders-value", record(`{"name":"id","type":"int"}`))
	err := serde.NewSerializer(orders, c).Start(t.Context(), "orders")
	if !errors.Is(err, glue.ErrIncompatible) || serde.ClassOf(err) != serde.ClassOther {
		t.Errorf("an incompatible schema: %v of class %v", err, serde.ClassOf(err))
	}
	err = serde.NewSerializer(orders, c).Start(t.Context(), "orders in españa")
	if err == nil || !strings.Contains(err.Error(), "WithSchemaNames") {
		t.Errorf("a name that Glue does not take: %v", err)
	}
	if err := serde.NewDeserializer(orders, c).Start(t.Context(), "nobody-has-written-yet"); err != nil {
		t.Errorf("a topic that nobody has written to: %v", err)
	}
}

// A topic in migration, on a real codec: each frame by its own registry.
func TestMigration(t *testing.T) {
	t.Parallel()
	confluent, c := new(serdetest.MemoryRegistry), newClient(t, new(fakeglue.Server), glue.WithSchemaNames(glue.Topics))
	deser := serde.NewDeserializer(orders, confluent, serde.AlsoFrom(c))
	for name, reg := range map[string]serde.SchemaRegistry{"Confluent's": confluent, "Glue": c} {
		out, err := serde.NewSerializer(orders, reg).Serialize(t.Context(), "orders", &order{ID: name})
		if err != nil {
			t.Fatal(err)
		}
		got, meta, err := deser.Deserialize(t.Context(), serde.Input{Topic: "orders", Payload: out.Bytes})
		if err != nil || got.ID != name || meta.Schema != out.Schema.ID {
			t.Errorf("%s: %+v, %+v, %v", name, got, meta, err)
		}
	}
	if err := deser.Start(t.Context(), "orders"); err != nil {
		t.Errorf("Start: %v", err)
	}
	if newest, err := c.SchemaByVersion(t.Context(), "orders-key", serde.LatestVersion); err != nil || newest.Subject != "orders-key" {
		t.Errorf("with Topics, the key's schema is the value's: %+v, %v", newest, err)
	}
}
