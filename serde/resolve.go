package serde

import (
	"context"
	"errors"
	"fmt"
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
	var visit func(Schema) error
	visit = func(s Schema) error {
		for _, ref := range s.References {
			at := place{ref.Subject, ref.Version}
			if seen[at] {
				continue
			}
			seen[at] = true
			if len(seen) > maxReferences {
				return fmt.Errorf("%w: more than %d references", ErrUnresolvable, maxReferences)
			}
			subject := ref.Subject
			if registryContext != "" && subject != "" && subject[0] != ':' {
				subject = ":" + registryContext + ":" + subject
			}
			referred, err := reg.SchemaByVersion(ctx, subject, ref.Version)
			if err != nil {
				return fmt.Errorf("reference %s (subject %s version %d): %w", ref.Name, ref.Subject, ref.Version, err)
			}
			if err := visit(referred.Schema); err != nil {
				return err
			}
		}
		out = append(out, s.Text)
		return nil
	}
	if err := visit(schema); err != nil {
		return nil, err
	}
	return out, nil
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
