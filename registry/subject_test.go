package registry_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/serde"
)

func TestLists(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string][]answer{
		"GET /subjects":               {ok(`["a",":.c:b"]`)},
		"GET /subjects/s/versions":    {ok(`[1,3]`)},
		"GET /schemas/ids/7/versions": {ok(`[{"subject":"s","version":3},{"subject":"t","version":1}]`)},
		"DELETE /subjects/s":          {ok(`[1,3]`)},
		"DELETE /subjects/s?permanent=true": {
			refusal(404, 40405, "Subject 's' was not deleted first before being permanently deleted"), ok(`[1,2,3]`),
		},
	})
	c := s.client(t)
	subjects, err := c.Subjects(t.Context())
	if diff := cmp.Diff([]string{"a", ":.c:b"}, subjects); diff != "" || err != nil {
		t.Errorf("Subjects: %v (-want +got):\n%s", err, diff)
	}
	versions, err := c.Versions(t.Context(), "s")
	if diff := cmp.Diff([]int{1, 3}, versions); diff != "" || err != nil {
		t.Errorf("Versions: %v (-want +got):\n%s", err, diff)
	}
	places, err := c.SubjectVersions(t.Context(), 7)
	if diff := cmp.Diff([]registry.SubjectVersion{{Subject: "s", Version: 3}, {Subject: "t", Version: 1}}, places); diff != "" || err != nil {
		t.Errorf("SubjectVersions: %v (-want +got):\n%s", err, diff)
	}
	if _, err = c.PurgeSubject(t.Context(), "s"); err == nil || len(is(err)) != 0 { // what is soft-deleted first must be said by the caller
		t.Errorf("PurgeSubject of live versions: %v, want the registry's refusal", err)
	}
	deleted, err := c.DeleteSubject(t.Context(), "s")
	if diff := cmp.Diff([]int{1, 3}, deleted); diff != "" || err != nil {
		t.Errorf("DeleteSubject: %v (-want +got):\n%s", err, diff)
	}
	purged, err := c.PurgeSubject(t.Context(), "s")
	if diff := cmp.Diff([]int{1, 2, 3}, purged); diff != "" || err != nil {
		t.Errorf("PurgeSubject: %v (-want +got):\n%s", err, diff)
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string][]answer{
		"GET /config":                        {ok(`{"compatibilityLevel":"BACKWARD"}`)},
		"PUT /config":                        {ok(`{"compatibility":"FULL"}`)},
		"GET /config/s?defaultToGlobal=true": {ok(`{"compatibilityLevel":"FORWARD_TRANSITIVE","normalize":true}`)},
		"PUT /config/s":                      {ok(`{"compatibility":"NONE"}`), refusal(422, 42203, "Invalid compatibility level.")},
	})
	c := s.client(t)
	if got, err := c.GlobalLevel(t.Context()); got != registry.LevelBackward || err != nil {
		t.Errorf("GlobalLevel: %q, %v", got, err)
	}
	if got, err := c.Level(t.Context(), "s"); got != registry.LevelForwardTransitive || err != nil {
		t.Errorf("Level: %q, %v", got, err)
	}
	if err := c.SetGlobalLevel(t.Context(), registry.LevelFull); err != nil {
		t.Errorf("SetGlobalLevel: %v", err)
	}
	if err := c.SetLevel(t.Context(), "s", registry.LevelNone); err != nil {
		t.Errorf("SetLevel: %v", err)
	}
	if err := c.SetLevel(t.Context(), "s", "WRONG"); err == nil {
		t.Error("SetLevel WRONG: no error")
	}
	var put []string
	for _, r := range s.requests() {
		if r.method == "PUT" {
			put = append(put, r.String())
		}
	}
	want := []string{`PUT /config {"compatibility":"FULL"}`, `PUT /config/s {"compatibility":"NONE"}`, `PUT /config/s {"compatibility":"WRONG"}`}
	if diff := cmp.Diff(want, put); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCheckCompatibility(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		give string
		want registry.Compatibility
	}{
		{"compatible", `{"is_compatible":true,"messages":[]}`, registry.Compatibility{Compatible: true, Messages: []string{}}},
		{"compatible without messages", `{"is_compatible":true}`, registry.Compatibility{Compatible: true}},
		{
			"incompatible", `{"is_compatible":false,"messages":["{errorType:'TYPE_MISMATCH'}","{oldSchemaVersion: 2}"]}`,
			registry.Compatibility{Messages: []string{"{errorType:'TYPE_MISMATCH'}", "{oldSchemaVersion: 2}"}},
		},
	} {
		s := serve(t, map[string][]answer{"POST /compatibility/subjects/s/versions?verbose=true": {ok(tc.give)}})
		got, err := s.client(t).CheckCompatibility(t.Context(), "s", serde.Schema{Text: orderText})
		if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", tc.name, err, diff)
		}
	}
}
