package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/magicbyte-go/magicbyte/registry/internal/transport"
)

// rest makes one request for what srclient cannot express. The path must be escaped; in is sent as JSON unless nil; the answer goes into out unless nil.
func (c *Client) rest(ctx context.Context, method, path string, in, out any) error {
	r := transport.Request{Method: method, Path: path}
	if in != nil {
		encoded, err := json.Marshal(in)
		if err != nil {
			return err
		}
		r.Body = encoded
	}
	x := c.exchange(ctx)
	x.do(r)
	if x.err != nil || out == nil {
		return x.err
	}
	return x.decode(out)
}

func (c *Client) get(ctx context.Context, path string, out any) error {
	return c.rest(ctx, http.MethodGet, path, nil, out)
}

func (c *Client) exchange(ctx context.Context) *exchange {
	return &exchange{ctx: ctx, next: c.transport, open: c.background}
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
