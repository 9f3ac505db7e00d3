package registry

import (
	"context"
	"net/http"

	"github.com/magicbyte-go/magicbyte/serde"
)

// DeleteSubject deletes all versions of subject softly and returns those that were live: they are gone from all lists, but
// their ids are still served, so that records can be read.
func (c *Client) DeleteSubject(ctx context.Context, subject string) ([]int, error) {
	attempt := Error{Op: opDeleteSubject, Subject: subject}
	if err := checkSubject(subject); err != nil {
		return nil, attempt.because(err)
	}
	defer c.forgetSubject(ctx, subject)
	versions, err := c.softDelete(ctx, subject)
	if err != nil {
		return nil, attempt.because(err)
	}
	return versions, nil
}

// PurgeSubject deletes for ever what [Client.DeleteSubject] has deleted softly, and returns the versions. Records written with
// these schemas can no longer be read, except by who has them cached. A subject with live versions is refused by the registry.
func (c *Client) PurgeSubject(ctx context.Context, subject string) ([]int, error) {
	attempt := Error{Op: opPurgeSubject, Subject: subject}
	if err := checkSubject(subject); err != nil {
		return nil, attempt.because(err)
	}
	defer c.forgetSubject(ctx, subject)
	var versions []int
	if err := c.rest(ctx, http.MethodDelete, subjectPath(subject)+"?permanent=true", nil, &versions); err != nil {
		return nil, attempt.because(err)
	}
	return versions, nil
}

// DeleteVersion deletes one version of subject softly, the newest for [serde.LatestVersion], and returns its number.
func (c *Client) DeleteVersion(ctx context.Context, subject string, version int) (int, error) {
	return c.deleteVersion(ctx, opDeleteVersion, subject, version, "")
}

// PurgeVersion deletes for ever a version that was deleted softly.
func (c *Client) PurgeVersion(ctx context.Context, subject string, version int) error {
	_, err := c.deleteVersion(ctx, opPurgeVersion, subject, version, "?permanent=true")
	return err
}

func (c *Client) deleteVersion(ctx context.Context, op, subject string, version int, query string) (deleted int, err error) {
	attempt := Error{Op: op, Subject: subject, Version: version}
	if err := checkVersion(subject, version); err != nil {
		return 0, attempt.because(err)
	}
	defer c.forgetSubject(ctx, subject)
	if version == serde.LatestVersion { // by its number: repeated after a lost answer, "latest" would delete the one before it, too
		var newest struct {
			Subject string `json:"subject"`
			Version int    `json:"version"`
		}
		err := c.get(ctx, versionPath(subject, version), &newest)
		if err == nil {
			err = c.checkContext(subject, newest.Subject)
		}
		if err == nil && newest.Version < 1 {
			err = malformed(http.StatusOK, "the answer has version %d", newest.Version)
		}
		if err != nil {
			return 0, attempt.because(err)
		}
		version = newest.Version
		attempt.Version = version
	}
	if err := c.rest(ctx, http.MethodDelete, versionPath(subject, version)+query, nil, &deleted); err != nil {
		return 0, attempt.because(err)
	}
	return deleted, nil
}

// forgetSubject drops what the caches say about subject, once it was deleted. Ids stay, as the registry keeps them.
func (c *Client) forgetSubject(ctx context.Context, subject string) {
	ofSubject := func(key registrationKey) bool { return key.subject == subject }
	c.registrations.Forget(ofSubject)
	c.lookups.Forget(ofSubject)
	c.versions.Forget(func(key versionKey) bool { return key.subject == subject })
	c.forgetLatest(subject)
	c.memory.Drop(ctx, subject)
}

func (c *Client) forgetLatest(subject string) {
	c.latest.Forget(func(key versionKey) bool { return key.subject == subject })
}
