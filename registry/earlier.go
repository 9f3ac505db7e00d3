package registry

import (
	"context"
	"errors"
	"fmt"

	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/serde"
)

// maxReferences bounds how many schemas one schema may pull in by reference, so that an answer cannot keep a caller busy for ever.
const maxReferences = 1000

// earlier fetches the versions of subject that level asks about, with what they refer to. It is nil where there is nothing to
// compare with, or nothing that package compat can judge: a version in another language than Avro.
func (c *Client) earlier(ctx context.Context, subject string, level compat.Level) ([]compat.Schema, error) {
	versions := []int{serde.LatestVersion}
	if level.Transitive() {
		var err error
		if versions, err = c.Versions(ctx, subject); errors.Is(err, ErrSubjectNotFound) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
	}
	all := make([]compat.Schema, 0, len(versions))
	for _, version := range versions {
		s, err := c.SchemaByVersion(ctx, subject, version)
		switch {
		case errors.Is(err, ErrSubjectNotFound) || errors.Is(err, ErrVersionNotFound):
			continue // deleted meanwhile
		case err != nil:
			return nil, err
		case s.Type != serde.TypeAvro:
			return nil, nil
		}
		references, err := c.referredTexts(ctx, subject, s.References, make(map[versionKey]bool))
		if err != nil {
			return nil, err
		}
		all = append(all, compat.Schema{Version: s.Version, Text: s.Text, References: references})
	}
	return all, nil
}

// referredTexts returns the texts of what a schema of subject refers to, each after what it refers to itself. Versions in seen are left out, and added.
func (c *Client) referredTexts(ctx context.Context, subject string, references []serde.Reference, seen map[versionKey]bool) ([]string, error) {
	var texts []string
	for _, ref := range references {
		from := c.referred(subject, ref)
		at := versionKey{subject: from, version: ref.Version}
		if seen[at] {
			continue
		}
		if seen[at] = true; len(seen) > maxReferences {
			return nil, fmt.Errorf("more than %d references", maxReferences)
		}
		s, err := c.SchemaByVersion(ctx, from, ref.Version)
		if err != nil {
			return nil, fmt.Errorf("reference %q: %w", ref.Name, err)
		}
		more, err := c.referredTexts(ctx, from, s.References, seen)
		if err != nil {
			return nil, err
		}
		texts = append(append(texts, more...), s.Text)
	}
	return texts, nil
}
