package avro

import (
	"math"
	"strconv"
	"strings"
)

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

	// Java cannot compare a record with another definition of it where the record refers to a type that is not complete there.
	early        int // such references so far
	uncomparable map[*Schema]bool

	record, field string // where the parser is, for errors
}

// unionPlace is a union and where it is.
type unionPlace struct {
	schema *Schema
	json   *jsonValue
	place
}

// place is a record and field, for errors.
type place struct{ record, field string }

func (p *parser) here() place { return place{p.record, p.field} }

// fail returns the error of a value of the text.
func (p *parser) fail(v *jsonValue, format string, args ...any) error {
	return p.failAt(p.here(), v, format, args...)
}

func (p *parser) failAt(at place, v *jsonValue, format string, args ...any) error {
	e := p.source.fail(int(v.offset), format, args...)
	e.Record, e.Field = shorten(at.record), shorten(at.field)
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
			return p.failAt(r.place, r.json, "type %s is not known; define it in this text, or give the schema that defines it with WithTypes", quote(r.json.text))
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
	p.unions = append(p.unions, unionPlace{s, v, p.here()})
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

// recordSchema builds a record.
func (p *parser) recordSchema(slot **Schema, v *jsonValue, space spaceID, isError bool) error {
	s := &Schema{kind: KindRecord, isError: isError}
	space, err := p.define(slot, s, v, space)
	if err != nil {
		return err
	}
	list := v.member("fields")
	if list == nil || list.kind != jsonArray {
		return p.fail(v, `record %s needs "fields" with an array, which may be empty`, shorten(s.name))
	}
	defer func(at place) { p.record, p.field = at.record, at.field }(p.here())
	p.record, p.field = s.name, ""
	p.open[s] = true
	early := p.early
	defer func() {
		delete(p.open, s)
		if p.early > early && !p.lenient {
			p.uncomparable[s] = true
		}
	}()

	items := list.items()
	block := make([]Field, len(items))
	fields := make([]*Field, len(items))
	names := make([]string, 0, len(items))
	var index map[string]int
	if len(items) >= indexFrom {
		index = make(map[string]int, len(items))
	}
	for i := range items {
		f := &block[i]
		f.index, f.record, f.source = i, s, p.source
		if err := p.parseField(f, &items[i], space); err != nil {
			return err
		}
		if find(names, index, f.name) >= 0 {
			return p.fail(&items[i], "the record has this field twice; rename or remove one")
		}
		names = append(names, f.name)
		if index != nil {
			index[f.name] = i
		}
		fields[i] = f
		p.field = ""
	}
	s.fields, s.fieldIndex = fields, index
	return nil
}

// parseField builds one field of a record.
func (p *parser) parseField(f *Field, v *jsonValue, space spaceID) error {
	name := v.member("name")
	if v.kind != jsonObject || name == nil || name.kind != jsonString {
		return p.fail(v, `a field is an object with "name"`)
	}
	if why := badName(name.text); why != "" {
		return p.fail(name, "the field name %s %s", quote(name.text), why)
	}
	f.name, p.field = name.text, name.text
	f.doc, f.hasDoc = optionalText(v, "doc")
	t := v.member("type")
	if t == nil {
		return p.fail(v, `the field needs "type" with a schema`)
	}
	if err := p.schema(&f.schema, t, space); err != nil {
		return err
	}
	f.order = "ascending"
	if order := v.member("order"); order != nil {
		switch f.order = strings.ToLower(order.text); {
		case order.kind == jsonString && (f.order == "ascending" || f.order == "descending" || f.order == "ignore"):
		default:
			return p.fail(order, `the field's order must be "ascending", "descending" or "ignore"`)
		}
	}
	aliases, err := p.texts(v, "aliases")
	if err != nil {
		return err
	}
	f.aliases = aliases
	f.props = propsOf(v, fieldAttributes)
	if def := v.member("default"); def != nil {
		own := *def // the field keeps this value, not its neighbours
		f.def = &own
		if !p.lenient {
			return p.checkDefault(f)
		}
	}
	return nil
}

// enum builds an enum.
func (p *parser) enum(slot **Schema, v *jsonValue, space spaceID) error {
	s := &Schema{kind: KindEnum, enumDefault: -1}
	if _, err := p.define(slot, s, v, space); err != nil {
		return err
	}
	list := v.member("symbols")
	if list == nil || list.kind != jsonArray {
		return p.fail(v, `enum %s needs "symbols" with an array of names`, shorten(s.name))
	}
	items := list.items()
	s.symbols = make([]string, 0, len(items))
	if len(items) >= indexFrom {
		s.symbolIndex = make(map[string]int, len(items))
	}
	for i := range items {
		symbol := items[i].text
		if items[i].kind != jsonString {
			return p.fail(&items[i], "a symbol of enum %s is not a string", shorten(s.name))
		}
		if why := badName(symbol); why != "" {
			return p.fail(&items[i], "the symbol %s %s", quote(symbol), why)
		}
		if find(s.symbols, s.symbolIndex, symbol) >= 0 {
			return p.fail(&items[i], "enum %s has the symbol %s twice; remove one", shorten(s.name), shorten(symbol))
		}
		s.symbols = append(s.symbols, symbol)
		if s.symbolIndex != nil {
			s.symbolIndex[symbol] = i
		}
	}
	if def := v.member("default"); def != nil && def.kind == jsonString {
		s.enumDefault = find(s.symbols, s.symbolIndex, def.text)
		if s.enumDefault < 0 && !p.lenient {
			return p.fail(def, "the default %s of enum %s is none of its symbols; add it or take one of them", quote(def.text), shorten(s.name))
		}
	}
	return nil
}

// fixed builds a fixed.
func (p *parser) fixed(slot **Schema, v *jsonValue, space spaceID) error {
	s := &Schema{kind: KindFixed}
	size := v.member("size")
	bytes, ok := int32Value(size)
	s.size = bytes
	if _, err := p.define(slot, s, v, space); err != nil {
		return err
	}
	if !ok || s.size < 0 || s.size > maxFixedSize {
		return p.fail(v, `fixed %s needs "size" with a number of bytes from 0 to %d`, shorten(s.name), maxFixedSize)
	}
	return nil
}

// maxFixedSize is the size of the largest array in Java.
const maxFixedSize = math.MaxInt32 - 8

// int32Value returns a JSON value that is a whole number of 32 bits.
func int32Value(v *jsonValue) (int, bool) {
	if v == nil || !v.integer() {
		return 0, false
	}
	n, err := strconv.ParseInt(v.text, 10, 32)
	return int(n), err == nil
}

// optionalText returns an attribute that counts only if it is a string.
func optionalText(v *jsonValue, name string) (text string, ok bool) {
	if m := v.member(name); m != nil && m.kind == jsonString {
		return m.text, true
	}
	return "", false
}

// texts returns an attribute that is an array of strings, each once.
func (p *parser) texts(v *jsonValue, name string) ([]string, error) {
	list := v.member(name)
	if list == nil {
		return nil, nil
	}
	if list.kind != jsonArray {
		return nil, p.fail(list, "%q must be an array of strings", name)
	}
	items := list.items()
	texts := make([]string, 0, len(items))
	var index map[string]int
	if len(items) >= indexFrom {
		index = make(map[string]int, len(items))
	}
	for i := range items {
		if items[i].kind != jsonString {
			return nil, p.fail(&items[i], "%q must be an array of strings", name)
		}
		if find(texts, index, items[i].text) >= 0 {
			continue
		}
		if index != nil {
			index[items[i].text] = i
		}
		texts = append(texts, items[i].text)
	}
	return texts, nil
}

// The attributes that have a meaning of their own; all others are properties.
var (
	schemaAttributes = []string{"type", "name", "namespace", "doc", "aliases", "fields", "symbols", "items", "values", "size"}
	enumAttributes   = append([]string{"default"}, schemaAttributes...)
	fieldAttributes  = []string{"type", "name", "doc", "aliases", "default", "order"}
)

// setProps keeps the properties of a schema and finds the logical type among them.
func (s *Schema) setProps(v *jsonValue) {
	reserved := schemaAttributes
	if s.kind == KindEnum {
		reserved = enumAttributes
	}
	if s.props = propsOf(v, reserved); len(s.props) > 0 {
		s.setLogicalType(v)
	}
}

func propsOf(v *jsonValue, reserved []string) []property {
	var props []property
	for i, name := range v.names() {
		if find(reserved, nil, name) < 0 {
			props = append(props, property{name, v.items()[i]})
		}
	}
	return props
}

// primitives are the nodes of primitive types without properties.
var primitives = func() (nodes [KindString + 1]*Schema) {
	for k := KindNull; k <= KindString; k++ {
		nodes[k] = &Schema{kind: k}
	}
	return nodes
}()

func article(k Kind) string {
	if k == KindArray {
		return "an"
	}
	return "a"
}
