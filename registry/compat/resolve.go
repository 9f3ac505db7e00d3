package compat

import (
	"fmt"

	"github.com/hamba/avro/v2"
)

// Limits of a schema that this package looks at: its own text and those of its
// references together. They keep a hostile text from taking minutes or the
// stack, since the work of the checker grows with the cube of the depth.
const (
	MaxText  = 1 << 20 // bytes
	MaxDepth = 100     // levels of JSON arrays and objects
)

// parsedSchema is a schema ready to be resolved.
type parsedSchema struct{ schema avro.Schema }

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
	parsed.schema, err = avro.ParseWithCache(s.Text, "", cache)
	return parsed, err
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

// checkLimits counts levels outside of strings; it does not validate.
func checkLimits(text string, total int) error {
	if total > MaxText {
		return fmt.Errorf("schema text is larger than %d bytes", MaxText)
	}
	depth, inString := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth++; depth > MaxDepth {
				return fmt.Errorf("schema text is nested deeper than %d levels", MaxDepth)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}
