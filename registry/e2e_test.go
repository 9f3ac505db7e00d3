package registry_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/registry/embedded"
	"github.com/magicbyte-go/magicbyte/serde"
)

// embeddedURL starts an embedded registry.
func embeddedURL(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(embedded.New())
	t.Cleanup(server.Close)
	return server.URL
}

// TestLifeOfASubject goes through what a service and an operator do, against the registry that SCHEMA_REGISTRY_URL names, or else the embedded one.
func TestLifeOfASubject(t *testing.T) {
	t.Parallel()
	url := os.Getenv("SCHEMA_REGISTRY_URL")
	if url == "" {
		url = embeddedURL(t)
	}
	var (
		ctx     = t.Context()
		name    = fmt.Sprintf("Life%d", time.Now().UnixNano())
		subject = "life/of " + name + "-value"
		record  = func(fields string) serde.Schema {
			return serde.Schema{Text: `{"type":"record","name":"` + name + `","namespace":"e2e","doc":"An order.","fields":[` + fields + `]}`}
		}
		id       = `{"name":"id","type":"string","doc":"Its name."}`
		v1       = record(id)
		v2       = record(id + `,{"name":"note","type":["null","string"],"default":null}`)
		breaking = record(id + `,{"name":"count","type":"int"}`)
	)
	c := newClient(t, url)
	asks := func() *registry.Client { return newClient(t, url) } // one that has nothing in its caches

	_, err := c.Versions(ctx, subject)
	wantIs(t, "versions of an unknown subject", err, "subject not found")
	_, err = c.Lookup(ctx, subject, v1)
	wantIs(t, "look-up in an unknown subject", err, "subject not found", "unknown schema")

	if err := c.SetLevel(ctx, subject, compat.Backward); err != nil {
		t.Fatal(err)
	}
	first, err := c.Register(ctx, subject, v1)
	if err != nil {
		t.Fatal(err)
	}
	if first.Version != 1 || first.Subject != subject || first.ID.IsZero() {
		t.Errorf("first registration: %+v", first)
	}
	for _, other := range []*registry.Client{c, asks()} {
		if again, err := other.Register(ctx, subject, v1); err != nil || again.ID != first.ID || again.Version != 1 {
			t.Errorf("registered again: %+v, %v", again, err)
		}
	}
	byID, err := asks().SchemaByID(ctx, "", first.ID)
	if err != nil || !strings.Contains(byID.Text, "Its name.") || byID.Type != serde.TypeAvro {
		t.Errorf("by id: %+v, %v", byID, err)
	}

	verdict, err := c.CheckCompatibility(ctx, subject, breaking)
	if err != nil || verdict.Compatible {
		t.Errorf("check of a breaking schema: %+v, %v", verdict, err)
	}
	_, err = c.Register(ctx, subject, breaking)
	wantIs(t, "a breaking schema", err, "incompatible")
	_, err = c.Lookup(ctx, subject, breaking)
	wantIs(t, "look-up of it", err, "schema not found", "unknown schema")

	if latest, err := c.SchemaByVersion(ctx, subject, serde.LatestVersion); err != nil || latest.Version != 1 {
		t.Errorf("latest: %+v, %v", latest, err)
	}
	if verdict, err := c.CheckCompatibility(ctx, subject, v2); err != nil || !verdict.Compatible {
		t.Errorf("check of a compatible schema: %+v, %v", verdict, err)
	}
	second, err := c.Register(ctx, subject, v2)
	if err != nil || second.Version != 2 || second.ID == first.ID {
		t.Errorf("second registration: %+v, %v", second, err)
	}
	if latest, err := c.SchemaByVersion(ctx, subject, serde.LatestVersion); err != nil || latest.ID != second.ID {
		t.Errorf("latest after it: %+v, %v", latest, err)
	}
	if versions, err := c.Versions(ctx, subject); err != nil || !slices.Equal(versions, []int{1, 2}) {
		t.Errorf("versions: %v, %v", versions, err)
	}
	if subjects, err := c.Subjects(ctx); err != nil || !slices.Contains(subjects, subject) {
		t.Errorf("subjects: %v, %v", subjects, err)
	}
	number, _ := second.ID.Number()
	if places, err := c.SubjectVersions(ctx, number); err != nil || !cmp.Equal(places, []registry.SubjectVersion{{Subject: subject, Version: 2}}) {
		t.Errorf("places of the second: %v, %v", places, err)
	}
	_, err = c.SchemaByVersion(ctx, subject, 99)
	wantIs(t, "version 99", err, "version not found", "unknown schema")
	_, err = c.SchemaByID(ctx, "", serde.NumberID(1<<30))
	wantIs(t, "id 2^30", err, "schema not found", "unknown schema")
	_, err = c.Register(ctx, subject, serde.Schema{Text: `{"type":"nonsense"}`})
	wantIs(t, "nonsense", err, "invalid schema")

	if err := c.SetLevel(ctx, subject, compat.None); err != nil {
		t.Fatal(err)
	}
	if level, err := c.Level(ctx, subject); err != nil || level != compat.None {
		t.Errorf("level: %q, %v", level, err)
	}
	if _, err := c.Register(ctx, subject, breaking); err != nil {
		t.Errorf("a breaking schema under NONE: %v", err)
	}

	if deleted, err := c.DeleteSubject(ctx, subject); err != nil || !slices.Equal(deleted, []int{1, 2, 3}) {
		t.Errorf("deleted: %v, %v", deleted, err)
	}
	_, err = c.SchemaByVersion(ctx, subject, serde.LatestVersion)
	wantIs(t, "latest of a deleted subject", err, "subject not found", "unknown schema")
	if _, err := asks().SchemaByID(ctx, "", first.ID); err != nil {
		t.Errorf("by id after the soft deletion: %v", err)
	}
	if purged, err := c.PurgeSubject(ctx, subject); err != nil || len(purged) != 3 {
		t.Errorf("purged: %v, %v", purged, err)
	}
}

