package glue

import (
	"context"
	"fmt"
	"slices"

	awsglue "github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/serde"
)

// maxEarlier bounds how many earlier versions are fetched for a verdict.
const maxEarlier = 100

// history is what a schema asks of its next version.
type history struct {
	level      Level
	latest     int
	checkpoint int // the first version that counts
}

func (c *Client) history(ctx context.Context, name string) (history, error) {
	out, err := call(ctx, c, API.GetSchema, &awsglue.GetSchemaInput{SchemaId: c.schemaID(name)})
	if err != nil {
		return history{}, err
	}
	h := history{level: Level(out.Compatibility), checkpoint: 1}
	if out.LatestSchemaVersion != nil {
		h.latest = int(*out.LatestSchemaVersion)
	}
	if out.SchemaCheckpoint != nil {
		h.checkpoint = max(1, int(*out.SchemaCheckpoint))
	}
	return h, nil
}

// incompatible is the error for a version that Glue has refused. Glue does not say why, so package compat does, where it comes to the same verdict.
func (c *Client) incompatible(ctx context.Context, key registrationKey, id serde.SchemaID) error {
	e := &Error{kind: kindIncompatible, Message: fmt.Sprintf("Glue has refused version %v (%s)", id, types.SchemaVersionStatusFailure)}
	h, err := c.history(ctx, key.name)
	if err != nil {
		e.Message += "; its level could not be asked for"
		return e
	}
	e.Message += " under level " + string(h.level)
	e.Err, _ = c.check(ctx, key, h)
	return e
}

// disabled is the error for a version that nothing may precede.
func disabled() error {
	return &Error{kind: kindIncompatible, Message: "the level " + string(Disabled) + " lets no version follow the first"}
}

// check asks package compat whether a definition may follow the versions that are there, and returns what is wrong. It finds nothing where there is no
// verdict here: in another language than Avro, under a level that compat does not know, or for texts that it cannot read. Glue's verdict is the
// one that counts.
func (c *Client) check(ctx context.Context, key registrationKey, h history) (problem, err error) {
	level, known := h.level.compat()
	if !known || level == compat.None || key.format != serde.TypeAvro {
		return nil, nil
	}
	var earlier []compat.Schema
	for version := h.latest; version >= h.checkpoint && len(earlier) < maxEarlier; version-- {
		s, err := c.version(ctx, versionKey{key.name, version})
		switch {
		case kindOf(err) == kindNotFound || kindOf(err) == kindPending:
			continue // refused, deleted, or not decided: perhaps the same schema, by another producer that starts
		case err != nil:
			return nil, err
		}
		earlier = append(earlier, compat.Schema{Version: s.Version, Text: s.Text})
		if !level.Transitive() {
			break
		}
	}
	result := compat.Check(level, compat.Schema{Text: key.text}, earlier)
	result.Messages = slices.DeleteFunc(result.Messages, func(m compat.Message) bool {
		return m.Type == compat.Unparsable || m.Type == compat.TooComplex
	})
	return result.Err(), nil
}
