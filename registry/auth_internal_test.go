package registry

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

type recorder struct{ got *http.Request }

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.got = req
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

func TestCredentialsStayWithTheirHost(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://registry:8081/subjects": "Basic x",
		"http://registry:8081/subjects":  "", // not encrypted
		"https://registry/subjects":      "",
		"https://other:8081/subjects":    "",
	} {
		network := &recorder{}
		c := &credentials{
			next: network, scheme: "https", host: "registry:8081",
			authorization: func() string { return "Basic x" },
			headers:       []func(http.Header){func(h http.Header) { h.Set("X-Key", "k") }},
		}
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		resp, err := c.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if got := network.got.Header.Get("Authorization"); got != want {
			t.Errorf("%s: Authorization %q, want %q", url, got, want)
		}
		if got := network.got.Header.Get("X-Key"); (got == "k") != (want != "") {
			t.Errorf("%s: X-Key %q", url, got)
		}
		if req.Header.Get("Authorization") != "" {
			t.Errorf("%s: the caller's request was changed", url)
		}
	}
}
