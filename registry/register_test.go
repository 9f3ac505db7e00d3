package registry_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/serde"
)

func TestRegister(t *testing.T) {
	t.Parallel()
	const (
		look = "POST /subjects/s"
		post = "POST /subjects/s/versions"
	)
	unknown := refusal(404, 40403, "Schema not found")
	found7 := ok(`{"subject":"s","id":7,"version":3,"schema":"\"int\""}`)
	found8 := ok(`{"subject":"s","id":7,"version":3,"guid":"` + guidText + `","schemaType":"AVRO","schema":"\"int\""}`)
	want := serde.RegisteredSchema{Schema: serde.Schema{Type: "AVRO", Text: `"int"`}, ID: serde.NumberID(7), Subject: "s", Version: 3}
	withGUID, idOnly := want, want
	withGUID.GUID, idOnly.Version = guid(t), 0
	for _, tc := range []struct {
		name   string
		script map[string][]answer
		asked  []string
		want   serde.RegisteredSchema
	}{
		{"there, 7.x", map[string][]answer{look: {found7}}, []string{look}, want},
		{"there, 8.x", map[string][]answer{look: {found8}}, []string{look}, withGUID},
		{"new subject, 8.x", map[string][]answer{
			look: {refusal(404, 40401, "Subject 's' not found.")},
			post: {ok(`{"id":7,"version":3,"guid":"` + guidText + `","schemaType":"AVRO","schema":"\"int\""}`)},
		}, []string{look, post}, withGUID},
		{"new version, 8.x without the schema", map[string][]answer{look: {unknown}, post: {ok(`{"id":7,"version":3}`)}}, []string{look, post}, want},
		{"new version, 7.x: the version is looked up", map[string][]answer{look: {unknown, found7}, post: {ok(`{"id":7}`)}}, []string{look, post, look}, want},
		{"new version, 7.x, a follower lags: the id is enough", map[string][]answer{look: {unknown}, post: {ok(`{"id":7}`)}}, []string{look, post, look}, idOnly},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, tc.script)
			c := s.client(t)
			for range 2 {
				got, err := c.Register(t.Context(), "s", serde.Schema{Text: `"int"`})
				if err != nil {
					t.Fatalf("%v; asked %v", err, s.requests())
				}
				if diff := cmp.Diff(tc.want, got, ids); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
			got, err := c.Lookup(t.Context(), "s", serde.Schema{Type: "AVRO", Text: `"int"`})
			if diff := cmp.Diff(tc.want, got, ids); diff != "" || err != nil {
				t.Errorf("look-up of what was registered: %v (-want +got):\n%s", err, diff)
			}
			var asked []string
			for _, r := range s.requests() {
				asked = append(asked, r.method+" "+r.path)
			}
			if diff := cmp.Diff(tc.asked, asked); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// A failed look-up must not be followed by a registration: only the registry's word that the schema is missing is a reason to write.
func TestRegisterDoesNotWriteBlindly(t *testing.T) {
	t.Parallel()
	for _, give := range []answer{
		refusal(500, 50001, "x"), refusal(401, 401, "x"), refusal(422, 42201, "x"), {404, "text/html", "<html>"}, {404, "-", ""}, ok(`{}`),
	} {
		s := serveFunc(t, give.serve)
		if _, err := s.client(t).Register(t.Context(), "s", serde.Schema{Text: orderText}); err == nil {
			t.Errorf("look-up answered %+v: no error", give)
		}
		if got := s.requests(); len(got) != 1 {
			t.Errorf("look-up answered %+v: asked %v, want the look-up only", give, got)
		}
	}
}

// The text is sent as it is, to its comments and line breaks: blanks for line breaks would let a comment swallow what follows.
func TestRegisterSendsTheSchema(t *testing.T) {
	t.Parallel()
	const text = "{\r\n  // an order\n  \"type\": \"record\", \"name\": \"é<&>\", \"fields\": []\n}"
	for _, tc := range []struct {
		name   string
		opts   []registry.Option
		schema serde.Schema
		query  string
		want   string
	}{
		{
			name: "Avro", schema: serde.Schema{Text: text},
			want: `{"schema":` + quote(text) + `}`,
		},
		{
			name: "Avro by name", schema: serde.Schema{Type: "AVRO", Text: text}, opts: []registry.Option{registry.WithNormalize()}, query: "?normalize=true",
			want: `{"schema":` + quote(text) + `}`,
		},
		{
			name:   "other type with references",
			schema: serde.Schema{Type: "PROTOBUF", Text: "x", References: []serde.Reference{{Name: "n", Subject: ":.c:s", Version: 4}}},
			want:   `{"schema":"x","schemaType":"PROTOBUF","references":[{"name":"n","subject":":.c:s","version":4}]}`,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, map[string][]answer{
				"POST /subjects/s" + tc.query:          {refusal(404, 40401, "Subject 's' not found.")},
				"POST /subjects/s/versions" + tc.query: {ok(`{"id":7,"version":3}`)},
			})
			if _, err := s.client(t, tc.opts...).Register(t.Context(), "s", tc.schema); err != nil {
				t.Fatalf("%v; asked %v", err, s.requests())
			}
			for _, r := range s.requests() {
				var want, got any
				if err := json.Unmarshal([]byte(tc.want), &want); err != nil {
					t.Fatal(err)
				}
				if err := json.Unmarshal([]byte(r.body), &got); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", r, diff)
				}
			}
		})
	}
}

func quote(s string) string {
	q, _ := json.Marshal(s)
	return string(q)
}

// To the registry an empty schema means the subject's latest one.
func TestEmptySchemaIsRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	c := s.client(t)
	if _, err := c.Register(t.Context(), "s", serde.Schema{}); err == nil {
		t.Error("Register: no error")
	}
	if _, err := c.Lookup(t.Context(), "s", serde.Schema{}); err == nil {
		t.Error("Lookup: no error")
	}
	if got := s.requests(); len(got) != 0 {
		t.Errorf("asked %v, want nothing", got)
	}
}

// Registrations differ by subject, type, text and references.
func TestRegistrationsAreKeptApart(t *testing.T) {
	t.Parallel()
	s := serveFunc(t, ok(`{"id":7,"version":3,"schema":"\"int\""}`).serve)
	c := s.client(t)
	refs := func(name, subject string, version int) []serde.Reference {
		return []serde.Reference{{Name: name, Subject: subject, Version: version}}
	}
	for _, subject := range []string{"s", "t"} {
		for _, schema := range []serde.Schema{
			{Text: `"int"`},
			{Type: "JSON", Text: `"int"`},
			{Text: ` "int"`},
			{Text: `"int"`, References: refs("n", "s", 1)},
			{Text: `"int"`, References: refs("n", "s", 2)},
			{Text: `"int"`, References: refs("ns", "", 1)},
			{Text: `"int"`, References: append(refs("n", "s", 1), refs("n", "s", 2)...)},
		} {
			before := len(s.requests())
			if _, err := c.Lookup(t.Context(), subject, schema); err != nil {
				t.Fatal(err)
			}
			if len(s.requests()) != before+1 {
				t.Errorf("%s %+v came from the cache of another", subject, schema)
			}
		}
	}
}
