package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/magicbyte-go/magicbyte/serde"
)

// SchemaByID returns the schema with this number in a registry context ("" for the client's own, which is the default one, ".", unless the base URL says otherwise), or with this GUID
// (Confluent's registry since 8.0). It is served from the cache where possible; that an id does not exist is remembered for
// 5 s. An id that the registry does not know is [ErrSchemaNotFound] and [serde.ErrUnknownSchema].
func (c *Client) SchemaByID(ctx context.Context, registryContext string, id serde.SchemaID) (serde.Schema, error) {
	if n, isNumber := id.Number(); isNumber && registryContext == "" { // nearly all records, so before a key is made for all others
		if s := c.ids.numbers.Cached(n); s != nil {
			return *s, nil
		}
	}
	return c.schemaByID(ctx, registryContext, id)
}

func (c *Client) schemaByID(ctx context.Context, registryContext string, id serde.SchemaID) (serde.Schema, error) {
	key := idKey{id: id}
	if registryContext != "" {
		key.context = c.foreign(registryContext, id)
	}
	if s := c.ids.cached(key); s != nil { // before anything escapes to the heap
		return *s, nil
	}
	return c.askForID(ctx, key)
}

func (c *Client) askForID(ctx context.Context, key idKey) (serde.Schema, error) {
	attempt := Error{Op: opSchemaByID, ID: key.id}
	if n, isNumber := key.id.Number(); key.id.IsZero() || isNumber && n < 1 {
		return serde.Schema{}, attempt.because(errors.New("not a schema id"))
	}
	s, err := c.recall(ctx, key.asked(), func(ctx context.Context) (serde.RegisteredSchema, error) {
		s, err := c.ids.get(ctx, key, func(ctx context.Context) (serde.Schema, error) { return c.loadID(ctx, key) })
		return serde.RegisteredSchema{Schema: s}, err
	})
	if err != nil {
		return serde.Schema{}, attempt.because(err)
	}
	return s.Schema, nil
}

func (c *Client) loadID(ctx context.Context, key idKey) (serde.Schema, error) {
	if err := c.missing.Get(key); err != nil {
		return serde.Schema{}, err
	}
	s, err := c.fetchID(ctx, key)
	if err == nil {
		c.remember(ctx, key.asked(), serde.RegisteredSchema{Schema: s})
		return s, nil
	}
	err = Error{Op: opSchemaByID, ID: key.id}.because(err)
	var answer *Error
	if errors.As(err, &answer) && answer.missing(codeSchemaNotFound) {
		c.missing.Put(key, answer)
	}
	return serde.Schema{}, err
}

// fetchID asks for a number in the default context through srclient, which knows neither contexts nor GUIDs.
func (c *Client) fetchID(ctx context.Context, key idKey) (serde.Schema, error) {
	n, isNumber := key.id.Number()
	if isNumber && key.context == "" {
		return c.fetchByID(ctx, n)
	}
	var answer schemaAnswer
	if !isNumber {
		err := c.get(ctx, "/schemas/guids/"+key.id.String(), &answer)
		var refused *Error
		if errors.As(err, &refused) && refused.HTTPStatus == http.StatusNotFound && !isNotFoundCode(refused.Code) {
			refused.Err = errors.New("a registry without GUIDs (Confluent's has them since 8.0), or none: check host and base path of the URL")
		}
		if err != nil {
			return serde.Schema{}, err
		}
		return answer.schema(http.StatusOK, c.ignoredRules)
	}
	qualified := ":" + key.context + ":"
	if err := c.get(ctx, fmt.Sprintf("/schemas/ids/%d?subject=%s", n, url.QueryEscape(qualified)), &answer); err != nil {
		return serde.Schema{}, err
	}
	if err := c.checkContext(qualified, answer.Subject); err != nil {
		return serde.Schema{}, err
	}
	return answer.schema(http.StatusOK, c.ignoredRules)
}

