package glue

import (
	"context"
	"errors"
	"fmt"

	awsglue "github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/magicbyte-go/magicbyte/registry/internal/snapshot"
	"github.com/magicbyte-go/magicbyte/serde"
)

// maxRefused is how many versions that were refused, or are still being checked, may stand above the newest one that can be used.
const maxRefused = 32

// SchemaByID returns the schema of a version, in whatever registry of the account and region it is. It is served from the cache where possible;
// that a version does not exist is remembered for 5 s, and is [ErrNotFound] and [serde.ErrUnknownSchema], as is an id that is none of
// Glue's. Glue has no registry contexts, so registryContext is "".
func (c *Client) SchemaByID(ctx context.Context, registryContext string, id serde.SchemaID) (serde.Schema, error) {
	if registryContext == "" {
		if s := c.ids.Cached(id); s != nil { // before anything escapes to the heap
			return *s, nil
		}
	}
	return c.askForID(ctx, registryContext, id)
}

func (c *Client) askForID(ctx context.Context, registryContext string, id serde.SchemaID) (serde.Schema, error) {
	attempt := Error{Op: opSchemaByID, ID: id}
	if registryContext != "" {
		return serde.Schema{}, attempt.because(fmt.Errorf("registry context %q: AWS Glue has none", registryContext))
	}
	if _, ok := id.Glue(); !ok {
		return serde.Schema{}, attempt.because(&Error{kind: kindNotFound, Message: "not a schema version of AWS Glue"})
	}
	s, err := c.memory.Recall(ctx, askedID(id), func(ctx context.Context) (serde.RegisteredSchema, error) {
		s, err := c.ids.Get(ctx, id, func(ctx context.Context) (serde.Schema, error) { return c.loadID(ctx, id) })
		return serde.RegisteredSchema{Schema: s}, err
	})
	if err != nil {
		return serde.Schema{}, attempt.because(err)
	}
	return s.Schema, nil
}

func (c *Client) loadID(ctx context.Context, id serde.SchemaID) (serde.Schema, error) {
	if err := c.missing.Get(id); err != nil {
		return serde.Schema{}, err
	}
	s, _, err := c.fetch(ctx, &awsglue.GetSchemaVersionInput{SchemaVersionId: new(id.String())})
	if err != nil {
		err = Error{Op: opSchemaByID, ID: id}.because(err)
		if errors.Is(err, ErrNotFound) {
			c.missing.Put(id, err)
		}
		return serde.Schema{}, err
	}
	// Whatever the status: a record was written with it, and a version's text never changes.
	c.memory.Put(ctx, askedID(id), snapshot.Answer{Schema: serde.RegisteredSchema{Schema: s.Schema}})
	return s.Schema, nil
}

// SchemaByVersion returns one version of a subject's schema, or the newest one that Glue has accepted for [serde.LatestVersion]. A version is kept until
// the cache is full, the newest one for the time of [WithLatestTTL] or until this client registers one. A schema or version that does not
// exist, or was refused, is [ErrNotFound] and [serde.ErrUnknownSchema].
func (c *Client) SchemaByVersion(ctx context.Context, subject string, version int) (serde.RegisteredSchema, error) {
	attempt := Error{Op: opSchemaByVersion, Registry: c.registry, Schema: subject, Version: version}
	name, err := c.name(subject)
	if err != nil {
		return serde.RegisteredSchema{}, attempt.because(err)
	}
	attempt.Schema = name
	if version < 1 && version != serde.LatestVersion {
		return serde.RegisteredSchema{}, attempt.because(fmt.Errorf("%d is not a version", version))
	}
	s, err := c.version(ctx, versionKey{name, version})
	if err != nil {
		return serde.RegisteredSchema{}, attempt.because(err)
	}
	s.Subject = subject // names that several subjects share are kept once
	return s, nil
}

func (c *Client) version(ctx context.Context, key versionKey) (serde.RegisteredSchema, error) {
	kept := c.versions
	if key.version == serde.LatestVersion {
		kept = c.latest
	}
	get := func(ctx context.Context) (serde.RegisteredSchema, error) {
		return kept.Get(ctx, key, func(ctx context.Context) (serde.RegisteredSchema, error) { return c.loadVersion(ctx, key) })
	}
	if kept.Cached(key) != nil {
		return get(ctx)
	}
	return c.memory.Recall(ctx, key.asked(), get)
}

