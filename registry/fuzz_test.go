package registry_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/serde"
)

// Whatever a server answers, no call panics; every failure is an [registry.Error] of bounded length, and only an answer with the registry's own
// code says that something does not exist, which would set a record aside for good.
func FuzzAnswers(f *testing.F) {
	for _, a := range []answer{
		ok(`{"subject":"s","id":1,"version":1,"schema":"\"int\"","guid":"ef524ea1-b91e-7317-3d93-8ade36c1db32","references":[{"name":"n","subject":"s","version":1}]}`),
		ok(`{"is_compatible":false,"messages":["m"]}`), ok(`[1,2]`), ok(`[{"subject":"s","version":1}]`), ok(`null`), ok(`{"compatibilityLevel":"FULL"}`),
		ok(`{"schema":"\"int\"","ruleSet":{"domainRules":[{"kind":"TRANSFORM"}]},"metadata":{"tags":{"a":["b"]}}}`),
		refusal(404, 40403, "Schema 7 not found"), refusal(409, 40901, "{oldSchema: '"),
		{status: 302},
		{status: 404, media: "text/html", body: "<html>"},
		{status: 204, media: "-"},
	} {
		media := a.media
		if media == "" {
			media = mediaType
		}
		f.Add(a.status, media, a.body)
	}
	f.Fuzz(func(t *testing.T, status int, media, body string) {
		if status < 100 || status > 999 {
			return
		}
		network := roundTripper(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {media}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		})
		c, err := registry.New("http://registry", registry.WithTransport(network), registry.WithRetries(0))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		for name, call := range calls {
			err := call(t.Context(), c)
			known, typed := errors.AsType[*registry.Error](err)
			switch {
			case err == nil && (status < 200 || status > 299):
				t.Errorf("%s: no error for an answer of %d", name, status)
			case err == nil:
			case !typed || len(err.Error()) > 64<<10:
				t.Errorf("%s: %T of %d bytes, want a bounded *registry.Error", name, err, len(err.Error()))
			case errors.Is(err, serde.ErrUnknownSchema) && known.Code/100 != 404:
				t.Errorf("%s: %v says that the schema does not exist", name, err)
			}
		}
	})
}
