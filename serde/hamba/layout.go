package hamba

import "github.com/hamba/avro/v2"

// node is what the check of a body needs to know of a schema. Recursive schemas make cyclic nodes.
type node struct {
	kind     avro.Type
	name     string
	fields   []fieldNode // of a record
	branches []*node     // of a union
	items    *node       // of an array or a map
	count    int         // symbols of an enum, bytes of a fixed
	least    int         // bytes that a value takes at least
}

type fieldNode struct {
	name string
	node *node
}

// layoutOf turns a schema into nodes.
func layoutOf(schema avro.Schema) *node {
	known := map[avro.Schema]*node{}
	var build func(avro.Schema) *node
	build = func(schema avro.Schema) *node {
		schema = deref(schema)
		if n, ok := known[schema]; ok {
			return n // in a recursive type it is not finished, and its least is 0: low, never high
		}
		n := &node{kind: schema.Type(), name: string(schema.Type()), least: 1}
		known[schema] = n
		switch s := schema.(type) {
		case *avro.NullSchema:
			n.least = 0
		case *avro.RecordSchema:
			n.name, n.least = s.FullName(), 0
			for _, f := range s.Fields() {
				n.fields = append(n.fields, fieldNode{f.Name(), build(f.Type())})
			}
			for _, f := range n.fields {
				n.least = min(n.least+f.node.least, MaxBody)
			}
		case *avro.EnumSchema:
			n.name, n.count = s.FullName(), len(s.Symbols())
		case *avro.FixedSchema:
			n.name, n.count, n.least = s.FullName(), s.Size(), s.Size()
		case *avro.ArraySchema:
			n.items = build(s.Items())
		case *avro.MapSchema:
			n.items = build(s.Values())
		case *avro.UnionSchema:
			for _, branch := range s.Types() {
				n.branches = append(n.branches, build(branch))
			}
		case *avro.PrimitiveSchema:
			switch s.Type() {
			case avro.Float:
				n.least = 4
			case avro.Double:
				n.least = 8
			}
		}
		return n
	}
	return build(schema)
}
