package registry

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// parseBaseURL checks the base URL and takes out the credentials that it may carry (nil where it has none). No error repeats
// what might hold a secret: even the reason that url.Parse gives can quote a part of a password.
func parseBaseURL(raw string) (*url.URL, *url.Userinfo, error) {
	const want = "want http(s)://host[:port][/path]"
	if strings.ContainsAny(raw, "?#") {
		return nil, nil, errors.New("registry: base URL: a query or fragment cannot be part of it, " + want)
	}
	u, err := url.Parse(raw)
	switch {
	case strings.Contains(raw, "@") && (err != nil || u.User == nil || strings.Count(raw, "@") > 1):
		return nil, nil, errors.New("registry: base URL does not parse (not shown, it may hold a password): percent-encode its credentials, or use WithBasicAuth")
	case err != nil:
		var reason *url.Error
		if errors.As(err, &reason) {
			err = reason.Err
		}
		return nil, nil, fmt.Errorf("registry: base URL %q, %s: %w", raw, want, err)
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return nil, nil, fmt.Errorf("registry: base URL %q: %s", u.Redacted(), want)
	}
	user := u.User
	u.User = nil
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = strings.TrimRight(u.RawPath, "/")
	return u, user, nil
}
