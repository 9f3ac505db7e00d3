package registry

import (
	"context"
	"errors"
	"net/http"

	"github.com/riferrei/srclient"

	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/serde"
)

// srclient carries the calls that it does well, which are those of this file, and its types stay in it. Each call gets a client of its own: that
// costs well under a microsecond, and a shared one would have all callers queue for 16 places without a context, and would
// cache without bound. Not here, although srclient offers it: look-up and registration (line breaks become blanks, and a
// // comment then swallows the rest of the schema), permanent deletion (it deletes softly first, so what is
// soft-deleted can never be removed), and checks without messages.

// nowhere is the address that srclient is given: the transport puts the real one in its place.
const nowhere = "http://registry"

// viaSRClient runs call on a client whose only request goes over x.
func (c *Client) viaSRClient(x *exchange, call func(*srclient.SchemaRegistryClient) error) error {
	client := srclient.NewSchemaRegistryClient(nowhere,
		srclient.WithClient(&http.Client{Transport: x}), srclient.WithSemaphoreWeight(1))
	client.CachingEnabled(false)
	return x.outcome(withoutPanic(func() error { return call(client) }))
}

// withoutPanic is the guard against answers that srclient does not check before it follows pointers.
func withoutPanic(call func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("srclient panicked on the answer")
		}
	}()
	return call()
}

func (c *Client) fetchByID(ctx context.Context, id int32) (serde.Schema, error) {
	x := c.exchange(ctx)
	var answer *srclient.Schema
	err := c.viaSRClient(x, func(client *srclient.SchemaRegistryClient) (err error) {
		answer, err = client.GetSchema(int(id))
		return err
	})
	if err != nil {
		return serde.Schema{}, err
	}
	got, err := fromSRClient(x, answer)
	if err != nil {
		return serde.Schema{}, err
	}
	return got.schema(x.status, c.ignoredRules)
}

func (c *Client) fetchByVersion(ctx context.Context, subject string, version int) (serde.RegisteredSchema, error) {
	x := c.exchange(ctx)
	var answer *srclient.Schema
	err := c.viaSRClient(x, func(client *srclient.SchemaRegistryClient) (err error) {
		if version == serde.LatestVersion {
			answer, err = client.GetLatestSchema(subject)
		} else {
			answer, err = client.GetSchemaByVersion(subject, version)
		}
		return err
	})
	if err != nil {
		return serde.RegisteredSchema{}, err
	}
	got, err := fromSRClient(x, answer)
	if err != nil {
		return serde.RegisteredSchema{}, err
	}
	if err := c.checkContext(subject, got.Subject); err != nil {
		return serde.RegisteredSchema{}, err
	}
	return got.registered(x.status, subject, c.ignoredRules)
}

// fromSRClient puts together what srclient read and what it drops: the GUID, the subject and the rule set.
func fromSRClient(x *exchange, answer *srclient.Schema) (schemaAnswer, error) {
	var got schemaAnswer
	if err := x.decode(&got.dropped); err != nil {
		return schemaAnswer{}, err
	}
	got.ID, got.Version, got.Text = answer.ID(), answer.Version(), answer.Schema()
	if t := answer.SchemaType(); t != nil {
		got.SchemaType = t.String()
	}
	for _, r := range answer.References() {
		got.References = append(got.References, reference(r))
	}
	return got, nil
}

func (c *Client) fetchSubjects(ctx context.Context) (subjects []string, err error) {
	x := c.exchange(ctx)
	err = c.viaSRClient(x, func(client *srclient.SchemaRegistryClient) (err error) {
		subjects, err = client.GetSubjects()
		return err
	})
	return subjects, err
}

func (c *Client) fetchVersions(ctx context.Context, subject string) (versions []int, err error) {
	x := c.exchange(ctx)
	err = c.viaSRClient(x, func(client *srclient.SchemaRegistryClient) (err error) {
		versions, err = client.GetSchemaVersions(subject)
		return err
	})
	return versions, err
}

// softDelete returns the versions that were live.
func (c *Client) softDelete(ctx context.Context, subject string) ([]int, error) {
	x := c.exchange(ctx)
	err := c.viaSRClient(x, func(client *srclient.SchemaRegistryClient) error {
		return client.DeleteSubject(subject, false)
	})
	if err != nil {
		return nil, err
	}
	var versions []int
	return versions, x.decode(&versions)
}

// fetchLevel returns the level that applies to subject, or the global one for "".
func (c *Client) fetchLevel(ctx context.Context, subject string) (compat.Level, error) {
	x := c.exchange(ctx)
	var level *srclient.CompatibilityLevel
	err := c.viaSRClient(x, func(client *srclient.SchemaRegistryClient) (err error) {
		if subject == "" {
			level, err = client.GetGlobalCompatibilityLevel()
		} else {
			level, err = client.GetCompatibilityLevel(subject, true)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	if *level == "" {
		return "", malformed(x.status, "the answer has no compatibilityLevel")
	}
	return compat.Level(*level), nil
}

func (c *Client) changeLevel(ctx context.Context, subject string, level compat.Level) error {
	x := c.exchange(ctx)
	return c.viaSRClient(x, func(client *srclient.SchemaRegistryClient) error {
		_, err := client.ChangeSubjectCompatibilityLevel(subject, srclient.CompatibilityLevel(level))
		return err
	})
}
