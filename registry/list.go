package registry

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"github.com/magicbyte-go/magicbyte/serde"
)

// SubjectVersion is one place of a schema in the registry.
type SubjectVersion struct {
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

// ListOption narrows or widens a list.
type ListOption interface{ list(url.Values) }

type listOption func(url.Values)

func (o listOption) list(query url.Values) { o(query) }

// IncludeDeleted adds what was deleted softly.
func IncludeDeleted() ListOption {
	return listOption(func(query url.Values) { query.Set("deleted", "true") })
}

// Prefix keeps the subjects that begin with prefix; ":.context:" are those of one registry context, and ":*:" those of all.
func Prefix(prefix string) ListOption {
	return listOption(func(query url.Values) { query.Set("subjectPrefix", prefix) })
}

// Page skips the first offset elements and returns at most limit; a limit of 0 is the registry's own (Confluent's stops at 20,000 subjects).
// Registries before Confluent's 7.6 know no pages and return everything.
func Page(offset, limit int) ListOption {
	return listOption(func(query url.Values) {
		query.Set("offset", strconv.Itoa(max(offset, 0)))
		query.Set("limit", strconv.Itoa(max(limit, 0)))
	})
}

func listQuery(opts []ListOption) string {
	query := url.Values{}
	for _, opt := range opts {
		opt.list(query)
	}
	if len(query) == 0 {
		return ""
	}
	return "?" + query.Encode()
}

// Subjects returns the subjects that have live versions, of all contexts, those outside the default one qualified.
func (c *Client) Subjects(ctx context.Context, opts ...ListOption) (subjects []string, err error) {
	if query := listQuery(opts); query == "" {
		subjects, err = c.fetchSubjects(ctx)
	} else {
		err = c.get(ctx, "/subjects"+query, &subjects)
	}
	if err != nil {
		return nil, Error{Op: opSubjects}.because(err)
	}
	return subjects, nil
}

// Versions returns the live versions of subject, ascending. A subject without any is [ErrSubjectNotFound]. [Prefix] means nothing here.
func (c *Client) Versions(ctx context.Context, subject string, opts ...ListOption) (versions []int, err error) {
	attempt := Error{Op: opVersions, Subject: subject}
	if err := checkSubject(subject); err != nil {
		return nil, attempt.because(err)
	}
	if query := listQuery(opts); query == "" {
		versions, err = c.fetchVersions(ctx, subject)
	} else {
		err = c.get(ctx, subjectPath(subject)+"/versions"+query, &versions)
	}
	if err != nil {
		return nil, attempt.because(err)
	}
	return versions, nil
}

// SubjectVersions returns the subjects and versions that have the schema with this number in the client's own context, the default one unless the base URL says otherwise.
func (c *Client) SubjectVersions(ctx context.Context, id int32, opts ...ListOption) ([]SubjectVersion, error) {
	var places []SubjectVersion
	if err := c.get(ctx, fmt.Sprintf("/schemas/ids/%d/versions", id)+listQuery(opts), &places); err != nil {
		return nil, Error{Op: opSubjectVersions, ID: serde.NumberID(id)}.because(err)
	}
	return places, nil
}

// ReferencedBy returns the ids of the live schemas that refer to this version of subject. While there are any, the registry refuses to delete it.
// With [IncludeDeleted] (Confluent's registry since 8.0) it adds those that were deleted softly, which forbid only [Client.PurgeVersion].
func (c *Client) ReferencedBy(ctx context.Context, subject string, version int, opts ...ListOption) ([]serde.SchemaID, error) {
	attempt := Error{Op: opReferencedBy, Subject: subject, Version: version}
	if err := checkVersion(subject, version); err != nil {
		return nil, attempt.because(err)
	}
	var numbers []int32
	if err := c.get(ctx, versionPath(subject, version)+"/referencedby"+listQuery(opts), &numbers); err != nil {
		return nil, attempt.because(err)
	}
	ids := make([]serde.SchemaID, len(numbers))
	for i, n := range numbers {
		ids[i] = serde.NumberID(n)
	}
	return ids, nil
}

// Contexts returns the names of the registry's contexts, each with its leading dot; "." is the default one.
func (c *Client) Contexts(ctx context.Context) ([]string, error) {
	var names []string
	if err := c.get(ctx, "/contexts", &names); err != nil {
		return nil, Error{Op: opContexts}.because(err)
	}
	return names, nil
}

// SchemaTypes returns the schema languages that the registry knows: AVRO, JSON, PROTOBUF.
func (c *Client) SchemaTypes(ctx context.Context) ([]string, error) {
	var types []string
	if err := c.get(ctx, "/schemas/types", &types); err != nil {
		return nil, Error{Op: opSchemaTypes}.because(err)
	}
	return types, nil
}
