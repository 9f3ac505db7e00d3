package avro

import "math"

// Parse reads the JSON text of a schema. It is strict unless [Lenient] is given: what Apache Avro for Java refuses is refused.
// As there, // and /* */ comments are taken, the last of several equal attributes counts, a type may be used before its
// definition, and defined again in the very same way.
//
// Every error is a [*SchemaError].
func Parse(text string, opts ...ParseOption) (*Schema, error) {
	p := &parser{
		source:    &source{text},
		maxBytes:  defaultMaxSchemaBytes,
		maxLevels: defaultMaxSchemaLevels,
		open:      map[*Schema]bool{},

		uncomparable: map[*Schema]bool{},
	}
	for _, o := range opts {
		o.applyParse(p)
	}
	if limit := min(p.maxBytes, math.MaxInt32); len(text) > limit {
		return nil, p.source.fail(0, "it has %d bytes, the limit is %d; shorten it, or raise the limit with WithSchemaLimits", len(text), limit)
	}
	r := jsonReader{source: p.source, text: text, maxLevels: p.maxLevels}
	doc, err := r.document()
	if err != nil {
		return nil, err
	}
	return p.document(doc)
}

// parser builds a schema from its JSON.
type parser struct {
	source    *source
	lenient   bool
	maxBytes  int
	maxLevels int
	given     []*Schema

	names      names
	references []reference      // to types that were not yet defined
	again      []redefinition   // of types that were
	unions     []unionPlace     // to be checked once all types are known
	defaults   []*Field         // of types that were not yet defined
	open       map[*Schema]bool // records whose fields are being parsed
	work       int              // left for checking defaults
	miss       misfit

	// Java cannot compare a record with another definition of it where the record refers to a type that is not complete there.
	early        int // such references so far
	uncomparable map[*Schema]bool

	here place // where the parser is
}

// unionPlace is a union and where it is.
type unionPlace struct {
	schema *Schema
	json   *jsonValue
	place
}

// place is where in the schema something is, for errors: nil for no record, and for none of its fields.
type place struct {
	record *Schema
	field  *Field
}

// fail returns the error of a value of the text.
func (p *parser) fail(v *jsonValue, format string, args ...any) error {
	return p.failAt(p.here, v, format, args...)
}

func (p *parser) failAt(at place, v *jsonValue, format string, args ...any) error {
	e := p.source.fail(int(v.offset), format, args...)
	if at.record != nil {
		e.Record = shorten(at.record.name)
	}
	if at.field != nil {
		e.Field = shorten(at.field.name)
	}
	return e
}

// document builds the schema of a whole text.
func (p *parser) document(doc *jsonValue) (*Schema, error) {
	p.names.budget = nameBytesPerByte*len(p.source.text) + nameBytesFree
	p.work = newDefaultBudget(len(p.source.text))
	for _, s := range p.given {
		if err := p.names.give(s); err != nil {
			return nil, p.fail(doc, "%v", err)
		}
	}
	var root *Schema
	if err := p.schema(&root, doc, 0); err != nil {
		return nil, err
	}
	if err := p.resolve(); err != nil {
		return nil, err
	}
	if root.kind.primitive() && len(root.props) == 0 {
		root = &Schema{kind: root.kind} // the node of that kind is everybody's
	}
	if root.text == "" && !p.names.isGiven(root) {
		root.text = p.source.text
	}
	return root, nil
}

// resolve does what has to wait until all types are known.
func (p *parser) resolve() error {
	for _, r := range p.references {
		if *r.slot = p.names.types[r.key]; *r.slot == nil {
			return p.failAt(r.place, r.json, "type %s is not known; define it in this text, or give the schema that defines it with WithTypes, or to a codec with WithReferences", quote(r.json.text))
		}
	}
	for _, u := range p.unions {
		if err := p.checkUnion(u); err != nil {
			return err
		}
	}
	for _, r := range p.again {
		if p.uncomparable[r.first] || p.uncomparable[r.second] || !sameSchema(r.first, r.second, true) {
			return p.failAt(r.place, r.json, "type %s is defined twice, and not in the same way; rename one of them", shorten(r.first.name))
		}
	}
	for _, f := range p.defaults {
		if err := p.checkDefault(f); err != nil {
			return err
		}
	}
	return nil
}

