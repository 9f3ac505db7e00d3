package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/magicbyte-go/magicbyte/registry/internal/cache"
	"github.com/magicbyte-go/magicbyte/registry/internal/transport"
)

// exchange carries one call: its context on the way out, whatever the client above says, and the answer on the way back.
// It is not used twice.
type exchange struct {
	ctx  context.Context //nolint:containedctx // srclient has no place for the call's context but its transport
	next *transport.Transport
	open *cache.Group

	status int
	body   []byte
	err    error
}

// RoundTrip is how srclient speaks: to no host of its own, since the transport knows the addresses.
func (x *exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	r := transport.Request{Method: req.Method, Path: pathOf(req.URL)}
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		_ = req.Body.Close() // it is in memory
		r.Body = body
	}
	x.do(r)
	if x.err != nil {
		return nil, x.err
	}
	return &http.Response{
		StatusCode: x.status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(x.body)),
		ContentLength: int64(len(x.body)), Request: req, ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

func pathOf(u *url.URL) string {
	if u.RawQuery == "" {
		return u.EscapedPath()
	}
	return u.EscapedPath() + "?" + u.RawQuery
}

func (x *exchange) do(r transport.Request) {
	if x.open.Closed() {
		x.err = ErrClosed
		return
	}
	answer, err := x.next.Do(x.ctx, r)
	if err != nil {
		x.err = unreachable(x.ctx, err)
		return
	}
	x.status, x.body = answer.Status, answer.Body
	if x.status < 200 || x.status > 299 {
		refused := refusal(x.status, x.body)
		refused.RetryAfter = answer.RetryAfter
		refused.tell(answer.Elsewhere)
		x.err = refused
	}
}

// outcome is the error of the exchange; clientErr is what the client above made of the answer. It decides only over an answer
// that arrived and was no refusal: all else is read from status and body, the same for every client.
func (x *exchange) outcome(clientErr error) error {
	switch {
	case x.err != nil:
		return x.err
	case x.status == 0:
		return clientErr
	case clientErr != nil:
		return unexpected(x.status, clientErr)
	}
	return nil
}

// decode reads the answer's body into v.
func (x *exchange) decode(v any) error {
	if err := json.Unmarshal(x.body, v); err != nil {
		return unexpected(x.status, err)
	}
	return nil
}

// unexpected is the error for JSON of another shape. The decoder's errors name Go types and quote bytes, so only the member is told.
func unexpected(status int, err error) error {
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) && mismatch.Field != "" {
		return malformed(status, "the answer has an unexpected shape: member %q is a JSON %s", mismatch.Field, mismatch.Value)
	}
	return malformed(status, "the answer has an unexpected shape")
}
