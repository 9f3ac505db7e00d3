package registry

import (
	"context"
	"errors"
	"fmt"

	"github.com/magicbyte-go/magicbyte/registry/internal/snapshot"
	"github.com/magicbyte-go/magicbyte/serde"
)

// WithSnapshot keeps the registry's answers in a file at path: all schemas with what they refer to, and which registration, version or
// newest version each of them was the answer to. [New] reads it, so a service that starts while its registry is down goes on with what it
// knew. While the registry answers, only schemas by id are taken from the file, since they never change.
//
// The file is written a second after something new was learnt, by [Client.SaveSnapshot] and by [Client.Close]: in one step, with a
// checksum. Several processes may share it; each adds what it has seen. A file that is torn, corrupted, of another registry, or written
// with [WithRulesIgnored] for a client without it, is not used at all: the logger says so, and so does the error of whatever it
// would have helped. The next write replaces it. Its folder must exist, or [New] fails: in an outage it would be too late to learn of it. The file holds schemas and no credentials.
func WithSnapshot(path string) Option {
	return optionFunc(func(c *config) {
		if err := snapshot.CheckPath(path); err != nil {
			c.fail("WithSnapshot: %w", err)
		}
		c.snapshot = path
	})
}

// SaveSnapshot writes the file of [WithSnapshot] now, where there is one and it lacks something.
func (c *Client) SaveSnapshot() error {
	if err := c.memory.Save(); err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	return nil
}

// recall asks with get; while the registry is unavailable, it returns the last answer to the same question, where there is one.
func (c *Client) recall(
	ctx context.Context, asked snapshot.Key, get func(context.Context) (serde.RegisteredSchema, error),
) (serde.RegisteredSchema, error) {
	return c.memory.Recall(ctx, asked, get)
}

func unavailable(err error) bool { return errors.Is(err, ErrUnavailable) }

func refused(m snapshot.Missing) error {
	return &Error{HTTPStatus: m.Status, Code: m.Code, Message: m.Message}
}

// remember keeps an answer for outages.
func (c *Client) remember(ctx context.Context, asked snapshot.Key, s serde.RegisteredSchema) {
	c.memory.Put(ctx, asked, snapshot.Answer{Schema: s})
}

// rememberMissing keeps the answer that a subject has no version: a service whose subjects do not exist yet starts as well.
func (c *Client) rememberMissing(ctx context.Context, asked snapshot.Key, err error) {
	var answer *Error
	if errors.As(err, &answer) && answer.missing(codeSubjectNotFound) {
		c.memory.Put(ctx, asked, snapshot.Answer{Missing: snapshot.Missing{Status: answer.HTTPStatus, Code: answer.Code, Message: answer.Message}})
	}
}

// Questions, as the snapshot has them.

func (k idKey) asked() snapshot.Key {
	return snapshot.Key{Kind: snapshot.ByID, Context: k.context, ID: k.id}
}

func (k versionKey) asked() snapshot.Key {
	return snapshot.Key{Kind: snapshot.ByVersion, Subject: k.subject, Version: k.version}
}

func (k registrationKey) asked() snapshot.Key {
	return snapshot.Key{Kind: snapshot.Registration, Subject: k.subject, Type: k.schemaType, Text: k.text, References: k.references}
}
