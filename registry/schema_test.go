package registry_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/serde"
)

const guidText = "1dac0e94-cf27-6011-7fd6-aa54e8b0048b"

func guid(t *testing.T) serde.SchemaID {
	t.Helper()
	id, err := serde.ParseGUID(guidText)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestSchemaByID(t *testing.T) {
	t.Parallel()
	references := []serde.Reference{{Name: "a.B", Subject: "b", Version: 2}}
	for _, tc := range []struct {
		name    string
		context string
		id      serde.SchemaID
		path    string
		give    string
		want    serde.Schema
	}{
		{
			name: "7.x", id: serde.NumberID(7), path: "/schemas/ids/7",
			give: `{"schema":"\"int\""}`, want: serde.Schema{Type: "AVRO", Text: `"int"`},
		},
		{
			name: "8.x", id: serde.NumberID(7), path: "/schemas/ids/7",
			give: `{"subject":"s","version":1,"guid":"` + guidText + `","schemaType":"AVRO","schema":"\"int\"","ts":1,"deleted":true}`,
			want: serde.Schema{Type: "AVRO", Text: `"int"`},
		},
		{
			name: "other type and references", id: serde.NumberID(7), path: "/schemas/ids/7",
			give: `{"schemaType":"JSON","schema":"{}","references":[{"name":"a.B","subject":"b","version":2}]}`,
			want: serde.Schema{Type: "JSON", Text: `{}`, References: references},
		},
		{
			name: "context", context: ".c/d", id: serde.NumberID(7), path: "/schemas/ids/7?subject=%3A.c%2Fd%3A",
			give: `{"subject":":.c/d:s","schemaType":"AVRO","schema":"\"int\"","references":[{"name":"a.B","subject":"b","version":2}]}`,
			want: serde.Schema{Type: "AVRO", Text: `"int"`, References: references},
		},
		{
			name: "context without its dot", context: "c", id: serde.NumberID(7), path: "/schemas/ids/7?subject=%3A.c%3A",
			give: `{"schema":"\"int\""}`, want: serde.Schema{Type: "AVRO", Text: `"int"`},
		},
		{
			name: "default context by name", context: ".", id: serde.NumberID(7), path: "/schemas/ids/7",
			give: `{"schema":"\"int\""}`, want: serde.Schema{Type: "AVRO", Text: `"int"`},
		},
		{
			name: "GUID", context: ".c", id: guid(t), path: "/schemas/guids/" + guidText,
			give: `{"guid":"` + guidText + `","schemaType":"AVRO","schema":"\"int\""}`,
			want: serde.Schema{Type: "AVRO", Text: `"int"`},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, map[string][]answer{"GET " + tc.path: {ok(tc.give)}})
			c := s.client(t)
			for range 2 { // the second one from the cache
				got, err := c.SchemaByID(t.Context(), tc.context, tc.id)
				if err != nil {
					t.Fatalf("%v; asked %v", err, s.requests())
				}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
			if n := len(s.requests()); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

func TestSchemaByIDRefusesNoIDs(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	for _, id := range []serde.SchemaID{{}, serde.NumberID(0), serde.NumberID(-1)} {
		if _, err := s.client(t).SchemaByID(t.Context(), "", id); err == nil || len(is(err)) != 0 {
			t.Errorf("id %v: %v, want an error of no class", id, err)
		}
	}
	if n := len(s.requests()); n != 0 {
		t.Errorf("%d requests, want none", n)
	}
}

// One id names different schemas in different contexts.
func TestContextsDoNotMix(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string][]answer{
		"GET /schemas/ids/7":                  {ok(`{"schema":"\"int\""}`)},
		"GET /schemas/ids/7?subject=%3A.c%3A": {ok(`{"subject":":.c:s","schema":"\"long\""}`)},
		"GET /schemas/ids/7?subject=%3A.d%3A": {ok(`{"subject":":.c:s","schema":"\"long\""}`)}, // not what was asked for
		"GET /subjects/:.e:s/versions/1":      {ok(`{"subject":":.e:s","id":7,"version":1,"schema":"\"float\""}`)},
		"GET /subjects/plain/versions/1":      {ok(`{"subject":":.c:plain","id":7,"version":1,"schema":"\"long\""}`)},
		"POST /subjects/plain":                {ok(`{"subject":":.c:plain","id":7,"version":1,"schema":"\"long\""}`)},
		"POST /subjects/plain/versions":       {ok(`{"id":8,"version":1,"guid":"` + guidText + `","schema":"\"long\""}`)},
		"GET /subjects/plain/versions/latest": {ok(`{"subject":":.c:plain","id":7,"version":1,"schema":"\"long\""}`)},
	})
	c := s.client(t)
	if _, err := c.SchemaByVersion(t.Context(), ":.e:s", 1); err != nil {
		t.Fatal(err)
	}
	for context, want := range map[string]string{"": `"int"`, ".c": `"long"`, ".e": `"float"`} {
		if got, err := c.SchemaByID(t.Context(), context, serde.NumberID(7)); err != nil || got.Text != want {
			t.Errorf("context %q: %v, %v, want %s", context, got, err, want)
		}
	}
	if _, err := c.SchemaByID(t.Context(), ".d", serde.NumberID(7)); err == nil {
		t.Errorf("answer from another context: no error")
	}
	wantUnknown := set("subject not found", "unknown schema")
	for _, version := range []int{1, serde.LatestVersion} {
		_, err := c.SchemaByVersion(t.Context(), "plain", version)
		if diff := cmp.Diff(wantUnknown, is(err)); diff != "" || !strings.Contains(err.Error(), `":.c:plain"`) {
			t.Errorf("version %d: %v (-want +got):\n%s", version, err, diff)
		}
	}
	_, err := c.Lookup(t.Context(), "plain", serde.Schema{Text: `"long"`})
	if diff := cmp.Diff(wantUnknown, is(err)); diff != "" {
		t.Errorf("look-up: %v (-want +got):\n%s", err, diff)
	}
	got, err := c.Register(t.Context(), "plain", serde.Schema{Text: `"long"`})
	if err != nil || got.ID != serde.NumberID(8) {
		t.Errorf("register: %+v, %v, want id 8", got, err)
	}
}

// With a context in the base URL, plain subjects are in it, and answers name them qualified.
func TestContextOfBaseURL(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string][]answer{
		"GET /contexts/.c/subjects/s/versions/1": {ok(`{"subject":":.c:s","id":7,"version":1,"schema":"\"int\""}`)},
	})
	c := newClient(t, s.URL+"/contexts/.c")
	got, err := c.SchemaByVersion(t.Context(), "s", 1)
	if err != nil || got.Subject != "s" {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, context := range []string{"", ".c"} {
		if _, err := c.SchemaByID(t.Context(), context, serde.NumberID(7)); err != nil {
			t.Errorf("context %q: %v, want the schema that came by version", context, err)
		}
	}
}

func TestSchemaByVersion(t *testing.T) {
	t.Parallel()
	want := serde.RegisteredSchema{Schema: serde.Schema{Type: "AVRO", Text: `"int"`}, ID: serde.NumberID(7), Subject: "s", Version: 3}
	withGUID := want
	withGUID.GUID = guid(t)
	for _, tc := range []struct {
		name    string
		version int
		path    string
		give    string
		want    serde.RegisteredSchema
	}{
		{"7.x", 3, "3", `{"subject":"s","id":7,"version":3,"schema":"\"int\""}`, want},
		{"8.x", 3, "3", `{"subject":"s","id":7,"version":3,"guid":"` + guidText + `","schemaType":"AVRO","schema":"\"int\"","ts":1,"deleted":false}`, withGUID},
		{"latest", -1, "latest", `{"subject":"s","id":7,"version":3,"guid":"` + strings.ToUpper(guidText) + `","schema":"\"int\""}`, withGUID},
		{"something else as guid", 3, "3", `{"subject":"s","id":7,"version":3,"guid":"artifact-9","schema":"\"int\""}`, want},
		{"alias", 3, "3", `{"subject":"real","id":7,"version":3,"schema":"\"int\""}`, want},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, map[string][]answer{"GET /subjects/s/versions/" + tc.path: {ok(tc.give)}})
			c := s.client(t)
			for range 2 {
				got, err := c.SchemaByVersion(t.Context(), "s", tc.version)
				if err != nil {
					t.Fatalf("%v; asked %v", err, s.requests())
				}
				if diff := cmp.Diff(tc.want, got, ids); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
			if _, err := c.SchemaByID(t.Context(), "", serde.NumberID(7)); err != nil {
				t.Errorf("by id, which came with the version: %v", err)
			}
			if n := len(s.requests()); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
	s := serve(t, nil)
	for _, version := range []int{0, -2} {
		if _, err := s.client(t).SchemaByVersion(t.Context(), "s", version); err == nil || len(s.requests()) != 0 {
			t.Errorf("version %d: %v after %v, want an error without a request", version, err, s.requests())
		}
	}
}

// Subjects travel percent-encoded, whoever builds the path, and contexts pass through.
func TestSubjectsInPaths(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string]string{
		"orders-value":    "orders-value",
		"a/b":             "a%2Fb",
		"a b":             "a%20b",
		"50%":             "50%25",
		"a%2Fb":           "a%252Fb",
		"a?b#c":           "a%3Fb%23c",
		"a;b":             "a%3Bb",
		"a+b&c=d":         "a+b&c=d",
		"[é]":             "%5B%C3%A9%5D",
		`a\b"`:            "a%5Cb%22",
		"%d%s%!":          "%25d%25s%25%21",
		":.ctx:orders":    ":.ctx:orders",
		":.ctx:a/b":       ":.ctx:a%2Fb",
		"confluent.cloud": "confluent.cloud",
		"...":             "...",
	} {
		s := serveFunc(t, ok(fmt.Sprintf(`{"subject":%q,"id":1,"version":1,"schema":"\"int\"","is_compatible":true,"compatibilityLevel":"FULL","compatibility":"FULL"}`, subject)).serve)
		c := s.client(t, registry.WithBearerToken("t"))
		_, _ = c.SchemaByVersion(t.Context(), subject, 1)
		_, _ = c.SchemaByVersion(t.Context(), subject, -1)
		_, _ = c.Lookup(t.Context(), subject, serde.Schema{Text: `"int"`})
		_, _ = c.CheckCompatibility(t.Context(), subject, serde.Schema{Text: `"int"`})
		_, _ = c.Level(t.Context(), subject)
		_ = c.SetLevel(t.Context(), subject, compat.Full)
		_, _ = c.Versions(t.Context(), subject)
		_, _ = c.DeleteSubject(t.Context(), subject)
		_, _ = c.PurgeSubject(t.Context(), subject)
		var got []string
		for _, r := range s.requests() {
			got = append(got, r.method+" "+r.path)
			if a := r.header.Get("Authorization"); a != "Bearer t" {
				t.Errorf("%s: Authorization %q", r, a)
			}
		}
		if diff := cmp.Diff([]string{
			"GET /subjects/" + want + "/versions/1",
			"GET /subjects/" + want + "/versions/latest",
			"POST /subjects/" + want,
			"POST /compatibility/subjects/" + want + "/versions?verbose=true",
			"GET /config/" + want + "?defaultToGlobal=true",
			"PUT /config/" + want,
			"GET /subjects/" + want + "/versions",
			"DELETE /subjects/" + want,
			"DELETE /subjects/" + want + "?permanent=true",
		}, got); diff != "" {
			t.Errorf("subject %q (-want +got):\n%s", subject, diff)
		}
	}
}

func TestSubjectsRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	c := s.client(t)
	for _, subject := range []string{"", ".", ".."} {
		_, byVersion := c.SchemaByVersion(t.Context(), subject, 1)
		_, lookup := c.Lookup(t.Context(), subject, serde.Schema{Text: "x"})
		_, register := c.Register(t.Context(), subject, serde.Schema{Text: "x"})
		_, versions := c.Versions(t.Context(), subject)
		_, deleted := c.DeleteSubject(t.Context(), subject)
		_, purged := c.PurgeSubject(t.Context(), subject)
		_, check := c.CheckCompatibility(t.Context(), subject, serde.Schema{Text: "x"})
		_, level := c.Level(t.Context(), subject)
		for i, err := range []error{byVersion, lookup, register, versions, deleted, purged, check, level, c.SetLevel(t.Context(), subject, compat.Full)} {
			if err == nil || !strings.Contains(err.Error(), "cannot be a subject") {
				t.Errorf("call %d with subject %q: %v, want a refusal", i, subject, err)
			}
		}
	}
	if got := s.requests(); len(got) != 0 {
		t.Errorf("asked %v, want nothing", got)
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		rules string
		fine  bool
	}{
		{"none", `null`, true},
		{"empty", `{}`, true},
		{"condition", `{"domainRules":[{"name":"r","kind":"CONDITION","mode":"WRITE","type":"CEL"}]}`, true},
		{"migration", `{"migrationRules":[{"name":"r","kind":"TRANSFORM","mode":"UPGRADE","type":"JSONATA"}]}`, true},
		{"disabled", `{"domainRules":[{"name":"r","kind":"TRANSFORM","type":"ENCRYPT","disabled":true}]}`, true},
		{"encrypt", `{"domainRules":[{"name":"r","kind":"TRANSFORM","type":"ENCRYPT"}]}`, false},
		{"encrypt called a condition", `{"domainRules":[{"name":"r","kind":"CONDITION","type":"encrypt"}]}`, false},
		{"transform", `{"domainRules":[{"name":"a","kind":"CONDITION","type":"CEL"},{"name":"r","kind":"TRANSFORM","type":"CEL_FIELD"}]}`, false},
		{"payload", `{"encodingRules":[{"name":"r","kind":"TRANSFORM","type":"ENCRYPT_PAYLOAD"}]}`, false},
		{"unknown kind", `{"domainRules":[{"name":"r","type":"CEL"}]}`, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := serveFunc(t, ok(`{"subject":"s","id":1,"version":1,"schema":"\"int\"","ruleSet":`+tc.rules+`}`).serve)
			refusing, taking := s.client(t), s.client(t, registry.WithRulesIgnored())
			for _, name := range []string{"SchemaByID", "SchemaByID with GUID", "SchemaByVersion", "SchemaByVersion latest", "Lookup", "Register"} {
				err := calls[name](t.Context(), refusing)
				if want := set("rules", "unresolvable"); tc.fine && err != nil || !tc.fine && !cmp.Equal(is(err), want) {
					t.Errorf("%s: %v is %v, fine: %v", name, err, is(err), tc.fine)
				}
				if err := calls[name](t.Context(), taking); err != nil {
					t.Errorf("%s with WithRulesIgnored: %v", name, err)
				}
			}
		})
	}
}

