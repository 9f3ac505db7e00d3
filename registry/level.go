package registry

import (
	"context"
	"net/http"

	"github.com/magicbyte-go/magicbyte/registry/compat"
)

// Level returns the level that applies to subject: its own, or else the global one.
func (c *Client) Level(ctx context.Context, subject string) (compat.Level, error) {
	attempt := Error{Op: opLevel, Subject: subject}
	if err := checkSubject(subject); err != nil {
		return "", attempt.because(err)
	}
	level, err := c.fetchLevel(ctx, subject)
	if err != nil {
		return "", attempt.because(err)
	}
	return level, nil
}

// GlobalLevel returns the level of subjects that have none of their own.
func (c *Client) GlobalLevel(ctx context.Context) (compat.Level, error) {
	level, err := c.fetchLevel(ctx, "")
	if err != nil {
		return "", Error{Op: opLevel}.because(err)
	}
	return level, nil
}

// SetLevel gives subject, which need not exist, a level of its own.
func (c *Client) SetLevel(ctx context.Context, subject string, level compat.Level) error {
	attempt := Error{Op: opSetLevel, Subject: subject}
	if err := checkSubject(subject); err != nil {
		return attempt.because(err)
	}
	if err := c.changeLevel(ctx, subject, level); err != nil {
		return attempt.because(err)
	}
	return nil
}

// SetGlobalLevel sets the level of subjects that have none of their own.
func (c *Client) SetGlobalLevel(ctx context.Context, level compat.Level) error {
	request := struct {
		Compatibility compat.Level `json:"compatibility"`
	}{level}
	if err := c.rest(ctx, http.MethodPut, "/config", request, nil); err != nil {
		return Error{Op: opSetLevel}.because(err)
	}
	return nil
}
