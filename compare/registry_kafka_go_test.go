package compare_test

import (
	"errors"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/rest"
	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

// Versions of one record for the tests of registry clients.
const (
	recordV1 = `{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":"int"}]}`
	recordV2 = `{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":"int"},{"name":"b","type":"int","default":0}]}`
	clashing = `{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":"string"}]}`
	referrer = `{"type":"record","name":"User","namespace":"n","fields":[{"name":"r","type":"n.R"}]}`
)

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestConfluentClient drives the embedded registry with the client of
// confluent-kafka-go, over HTTP and with basic authentication.
func TestConfluentClient(t *testing.T) {
	server := httptest.NewServer(embedded.New(embedded.WithBasicAuth("ann", "secret")))
	t.Cleanup(server.Close)
	newClient := func(password string) schemaregistry.Client {
		config := schemaregistry.NewConfigWithBasicAuthentication(server.URL, "ann", password)
		config.MaxRetries = 0
		client := must[schemaregistry.Client](t)(schemaregistry.NewClient(config))
		t.Cleanup(func() { _ = client.Close() })
		return client
	}
	client := newClient("secret")
	v1, v2 := schemaregistry.SchemaInfo{Schema: recordV1}, schemaregistry.SchemaInfo{Schema: recordV2}
	full := must[schemaregistry.SchemaMetadata](t)
	code := func(err error) int {
		var restErr *rest.Error
		if errors.As(err, &restErr) {
			return restErr.Code
		}
		return 0
	}

	first := full(client.RegisterFullResponse("s", v1, false))
	if first.ID != 1 || first.Version != 1 || first.GUID == "" {
		t.Errorf("register: got %+v", first)
	}
	if second := must[int](t)(client.Register("s", v2, true)); second != 2 {
		t.Errorf("register the second version: got id %d, want 2", second)
	}
	fresh := newClient("secret") // without what the other one remembers
	if id := must[int](t)(fresh.GetID("s", v1, false)); id != 1 {
		t.Errorf("look-up: got id %d, want 1", id)
	}
	if version := must[int](t)(fresh.GetVersion("s", v2, false)); version != 2 {
		t.Errorf("look-up: got version %d, want 2", version)
	}
	info := must[schemaregistry.SchemaInfo](t)
	if got := info(fresh.GetBySubjectAndID("s", 1)); got.Schema != recordV1 {
		t.Errorf("by id: got %s", got.Schema)
	}
	if got := info(fresh.GetByGUID(first.GUID)); got.Schema != recordV1 {
		t.Errorf("by GUID: got %s", got.Schema)
	}
	if got := full(fresh.GetLatestSchemaMetadata("s")); got.ID != 2 || got.Version != 2 {
		t.Errorf("latest: got %+v", got)
	}
	if got := full(fresh.GetSchemaMetadata("s", 1)); got.ID != 1 || got.Schema != recordV1 {
		t.Errorf("version 1: got %+v", got)
	}
	users := must[[]schemaregistry.SubjectAndVersion](t)(fresh.GetSubjectsAndVersionsByID(1))
	if diff := cmp.Diff([]schemaregistry.SubjectAndVersion{{Subject: "s", Version: 1}}, users); diff != "" {
		t.Errorf("users of id 1 (-want +got):\n%s", diff)
	}
	if got := must[[]int](t)(fresh.GetAllVersions("s")); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("versions: got %v", got)
	}

	reference := schemaregistry.SchemaInfo{Schema: referrer, References: []schemaregistry.Reference{{Name: "n.R", Subject: "s", Version: 1}}}
	if id := must[int](t)(client.Register("user", reference, false)); id != 3 {
		t.Errorf("register with a reference: got id %d, want 3", id)
	}
	if got := info(fresh.GetBySubjectAndID("user", 3)); !cmp.Equal(got.References, reference.References) {
		t.Errorf("references: got %+v", got.References)
	}
	if _, err := client.DeleteSubject("s", false); code(err) != 42206 {
		t.Errorf("delete what is referred to: got %v, want 42206", err)
	}

	if _, err := client.Register("s", schemaregistry.SchemaInfo{Schema: clashing}, false); code(err) != 40901 {
		t.Errorf("incompatible: got %v, want 40901", err)
	}
	for schema, want := range map[string]bool{recordV1: true, clashing: false} {
		if got := must[bool](t)(client.TestCompatibility("s", 2, schemaregistry.SchemaInfo{Schema: schema})); got != want {
			t.Errorf("compatible with version 2: got %t, want %t", got, want)
		}
		if got := must[bool](t)(client.TestSubjectCompatibility("s", schemaregistry.SchemaInfo{Schema: schema})); got != want {
			t.Errorf("compatible with the subject: got %t, want %t", got, want)
		}
	}
	level := must[schemaregistry.Compatibility](t)
	if got := level(client.GetDefaultCompatibility()); got != schemaregistry.Backward {
		t.Errorf("default level: got %v", got)
	}
	if got := level(client.UpdateCompatibility("s", schemaregistry.None)); got != schemaregistry.None {
		t.Errorf("updated level: got %v", got)
	}
	if got := level(client.GetCompatibility("s")); got != schemaregistry.None {
		t.Errorf("level: got %v", got)
	}
	must[schemaregistry.ServerConfig](t)(client.UpdateConfig("s", schemaregistry.ServerConfig{CompatibilityGroup: "g"}))
	if got := must[schemaregistry.ServerConfig](t)(client.GetConfig("s", true)); got.CompatibilityGroup != "g" || got.CompatibilityLevel != schemaregistry.None {
		t.Errorf("config: got %+v", got)
	}

	must[int](t)(client.Register(":.c:s", v1, false))
	if got := must[[]string](t)(client.GetAllContexts()); !slices.Equal(got, []string{".", ".c"}) {
		t.Errorf("contexts: got %v", got)
	}
	if got := info(fresh.GetBySubjectAndID(":.c:s", 1)); got.Schema != recordV1 {
		t.Errorf("by id in a context: got %s", got.Schema)
	}
	if got := must[[]int](t)(client.DeleteSubject("user", false)); !slices.Equal(got, []int{1}) {
		t.Errorf("soft delete: got %v", got)
	}
	if got := must[[]int](t)(client.DeleteSubject("user", true)); !slices.Equal(got, []int{1}) {
		t.Errorf("permanent delete: got %v", got)
	}
	if got := must[int](t)(client.DeleteSubjectVersion("s", 2, false)); got != 2 {
		t.Errorf("delete version 2: got %d", got)
	}
	if got := full(fresh.GetSchemaMetadataIncludeDeleted("s", 2, true)); got.ID != 2 {
		t.Errorf("a deleted version: got %+v", got)
	}
	if got := must[[]string](t)(client.GetAllSubjects()); !slices.Equal(got, []string{":.c:s", "s"}) {
		t.Errorf("subjects: got %v", got)
	}
	if _, err := newClient("wrong").GetAllSubjects(); err == nil {
		t.Error("with a wrong password: got no error")
	}
}
