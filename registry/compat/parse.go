package compat

import (
	"fmt"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// Limits of a schema that this package looks at: its own text and those of its references together.
const (
	MaxText       = 1 << 20 // bytes
	MaxReferences = 1000
	// MaxDepth is how deep arrays and objects may be nested in the JSON text. A record within a record is three levels below it.
	MaxDepth = 4000
)

// parse reads a schema and its references, each with types of its own. A registry may have taken what is refused today, so
// that parsing is lenient.
func parse(s Schema) (*avro.Schema, error) {
	if len(s.References) > MaxReferences {
		return nil, fmt.Errorf("it has %d references, the limit is %d", len(s.References), MaxReferences)
	}
	left := MaxText
	var known []*avro.Schema
	for i, text := range s.References {
		schema, err := parseText(text, left, known)
		if err != nil {
			return nil, fmt.Errorf("reference %d: %w", i+1, err)
		}
		known = append(known, schema)
		left -= len(text)
	}
	return parseText(s.Text, left, known)
}

func parseText(text string, left int, known []*avro.Schema) (*avro.Schema, error) {
	if len(text) > left {
		return nil, fmt.Errorf("it is larger than %d bytes, with its references", MaxText)
	}
	return avro.Parse(text, avro.Lenient(), avro.WithTypes(known...), avro.WithSchemaLimits(MaxText, MaxDepth))
}
