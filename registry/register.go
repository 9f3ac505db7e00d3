package registry

import (
	"context"
	"errors"
	"net/http"

	"github.com/magicbyte-go/magicbyte/registry/internal/cache"
	"github.com/magicbyte-go/magicbyte/serde"
)

// Lookup returns the registration of schema under subject: its id, version and, where the registry has them, GUID. Where the subject does not
// have it, the error is [ErrSchemaNotFound] or [ErrSubjectNotFound], and [serde.ErrUnknownSchema].
func (c *Client) Lookup(ctx context.Context, subject string, schema serde.Schema) (serde.RegisteredSchema, error) {
	return c.registration(ctx, opLookup, subject, schema, c.lookups, c.lookup)
}

// Register returns the registration of schema under subject, and adds it as a new version where the subject does not have it. It
// looks up first, so a schema that is there needs no right to write. A schema that the subject's compatibility level forbids is
// [ErrIncompatible] with the registry's messages, one that does not parse [ErrInvalidSchema]. When ctx ends while the answer is on its way,
// the registration may have happened; repeating it does no harm.
func (c *Client) Register(ctx context.Context, subject string, schema serde.Schema) (serde.RegisteredSchema, error) {
	return c.registration(ctx, opRegister, subject, schema, c.registrations, c.register)
}

var errEmptySchema = errors.New("the schema is empty")

func (c *Client) registration(
	ctx context.Context, op, subject string, schema serde.Schema, kept *cache.Memo[registrationKey, serde.RegisteredSchema],
	load func(context.Context, string, serde.Schema) (serde.RegisteredSchema, error),
) (serde.RegisteredSchema, error) {
	attempt := Error{Op: op, Subject: subject}
	if err := checkSubject(subject); err != nil {
		return serde.RegisteredSchema{}, attempt.because(err)
	}
	if schema.Text == "" { // to the registry it would mean the subject's latest schema
		return serde.RegisteredSchema{}, attempt.because(errEmptySchema)
	}
	key := newRegistrationKey(subject, schema)
	if s := kept.Cached(key); s != nil {
		return *s, nil
	}
	s, err := c.recall(ctx, key.asked(), func(ctx context.Context) (serde.RegisteredSchema, error) {
		return kept.Get(ctx, key, func(ctx context.Context) (serde.RegisteredSchema, error) {
			s, err := load(ctx, subject, schema)
			if err != nil {
				return s, attempt.because(err)
			}
			c.remember(ctx, key.asked(), s)
			return s, nil
		})
	})
	if err != nil {
		return serde.RegisteredSchema{}, attempt.because(err)
	}
	return s, nil
}

func (c *Client) lookup(ctx context.Context, subject string, schema serde.Schema) (serde.RegisteredSchema, error) {
	var answer schemaAnswer
	if err := c.rest(ctx, http.MethodPost, subjectPath(subject)+c.normalizeQuery(), newSchemaRequest(schema), &answer); err != nil {
		return serde.RegisteredSchema{}, err
	}
	if err := c.checkContext(subject, answer.Subject); err != nil {
		return serde.RegisteredSchema{}, err
	}
	found, err := answer.registered(http.StatusOK, subject, c.ignoredRules)
	if err == nil {
		c.keepID(ctx, found)
	}
	return found, err
}

func (c *Client) register(ctx context.Context, subject string, schema serde.Schema) (serde.RegisteredSchema, error) {
	found, err := c.lookup(ctx, subject, schema)
	if !errors.Is(err, ErrSubjectNotFound) && !errors.Is(err, ErrSchemaNotFound) {
		return found, err
	}
	return c.add(ctx, subject, schema)
}

// add registers a schema that a look-up has not found.
func (c *Client) add(ctx context.Context, subject string, schema serde.Schema) (serde.RegisteredSchema, error) {
	// Also after a failure: the registry may have added the version before the answer was lost.
	defer c.forgetLatest(subject)
	var answer schemaAnswer
	if err := c.rest(ctx, http.MethodPost, subjectPath(subject)+"/versions"+c.normalizeQuery(), newSchemaRequest(schema), &answer); err != nil {
		return serde.RegisteredSchema{}, err
	}
	if answer.Version == 0 { // 7.x answers the id alone
		found, err := c.lookup(ctx, subject, schema)
		if !errors.Is(err, ErrSubjectNotFound) && !errors.Is(err, ErrSchemaNotFound) {
			return found, err
		} // a follower that lags behind: the id is what counts
	}
	if err := answer.RuleSet.check(); err != nil && !c.ignoredRules {
		return serde.RegisteredSchema{}, err
	}
	schema.Type = schemaType(schema.Type)
	added, err := answer.place(http.StatusOK, subject, schema)
	if err == nil && answer.Text != "" { // as whoever reads records will get it
		stored := added
		if stored.Schema, err = answer.schema(http.StatusOK, c.ignoredRules); err == nil {
			c.keepID(ctx, stored)
		}
	}
	if err == nil && added.Version > 0 { // in place of what was the newest before, which may be that there was none
		c.remember(ctx, versionKey{subject: subject, version: added.Version}.asked(), added)
		c.remember(ctx, versionKey{subject: subject, version: serde.LatestVersion}.asked(), added)
	}
	return added, err
}

func (c *Client) normalizeQuery() string {
	if c.normalize {
		return "?normalize=true"
	}
	return ""
}
