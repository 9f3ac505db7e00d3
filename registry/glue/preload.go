package glue

import (
	"context"
	"errors"

	"github.com/magicbyte-go/magicbyte/serde"
)

// Preload fetches all versions of the subjects' schemas into the caches and the snapshot: records written with them are then read whatever
// becomes of Glue. A schema that does not exist is no error. Where some cannot be had, the others are loaded nevertheless, and the error lists those.
func (c *Client) Preload(ctx context.Context, subjects ...string) error {
	var problems []error
	for _, subject := range subjects {
		if err := c.preload(ctx, subject); err != nil {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

func (c *Client) preload(ctx context.Context, subject string) error {
	attempt := Error{Op: opPreload, Registry: c.registry, Schema: subject}
	name, err := c.name(subject)
	if err != nil {
		return attempt.because(err)
	}
	h, err := c.history(ctx, name)
	if err != nil && kindOf(err) != kindNotFound {
		return attempt.because(err)
	}
	for version := 1; version <= h.latest; version++ {
		if _, err := c.version(ctx, versionKey{name, version}); err != nil && kindOf(err) != kindNotFound {
			return attempt.because(err)
		}
	}
	// The newest by that name, too: it is what a deserializer asks for when it starts, also where the answer is that there is none.
	if _, err := c.version(ctx, versionKey{name, serde.LatestVersion}); err != nil && kindOf(err) != kindNotFound {
		return attempt.because(err)
	}
	return nil
}
