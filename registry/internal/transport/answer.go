package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// network is the link that reaches the network: the caller's, or one of our own.
func (c *config) network() http.RoundTripper {
	if c.transport != nil {
		return c.transport
	}
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 16,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second,
		TLSClientConfig:     c.tls,
	}
}

// newTransport builds the chain that every request passes, outermost first: log, answers, credentials, network.
func newTransport(base *url.URL, network http.RoundTripper, c *config) http.RoundTripper {
	var chain http.RoundTripper = &credentials{
		next: network, scheme: base.Scheme, host: base.Host, authorization: c.authorization, headers: c.headers,
	}
	chain = &answers{next: chain, timeout: c.timeout, limit: c.maxResponse}
	if c.logger != nil {
		chain = &requestLog{next: chain, logger: c.logger}
	}
	return chain
}

// answers reads each answer to its end, so that nobody above it waits for the network or meets a body it cannot trust: a 2xx answer that
// comes out is JSON within the limit, and a redirect does not come out at all (following one would send a POST as a GET).
type answers struct {
	next    http.RoundTripper
	timeout time.Duration
	limit   int64
}

func (a *answers) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), a.timeout)
	defer cancel()
	resp, err := a.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, a.explain(req.Context(), ctx, err)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, a.limit+1))
	_ = resp.Body.Close() // what was read is all there is to know
	success := resp.StatusCode >= 200 && resp.StatusCode < 300
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return nil, malformed(resp.StatusCode, "redirected to %s, which is not followed: put the final address into the base URL", redirectHost(resp))
	case err != nil && success:
		return nil, a.explain(req.Context(), ctx, fmt.Errorf("it broke off: %w", err))
	case success && int64(len(body)) > a.limit:
		return nil, malformed(resp.StatusCode, "the answer is larger than %d bytes (WithMaxResponse)", a.limit)
	case success:
		if err := checkJSON(resp, body); err != nil {
			return nil, err
		}
	case int64(len(body)) > a.limit:
		body = nil
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	return resp, nil
}

// explain keeps the end of the caller's context apart from all other time-outs: a dialler's own and ours answer errors.Is for
// context.DeadlineExceeded too, and would look as if the caller had given up.
func (a *answers) explain(caller, request context.Context, err error) error {
	switch {
	case caller.Err() != nil:
		return caller.Err()
	case request.Err() != nil:
		return fmt.Errorf("no answer within %v (WithTimeout)", a.timeout)
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		return fmt.Errorf("no answer: %v", err) //nolint:errorlint // not the caller's, so not wrapped
	default:
		return fmt.Errorf("no answer: %w", err)
	}
}

func checkJSON(resp *http.Response, body []byte) error {
	content := resp.Header.Get("Content-Type")
	media, _, err := mime.ParseMediaType(content)
	trimmed := bytes.TrimSpace(body)
	switch {
	case content != "" && (err != nil || media != "application/json" && !strings.HasSuffix(media, "+json")):
		return malformed(resp.StatusCode, "the answer is %.60q, not JSON: check host and base path of the URL", content)
	case len(trimmed) == 0:
		return malformed(resp.StatusCode, "the answer is empty")
	case bytes.Equal(trimmed, []byte("null")):
		return malformed(resp.StatusCode, "the answer is null")
	case !json.Valid(body):
		return malformed(resp.StatusCode, "the answer is not valid JSON")
	}
	return nil
}

func redirectHost(resp *http.Response) string {
	if to, err := resp.Location(); err == nil {
		return to.Scheme + "://" + to.Host
	}
	return "nowhere"
}
