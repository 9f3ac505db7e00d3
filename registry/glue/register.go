package glue

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	awsglue "github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/magicbyte-go/magicbyte/registry/internal/cache"
	"github.com/magicbyte-go/magicbyte/registry/internal/snapshot"
	"github.com/magicbyte-go/magicbyte/serde"
)

// Lookup returns the version of a subject's schema that has this definition. Where there is none, or Glue has refused it, the error is
// [ErrNotFound] or [ErrIncompatible], and [serde.ErrUnknownSchema]. One that Glue is still checking is waited for.
func (c *Client) Lookup(ctx context.Context, subject string, schema serde.Schema) (serde.RegisteredSchema, error) {
	return c.registration(ctx, opLookup, subject, schema, c.lookups, c.lookup)
}

// Register returns the version of a subject's schema that has this definition, and adds it where there is none: it creates the schema, under the
// level of [WithLevel], or a version of it, and waits until Glue has checked it. It looks up first, so a definition that is there needs no right to
// write. A version that the schema's level forbids is [ErrIncompatible]: its error names schema and level, and says what package compat finds
// wrong, since Glue says nothing; Glue keeps such a version, with the status FAILURE. When ctx ends in between, the version may have
// been added; repeating the call does no harm.
func (c *Client) Register(ctx context.Context, subject string, schema serde.Schema) (serde.RegisteredSchema, error) {
	return c.registration(ctx, opRegister, subject, schema, c.registrations, c.register)
}

func (c *Client) registration(
	ctx context.Context, op, subject string, schema serde.Schema, kept *cache.Memo[registrationKey, serde.RegisteredSchema],
	load func(context.Context, registrationKey) (serde.RegisteredSchema, error),
) (serde.RegisteredSchema, error) {
	attempt := Error{Op: op, Registry: c.registry, Schema: subject}
	name, err := c.name(subject)
	if err == nil {
		attempt.Schema = name
		err = checkSchema(schema)
	}
	if err != nil {
		return serde.RegisteredSchema{}, attempt.because(err)
	}
	key := registrationKey{name: name, format: dataFormat(schema), text: schema.Text}
	if s := kept.Cached(key); s != nil {
		found := *s
		found.Subject = subject
		return found, nil
	}
	s, err := c.memory.Recall(ctx, key.asked(), func(ctx context.Context) (serde.RegisteredSchema, error) {
		return kept.Get(ctx, key, func(ctx context.Context) (serde.RegisteredSchema, error) {
			s, err := load(ctx, key)
			if err != nil {
				return s, attempt.because(err)
			}
			c.memory.Put(ctx, key.asked(), snapshot.Answer{Schema: s})
			return s, nil
		})
	})
	if err != nil {
		return serde.RegisteredSchema{}, attempt.because(err)
	}
	s.Subject = subject
	return s, nil
}

func checkSchema(schema serde.Schema) error {
	switch n := utf8.RuneCountInString(schema.Text); {
	case n == 0:
		return &Error{kind: kindInvalid, Message: "the schema is empty"}
	case n > maxDefinition:
		return &Error{kind: kindInvalid, Message: fmt.Sprintf("the definition has %d characters, AWS Glue takes %d: leave docs out, or split the record", n, maxDefinition)}
	case len(schema.References) > 0:
		return &Error{kind: kindInvalid, Message: "AWS Glue has no references between Avro schemas: put all types into one definition"}
	default:
		return nil
	}
}

func dataFormat(schema serde.Schema) string {
	if schema.Type == "" {
		return serde.TypeAvro
	}
	return schema.Type
}

func (c *Client) lookup(ctx context.Context, key registrationKey) (serde.RegisteredSchema, error) {
	out, err := call(ctx, c, API.GetSchemaByDefinition, &awsglue.GetSchemaByDefinitionInput{SchemaId: c.schemaID(key.name), SchemaDefinition: &key.text})
	if err != nil {
		return serde.RegisteredSchema{}, err
	}
	id, err := versionID(out.SchemaVersionId)
	if err != nil {
		return serde.RegisteredSchema{}, err
	}
	if out.Status == types.SchemaVersionStatusDeleting {
		return serde.RegisteredSchema{}, &Error{kind: kindNotFound, Message: "the version with this definition is being deleted"}
	}
	return c.accepted(ctx, key, id, out.Status)
}

