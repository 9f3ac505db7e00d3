package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

func newBody(b []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(b)) }

// rest makes one request for what srclient cannot express. The path must be escaped; in is sent as JSON unless nil; the answer goes into out unless nil.
func (c *Client) rest(ctx context.Context, method, path string, in, out any) error {
	x := &exchange{ctx: ctx, next: c.transport}
	var body io.Reader
	if in != nil {
		encoded, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return err
	}
	resp, err := x.RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close() // it is in memory
	}
	if err := x.outcome(nil); err != nil {
		return err
	}
	if out == nil {
		return nil
	}
	return x.decode(out)
}

// subjectPath is the escaped path of a subject. A colon needs no escape, so that contexts (":.context:subject") pass as they are.
func subjectPath(subject string) string { return "/subjects/" + url.PathEscape(subject) }

// checkSubject refuses names that cannot travel in a path: what is empty or a dot segment would name another resource.
func checkSubject(subject string) error {
	if subject == "" || subject == "." || subject == ".." {
		return fmt.Errorf("%q cannot be a subject", subject)
	}
	return nil
}
