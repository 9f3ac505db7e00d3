package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
)

// exchange sends req and reads the answer to its end, so that nobody waits for the network or meets a body that cannot be trusted: a
// 2xx answer that comes out is JSON within the limit, and a redirect does not come out at all (following one would carry credentials
// elsewhere, and send a POST as a GET). caller is the context without timeout, which is the attempt's.
func (t *Transport) exchange(caller context.Context, req *http.Request, timeout time.Duration) (*Answer, error) {
	resp, err := t.config.Network.RoundTrip(req)
	if err != nil {
		return nil, explain(caller, req, timeout, err)
	}
	limit := t.config.MaxResponse
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	_ = resp.Body.Close() // what was read is all there is to know
	success := resp.StatusCode >= 200 && resp.StatusCode < 300
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return nil, malformed(resp.StatusCode, "redirected to %s, which is not followed: put the final address into the base URL", redirectHost(resp))
	case err != nil && success:
		return nil, explain(caller, req, timeout, fmt.Errorf("it broke off: %w", err))
	case success && int64(len(body)) > limit:
		return nil, malformed(resp.StatusCode, "the answer is larger than %d bytes (WithMaxResponse)", limit)
	case success:
		if err := checkJSON(resp, body); err != nil {
			return nil, err
		}
	case int64(len(body)) > limit:
		body = nil
	}
	return &Answer{Status: resp.StatusCode, Body: body, RetryAfter: retryAfter(resp.Header, time.Now())}, nil
}

func malformed(status int, format string, args ...any) error {
	return &Error{Status: status, Err: fmt.Errorf(format, args...)}
}

// explain keeps the end of the caller's context apart from all other time-outs: a dialler's own and ours answer errors.Is for
// context.DeadlineExceeded too, and would look as if the caller had given up.
func explain(caller context.Context, req *http.Request, timeout time.Duration, err error) error {
	switch {
	case caller.Err() != nil:
		return caller.Err()
	case req.Context().Err() != nil:
		return &Error{Err: fmt.Errorf("no answer of %s within %v (WithTimeout, or its part of the time that the call has)", req.URL.Host, timeout.Round(time.Millisecond))}
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		return &Error{Err: fmt.Errorf("no answer of %s: %v", req.URL.Host, err)} //nolint:errorlint // not the caller's, so not wrapped
	default:
		return &Error{Err: fmt.Errorf("no answer of %s: %w", req.URL.Host, err)}
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
