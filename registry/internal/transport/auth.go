package registry

import "net/http"

// credentials adds the Authorization header and the caller's own headers to requests for the configured host, and to no other.
// Secrets are held by functions, so that formatting this value shows addresses.
type credentials struct {
	next          http.RoundTripper
	scheme, host  string
	authorization func() string // nil for none
	headers       []func(http.Header)
}

func (c *credentials) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != c.scheme || req.URL.Host != c.host {
		return c.next.RoundTrip(req)
	}
	req = req.Clone(req.Context()) // a RoundTripper must not change its caller's request
	for _, add := range c.headers {
		add(req.Header)
	}
	if c.authorization != nil {
		req.Header.Set("Authorization", c.authorization())
	}
	return c.next.RoundTrip(req)
}
