package registry_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/magicbyte-go/magicbyte/registry"
)

// byHost is a network of several hosts; those that it does not have refuse connections.
type byHost map[string]inMemory

func (b byHost) RoundTrip(r *http.Request) (*http.Response, error) {
	network := b[r.URL.Host]
	if network == nil {
		return nil, errors.New("connection refused")
	}
	return network.RoundTrip(r)
}

func answering(give answer) inMemory { return func(*http.Request) answer { return give } }

// Of several addresses each may fail for a reason of its own: the error names them all, whichever was asked last.
func TestErrorNamesEveryURL(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		two  inMemory
		want string
	}{
		{
			"all refuse connections", nil,
			"registry: list subjects: no answer of two: connection refused, from http://two/base; http://one: no answer of one: connection refused",
		},
		{
			"the last one answers without a message", answering(answer{503, "text/html", "<html>"}),
			"registry: list subjects: HTTP 503: service unavailable, from http://two/base; http://one: no answer of one: connection refused",
		},
		{
			"the last one answers with a message", answering(refusal(500, 50001, "store down")),
			"registry: list subjects: HTTP 500 (50001): store down: from http://two/base; http://one: no answer of one: connection refused",
		},
		{
			"the last one is a proxy that has lost its registry", answering(answer{404, "text/html", "<html>"}),
			"registry: list subjects: HTTP 404: not an answer of a schema registry: check host and base path of the URL, from http://two/base; http://one: no answer of one: connection refused",
		},
		{
			"the last one answers what no registry does", answering(ok("null")),
			"registry: list subjects: HTTP 200: the answer is null, from http://two/base; http://one: no answer of one: connection refused",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, "http://one,http://user:hunter2@two/base", registry.WithTransport(byHost{"two": tc.two}))
				_, err := c.Subjects(t.Context())
				if err == nil || err.Error() != tc.want || !errors.Is(err, registry.ErrUnavailable) {
					t.Errorf("got  %v\nwant %s", err, tc.want)
				}
				// The second call comes while both are left alone: only one is asked, and the other told with what it did before.
				_, err = c.Subjects(t.Context())
				for _, part := range []string{"http://one", "http://two/base", "connection refused"} {
					if err == nil || !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "hunter2") {
						t.Errorf("asked again: %v, want %q in it, and no password", err, part)
					}
				}
			})
		})
	}
}

// An answer that stands is the whole answer, whatever other addresses did.
func TestAnswerOfOneURLStandsAlone(t *testing.T) {
	t.Parallel()
	c := newClient(t, "http://one,http://two", registry.WithTransport(byHost{"two": answering(refusal(404, 40401, "Subject 's' not found."))}))
	_, err := c.Versions(t.Context(), "s")
	if want := "registry: list versions s: HTTP 404 (40401): Subject 's' not found."; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// A 404 that is not the registry's is the answer of a proxy that has lost it: another address may know better.
func TestPageOfAProxyIsNotTheLastWord(t *testing.T) {
	t.Parallel()
	lost := 0
	c := newClient(t, "http://one,http://two", registry.WithTransport(byHost{
		"one": func(*http.Request) answer { lost++; return answer{404, "text/html", "<html>default backend</html>"} },
		"two": answering(ok(`["a"]`)),
	}))
	for range 3 {
		if got, err := c.Subjects(t.Context()); err != nil || len(got) != 1 {
			t.Errorf("got %v, %v, want the answer of the second address", got, err)
		}
	}
	if lost != 1 {
		t.Errorf("the first address was asked %d times, want once", lost)
	}
}