// SchemaByVersion returns one version of a subject, also one that was deleted softly, since schemas that records were written with may refer to
// it; or its newest live one for [serde.LatestVersion]. A version is kept until this client deletes the
// subject or the cache is full, the newest one for the time of [WithLatestTTL] or until this client registers one. A missing
// subject is [ErrSubjectNotFound], a missing version [ErrVersionNotFound], and both are [serde.ErrUnknownSchema].
func (c *Client) SchemaByVersion(ctx context.Context, subject string, version int) (serde.RegisteredSchema, error) {
	attempt := Error{Op: opSchemaByVersion, Subject: subject, Version: version}
	if err := checkVersion(subject, version); err != nil {
		return serde.RegisteredSchema{}, attempt.because(err)
	}
	key := versionKey{subject: subject, version: version}
	kept := c.versions
	if version == serde.LatestVersion {
		kept = c.latest
	}
	get := func(ctx context.Context) (serde.RegisteredSchema, error) {
		return kept.Get(ctx, key, func(ctx context.Context) (serde.RegisteredSchema, error) { return c.loadVersion(ctx, key) })
	}
	var s serde.RegisteredSchema
	var err error
	if kept.Cached(key) != nil {
		s, err = get(ctx)
	} else {
		s, err = c.recall(ctx, key.asked(), get)
	}
	if err != nil {
		return serde.RegisteredSchema{}, attempt.because(err)
	}
	return s, nil
}

func (c *Client) loadVersion(ctx context.Context, key versionKey) (serde.RegisteredSchema, error) {
	s, err := c.fetchByVersion(ctx, key.subject, key.version)
	if key.version != serde.LatestVersion && (errors.Is(err, ErrVersionNotFound) || errors.Is(err, ErrSubjectNotFound)) {
		deleted, again := c.fetchDeleted(ctx, key.subject, key.version)
		if again == nil || ctx.Err() != nil || errors.Is(again, ErrUnavailable) {
			s, err = deleted, again
		}
	}
	if err != nil {
		err = Error{Op: opSchemaByVersion, Subject: key.subject, Version: key.version}.because(err)
		if key.version == serde.LatestVersion {
			c.rememberMissing(ctx, key.asked(), err)
		}
		return serde.RegisteredSchema{}, err
	}
	c.keepID(ctx, s)
	c.remember(ctx, key.asked(), s)
	return s, nil
}

// fetchDeleted asks for a version whether or not it was deleted softly, which srclient cannot.
func (c *Client) fetchDeleted(ctx context.Context, subject string, version int) (serde.RegisteredSchema, error) {
	var answer schemaAnswer
	if err := c.get(ctx, versionPath(subject, version)+listQuery([]ListOption{IncludeDeleted()}), &answer); err != nil {
		return serde.RegisteredSchema{}, err
	}
	if err := c.checkContext(subject, answer.Subject); err != nil {
		return serde.RegisteredSchema{}, err
	}
	return answer.registered(http.StatusOK, subject, c.ignoredRules)
}

// keepID puts a schema that came by version or by registration where SchemaByID finds it: they share the text, and a request is saved.
func (c *Client) keepID(ctx context.Context, s serde.RegisteredSchema) {
	key := idKey{context: c.foreign(c.contextOf(s.Subject), s.ID), id: s.ID}
	c.ids.put(key, s.Schema)
	c.remember(ctx, key.asked(), serde.RegisteredSchema{Schema: s.Schema})
}

// checkVersion refuses what cannot be asked for.
func checkVersion(subject string, version int) error {
	if version < 1 && version != serde.LatestVersion {
		return fmt.Errorf("%d is not a version", version)
	}
	return checkSubject(subject)
}

func versionPath(subject string, version int) string {
	if version == serde.LatestVersion {
		return subjectPath(subject) + "/versions/latest"
	}
	return subjectPath(subject) + "/versions/" + strconv.Itoa(version)
}
