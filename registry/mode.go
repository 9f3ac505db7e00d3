package registry

import (
	"context"
	"net/http"
	"strings"
)

// Mode says what may be done to a subject.
type Mode string

// The modes of a Schema Registry. In Import schemas are registered with the ids that they had elsewhere; Forward is for whole registries.
const (
	ReadWrite        Mode = "READWRITE"
	ReadOnly         Mode = "READONLY"
	ReadOnlyOverride Mode = "READONLY_OVERRIDE"
	Import           Mode = "IMPORT"
	Forward          Mode = "FORWARD"
)

type modeMessage struct {
	Mode Mode `json:"mode"`
}

// Mode returns the mode that applies to subject, its own or else the global one, or the global one for "".
func (c *Client) Mode(ctx context.Context, subject string) (Mode, error) {
	attempt := Error{Op: opMode, Subject: subject}
	path, err := settingPath("/mode", subject)
	if err != nil {
		return "", attempt.because(err)
	}
	if subject != "" {
		path += "?defaultToGlobal=true"
	}
	var answer modeMessage
	if err := c.get(ctx, path, &answer); err != nil {
		return "", attempt.because(err)
	}
	if answer.Mode == "" {
		return "", attempt.because(malformed(http.StatusOK, "the answer has no mode"))
	}
	return Mode(strings.ToUpper(string(answer.Mode))), nil
}

// SetMode sets the mode of subject, which need not exist, or the global one for "". A subject with live versions enters Import only with force.
func (c *Client) SetMode(ctx context.Context, subject string, mode Mode, force bool) error {
	attempt := Error{Op: opSetMode, Subject: subject}
	path, err := settingPath("/mode", subject)
	if err != nil {
		return attempt.because(err)
	}
	if force {
		path += "?force=true"
	}
	if err := c.rest(ctx, http.MethodPut, path, modeMessage{mode}, nil); err != nil {
		return attempt.because(err)
	}
	return nil
}

// DeleteMode puts subject under the global mode again.
func (c *Client) DeleteMode(ctx context.Context, subject string) error {
	attempt := Error{Op: opDeleteMode, Subject: subject}
	if err := checkSubject(subject); err != nil {
		return attempt.because(err)
	}
	path, _ := settingPath("/mode", subject)
	if err := c.rest(ctx, http.MethodDelete, path, nil, nil); err != nil {
		return attempt.because(err)
	}
	return nil
}
