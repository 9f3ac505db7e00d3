package embedded_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// request is one step of a story: what is asked, and what must come back.
type request struct {
	method, path, body string
	status             int
	want               string
}

// story is a registry's life, from empty. Every answer is compared as a whole,
// unless "*" wants any.
type story struct {
	name     string
	requests []request
}

func TestStories(t *testing.T) {
	t.Parallel()
	a, ab, ac := schemaBody(record(fieldA)), schemaBody(record(fieldA, fieldB)), schemaBody(record(fieldA, fieldC))
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	tests := []story{
		{"deleting", []request{
			{post, "/subjects/s/versions", a, 200, "*"},
			{post, "/subjects/s/versions", ac, 200, "*"},
			{get, "/subjects/s/versions", "", 200, `[1,2]`},
			{del, "/subjects/s?permanent=true", "", 404, `{"error_code":40405,"message":"Subject 's' was not deleted first before being permanently deleted"}`},
			{del, "/subjects/s/versions/latest", "", 200, `2`},
			{del, "/subjects/s/versions/2", "", 404, `{"error_code":40406,"message":"Subject 's' Version 2 was soft deleted.Set permanent=true to delete permanently"}`},
			{del, "/subjects/s/versions/1?permanent=true", "", 404, `{"error_code":40407,"message":"Subject 's' Version 1 was not deleted first before being permanently deleted"}`},
			{get, "/subjects/s/versions?deleted=true", "", 200, `[1,2]`},
			{get, "/subjects/s/versions?deletedAsNegative=true", "", 200, `[1,-2]`},
			{get, "/schemas/ids/2/subjects", "", 200, `[]`},
			{get, "/schemas/ids/2/subjects?deleted=true", "", 200, `["s"]`},
			{del, "/subjects/s", "", 200, `[1]`},
			{get, "/subjects", "", 200, `[]`},
			{get, "/subjects?deleted=true", "", 200, `["s"]`},
			{del, "/subjects/s", "", 404, `{"error_code":40404,"message":"Subject 's' was soft deleted.Set permanent=true to delete permanently"}`},
			{del, "/subjects/s?permanent=true", "", 200, `[1,2]`},
			{get, "/schemas/ids/1", "", 404, `{"error_code":40403,"message":"Schema 1 not found"}`},
			{get, "/subjects/s/versions", "", 404, `{"error_code":40401,"message":"Subject 's' not found."}`},
		}},
		{"levels", []request{
			{get, "/config", "", 200, `{"compatibilityLevel":"BACKWARD"}`},
			{post, "/subjects/s/versions", a, 200, "*"},
			{post, "/subjects/s/versions", ab, 409, "*"},
			{post, "/compatibility/subjects/s/versions/latest", ab, 200, `{"is_compatible":false}`},
			{post, "/compatibility/subjects/s/versions?verbose=true", ac, 200, `{"is_compatible":true,"messages":[]}`},
			{get, "/config/s", "", 404, `{"error_code":40408,"message":"Subject 's' does not have subject-level compatibility configured"}`},
			{get, "/config/s?defaultToGlobal=true", "", 200, `{"compatibilityLevel":"BACKWARD"}`},
			{put, "/config/s", `{"compatibility":"forward"}`, 200, `{"compatibility":"FORWARD"}`},
			{post, "/subjects/s/versions", ab, 200, "*"},
			{put, "/config/s", `{"compatibility":"SIDEWAYS"}`, 422, "*"},
			{del, "/config/s", "", 200, `{"compatibilityLevel":"FORWARD"}`},
			{del, "/config/s", "", 404, `{"error_code":40401,"message":"Subject 's' not found."}`},
			{put, "/config", `{"compatibility":"NONE"}`, 200, `{"compatibility":"NONE"}`},
			{put, "/config/s", `{"normalize":true}`, 200, `{"normalize":true}`},
			{post, "/subjects/s/versions", schemaBody(`"int"`), 409, "*"}, // a config without a level is BACKWARD
		}},
		{"modes", []request{
			{post, "/subjects/s/versions", a, 200, "*"},
			{put, "/mode", `{"mode":"readonly"}`, 200, `{"mode":"readonly"}`},
			{get, "/mode", "", 200, `{"mode":"READONLY"}`},
			{post, "/subjects/s/versions", a, 200, "*"},
			{post, "/subjects/s/versions", ac, 422, `{"error_code":42205,"message":"Subject s in context  is in read-only mode"}`},
			{put, "/mode/t", `{"mode":"IMPORT"}`, 200, `{"mode":"IMPORT"}`},
			{post, "/subjects/t/versions", ac, 422, `{"error_code":42205,"message":"Subject t in context  is not in read-write mode"}`},
			{post, "/subjects/t/versions", schemaBody(record(fieldC), `"id":77,"version":5`), 200, "*"},
			{get, "/subjects/t/versions", "", 200, `[5]`},
			{post, "/subjects/t/versions", `{"schema":"","id":78}`, 422, `{"error_code":42201,"message":"Empty schema"}`}, // the real one stores it, and fails from then on
			{put, "/mode/s", `{"mode":"IMPORT"}`, 422, `{"error_code":42205,"message":"Cannot import since found existing subjects"}`},
			{put, "/mode", `{}`, 422, `{"error_code":42204,"message":"Invalid mode. Valid values are READWRITE, READONLY, IMPORT and FORWARD."}`},
			{del, "/mode", "", 200, `{"mode":"READONLY"}`},
			{post, "/subjects/u/versions", ab, 200, "*"}, // the next id is the highest one and 1
			{get, "/schemas/ids/78/versions", "", 200, `[{"subject":"u","version":1}]`},
		}},
		{"references", []request{
			{post, "/subjects/base/versions", a, 200, "*"},
			{post, "/subjects/user/versions", schemaBody(`{"type":"array","items":"x.R"}`, `"references":[{"name":"x.R","subject":"base","version":1}]`), 200, "*"},
			{get, "/subjects/base/versions/1/referencedby", "", 200, `[2]`},
			{del, "/subjects/base", "", 422, `{"error_code":42206,"message":"One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=base,version=1}."}`},
			{post, "/subjects/user", schemaBody(`{"type":"array","items":` + record(fieldA) + `}`), 200, "*"},
			{del, "/subjects/user", "", 200, `[1]`},
			{del, "/subjects/base", "", 200, `[1]`},
			{del, "/subjects/base?permanent=true", "", 422, "*"},
			{post, "/subjects/other/versions", schemaBody(`{"type":"map","values":"x.R"}`, `"references":[{"name":"x.R","subject":"base","version":1}]`), 422, "*"},
		}},
		{"contexts", []request{
			{post, "/subjects/:.c:s/versions", a, 200, "*"},
			{get, "/contexts", "", 200, `[".",".c"]`},
			{get, "/subjects", "", 200, `[":.c:s"]`},
			{get, "/contexts/.c/subjects", "", 200, `[":.c:s"]`},
			{get, "/contexts/.c/subjects/s/versions", "", 200, `[1]`},
			{get, "/schemas/ids/1", "", 404, `{"error_code":40403,"message":"Schema 1 not found"}`},
			{get, "/schemas/ids/1/versions?subject=:.c:s", "", 200, `[{"subject":":.c:s","version":1}]`},
			{del, "/contexts/.c", "", 422, `{"error_code":42211,"message":"The specified context ':.c:' is not empty."}`},
			{del, "/subjects/:.c:s", "", 200, `[1]`},
			{del, "/subjects/:.c:s?permanent=true", "", 200, `[1]`},
			{del, "/contexts/.c", "", 204, ""},
			{get, "/contexts", "", 200, `["."]`},
			{post, "/subjects/:*:x/versions", a, 200, "*"}, // a plain name: in the real one look-ups of unknown subjects fail from then on
			{get, "/subjects/unknown/versions/1", "", 404, `{"error_code":40401,"message":"Subject 'unknown' not found."}`},
			{get, "/contexts", "", 200, `["."]`},
			{post, "/subjects/:.__GLOBAL:s/versions", a, 422, `{"error_code":42208,"message":"The specified subject ':.__GLOBAL:s' is not a valid."}`},
		}},
		{"paths and pages", []request{
			{post, "/subjects/a%2Fb%20c/versions/", a, 200, "*"},
			{get, "/subjects/", "", 200, `["a/b c"]`},
			{post, "/subjects/x/versions", a, 200, "*"},
			{get, "/subjects?offset=1&limit=5", "", 200, `["x"]`},
			{get, "/subjects?limit=1", "", 200, `["a/b c"]`},
			{get, "/subjects?offset=99", "", 200, `[]`},
			{get, "/subjects?subjectPrefix=x", "", 200, `["x"]`},
			{get, "/subjects?limit=x", "", 404, `{"error_code":404,"message":"HTTP 404 Not Found"}`},
			{get, "/nosuch", "", 404, `{"error_code":404,"message":"HTTP 404 Not Found"}`},
			{put, "/subjects", "", 405, `{"error_code":405,"message":"HTTP 405 Method Not Allowed"}`},
			{get, "/schemas/types", "", 200, `["JSON","PROTOBUF","AVRO"]`},
			{get, "/", "", 200, `{}`},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			for i, r := range tt.requests {
				status, body := s.do(t, r.method, r.path, r.body)
				if status != r.status || r.want != "*" && body != r.want {
					t.Fatalf("request %d, %s %s %s\n got %d %s\nwant %d %s", i, r.method, r.path, r.body, status, body, r.status, r.want)
				}
			}
		})
	}
}

