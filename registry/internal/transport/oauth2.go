package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/magicbyte-go/magicbyte/registry/internal/cache"
)

// token is an access token as a header, and when it ends.
type token struct {
	header  func() string
	expires time.Time // zero for never
}

// margin is how long before its end a token is no longer sent, as clocks differ and requests travel.
const margin = 10 * time.Second

func (t token) life() time.Duration {
	if t.expires.IsZero() {
		return 0
	}
	return max(time.Until(t.expires)-margin, time.Nanosecond)
}

// ClientCredentials gets tokens by the OAuth 2.0 client credentials grant (RFC 6749, section 4.4) over network. A token in the last quarter of
// its life is replaced in the background while it is still sent; a refused one is replaced at once. Concurrent requests share one
// exchange, which group owns.
func ClientCredentials(conf *clientcredentials.Config, network http.RoundTripper, timeout time.Duration, group *cache.Group) Authorize {
	client := &http.Client{
		Transport:     network,
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("it redirects") },
	}
	table := cache.NewTable[struct{}, token](1<<20, func(struct{}) uint64 { return 0 })
	tokens := cache.NewMemo(table, token.life, group, func(struct{}, token) int { return 0 })
	load := func(ctx context.Context) (token, error) {
		got, err := conf.Token(context.WithValue(ctx, oauth2.HTTPClient, client))
		if err != nil {
			return token{}, withoutSecrets(conf.TokenURL, err)
		}
		header := got.Type() + " " + got.AccessToken
		return token{header: func() string { return header }, expires: got.Expiry}, nil
	}
	return func(ctx context.Context, refused string) (string, error) {
		if refused != "" {
			if got, ok := table.Get(struct{}{}); ok && got.header() == refused {
				tokens.Forget(func(struct{}) bool { return true })
			}
		}
		got, err := tokens.Get(ctx, struct{}{}, load)
		if err != nil {
			return "", err
		}
		return got.header(), nil
	}
}

// withoutSecrets tells what went wrong without what the server sent and without the URL's query, either of which may repeat credentials.
func withoutSecrets(tokenURL string, err error) error {
	host := "the token endpoint"
	if u, parseErr := url.Parse(tokenURL); parseErr == nil {
		host = u.Host
	}
	var refused *oauth2.RetrieveError
	var failed *url.Error
	switch {
	case errors.As(err, &refused):
		reason := fmt.Errorf("OAuth2 token from %s: HTTP %d (%.60q)", host, refused.Response.StatusCode, refused.ErrorCode)
		if status := refused.Response.StatusCode; status >= 400 && status < 500 && status != http.StatusRequestTimeout && status != http.StatusTooManyRequests {
			return fmt.Errorf("%w: %w", ErrRefused, reason)
		}
		return &Error{Err: reason}
	case errors.As(err, &failed):
		return &Error{Err: fmt.Errorf("OAuth2 token from %s: %v", host, failed.Err)} //nolint:errorlint // its time-out is not the caller's
	default:
		return &Error{Err: fmt.Errorf("OAuth2 token from %s: the answer holds no token", host)}
	}
}