func wantIs(t *testing.T, what string, err error, names ...string) {
	t.Helper()
	if diff := cmp.Diff(set(names...), is(err)); diff != "" {
		t.Errorf("%s: %v: sentinels (-want +got):\n%s", what, err, diff)
	}
}

// What only Confluent's registries have: contexts, GUIDs, a global level that can be read as it was set, comments in schemas.
func TestConfluentOnly(t *testing.T) {
	t.Parallel()
	url := embeddedURL(t)
	ctx := t.Context()
	c := newClient(t, url)
	text := serde.Schema{Text: "{\n  // an order\n  \"type\": \"record\", \"name\": \"R\", \"fields\": []\n}"}
	inContext, err := c.Register(ctx, ":.c:s", serde.Schema{Text: `"string"`})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := c.Register(ctx, "s", text)
	if err != nil || plain.GUID.IsZero() {
		t.Fatalf("%+v, %v", plain, err)
	}
	if inContext.ID != plain.ID {
		t.Fatalf("ids %v and %v: want one number in two contexts", inContext.ID, plain.ID)
	}
	fresh := newClient(t, url)
	for context, want := range map[string]string{"": `"record"`, ".c": `"string"`} {
		if got, err := fresh.SchemaByID(ctx, context, plain.ID); err != nil || !strings.Contains(got.Text, want) {
			t.Errorf("context %q: %+v, %v", context, got, err)
		}
	}
	if got, err := fresh.SchemaByID(ctx, "", plain.GUID); err != nil || !strings.Contains(got.Text, `"record"`) {
		t.Errorf("by GUID: %+v, %v", got, err)
	}
	_, err = fresh.SchemaByID(ctx, "", serde.GUIDID([16]byte{1}))
	wantIs(t, "unknown GUID", err, "schema not found", "unknown schema")
	if again, err := fresh.Lookup(ctx, "s", text); err != nil || again.ID != plain.ID || again.GUID != plain.GUID {
		t.Errorf("look-up of a schema with a comment: %+v, %v", again, err)
	}
	inside := newClient(t, url+"/contexts/.c")
	if got, err := inside.SchemaByVersion(ctx, "s", 1); err != nil || got.Text != `"string"` {
		t.Errorf("from within the context: %+v, %v", got, err)
	}
	if err := c.SetGlobalLevel(ctx, compat.FullTransitive); err != nil {
		t.Fatal(err)
	}
	if level, err := c.GlobalLevel(ctx); err != nil || level != compat.FullTransitive {
		t.Errorf("global level: %q, %v", level, err)
	}
	if level, err := c.Level(ctx, "s"); err != nil || level != compat.FullTransitive {
		t.Errorf("level by default: %q, %v", level, err)
	}
	verdict, err := c.CheckCompatibility(ctx, "s", serde.Schema{Text: `{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}`})
	if err != nil || verdict.Compatible || len(verdict.Messages) == 0 {
		t.Errorf("%+v, %v, want messages", verdict, err)
	}
	_, err = c.PurgeSubject(ctx, "s")
	var refused *registry.Error
	if !errors.As(err, &refused) || refused.Code != 40405 {
		t.Errorf("purge of live versions: %v, want 40405", err)
	}
}
