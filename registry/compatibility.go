package registry

import (
	"context"
	"net/http"

	"github.com/magicbyte-go/magicbyte/serde"
)

// Compatibility is the registry's verdict on a schema.
type Compatibility struct {
	Compatible bool
	// Messages says what is incompatible, in the registry's words; nil where nothing is.
	Messages []string
}

// CheckCompatibility asks whether schema could be registered under subject, by what the subject's level asks for. Nothing
// is changed. To a subject without versions everything is compatible. A schema that does not parse
// is an incompatible one or [ErrInvalidSchema], as the registry has it.
func (c *Client) CheckCompatibility(ctx context.Context, subject string, schema serde.Schema) (Compatibility, error) {
	attempt := Error{Op: opCheckCompatibility, Subject: subject}
	if err := checkSubject(subject); err != nil {
		return Compatibility{}, attempt.because(err)
	}
	return c.check(ctx, attempt, subjectPath(subject)+"/versions", schema)
}

// CheckVersion is CheckCompatibility against one version of subject alone, the newest for [serde.LatestVersion], in the directions that the subject's level
// asks for. A version that does not exist is [ErrVersionNotFound].
func (c *Client) CheckVersion(ctx context.Context, subject string, version int, schema serde.Schema) (Compatibility, error) {
	attempt := Error{Op: opCheckCompatibility, Subject: subject, Version: version}
	if err := checkVersion(subject, version); err != nil {
		return Compatibility{}, attempt.because(err)
	}
	return c.check(ctx, attempt, versionPath(subject, version), schema)
}

func (c *Client) check(ctx context.Context, attempt Error, path string, schema serde.Schema) (Compatibility, error) {
	var answer struct {
		Compatible *bool    `json:"is_compatible"`
		Messages   []string `json:"messages"`
	}
	if err := c.rest(ctx, http.MethodPost, "/compatibility"+path+"?verbose=true", newSchemaRequest(schema), &answer); err != nil {
		return Compatibility{}, attempt.because(err)
	}
	if answer.Compatible == nil { // the status is 200 either way, so without this member nothing is known
		return Compatibility{}, attempt.because(malformed(http.StatusOK, "the answer does not say is_compatible"))
	}
	return Compatibility{Compatible: *answer.Compatible, Messages: answer.Messages}, nil
}
