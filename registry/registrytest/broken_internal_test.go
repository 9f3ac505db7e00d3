package registrytest

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

// broken is a registry that does one thing wrong.
type broken struct {
	name    string
	request func(r *http.Request) // changes what it is asked
	answer  func(r *http.Request, status int, body string) (int, string)
	fails   []string // the checks that must notice; nil for all but those of passes
	passes  []string
}

func (b broken) ServeHTTP(reg http.Handler, w http.ResponseWriter, r *http.Request) {
	if b.request != nil {
		b.request(r)
	}
	got := httptest.NewRecorder()
	reg.ServeHTTP(got, r)
	status, body := got.Code, got.Body.String()
	if b.answer != nil {
		status, body = b.answer(r, status, body)
	}
	maps.Copy(w.Header(), got.Header())
	w.Header().Del("Content-Length")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func withoutQuery(name string) func(*http.Request) {
	return func(r *http.Request) {
		query := r.URL.Query()
		query.Del(name)
		r.URL.RawQuery = query.Encode()
	}
}

func replaced(pattern, with string) func(*http.Request, int, string) (int, string) {
	re := regexp.MustCompile(pattern)
	return func(_ *http.Request, status int, body string) (int, string) {
		return status, re.ReplaceAllString(body, with)
	}
}

// TestBrokenRegistriesFail: the suite is only worth what it notices.
func TestBrokenRegistriesFail(t *testing.T) {
	t.Parallel()
	for _, b := range []broken{
		{name: "answers nothing but an empty object", passes: []string{"answers have the asked type", "a new registry checks backward compatibility"}, answer: func(*http.Request, int, string) (int, string) { return 200, "{}" }},
		{name: "is down", answer: func(*http.Request, int, string) (int, string) { return 503, `{"error_code":50301,"message":"down"}` }},
		{name: "finds everything compatible", fails: []string{
			"level BACKWARD", "level FORWARD", "level FULL", "level BACKWARD_TRANSITIVE", "level FORWARD_TRANSITIVE", "level FULL_TRANSITIVE",
			"verbose checks say why",
		}, answer: replaced(`"is_compatible":false`, `"is_compatible":true`)},
		{name: "knows no messages", fails: []string{"verbose checks say why"}, request: withoutQuery("verbose")},
		{name: "never normalizes", fails: []string{"normalize sorts properties"}, request: withoutQuery("normalize")},
		{name: "has no pages", fails: []string{"lists have pages"}, request: withoutQuery("limit")},
		{name: "obeys no prefix", fails: []string{"subjects are found by prefix"}, request: withoutQuery("subjectPrefix")},
		{name: "deletes softly for ever", fails: []string{"permanent delete needs a soft one"}, request: withoutQuery("permanent")},
		{name: "hides what was deleted", fails: []string{"deleted versions can be listed"}, request: withoutQuery("deleted")},
		{name: "has codes of its own", fails: []string{
			"unknown subject is 40401", "unknown version is 40402", "invalid version is 42202", "an invalid level is 42203", "an invalid mode is 42204", "deleted twice is 40404",
			"a subject without a level is 40408", "default of the wrong type is 42201", "a missing reference is 42201", "an incompatible schema is 40901",
		}, answer: replaced(`"error_code":\d+`, `"error_code":1`)},
		{name: "gives other GUIDs", fails: []string{"GUIDs name schemas"}, answer: replaced(`"guid":"[^"]*"`, `"guid":"00000000-0000-0000-0000-000000000000"`)},
		{name: "writes other texts", fails: []string{"registered schemas can be read", "GUIDs name schemas"}, answer: replaced(`com\.example`, `com.other`)},
		{name: "registers whatever comes", fails: []string{
			"level BACKWARD", "level FORWARD", "level FULL", "a new registry checks backward compatibility", "transitive levels ask all versions", "an incompatible schema is 40901",
		}, answer: func(_ *http.Request, status int, body string) (int, string) {
			if status == http.StatusConflict {
				return http.StatusOK, `{"id":0}`
			}
			return status, body
		}},
		{name: "ignores modes", fails: []string{"read-only subjects refuse schemas"}, request: func(r *http.Request) {
			if r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/mode/") {
				r.Body = io.NopCloser(bytes.NewReader([]byte(`{"mode":"READWRITE"}`)))
			}
		}},
	} {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			reg := embedded.New()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.ServeHTTP(reg, w, r) }))
			defer server.Close()
			s := &suite{base: server.URL, client: server.Client(), prefix: "broken"}
			for i, c := range checks {
				p := &probe{suite: s, ctx: t.Context(), number: i, subjects: map[string]bool{}}
				c.run(p)
				p.cleanUp()
				if len(p.failures) == 0 && (b.fails == nil && !slices.Contains(b.passes, c.name) || slices.Contains(b.fails, c.name)) {
					t.Errorf("%q does not notice", c.name)
				}
			}
			for _, name := range b.fails {
				if !slices.ContainsFunc(checks, func(c check) bool { return c.name == name }) {
					t.Errorf("there is no check %q", name)
				}
			}
		})
	}
}
