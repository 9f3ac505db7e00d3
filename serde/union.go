package serde

import (
	"encoding/json"
	"fmt"
	"strings"
)

// shape is what the serde itself needs to know of an Avro schema's text: the full name at its top, or the names of the branches
// where the top is a union. Everything else is the codec's business.
type shape struct {
	name     string
	branches []string // nil where the schema is no union
}

// shapeOf reads the top level of an Avro schema text.
func shapeOf(text string) (shape, error) {
	trimmed := strings.TrimLeft(text, " \t\r\n")
	if !strings.HasPrefix(trimmed, "[") {
		name, err := nameOf(json.RawMessage(trimmed))
		return shape{name: name}, err
	}
	var branches []json.RawMessage
	if err := json.Unmarshal([]byte(trimmed), &branches); err != nil {
		return shape{}, fmt.Errorf("schema text is not JSON: %w", err)
	}
	s := shape{branches: make([]string, len(branches))}
	for i, branch := range branches {
		name, err := nameOf(branch)
		if err != nil {
			return shape{}, err
		}
		s.branches[i] = name
	}
	return s, nil
}

// nameOf returns the full name of a schema that is not a union: what a reference says, what a definition declares (Avro
// specification, "Names": a dotted name is a full name, otherwise the namespace goes before it), or the type's own name.
func nameOf(schema json.RawMessage) (string, error) {
	if len(schema) > 0 && schema[0] == '"' {
		var name string
		if err := json.Unmarshal(schema, &name); err != nil {
			return "", fmt.Errorf("schema text is not JSON: %w", err)
		}
		return name, nil
	}
	var def struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
		Type      any    `json:"type"`
	}
	if err := json.Unmarshal(schema, &def); err != nil {
		return "", fmt.Errorf("schema text is not JSON: %w", err)
	}
	switch {
	case def.Name == "":
		name, _ := def.Type.(string)
		return name, nil
	case strings.Contains(def.Name, ".") || def.Namespace == "":
		return strings.TrimPrefix(def.Name, "."), nil
	default:
		return def.Namespace + "." + def.Name, nil
	}
}

// aliasesOf returns the other full names that texts give the type called name (Avro specification, "Aliases": one without a dot is in the
// namespace of the type, as the name is). A text that cannot be read has none.
func aliasesOf(name string, texts []string) (aliases []string) {
	for _, text := range texts {
		var branches []json.RawMessage
		if json.Unmarshal([]byte(text), &branches) != nil { // no union
			branches = []json.RawMessage{json.RawMessage(text)}
		}
		for _, branch := range branches {
			var def struct {
				Aliases []string `json:"aliases"`
			}
			if full, err := nameOf(branch); err != nil || full != name || json.Unmarshal(branch, &def) != nil {
				continue
			}
			space := name[:strings.LastIndexByte(name, '.')+1]
			for _, alias := range def.Aliases {
				if !strings.Contains(alias, ".") {
					alias = space + alias
				}
				aliases = append(aliases, strings.TrimPrefix(alias, "."))
			}
		}
	}
	return aliases
}

// branch returns the index of the branch called name, or -1.
func (s shape) branch(name string) int {
	if name == "" {
		return -1
	}
	for i, b := range s.branches {
		if b == name {
			return i
		}
	}
	return -1
}

// member returns texts with one named type of it as the schema: the union defines it, its quoted name stands for it.
func member(texts []string, name string) []string {
	return append(append(make([]string, 0, len(texts)+1), texts...), `"`+name+`"`)
}