func (c *Client) register(ctx context.Context, key registrationKey) (serde.RegisteredSchema, error) {
	found, err := c.lookup(ctx, key)
	if kindOf(err) != kindNotFound {
		return found, err
	}
	return c.add(ctx, key)
}

// add registers a definition that a look-up has not found.
func (c *Client) add(ctx context.Context, key registrationKey) (serde.RegisteredSchema, error) {
	// Also after a failure: Glue may have added the version before the answer was lost.
	defer c.latest.Forget(func(k versionKey) bool { return k.name == key.name })
	id, status, err := c.create(ctx, key)
	switch created := err; kindOf(err) {
	case kindExists:
		id, status, err = c.addVersion(ctx, key)
	case kindUnauthorized: // who may not create schemas may still add versions to those that exist
		if id, status, err = c.addVersion(ctx, key); kindOf(err) == kindNotFound || kindOf(err) == kindUnauthorized {
			err = created
		}
	}
	if err != nil {
		return serde.RegisteredSchema{}, err
	}
	added, err := c.accepted(ctx, key, id, status)
	if err != nil {
		return serde.RegisteredSchema{}, err
	}
	c.putMetadata(ctx, key.name, added.ID)
	if added.Version > 0 { // in place of what was the newest before, which may be that there was none
		c.memory.Put(ctx, versionKey{key.name, added.Version}.asked(), snapshot.Answer{Schema: added})
		c.memory.Put(ctx, versionKey{key.name, serde.LatestVersion}.asked(), snapshot.Answer{Schema: added})
	}
	return added, nil
}

// create makes the schema with its first version.
func (c *Client) create(ctx context.Context, key registrationKey) (serde.SchemaID, types.SchemaVersionStatus, error) {
	out, err := call(ctx, c, API.CreateSchema, &awsglue.CreateSchemaInput{
		RegistryId: &types.RegistryId{RegistryName: &c.registry}, SchemaName: &key.name, DataFormat: types.DataFormat(key.format),
		Compatibility: types.Compatibility(c.level), SchemaDefinition: &key.text, Tags: c.tags,
	})
	if err != nil {
		var refused *Error
		if errors.As(err, &refused) && refused.kind == kindNotFound {
			refused.Err = fmt.Errorf("the registry %s does not exist in %s: create it, or name another one with WithRegistry", c.registry, c.region)
		}
		return serde.SchemaID{}, "", err
	}
	id, err := versionID(out.SchemaVersionId)
	return id, out.SchemaVersionStatus, err
}

// addVersion adds a version to a schema that exists.
func (c *Client) addVersion(ctx context.Context, key registrationKey) (serde.SchemaID, types.SchemaVersionStatus, error) {
	out, err := call(ctx, c, API.RegisterSchemaVersion, &awsglue.RegisterSchemaVersionInput{SchemaId: c.schemaID(key.name), SchemaDefinition: &key.text})
	if kindOf(err) == kindInvalid {
		// Glue says the same of a definition that does not parse and of a schema that takes no versions.
		if history, asked := c.history(ctx, key.name); asked == nil && history.level == Disabled {
			return serde.SchemaID{}, "", disabled()
		}
	}
	if err != nil {
		return serde.SchemaID{}, "", err
	}
	id, err := versionID(out.SchemaVersionId)
	return id, out.Status, err
}

// putMetadata says beside a version what the caller has to say of it. The version is there by now, so what Glue does not take is logged alone: an error
// would not come again, as the next start finds the version.
func (c *Client) putMetadata(ctx context.Context, name string, id serde.SchemaID) {
	for key, value := range c.metadata {
		_, err := call(ctx, c, API.PutSchemaVersionMetadata, &awsglue.PutSchemaVersionMetadataInput{
			SchemaVersionId: new(id.String()), MetadataKeyValue: &types.MetadataKeyValuePair{MetadataKey: &key, MetadataValue: &value},
		})
		if err != nil && kindOf(err) != kindExists {
			c.warn(ctx, "metadata of a schema version was not taken", fmt.Errorf("glue: metadata %s of %s %v: %w", key, name, id, err))
		}
	}
}