// schema builds the schema that v declares into slot. space is the namespace that v is in.
func (p *parser) schema(slot **Schema, v *jsonValue, space spaceID) error {
	switch v.kind {
	case jsonString:
		return p.reference(slot, v, space)
	case jsonArray:
		return p.union(slot, v, space)
	case jsonObject:
		return p.object(slot, v, space)
	default:
		return p.fail(v, "%s is not a schema; write a type's name, an object or a union", shorten(v.text))
	}
}

// object builds the schema of a JSON object.
func (p *parser) object(slot **Schema, v *jsonValue, space spaceID) error {
	t := v.member("type")
	if t == nil || t.kind != jsonString {
		return p.fail(v, `a schema that is an object needs "type" with the name of a type`)
	}
	switch t.text {
	case "record", "error":
		return p.recordSchema(slot, v, space, t.text == "error")
	case "enum":
		return p.enum(slot, v, space)
	case "fixed":
		return p.fixed(slot, v, space)
	case "array":
		return p.container(slot, v, space, KindArray, "items")
	case "map":
		return p.container(slot, v, space, KindMap, "values")
	}
	kind := primitiveKind(t.text)
	if kind == 0 {
		return p.reference(slot, t, space)
	}
	s := &Schema{kind: kind}
	s.setProps(v)
	if len(s.props) == 0 {
		s = primitives[kind]
	}
	*slot = s
	return nil
}

// container builds an array or a map.
func (p *parser) container(slot **Schema, v *jsonValue, space spaceID, kind Kind, attribute string) error {
	elem := v.member(attribute)
	if elem == nil {
		return p.fail(v, "%s %s needs %q with the schema of its %s", article(kind), kind, attribute, attribute)
	}
	s := &Schema{kind: kind}
	*slot = s
	s.setProps(v)
	return p.schema(&s.elem, elem, space)
}

// union builds a union. What its branches are is checked by checkUnion, when all are known.
func (p *parser) union(slot **Schema, v *jsonValue, space spaceID) error {
	items := v.items()
	s := &Schema{kind: KindUnion, branches: make([]*Schema, len(items))}
	*slot = s
	for i := range items {
		if items[i].kind == jsonArray {
			return p.fail(&items[i], "a union holds another union; put the branches of both into one")
		}
		if err := p.schema(&s.branches[i], &items[i], space); err != nil {
			return err
		}
	}
	p.unions = append(p.unions, unionPlace{s, v, p.here})
	return nil
}

// checkUnion refuses a type that a union has twice. Logical types make no difference, since the bytes tell branches apart by
// their place alone and Avro's JSON by the name of the type.
func (p *parser) checkUnion(u unionPlace) error {
	var kinds [len(kindNames)]bool
	named := map[*Schema]bool{}
	for i, b := range u.schema.branches {
		double := kinds[b.kind]
		if b.kind.named() {
			double = named[b]
			named[b] = true
		} else {
			kinds[b.kind] = true
		}
		if double {
			return p.failAt(u.place, &u.json.items()[i], "a union has %s twice; remove one, whatever their logical types", shorten(b.typeName()))
		}
	}
	return nil
}

// typeName is the name of a schema's type: its full name, or that of its kind.
func (s *Schema) typeName() string {
	if s.kind.named() {
		return s.name
	}
	return s.kind.String()
}

// primitives are the nodes of primitive types without properties.
var primitives = func() (nodes [KindString + 1]*Schema) {
	for k := KindNull; k <= KindString; k++ {
		nodes[k] = &Schema{kind: k}
	}
	return nodes
}()

func article(k Kind) string {
	if k == KindArray || k == KindEnum {
		return "an"
	}
	return "a"
}
