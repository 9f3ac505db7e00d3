package avsc

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Schema is a schema that was read. It is immutable, so safe for concurrent use.
type Schema struct {
	root     *node
	external map[string]bool // full names that come from references
}

// Options of [Parse].
type Options struct {
	// References are the texts of all schemas that the text refers to, each
	// after those it refers to itself.
	References []string
	// Lenient leaves defaults and namespaces unchecked.
	Lenient bool
}

// parser holds what one schema and its references define.
type parser struct {
	types   map[string]*node
	unions  []*node
	names   []*node // nodes of kind "name", to be resolved at the end
	records []*node
	lenient bool
}

// Parse reads a schema. Its error is the reason in a sentence, without the text
// of the schema around it.
func Parse(text string, o Options) (*Schema, error) {
	p := &parser{types: map[string]*node{}, lenient: true}
	for _, reference := range o.References {
		if _, err := p.parse(reference); err != nil {
			return nil, err
		}
	}
	s := &Schema{external: map[string]bool{}}
	for full := range p.types {
		s.external[full] = true
	}
	p.lenient = o.Lenient
	var err error
	s.root, err = p.parse(text)
	return s, err
}

func (p *parser) parse(text string) (*node, error) {
	p.unions, p.names, p.records = nil, nil, nil
	v, err := readValue(text)
	if err != nil {
		return nil, err
	}
	root, err := p.node(v, "")
	if err != nil {
		return nil, err
	}
	for _, n := range p.names {
		n.target = p.lookUp(n.name)
		switch {
		case n.target != nil:
		case n == root: // Java then has a place-holder in its hands, which it numbers
			return nil, errors.New("Unknown schema: org.apache.avro.compiler.UnresolvedSchema_1")
		default:
			return nil, fmt.Errorf("Undefined schema: %s", n.name.full())
		}
	}
	for _, n := range p.unions {
		if err := checkUnion(n); err != nil {
			return nil, err
		}
	}
	if !p.lenient {
		checker := defaults{}
		for _, n := range p.records {
			if err := checker.check(n); err != nil {
				return nil, err
			}
		}
	}
	return root, nil
}

// lookUp finds a name, or the same simple name outside of all namespaces.
func (p *parser) lookUp(n name) *node {
	if found := p.types[n.full()]; found != nil {
		return found
	}
	return p.types[n.simple]
}

func (p *parser) node(v *value, space string) (*node, error) {
	switch v.kind {
	case stringKind:
		return p.named(v.text, space), nil
	case arrayKind:
		return p.union(v, space)
	case objectKind:
		return p.object(v, space)
	}
	return nil, fmt.Errorf("Schema not yet supported: %s", v)
}

func (p *parser) named(text, space string) *node {
	if primitives[text] {
		return &node{kind: text}
	}
	n := &node{kind: "name", name: newName(text, space)}
	p.names = append(p.names, n)
	return n
}

func (p *parser) union(v *value, space string) (*node, error) {
	n := &node{kind: "union"}
	for _, item := range v.items {
		if item.kind == arrayKind {
			return nil, fmt.Errorf("Nested union: %s", v)
		}
		branch, err := p.node(item, space)
		if err != nil {
			return nil, err
		}
		n.branches = append(n.branches, branch)
	}
	p.unions = append(p.unions, n)
	return n, nil
}

func checkUnion(n *node) error {
	seen := map[string]bool{}
	for _, branch := range n.branches {
		label := branch.resolved().label()
		if seen[label] {
			return fmt.Errorf("Duplicate in union:%s", label)
		}
		seen[label] = true
	}
	return nil
}

func (p *parser) object(v *value, space string) (*node, error) {
	kind, ok := v.str("type")
	if !ok {
		return nil, fmt.Errorf("No type: %s", v)
	}
	switch kind {
	case "record", "error":
		return p.record(v, kind, space)
	case "enum":
		return p.enum(v, space)
	case "fixed":
		return p.fixed(v, space)
	case "array":
		return p.container(v, kind, "items", "Array has no items type: ", space)
	case "map":
		return p.container(v, kind, "values", "Map has no values type: ", space)
	}
	n := p.named(kind, space)
	if n.kind != "name" {
		n.props = properties(v, typeAttributes)
	}
	return n, nil
}

func (p *parser) container(v *value, kind, attribute, missing, space string) (*node, error) {
	inner := v.get(attribute)
	if inner == nil {
		return nil, errors.New(missing + v.String())
	}
	element, err := p.node(inner, space)
	if err != nil {
		return nil, err
	}
	return &node{kind: kind, element: element, props: properties(v, typeAttributes)}, nil
}

// Attributes that Avro knows; all others are custom properties.
var (
	typeAttributes  = []string{"doc", "fields", "items", "name", "namespace", "size", "symbols", "values", "type", "aliases"}
	enumAttributes  = append(slices.Clone(typeAttributes), "default")
	fieldAttributes = []string{"default", "doc", "name", "order", "type", "aliases"}
)

func properties(v *value, known []string) []member {
	var props []member
	for _, m := range v.members {
		if !slices.Contains(known, m.name) {
			props = append(props, m)
		}
	}
	return props
}

func docOf(v *value) *string {
	if doc, ok := v.str("doc"); ok {
		return &doc
	}
	return nil
}

// isName says whether text is a name by the specification.
func isName(text string) bool {
	for i, c := range []byte(text) {
		letter := c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return text != ""
}

func checkName(text string) error {
	switch {
	case text == "":
		return errors.New("Empty name")
	case isName(text):
		return nil
	case !isName(text[:1]):
		return fmt.Errorf("Illegal initial character: %s", text)
	}
	return fmt.Errorf("Illegal character in: %s", text)
}

func (p *parser) checkSpace(space string) error {
	if space == "" || p.lenient {
		return nil
	}
	for part := range strings.SplitSeq(space, ".") {
		if err := checkName(part); err != nil {
			return fmt.Errorf("Namespace part %q is invalid: %w", part, err)
		}
	}
	return nil
}
