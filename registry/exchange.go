package registry

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

const mediaType = "application/vnd.schemaregistry.v1+json"

// exchange carries one call: its context on the way out, whatever the client above says, and the answer on the way back.
// It is not used twice.
type exchange struct {
	ctx  context.Context //nolint:containedctx // srclient has no place for the call's context but its transport
	next http.RoundTripper

	status int
	body   []byte
	err    error
}

func (x *exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(x.ctx)
	req.Header.Set("Accept", mediaType)
	if req.Body != nil {
		req.Header.Set("Content-Type", mediaType)
	}
	resp, err := x.next.RoundTrip(req)
	if err != nil {
		x.err = unreachable(x.ctx, err)
		return nil, x.err
	}
	x.status = resp.StatusCode
	x.body, x.err = io.ReadAll(resp.Body)
	_ = resp.Body.Close() // it is in memory: the chain below has read it
	resp.Body = newBody(x.body)
	return resp, x.err
}

// outcome is the error of the exchange; clientErr is what the client above made of the answer. It decides only over an answer
// that arrived and was no refusal: all else is read from status and body, the same for every client.
func (x *exchange) outcome(clientErr error) error {
	switch {
	case x.err != nil:
		return x.err
	case x.status == 0:
		return clientErr
	case x.status < 200 || x.status > 299:
		return refusal(x.status, x.body)
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
