package registry

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// address is one base URL, taken apart.
type address struct {
	url  *url.URL // without trailing slash, without credentials
	user *url.Userinfo
}

// parseBaseURLs checks the addresses of one registry, separated by commas. No error repeats what might hold a secret: even the
// reason that url.Parse gives can quote a part of a password, and a password with a comma falls apart into what looks like addresses.
func parseBaseURLs(raw string) ([]address, error) {
	var addresses []address
	var errs []error
	for one := range strings.SplitSeq(raw, ",") {
		at, err := parseBaseURL(strings.TrimSpace(one))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if len(addresses) > 0 && homeContext(at.url.Path) != homeContext(addresses[0].url.Path) {
			errs = append(errs, fmt.Errorf("registry: base URLs %q and %q lead into different registry contexts", addresses[0].url, at.url))
		}
		addresses = append(addresses, at)
	}
	if len(errs) > 0 && strings.Contains(raw, "@") {
		return nil, errors.New("registry: base URL is not http(s)://host[:port][/path] (not shown, it may hold a password): percent-encode its credentials, or use WithBasicAuth")
	}
	return addresses, errors.Join(errs...)
}

func parseBaseURL(raw string) (address, error) {
	const want = "want http(s)://host[:port][/path], several separated by commas"
	if strings.ContainsAny(raw, "?#") {
		return address{}, errors.New("registry: base URL: a query or fragment cannot be part of it, " + want)
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		var reason *url.Error
		if errors.As(err, &reason) {
			err = reason.Err
		}
		return address{}, fmt.Errorf("registry: base URL %q, %s: %w", raw, want, err)
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "", strings.Count(raw, "@") > 1, strings.Contains(raw, "@") && u.User == nil:
		return address{}, fmt.Errorf("registry: base URL %q: %s", raw, want)
	}
	user := u.User
	u.User = nil
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = strings.TrimRight(u.RawPath, "/")
	return address{url: u, user: user}, nil
}
