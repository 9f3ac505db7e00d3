package compare_test

import (
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/sr"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

// TestFranzClient drives the embedded registry with franz-go's client.
func TestFranzClient(t *testing.T) {
	server := httptest.NewServer(embedded.New(embedded.WithBasicAuth("ann", "secret")))
	t.Cleanup(server.Close)
	client := must[*sr.Client](t)(sr.NewClient(sr.URLs(server.URL), sr.BasicAuth("ann", "secret")))
	ctx := t.Context()
	code := func(err error) int {
		var responseErr *sr.ResponseError
		if errors.As(err, &responseErr) {
			return responseErr.ErrorCode
		}
		return 0
	}

	if got := must[[]sr.SchemaType](t)(client.SupportedTypes(ctx)); !slices.Contains(got, sr.TypeAvro) {
		t.Errorf("types: got %v", got)
	}
	first := must[sr.SubjectSchema](t)(client.CreateSchema(ctx, "s", sr.Schema{Schema: recordV1}))
	if first.ID != 1 || first.Version != 1 || first.Schema.Schema != recordV1 {
		t.Errorf("create: got %+v", first)
	}
	if id := must[int](t)(client.RegisterSchema(ctx, "s", sr.Schema{Schema: recordV2}, -1, -1)); id != 2 {
		t.Errorf("register: got id %d, want 2", id)
	}
	if got := must[sr.SubjectSchema](t)(client.LookupSchema(ctx, "s", sr.Schema{Schema: recordV1})); got.ID != 1 || got.Version != 1 {
		t.Errorf("look-up: got %+v", got)
	}
	if got := must[sr.Schema](t)(client.SchemaByID(ctx, 2)); got.Schema != recordV2 {
		t.Errorf("by id: got %+v", got)
	}
	if got := must[string](t)(client.SchemaTextByID(ctx, 2)); got != recordV2 {
		t.Errorf("text by id: got %s", got)
	}
	guid := must[sr.SubjectSchema](t)(client.SchemaByVersion(ctx, "s", 1)).GUID
	if got := must[sr.SubjectSchema](t)(client.SchemaByGUID(ctx, guid)); got.Schema.Schema != recordV1 {
		t.Errorf("by GUID %q: got %+v", guid, got)
	}
	if diff := cmp.Diff([]sr.ContextID{{Context: ".", ID: 1}}, must[[]sr.ContextID](t)(client.SchemaIDsByGUID(ctx, guid))); diff != "" {
		t.Errorf("ids of a GUID (-want +got):\n%s", diff)
	}
	if got := must[[]sr.SubjectVersion](t)(client.SchemaVersionsByID(ctx, 1)); len(got) != 1 || got[0].Subject != "s" || got[0].Version != 1 {
		t.Errorf("versions of id 1: got %+v", got)
	}
	if got := must[[]sr.SubjectSchema](t)(client.Schemas(ctx, "s")); len(got) != 2 {
		t.Errorf("schemas: got %+v", got)
	}

	reference := sr.Schema{Schema: referrer, References: []sr.SchemaReference{{Name: "n.R", Subject: "s", Version: 1}}}
	user := must[sr.SubjectSchema](t)(client.CreateSchema(ctx, "user", reference))
	if !cmp.Equal(user.References, reference.References) {
		t.Errorf("references: got %+v", user.References)
	}
	if got := must[[]sr.SubjectSchema](t)(client.SchemaReferences(ctx, "s", 1)); len(got) != 1 || got[0].Subject != "user" {
		t.Errorf("referrers: got %+v", got)
	}
	if _, err := client.DeleteSubject(ctx, "s", sr.SoftDelete); code(err) != 42206 {
		t.Errorf("delete what is referred to: got %v, want 42206", err)
	}

	if _, err := client.CreateSchema(ctx, "s", sr.Schema{Schema: clashing}); code(err) != 40901 {
		t.Errorf("incompatible: got %v, want 40901", err)
	}
	check := must[sr.CheckCompatibilityResult](t)(client.CheckCompatibility(sr.WithParams(ctx, sr.Verbose), "s", -1, sr.Schema{Schema: clashing}))
	if check.Is || !strings.Contains(strings.Join(check.Messages, " "), "TYPE_MISMATCH") {
		t.Errorf("check: got %+v", check)
	}
	if got := client.SetCompatibility(ctx, sr.SetCompatibility{Level: sr.CompatFullTransitive}, "s")[0]; got.Err != nil {
		t.Errorf("set the level: got %+v", got)
	}
	if got := client.Compatibility(ctx, "s", sr.GlobalSubject); got[0].Level != sr.CompatFullTransitive || got[1].Level != sr.CompatBackward {
		t.Errorf("levels: got %+v", got)
	}
	if got := client.ResetCompatibility(ctx, "s")[0]; got.Err != nil { // it looks for the old level under another name than the server's
		t.Errorf("reset the level: %v", got.Err)
	}
	if got := client.SetMode(ctx, sr.ModeReadOnly, "s")[0]; got.Err != nil {
		t.Errorf("set the mode: got %+v", got)
	}
	if _, err := client.CreateSchema(ctx, "s", sr.Schema{Schema: `"int"`}); code(err) != 42205 {
		t.Errorf("read-only: got %v, want 42205", err)
	}
	if got := client.ResetMode(ctx, "s")[0]; got.Err != nil {
		t.Errorf("reset the mode: got %+v", got)
	}

	inContext := sr.InContext(ctx, ".c")
	if got := must[sr.SubjectSchema](t)(client.CreateSchema(inContext, "s", sr.Schema{Schema: recordV1})); got.ID != 1 {
		t.Errorf("create in a context: got %+v", got)
	}
	if got := must[[]string](t)(client.Contexts(ctx)); !slices.Equal(got, []string{".", ".c"}) {
		t.Errorf("contexts: got %v", got)
	}
	if got := must[[]int](t)(client.DeleteSubject(inContext, "s", sr.SoftDelete)); !slices.Equal(got, []int{1}) {
		t.Errorf("soft delete in a context: got %v", got)
	}
	if got := must[[]int](t)(client.DeleteSubject(inContext, "s", sr.HardDelete)); !slices.Equal(got, []int{1}) {
		t.Errorf("permanent delete in a context: got %v", got)
	}
	if err := client.DeleteContext(ctx, ".c"); err != nil {
		t.Errorf("delete the context: %v", err)
	}
	if err := client.DeleteSchema(ctx, "s", 2, sr.SoftDelete); err != nil {
		t.Errorf("delete a version: %v", err)
	}
	if got := must[[]int](t)(client.SubjectVersions(sr.WithParams(ctx, sr.ShowDeleted), "s")); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("versions with deleted ones: got %v", got)
	}
	if got := must[[]string](t)(client.Subjects(sr.WithParams(ctx, sr.SubjectPrefix("u"), sr.Limit(5)))); !slices.Equal(got, []string{"user"}) {
		t.Errorf("subjects by prefix: got %v", got)
	}
}
