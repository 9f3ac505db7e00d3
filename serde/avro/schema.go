package avro

import (
	"encoding/json"
	"iter"
	"slices"
	"sync/atomic"
)

// Schema is one node of a parsed Avro schema. A type that is used in several places, or within itself, is one node with
// one address, so that pointers can be compared and serve as keys of maps (two texts never share nodes, except by
// [WithTypes]; primitive types without properties may be one node everywhere).
//
// A Schema never changes once [Parse] has returned it, and is safe for concurrent use. Slices that its methods return are
// shared and must not be written to.
type Schema struct {
	kind      Kind
	isError   bool
	hasDoc    bool
	logical   string // valid logical types that this package knows; all others are properties alone
	precision int    // of a decimal
	scale     int    // of a decimal
	size      int    // of a fixed

	name    string // full name of a named type
	aliases []string
	doc     string

	fields      []*Field
	fieldIndex  map[string]int // where there are many fields
	symbols     []string
	symbolIndex map[string]int // where there are many symbols
	enumDefault int            // index into symbols, -1 for none
	elem        *Schema
	branches    []*Schema

	props []property
	text  string // the text as given, for the schema that a text is of

	derived atomic.Pointer[derived]
}

// Kind returns what the schema is.
func (s *Schema) Kind() Kind { return s.kind }

// FullName returns the name of a record, enum or fixed with its namespace ("com.example.Order"), and "" for all other
// kinds.
func (s *Schema) FullName() string { return s.name }

// Aliases returns the other names of a named type as full names, in the order of the schema.
func (s *Schema) Aliases() []string { return s.aliases }

// Doc returns the documentation of a named type, and "" where there is none.
func (s *Schema) Doc() string { return s.doc }

// IsError reports whether a record was declared with the type "error". It behaves as any other record.
func (s *Schema) IsError() bool { return s.isError }

// Fields returns the fields of a record in the order of the schema, which is their order on the wire.
func (s *Schema) Fields() []*Field { return s.fields }

// Field returns the field of a record with this very name (aliases do not count), or nil.
func (s *Schema) Field(name string) *Field {
	if s.fieldIndex != nil {
		if i, ok := s.fieldIndex[name]; ok {
			return s.fields[i]
		}
		return nil
	}
	for _, f := range s.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

// Symbols returns the symbols of an enum in the order of the schema.
func (s *Schema) Symbols() []string { return s.symbols }

// symbol returns the place of an enum's symbol, or -1.
func (s *Schema) symbol(name string) int {
	symbols := nameList{s.symbols, s.symbolIndex}
	return symbols.find(name)
}

// EnumDefault returns the symbol that readers of an enum take for one that they do not know, and whether the enum has
// one. The default of a field of that type is another thing.
func (s *Schema) EnumDefault() (symbol string, ok bool) {
	if s.kind != KindEnum || s.enumDefault < 0 {
		return "", false
	}
	return s.symbols[s.enumDefault], true
}

// Elem returns the schema of an array's items or a map's values, and nil for all other kinds.
func (s *Schema) Elem() *Schema { return s.elem }

// Branches returns the branches of a union in the order of the schema.
func (s *Schema) Branches() []*Schema { return s.branches }

// Size returns the number of bytes of a fixed, and 0 for all other kinds.
func (s *Schema) Size() int { return s.size }

// LogicalType returns the schema's logical type by its name in the specification ("timestamp-millis"). It is "" where
// there is none, where it is not one of the specification's, and where it is not valid for the type that it annotates: then
// the specification demands that readers ignore it. [Schema.Prop] still has it.
func (s *Schema) LogicalType() string { return s.logical }

// Precision returns the number of decimal digits of a valid decimal, and 0 for everything else.
func (s *Schema) Precision() int { return s.precision }

// Scale returns the number of digits after the point of a valid decimal, and 0 for everything else.
func (s *Schema) Scale() int { return s.scale }

// Props iterates over the attributes of the schema that the specification gives no structure to, as JSON, in the order of
// the schema: custom properties, and logicalType, precision and scale as they were written.
func (s *Schema) Props() iter.Seq2[string, json.RawMessage] { return allProps(s.props) }

// Prop returns one attribute of those that [Schema.Props] iterates over, or nil.
func (s *Schema) Prop(name string) json.RawMessage { return findProp(s.props, name) }

// Field is a field of a record. Like its [Schema] it never changes.
type Field struct {
	name    string
	index   int
	record  *Schema // that the field is of
	schema  *Schema
	aliases []string
	order   string
	doc     string
	hasDoc  bool
	def     *jsonValue // nil: no default
	source  *source    // where def is from, for positions in errors
	props   []property
}

// Name returns the field's name.
func (f *Field) Name() string { return f.name }

// Index returns the field's place in [Schema.Fields].
func (f *Field) Index() int { return f.index }

// Schema returns the schema of the field's values.
func (f *Field) Schema() *Schema { return f.schema }

// Aliases returns the field's other names in the order of the schema.
func (f *Field) Aliases() []string { return f.aliases }

// Order returns how the field counts when records are sorted: "ascending", "descending" or "ignore".
func (f *Field) Order() string { return f.order }

// Doc returns the field's documentation, and "" where there is none.
func (f *Field) Doc() string { return f.doc }

// HasDefault reports whether the field has a default value, which may be null.
func (f *Field) HasDefault() bool { return f.def != nil }

// Default returns the field's default value in Avro's JSON form for defaults, and nil where the field has none (a default
// of null is the four bytes "null"). With [Lenient] it need not be a value of the field's type.
func (f *Field) Default() json.RawMessage {
	if f.def == nil {
		return nil
	}
	return f.def.appendJSON(nil)
}

// Props iterates over the field's custom properties, as [Schema.Props] does.
func (f *Field) Props() iter.Seq2[string, json.RawMessage] { return allProps(f.props) }

// Prop returns one custom property of the field, or nil.
func (f *Field) Prop(name string) json.RawMessage { return findProp(f.props, name) }

// property is an attribute of a schema or field that the specification gives no structure to.
type property struct {
	name  string
	value jsonValue
}

func allProps(props []property) iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		for _, p := range props {
			if !yield(p.name, p.value.appendJSON(nil)) {
				return
			}
		}
	}
}

func findProp(props []property, name string) json.RawMessage {
	i := slices.IndexFunc(props, func(p property) bool { return p.name == name })
	if i < 0 {
		return nil
	}
	return props[i].value.appendJSON(nil)
}
