package compat

import (
	"fmt"

	"github.com/hamba/avro/v2"
)

// parsedSchema is a schema ready to be resolved.
type parsedSchema struct {
	schema avro.Schema
	width  *width
}

// parse reads a schema and its references into a cache of its own: a shared one
// would let the names of one subject leak into another.
func parse(s Schema) (parsed parsedSchema, err error) {
	defer recoverAs(&err, "read schema")
	total := 0
	for _, text := range append(s.References[:len(s.References):len(s.References)], s.Text) {
		total += len(text)
		if err := checkLimits(text, total); err != nil {
			return parsed, err
		}
	}
	cache := &avro.SchemaCache{}
	for i, text := range s.References {
		if _, err := avro.ParseWithCache(text, "", cache); err != nil {
			return parsed, fmt.Errorf("reference %d: %w", i+1, err)
		}
	}
	if parsed.schema, err = avro.ParseWithCache(s.Text, "", cache); err != nil {
		return parsed, err
	}
	parsed.width = widthOf(parsed.schema)
	return parsed, nil
}

// resolve asks whether reader can read what writer wrote.
func resolve(reader, writer parsedSchema, roles roleNames) (messages []Message) {
	var err error
	defer func() {
		if err != nil {
			messages = []Message{explain(err, roles)}
		}
	}()
	defer recoverAs(&err, "resolve schemas")
	err = avro.NewSchemaCompatibility().Compatible(reader.schema, writer.schema)
	return nil
}

// recoverAs turns a panic of the checker into an error: it panics on some
// schemas that it took when it parsed them.
func recoverAs(err *error, what string) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%s: internal failure of the checker: %v", what, p)
	}
}
