package registry

import (
	"context"
	"net/http"
	"net/url"

	"github.com/magicbyte-go/magicbyte/registry/compat"
)

// Config is what is set for a subject, or globally. What is not set is the zero value; setting one leaves as they are the members that are zero.
type Config struct {
	// Level decides which schemas may follow. Where a subject has a Config without one, Confluent's registry takes BACKWARD, not the global level.
	Level compat.Level
	// Normalize has schemas normalized when they are registered or looked up, whatever the request says.
	Normalize *bool
	// Alias is the subject that stands behind this name.
	Alias string
	// Group is the metadata property by which versions are compared: only those with an equal value.
	Group string
	// ValidateFields refuses fields whose names are reserved by the subject's metadata.
	ValidateFields *bool
	// ValidateNewSchemas refuses schemas whose defaults or namespaces are not valid, as Confluent's registry does by default since 8.0.4; false takes them.
	ValidateNewSchemas *bool
}

// configMessage is a Config on its way; a request names the level otherwise than an answer does.
type configMessage struct {
	Level          compat.Level `json:"compatibilityLevel,omitempty"`
	SetLevel       compat.Level `json:"compatibility,omitempty"`
	Normalize      *bool        `json:"normalize,omitempty"`
	Alias          string       `json:"alias,omitempty"`
	Group          string       `json:"compatibilityGroup,omitempty"`
	ValidateFields *bool        `json:"validateFields,omitempty"`
	ValidateNew    *bool        `json:"validateNewSchemas,omitempty"`
}

// Config returns what is set for subject itself, or globally for "". A subject that has nothing of its own is an error of code 40408.
func (c *Client) Config(ctx context.Context, subject string) (Config, error) {
	attempt := Error{Op: opConfig, Subject: subject}
	path, err := settingPath("/config", subject)
	if err != nil {
		return Config{}, attempt.because(err)
	}
	var answer configMessage
	if err := c.get(ctx, path, &answer); err != nil {
		return Config{}, attempt.because(err)
	}
	return Config{answer.Level, answer.Normalize, answer.Alias, answer.Group, answer.ValidateFields, answer.ValidateNew}, nil
}

// SetConfig sets the members of conf that are not zero, for subject or globally for "". The subject need not exist.
func (c *Client) SetConfig(ctx context.Context, subject string, conf Config) error {
	attempt := Error{Op: opSetConfig, Subject: subject}
	path, err := settingPath("/config", subject)
	if err != nil {
		return attempt.because(err)
	}
	request := configMessage{
		SetLevel: conf.Level, Normalize: conf.Normalize, Alias: conf.Alias, Group: conf.Group, ValidateFields: conf.ValidateFields,
		ValidateNew: conf.ValidateNewSchemas,
	}
	if err := c.rest(ctx, http.MethodPut, path, request, nil); err != nil {
		return attempt.because(err)
	}
	return nil
}

// DeleteConfig takes what is set from subject, which is then under the global level, or, for "", sets the global level to BACKWARD again.
func (c *Client) DeleteConfig(ctx context.Context, subject string) error {
	attempt := Error{Op: opDeleteConfig, Subject: subject}
	path, err := settingPath("/config", subject)
	if err != nil {
		return attempt.because(err)
	}
	if err := c.rest(ctx, http.MethodDelete, path, nil, nil); err != nil {
		return attempt.because(err)
	}
	return nil
}

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
	if err := c.rest(ctx, http.MethodPut, "/config", configMessage{SetLevel: level}, nil); err != nil {
		return Error{Op: opSetLevel}.because(err)
	}
	return nil
}

// settingPath is the path of a subject's setting, or of the global one for "".
func settingPath(path, subject string) (string, error) {
	if subject == "" {
		return path, nil
	}
	return path + "/" + url.PathEscape(subject), checkSubject(subject)
}
