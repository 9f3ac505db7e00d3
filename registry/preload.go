package registry

import (
	"context"
	"errors"

	"github.com/magicbyte-go/magicbyte/registry/internal/bulk"
	"github.com/magicbyte-go/magicbyte/serde"
)

// Preload fetches all versions of subjects, also those that were deleted softly, and what they refer to, into the caches and the snapshot, at
// most 32 at once: records written with them are then read whatever becomes of the registry. A subject without versions is no error. Where some cannot be had, the
// others are loaded nevertheless, and the error lists those.
func (c *Client) Preload(ctx context.Context, subjects ...string) error {
	return errors.Join(bulk.Each(ctx, len(subjects), maxParallel, func(ctx context.Context, i int) error { return c.preload(ctx, subjects[i]) })...)
}

func (c *Client) preload(ctx context.Context, subject string) error {
	versions, err := c.Versions(ctx, subject, IncludeDeleted())
	switch {
	case errors.Is(err, ErrSubjectNotFound):
		versions = nil
	case err != nil:
		return err
	}
	for _, version := range versions {
		s, err := c.SchemaByVersion(ctx, subject, version)
		if err == nil {
			_, err = c.referredTexts(ctx, subject, s.References, make(map[versionKey]bool))
		}
		if err != nil {
			return err
		}
	}
	// The newest by that name, too: it is what a deserializer asks for when it starts, also where the answer is that there is none.
	if _, err := c.SchemaByVersion(ctx, subject, serde.LatestVersion); !errors.Is(err, ErrSubjectNotFound) {
		return err
	}
	return nil
}

// referred is the subject of a reference in a schema of subject: names are meant within its context.
func (c *Client) referred(subject string, ref serde.Reference) string {
	context, _ := splitSubject(subject)
	if qualified, _ := splitSubject(ref.Subject); qualified != "" || context == "" {
		return ref.Subject
	}
	return ":" + context + ":" + ref.Subject
}