func TestOneIDForEqualSchemas(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	first := s.register(t, "a", record(fieldA))
	for i, spelling := range []string{
		record(fieldA),
		`{ "fields": [ {"type": {"type":"int"}, "name":"a"} ], "name": "x.R", "type": "record" } // comment`,
	} {
		for _, subject := range []string{"a", "b"} {
			got := s.register(t, subject, spelling)
			if diff := cmp.Diff(first, got); diff != "" {
				t.Errorf("spelling %d in subject %s (-want +got):\n%s", i, subject, diff)
			}
		}
	}
	other := s.register(t, "a", record(fieldA, fieldC))
	if other.ID == first.ID || other.Version != 2 || other.GUID == first.GUID {
		t.Errorf("another schema: got %+v after %+v", other, first)
	}
	documented := s.register(t, "b", strings.Replace(record(fieldA), `"fields"`, `"doc":"d","fields"`, 1))
	if documented.ID == first.ID || documented.Version != 2 {
		t.Errorf("a doc makes another schema: got %+v after %+v", documented, first)
	}
}

func TestReRegisterAfterDelete(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	first := s.register(t, "s", record(fieldA))
	s.must(t, http.MethodDelete, "/subjects/s", "", nil)
	again := s.register(t, "s", record(fieldA))
	if again.ID != first.ID || again.Version != 2 {
		t.Errorf("after a soft delete: got id %d version %d, want id %d version 2", again.ID, again.Version, first.ID)
	}
	var numbers []int
	if s.must(t, http.MethodGet, "/subjects/s/versions?deleted=true", "", &numbers); fmt.Sprint(numbers) != "[2]" {
		t.Errorf("the deleted version of the same id is gone at once: got %v, want [2]", numbers)
	}
	s.must(t, http.MethodDelete, "/subjects/s", "", nil)
	s.must(t, http.MethodDelete, "/subjects/s?permanent=true", "", nil)
	fresh := s.register(t, "s", record(fieldA))
	if fresh.ID == first.ID || fresh.Version != 1 || fresh.GUID != first.GUID {
		t.Errorf("after a permanent delete: got %+v, want a new id, version 1, the same guid as %+v", fresh, first)
	}
}

func TestGUIDs(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	r := s.register(t, "s", record(fieldA))
	for _, spelling := range []string{r.GUID, strings.ToUpper(r.GUID), strings.ReplaceAll(r.GUID, "-", "")} {
		var got registration
		s.must(t, http.MethodGet, "/schemas/guids/"+spelling, "", &got)
		if got.Schema != r.Schema || got.GUID != r.GUID || got.ID != 0 || got.Subject != "" {
			t.Errorf("GUID %s: got %+v, want schema %s and no id or subject", spelling, got, r.Schema)
		}
	}
	if status, body := s.do(t, http.MethodGet, "/schemas/guids/"+r.GUID+"/ids", ""); body != `[{"context":".","id":1}]` {
		t.Errorf("ids: got %d %s", status, body)
	}
	for _, unknown := range []string{"zz", strings.Repeat("0", 32)} {
		if status, body := s.do(t, http.MethodGet, "/schemas/guids/"+unknown, ""); status != 404 || !strings.Contains(body, "40403") {
			t.Errorf("GUID %s: got %d %s, want 404 with 40403", unknown, status, body)
		}
	}
}
