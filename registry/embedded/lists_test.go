package embedded_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

// Lists with texts end after 1,000 unless the request asks for less, as the real server's do: who wants all of them asks for pages.
func TestListOfSchemasInPages(t *testing.T) {
	t.Parallel()
	reg := embedded.New()
	const subjects = 1100
	for i := range subjects {
		post(t, reg, fmt.Sprintf("/subjects/s%04d/versions", i), schemaBody(`"int"`))
	}
	post(t, reg, "/subjects/s0003/versions", schemaBody(`"long"`))
	s := serve(t, reg)
	for _, tc := range []struct {
		query       string
		length      int
		first, last string
	}{
		{"", 1000, "s0000 1", "s0998 1"},
		{"?limit=-1", 1000, "s0000 1", "s0998 1"},
		{"?limit=5000", 1000, "s0000 1", "s0998 1"},
		{"?offset=1000", 101, "s0999 1", "s1099 1"},
		{"?offset=3&limit=2", 2, "s0003 1", "s0003 2"},
		{"?offset=4&limit=2", 2, "s0003 2", "s0004 1"},
		{"?offset=1100&limit=2", 1, "s1099 1", "s1099 1"},
		{"?latestOnly=true&offset=3&limit=1", 1, "s0003 2", "s0003 2"},
		{"?offset=5000", 0, "", ""},
	} {
		var got []registration
		s.must(t, http.MethodGet, "/schemas"+tc.query, "", &got)
		first, last := "", ""
		if len(got) > 0 {
			first, last = fmt.Sprint(got[0].Subject, " ", got[0].Version), fmt.Sprint(got[len(got)-1].Subject, " ", got[len(got)-1].Version)
		}
		if len(got) != tc.length || first != tc.first || last != tc.last {
			t.Errorf("%q: got %d from %q to %q, want %d from %q to %q", tc.query, len(got), first, last, tc.length, tc.first, tc.last)
		}
	}
	var names []string
	if s.must(t, http.MethodGet, "/subjects", "", &names); len(names) != subjects {
		t.Errorf("got %d subjects, want %d", len(names), subjects)
	}
}
