package registry

import (
	"context"
	"fmt"
	"net/http"

	"github.com/magicbyte-go/magicbyte/serde"
)

// SubjectVersion is one place of a schema in the registry.
type SubjectVersion struct {
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

// Subjects returns the subjects that have live versions, of all contexts, those outside the default one qualified.
func (c *Client) Subjects(ctx context.Context) ([]string, error) {
	subjects, err := c.fetchSubjects(ctx)
	if err != nil {
		return nil, Error{Op: opSubjects}.because(err)
	}
	return subjects, nil
}

// Versions returns the live versions of subject, ascending. A subject without any is [ErrSubjectNotFound].
func (c *Client) Versions(ctx context.Context, subject string) ([]int, error) {
	attempt := Error{Op: opVersions, Subject: subject}
	if err := checkSubject(subject); err != nil {
		return nil, attempt.because(err)
	}
	versions, err := c.fetchVersions(ctx, subject)
	if err != nil {
		return nil, attempt.because(err)
	}
	return versions, nil
}

// SubjectVersions returns the subjects and versions that have the schema with this number in the default context.
func (c *Client) SubjectVersions(ctx context.Context, id int32) ([]SubjectVersion, error) {
	var places []SubjectVersion
	if err := c.rest(ctx, http.MethodGet, fmt.Sprintf("/schemas/ids/%d/versions", id), nil, &places); err != nil {
		return nil, Error{Op: opSubjectVersions, ID: serde.NumberID(id)}.because(err)
	}
	return places, nil
}

// DeleteSubject deletes all versions of subject softly and returns those that were live: they are gone from all lists, but
// their ids are still served, so that records can be read.
func (c *Client) DeleteSubject(ctx context.Context, subject string) ([]int, error) {
	attempt := Error{Op: opDeleteSubject, Subject: subject}
	if err := checkSubject(subject); err != nil {
		return nil, attempt.because(err)
	}
	defer c.forgetSubject(subject)
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
	defer c.forgetSubject(subject)
	var versions []int
	if err := c.rest(ctx, http.MethodDelete, subjectPath(subject)+"?permanent=true", nil, &versions); err != nil {
		return nil, attempt.because(err)
	}
	return versions, nil
}
