package avsc

import "strings"

// node is a type in a schema. A node of kind "name" stands for a type that is
// named; target is set once all definitions are known.
type node struct {
	kind     string // a primitive, or record, error, enum, fixed, array, map, union, name
	name     name   // of a named type; what a "name" node looks for
	doc      *string
	aliases  []name
	fields   []*field
	symbols  []string
	fallback *string // the default of an enum
	size     string
	element  *node // items, values
	branches []*node
	props    []member
	target   *node
}

// field is a field of a record.
type field struct {
	name    string
	typ     *node
	doc     *string
	preset  *value // the default
	order   string // in lower case; empty for ascending
	aliases []string
	props   []member
}

// name is a name and its namespace, which is empty where there is none.
type name struct{ space, simple string }

func (n name) full() string {
	if n.space == "" {
		return n.simple
	}
	return n.space + "." + n.simple
}

// in spells the name as a reference from inside a namespace.
func (n name) in(space string) string {
	if n.space == space && !primitives[n.simple] {
		return n.simple
	}
	return n.full()
}

// newName splits a full name, or puts a simple one into space.
func newName(text, space string) name {
	if at := strings.LastIndexByte(text, '.'); at >= 0 {
		return name{text[:at], text[at+1:]}
	}
	return name{space, text}
}

// resolved follows a name to its definition.
func (n *node) resolved() *node {
	if n.kind == "name" && n.target != nil {
		return n.target
	}
	return n
}

// label names the node as Avro does in messages: a full name, or the kind.
func (n *node) label() string {
	if n.isNamed() || n.kind == "name" {
		return n.name.full()
	}
	return n.kind
}

func (n *node) isNamed() bool {
	switch n.kind {
	case "record", "error", "enum", "fixed":
		return true
	}
	return false
}

var primitives = map[string]bool{
	"null": true, "boolean": true, "int": true, "long": true,
	"float": true, "double": true, "bytes": true, "string": true,
}
