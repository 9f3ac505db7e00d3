package embedded_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

// Whatever a client sends, the registry neither panics nor fails by itself.
func FuzzRequest(f *testing.F) {
	reg := embedded.New()
	for _, r := range []struct{ method, path, body string }{
		{http.MethodPost, "/subjects/s/versions", schemaBody(record(fieldA))},
		{http.MethodPost, "/subjects/:.c:s/versions?normalize=true", schemaBody(record(fieldA), `"id":7`, `"version":2`, `"references":[{"name":"n","subject":"s","version":-1}]`)},
		{http.MethodPost, "/compatibility/subjects/s/versions/latest?verbose=true", schemaBody(record(fieldB))},
		{http.MethodPost, "/subjects/s", `{"schema":"","metadata":{"tags":{"a":["b"]},"properties":{"confluent:reserved":"a,b"}},"ruleSet":{"domainRules":[{"kind":"X"}]}}`},
		{http.MethodPut, "/config/s", `{"compatibility":"full","alias":"t","normalize":true,"validateFields":true,"compatibilityGroup":"g","defaultMetadata":{}}`},
		{http.MethodPut, "/mode/s?force=true", `{"mode":"IMPORT"}`},
		{http.MethodDelete, "/subjects/s/versions/latest?permanent=true", ""},
		{http.MethodGet, "/contexts/.c/schemas/ids/1?format=resolved&referenceFormat=qualified&subject=s&fetchMaxId=true", ""},
		{http.MethodGet, "/schemas?subjectPrefix=:*:&offset=1&limit=-1&latestOnly=true&deleted=true", ""},
		{http.MethodDelete, "/contexts/.c", ""},
	} {
		f.Add(r.method, r.path, r.body)
	}
	f.Fuzz(func(t *testing.T, method, path, body string) {
		at, err := url.ParseRequestURI(path)
		if err != nil {
			return // net/http answers this one
		}
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", strings.NewReader(body))
		req.Method, req.URL, req.RequestURI = method, at, path
		w := httptest.NewRecorder()
		reg.ServeHTTP(w, req)
		if w.Code < 200 || w.Code >= 500 {
			t.Errorf("%q %q %q: got %d %s", method, path, body, w.Code, w.Body)
		}
	})
}
