package hamba

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hamba/avro/v2"
)

// Bounds on schema text, since hamba's parser and its compatibility check take time and memory out of proportion to it.
const (
	maxSchemaText  = 1 << 20
	maxSchemaDepth = 200
)

// parse reads a schema given as texts in the order of reference, with a cache of its own: definitions of one call are unknown to
// the next one.
func parse(texts []string) (schema avro.Schema, err error) {
	defer func() {
		if r := recover(); r != nil {
			schema, err = nil, fmt.Errorf("schema does not parse: hamba/avro failed: %.300v", r)
		}
	}()
	cache := &avro.SchemaCache{}
	size := 0
	for i, text := range texts {
		if size += len(text); size > maxSchemaText {
			return nil, fmt.Errorf("schema does not parse: more than %d bytes of text", maxSchemaText)
		}
		if err := checkJSON(text); err != nil {
			return nil, fmt.Errorf("schema %d of %d does not parse: %w", i+1, len(texts), err)
		}
		if schema, err = avro.ParseWithCache(text, "", cache); err != nil {
			return nil, fmt.Errorf("schema %d of %d does not parse: %.300s", i+1, len(texts), trimPackage(err.Error()))
		}
	}
	if schema == nil {
		return nil, errors.New("schema does not parse: no text")
	}
	return schema, nil
}

// checkJSON refuses what hamba would silently take for the name of a type, and nesting that its recursion cannot bear. A
// bare name, such as string, is allowed: registries hand out primitive schemas in that form, too.
func checkJSON(text string) error {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxSchemaDepth {
				return fmt.Errorf("more than %d levels of JSON", maxSchemaDepth)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	if isName(text) {
		return nil
	}
	var v any
	return json.Unmarshal([]byte(text), &v)
}

func isName(text string) bool {
	for i := range len(text) {
		c := text[i]
		if c != '.' && c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return text != ""
}

// deref returns the schema that a reference stands for.
func deref(schema avro.Schema) avro.Schema {
	if ref, ok := schema.(*avro.RefSchema); ok {
		return ref.Schema()
	}
	return schema
}

// isRecursive reports whether a type of the schema contains itself.
func isRecursive(schema avro.Schema) bool {
	open := map[avro.Schema]bool{}
	done := map[avro.Schema]bool{}
	var visit func(avro.Schema) bool
	visit = func(s avro.Schema) bool {
		switch s := deref(s).(type) {
		case *avro.RecordSchema:
			if open[s] || done[s] {
				return open[s]
			}
			open[s] = true
			for _, f := range s.Fields() {
				if visit(f.Type()) {
					return true
				}
			}
			open[s], done[s] = false, true
		case *avro.ArraySchema:
			return visit(s.Items())
		case *avro.MapSchema:
			return visit(s.Values())
		case *avro.UnionSchema:
			for _, branch := range s.Types() {
				if visit(branch) {
					return true
				}
			}
		}
		return false
	}
	return visit(schema)
}
