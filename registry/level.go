package registry

import (
	"context"
	"net/http"
)

// Level is a compatibility level: what the registry asks of a new version of a subject.
type Level string

// The registry's seven levels. A registry's default is [LevelBackward].
const (
	LevelNone               Level = "NONE"
	LevelBackward           Level = "BACKWARD"            // the new schema reads data of the last one
	LevelBackwardTransitive Level = "BACKWARD_TRANSITIVE" // ... of all earlier ones
	LevelForward            Level = "FORWARD"             // the last schema reads data of the new one
	LevelForwardTransitive  Level = "FORWARD_TRANSITIVE"  // all earlier ones do
	LevelFull               Level = "FULL"                // both
	LevelFullTransitive     Level = "FULL_TRANSITIVE"     // both, for all earlier ones
)

// Level returns the level that applies to subject: its own, or else the global one.
func (c *Client) Level(ctx context.Context, subject string) (Level, error) {
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
func (c *Client) GlobalLevel(ctx context.Context) (Level, error) {
	level, err := c.fetchLevel(ctx, "")
	if err != nil {
		return "", Error{Op: opLevel}.because(err)
	}
	return level, nil
}

// SetLevel gives subject, which need not exist, a level of its own.
func (c *Client) SetLevel(ctx context.Context, subject string, level Level) error {
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
func (c *Client) SetGlobalLevel(ctx context.Context, level Level) error {
	request := struct {
		Compatibility Level `json:"compatibility"`
	}{level}
	if err := c.rest(ctx, http.MethodPut, "/config", request, nil); err != nil {
		return Error{Op: opSetLevel}.because(err)
	}
	return nil
}
