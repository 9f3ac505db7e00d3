package registry_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/serde"
)

// TestOperations goes through what only an operator's tool does, against the embedded registry.
func TestOperations(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := newClient(t, embeddedURL(t))
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	equal := func(what string, want, got any, err error) {
		t.Helper()
		if diff := cmp.Diff(want, got, ids); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", what, err, diff)
		}
	}
	for _, subject := range []string{"a", "b", "c", ":.x:d"} {
		_, err := c.Register(ctx, subject, recordOf("R", `{"name":"id","type":"string"}`))
		must("register", err)
	}
	second := recordOf("R", `{"name":"id","type":"string"},{"name":"n","type":"int","default":0}`)
	_, err := c.Register(ctx, "a", second)
	must("register", err)
	refers, err := c.Register(ctx, "e", recordOf("E", `{"name":"r","type":"R"}`, serde.Reference{Name: "R", Subject: "a", Version: 2}))
	must("register", err)

	got, err := c.Subjects(ctx, registry.Page(1, 2))
	equal("a page of subjects", []string{"a", "b"}, got, err) // after ":.x:d"
	got, err = c.Subjects(ctx, registry.Prefix(":.x:"))
	equal("subjects of a context", []string{":.x:d"}, got, err)
	names, err := c.Contexts(ctx)
	equal("contexts", []string{".", ".x"}, names, err)
	types, err := c.SchemaTypes(ctx)
	if !slices.Contains(types, serde.TypeAvro) {
		t.Errorf("types: %v, %v", types, err)
	}
	referrers, err := c.ReferencedBy(ctx, "a", 2)
	equal("referrers", []serde.SchemaID{refers.ID}, referrers, err)
	_, err = c.DeleteSubject(ctx, "e")
	must("delete what refers", err)
	referrers, err = c.ReferencedBy(ctx, "a", 2)
	equal("live referrers", []serde.SchemaID{}, referrers, err)
	referrers, err = c.ReferencedBy(ctx, "a", 2, registry.IncludeDeleted())
	equal("referrers with deleted ones", []serde.SchemaID{refers.ID}, referrers, err)

	version, err := c.DeleteVersion(ctx, "a", 1)
	equal("deleted version", 1, version, err)
	versions, err := c.Versions(ctx, "a")
	equal("versions", []int{2}, versions, err)
	versions, err = c.Versions(ctx, "a", registry.IncludeDeleted())
	equal("versions with deleted ones", []int{1, 2}, versions, err)
	contract, err := c.Contract(ctx, "a", 1, registry.IncludeDeleted())
	if err != nil || !contract.Deleted || contract.Version != 1 {
		t.Errorf("deleted contract: %+v, %v", contract, err)
	}
	must("purge", c.PurgeVersion(ctx, "a", 1))
	versions, err = c.Versions(ctx, "a", registry.IncludeDeleted())
	equal("versions after the purge", []int{2}, versions, err)
	if err := c.PurgeVersion(ctx, "b", 1); err == nil {
		t.Error("purge of a live version: no error")
	}

	verdict, err := c.CheckVersion(ctx, "a", 2, recordOf("R", `{"name":"id","type":"long"}`))
	if err != nil || verdict.Compatible || len(verdict.Messages) == 0 {
		t.Errorf("check against a version: %+v, %v", verdict, err)
	}
	_, err = c.CheckVersion(ctx, "a", 7, second)
	wantIs(t, "check against no version", err, "version not found")

	no := false
	must("set config", c.SetConfig(ctx, "a", registry.Config{Level: compat.Full, Normalize: &no, ValidateNewSchemas: &no}))
	conf, err := c.Config(ctx, "a")
	equal("config", registry.Config{Level: compat.Full, Normalize: &no, ValidateNewSchemas: &no}, conf, err)
	must("delete config", c.DeleteConfig(ctx, "a"))
	if _, err := c.Config(ctx, "a"); err == nil {
		t.Error("config after its deletion: no error")
	} else if refused, _ := errors.AsType[*registry.Error](err); refused.Code != 40408 {
		t.Errorf("config after its deletion: %v, want 40408", err)
	}
	must("set global config", c.SetConfig(ctx, "", registry.Config{Level: compat.None}))
	level, err := c.GlobalLevel(ctx)
	equal("global level", compat.None, level, err)
	must("delete global config", c.DeleteConfig(ctx, ""))
	level, err = c.GlobalLevel(ctx)
	equal("global level after it", compat.Backward, level, err)

	must("set mode", c.SetMode(ctx, "a", registry.ReadOnly, false))
	mode, err := c.Mode(ctx, "a")
	equal("mode", registry.ReadOnly, mode, err)
	if _, err := c.Register(ctx, "a", recordOf("R", ``)); err == nil {
		t.Error("registered in a subject that is read-only")
	}
	must("delete mode", c.DeleteMode(ctx, "a"))
	mode, err = c.Mode(ctx, "a")
	equal("mode after it", registry.ReadWrite, mode, err)
	mode, err = c.Mode(ctx, "")
	equal("global mode", registry.ReadWrite, mode, err)
	if err := c.SetMode(ctx, "a", registry.Import, false); err == nil {
		t.Error("a subject with versions entered IMPORT without force")
	}
	must("force mode", c.SetMode(ctx, "a", registry.Import, true))
}

func TestContract(t *testing.T) {
	t.Parallel()
	const encrypting = `{"domainRules":[{"name":"pii","kind":"TRANSFORM","type":"ENCRYPT","mode":"WRITEREAD"}]}`
	s := serve(t, map[string][]answer{
		"GET /subjects/s/versions/latest": {ok(`{"subject":"s","id":7,"version":3,"schema":"\"int\"","metadata":{"properties":{"owner":"a"}},"ruleSet":` + encrypting + `}`)},
		"POST /subjects/s/versions":       {ok(`{"id":7,"version":3}`)},
	})
	c := s.client(t)
	got, err := c.Contract(t.Context(), "s", serde.LatestVersion)
	if err != nil || got.Version != 3 || got.Metadata.Properties["owner"] != "a" || string(got.RuleSet) != encrypting {
		t.Errorf("Contract: %+v, %v", got, err)
	}
	_, err = c.SchemaByVersion(t.Context(), "s", serde.LatestVersion)
	if !errors.Is(err, registry.ErrRules) {
		t.Errorf("the schema itself: %v, want ErrRules", err)
	}
	registered, err := c.RegisterContract(t.Context(), "s", got)
	if err != nil || registered.Version != 3 {
		t.Errorf("RegisterContract: %+v, %v", registered, err)
	}
	sent := s.requests()[len(s.requests())-1]
	var body map[string]json.RawMessage
	if err := json.Unmarshal([]byte(sent.body), &body); err != nil || string(body["ruleSet"]) != encrypting || string(body["metadata"]) != `{"properties":{"owner":"a"}}` {
		t.Errorf("sent %s", sent)
	}
	got.RuleSet = json.RawMessage(`{`)
	if _, err := c.RegisterContract(t.Context(), "s", got); err == nil {
		t.Error("a rule set that is no JSON: no error")
	}
}
