package serde

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// maxReferences bounds how many schemas one schema may pull in by reference, so that a registry's answer cannot keep a caller busy
// for ever.
const maxReferences = 1000

// texts returns the texts of what schema refers to, each once and after everything that it refers to itself, and last the schema.
func texts(ctx context.Context, reg SchemaReader, registryContext string, schema Schema) ([]string, error) {
	if len(schema.References) == 0 {
		return []string{schema.Text}, nil
	}
	type place struct {
		subject string
		version int
	}
	var out []string
	seen := map[place]bool{}
	var visit func(string, Schema) error
	visit = func(registryContext string, s Schema) error {
		for _, ref := range s.References {
			subject, within := referredFrom(registryContext, ref.Subject)
			at := place{subject, ref.Version}
			if seen[at] {
				continue
			}
			seen[at] = true
			if len(seen) > maxReferences {
				return fmt.Errorf("%w: more than %d references", ErrUnresolvable, maxReferences)
			}
			referred, err := reg.SchemaByVersion(ctx, subject, ref.Version)
			if err != nil {
				return fmt.Errorf("reference %s (subject %s version %d): %w", ref.Name, ref.Subject, ref.Version, err)
			}
			if err := visit(within, referred.Schema); err != nil {
				return err
			}
		}
		out = append(out, s.Text)
		return nil
	}
	if err := visit(registryContext, schema); err != nil {
		return nil, err
	}
	return out, nil
}

// referredFrom returns the name of a subject that a schema of registryContext refers to, and the context that the subject is in: names in what it
// refers to itself are meant there.
func referredFrom(registryContext, subject string) (qualified, within string) {
	if rest, ok := strings.CutPrefix(subject, ":."); ok {
		if within, _, ok := strings.Cut(rest, ":"); ok {
			return subject, "." + within
		}
	}
	if registryContext == "" || subject == "" {
		return subject, registryContext
	}
	return ":" + registryContext + ":" + subject, registryContext
}

// checkType refuses a schema of another language than the codec's.
func checkType(schema Schema, codecType string) error {
	have := schema.Type
	if have == "" {
		have = TypeAvro
	}
	if have != codecType {
		return fmt.Errorf("%w: the schema is of type %s, the codec reads and writes %s", ErrUnresolvable, have, codecType)
	}
	return nil
}

// classify says what class a registry's error is. A refused registration is ClassOther: neither an outage nor a bad record.
func classify(ctx context.Context, err error, registering bool) Class {
	switch {
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return ClassOther
	case errors.Is(err, ErrUnknownSchema):
		return ClassUnknownSchema
	case errors.Is(err, ErrUnresolvable):
		return ClassUnresolvable
	case registering && !errors.Is(err, ErrRegistryUnavailable) && !errors.Is(err, ErrUnauthorized):
		return ClassOther
	default:
		return ClassRegistryUnavailable
	}
}
