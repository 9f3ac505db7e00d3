package hamba

import (
	"fmt"

	"github.com/hamba/avro/v2"
)

// maxWeight bounds what a schema grows to when each name stands for its definition, as hamba sees it: a few doublings of a record by
// two fields of the type before make a small text endless.
const maxWeight = 1 << 20

// node is what the check of a body needs to know of a schema. Recursive schemas make cyclic nodes.
type node struct {
	kind     avro.Type
	name     string
	fields   []fieldNode // of a record
	branches []*node     // of a union
	items    *node       // of an array or a map
	count    int         // symbols of an enum, bytes of a fixed
	least    int         // bytes that a value takes at least
	weight   int         // nodes, with each name replaced by its definition
}

type fieldNode struct {
	name string
	node *node
}

// layoutOf turns a schema into nodes. It refuses schemas that hamba would not survive.
func layoutOf(schema avro.Schema) (*node, error) {
	var problem error
	known := map[avro.Schema]*node{}
	var build func(avro.Schema) *node
	build = func(schema avro.Schema) *node {
		schema = deref(schema)
		if n, ok := known[schema]; ok {
			return n // in a recursive type it is not finished, and its least is 0: low, never high
		}
		n := &node{kind: schema.Type(), name: string(schema.Type()), least: 1, weight: 1}
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
				n.least = min(n.least+f.node.least, MaxBody+1)
				n.weight += f.node.weight
			}
		case *avro.EnumSchema:
			n.name, n.count = s.FullName(), len(s.Symbols())
		case *avro.FixedSchema:
			n.name, n.count, n.least = s.FullName(), s.Size(), s.Size()
			if s.Size() < 0 || s.Size() > MaxBody {
				problem = fmt.Errorf("schema: fixed %s of %d bytes: at most %d are allowed", n.name, s.Size(), MaxBody)
			}
		case *avro.ArraySchema:
			n.items = build(s.Items())
			n.weight += n.items.weight
		case *avro.MapSchema:
			n.items = build(s.Values())
			n.weight += n.items.weight
		case *avro.UnionSchema:
			for _, branch := range s.Types() {
				n.branches = append(n.branches, build(branch))
			}
			for _, branch := range n.branches {
				n.weight += branch.weight
			}
		case *avro.PrimitiveSchema:
			switch s.Type() {
			case avro.Float:
				n.least = 4
			case avro.Double:
				n.least = 8
			}
		}
		if n.weight > maxWeight {
			n.weight = maxWeight
			problem = fmt.Errorf("schema: more than %d types when each name stands for its definition", maxWeight)
		}
		return n
	}
	return build(schema), problem
}
