package registry

import (
	"context"
	"errors"

	"github.com/magicbyte-go/magicbyte/serde"
)

// Preload fetches all live versions of subjects, and what they refer to, into the caches and the snapshot, at most 32 at once: records
// written with them are then read whatever becomes of the registry. A subject without versions is no error. Where some cannot be had, the
// others are loaded nevertheless, and the error lists those.
func (c *Client) Preload(ctx context.Context, subjects ...string) error {
	return errors.Join(parallel(ctx, len(subjects), func(ctx context.Context, i int) error { return c.preload(ctx, subjects[i]) })...)
}

func (c *Client) preload(ctx context.Context, subject string) error {
	versions, err := c.Versions(ctx, subject)
	switch {
	case errors.Is(err, ErrSubjectNotFound):
		versions = nil
	case err != nil:
		return err
	}
	// The newest by that name, too: it is what a deserializer asks for when it starts, also where the answer is that there is none.
	versions = append(versions, serde.LatestVersion)
	seen := make(map[versionKey]bool)
	for _, version := range versions {
		if err := c.preloadVersion(ctx, seen, subject, version); err != nil && (version != serde.LatestVersion || !errors.Is(err, ErrSubjectNotFound)) {
			return err
		}
	}
	return nil
}

func (c *Client) preloadVersion(ctx context.Context, seen map[versionKey]bool, subject string, version int) error {
	key := versionKey{subject: subject, version: version}
	if seen[key] {
		return nil
	}
	seen[key] = true
	s, err := c.SchemaByVersion(ctx, subject, version)
	if err != nil {
		return err
	}
	for _, ref := range s.References {
		if err := c.preloadVersion(ctx, seen, c.referred(subject, ref), ref.Version); err != nil {
			return err
		}
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