func (c *Client) loadVersion(ctx context.Context, key versionKey) (serde.RegisteredSchema, error) {
	attempt := Error{Op: opSchemaByVersion, Registry: c.registry, Schema: key.name, Version: key.version}
	var s serde.RegisteredSchema
	var err error
	if key.version == serde.LatestVersion {
		s, err = c.fetchLatest(ctx, key.name)
	} else {
		var status types.SchemaVersionStatus
		s, status, err = c.fetchNumber(ctx, key.name, key.version)
		if err == nil {
			err = usable(status)
		}
	}
	if err != nil {
		err = attempt.because(err)
		if key.version == serde.LatestVersion && errors.Is(err, ErrNotFound) { // a service whose schemas do not exist yet starts as well
			c.memory.Put(ctx, key.asked(), snapshot.Answer{Missing: snapshot.Missing{Status: 400, Message: "the schema did not exist when Glue last answered"}})
		}
		return serde.RegisteredSchema{}, err
	}
	c.keepID(ctx, s)
	c.memory.Put(ctx, key.asked(), snapshot.Answer{Schema: s})
	return s, nil
}

// fetchLatest returns the newest version that Glue has accepted: its own idea of the latest one counts those that it refused, or is still checking.
func (c *Client) fetchLatest(ctx context.Context, name string) (serde.RegisteredSchema, error) {
	s, status, err := c.fetch(ctx, &awsglue.GetSchemaVersionInput{
		SchemaId: c.schemaID(name), SchemaVersionNumber: &types.SchemaVersionNumber{LatestVersion: true},
	})
	for refused := 0; err == nil && status != types.SchemaVersionStatusAvailable; refused++ {
		if s.Version <= 1 {
			return s, usable(status)
		}
		if refused == maxRefused {
			return s, &Error{kind: kindNotFound, Message: fmt.Sprintf("none of the newest %d versions was accepted", maxRefused)}
		}
		below := s.Version - 1
		s, status, err = c.fetchNumber(ctx, name, below)
		if kindOf(err) == kindNotFound { // deleted
			s, status, err = serde.RegisteredSchema{Version: below}, types.SchemaVersionStatusDeleting, nil
		}
	}
	return s, err
}

func (c *Client) fetchNumber(ctx context.Context, name string, version int) (serde.RegisteredSchema, types.SchemaVersionStatus, error) {
	return c.fetch(ctx, &awsglue.GetSchemaVersionInput{
		SchemaId: c.schemaID(name), SchemaVersionNumber: &types.SchemaVersionNumber{VersionNumber: new(int64(version))},
	})
}

// usable says what the status of a version means to who asked for it by number.
func usable(status types.SchemaVersionStatus) error {
	switch status {
	case types.SchemaVersionStatusAvailable:
		return nil
	case types.SchemaVersionStatusPending:
		return &Error{kind: kindPending, Message: "Glue is still checking this version"}
	default:
		return &Error{kind: kindNotFound, Message: "the status of this version is " + string(status)}
	}
}

// fetch gets a version.
func (c *Client) fetch(ctx context.Context, in *awsglue.GetSchemaVersionInput) (serde.RegisteredSchema, types.SchemaVersionStatus, error) {
	out, err := call(ctx, c, API.GetSchemaVersion, in)
	if err != nil {
		return serde.RegisteredSchema{}, "", err
	}
	id, err := versionID(out.SchemaVersionId)
	if err != nil {
		return serde.RegisteredSchema{}, "", err
	}
	if out.SchemaDefinition == nil || *out.SchemaDefinition == "" {
		return serde.RegisteredSchema{}, "", &Error{kind: kindUnavailable, Message: "an answer without a definition"}
	}
	s := serde.RegisteredSchema{Schema: serde.Schema{Type: string(out.DataFormat), Text: *out.SchemaDefinition}, ID: id}
	if out.VersionNumber != nil {
		s.Version = int(*out.VersionNumber)
	}
	if in.SchemaId != nil {
		s.Subject = *in.SchemaId.SchemaName
	}
	return s, out.Status, nil
}

func versionID(text *string) (serde.SchemaID, error) {
	if text == nil {
		return serde.SchemaID{}, &Error{kind: kindUnavailable, Message: "an answer without the id of a version"}
	}
	id, err := serde.ParseGlueID(*text)
	if err != nil {
		return serde.SchemaID{}, &Error{kind: kindUnavailable, Message: "an answer with an id that is none of a version", Err: err}
	}
	return id, nil
}

// keepID puts a schema that came by version or by registration where SchemaByID finds it.
func (c *Client) keepID(ctx context.Context, s serde.RegisteredSchema) {
	c.ids.Put(s.ID, s.Schema)
	c.memory.Put(ctx, askedID(s.ID), snapshot.Answer{Schema: serde.RegisteredSchema{Schema: s.Schema}})
}