// A client that is put into a context by its base URL still reaches the default one, by its name, and never takes the ids of one for those of the other.
func TestDefaultContextFromAnother(t *testing.T) {
	t.Parallel()
	network := newSwitchable()
	inDefault := newClient(t, "http://registry", registry.WithTransport(network))
	if _, err := inDefault.Register(t.Context(), "plain", serde.Schema{Text: `"int"`}); err != nil {
		t.Fatal(err)
	}
	c := newClient(t, "http://registry/contexts/.c", registry.WithTransport(network))
	if _, err := c.Register(t.Context(), "own", serde.Schema{Text: `"string"`}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // from the registry, then from the cache
		if s, err := c.SchemaByVersion(t.Context(), ":.:plain", 1); err != nil || s.Text != `"int"` {
			t.Errorf("version 1 of :.:plain: %q, %v, want the default context's", s.Text, err)
		}
		if s, err := c.SchemaByID(t.Context(), ".", serde.NumberID(1)); err != nil || s.Text != `"int"` {
			t.Errorf("id 1 in context .: %q, %v, want the default context's", s.Text, err)
		}
		if s, err := c.SchemaByID(t.Context(), "", serde.NumberID(1)); err != nil || s.Text != `"string"` {
			t.Errorf("id 1 without a context: %q, %v, want that of .c", s.Text, err)
		}
	}
}
