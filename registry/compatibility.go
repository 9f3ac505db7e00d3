package registry

import (
	"context"
	"net/http"
	"net/url"

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
	var answer struct {
		Compatible *bool    `json:"is_compatible"`
		Messages   []string `json:"messages"`
	}
	path := "/compatibility/subjects/" + url.PathEscape(subject) + "/versions?verbose=true"
	if err := c.rest(ctx, http.MethodPost, path, newSchemaRequest(schema), &answer); err != nil {
		return Compatibility{}, attempt.because(err)
	}
	if answer.Compatible == nil { // the status is 200 either way, so without this member nothing is known
		return Compatibility{}, attempt.because(malformed(http.StatusOK, "the answer does not say is_compatible"))
	}
	return Compatibility{Compatible: *answer.Compatible, Messages: answer.Messages}, nil
}
