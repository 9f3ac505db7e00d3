package avrogen

import "github.com/magicbyte-go/magicbyte/serde/avro"

// form is how values of a schema are in Go.
type form int

const (
	formNull form = iota // struct{}
	formBool
	formInt
	formLong
	formFloat
	formDouble
	formBytes
	formString
	formFixed
	formEnum
	formRecord
	formArray
	formMap
	formTexts     // map[string]string
	formPointer   // of a record in itself
	formNullable  // a pointer to elem, nil is null
	formOptional  // avro.Optional of elem
	formNilable   // elem, where nil is null
	formSingle    // elem, as the only branch of a union
	formUnion     // an interface
	formMillis    // time.Time of a timestamp-millis
	formTime      // time.Time of another timestamp
	formDate      // time.Time of a date
	formLocalTime // avro.LocalTime
	formTimeOfDay // time.Duration
	formDuration  // avro.Duration
	formDecimal   // *big.Rat
	formCustom    // a type written by hand
)

// value is a schema in a place where it is used, with its Go type.
type value struct {
	form   form
	schema *avro.Schema
	typ    string
	elem   *value // of what contains one other type
	null   int    // index of null in a union of two
	tick   string // of a time, as a time.Duration

	record *record
	enum   *enum
	fixed  *fixed
	union  *union
	custom *custom

	name string // of functions for the value: the path to its first use
	unit *unit
}

type record struct {
	schema *avro.Schema
	name   string
	fields []*field
	codec  *codec // nil for records within others alone
	unit   *unit
}

type field struct {
	schema *avro.Field
	name   string
	value  *value
}

type enum struct {
	schema    *avro.Schema
	name      string
	constants []string
	parse     string // name of the function
	symbols   string // name of the variable
}

type fixed struct {
	schema *avro.Schema
	name   string
}

// union is an interface with one type per branch.
type union struct {
	schema   *avro.Schema
	name     string
	marker   string // the method that makes a type a branch
	branches []*branch
}

// branch is one type of a union.
type branch struct {
	index int
	value *value // nil for null
	typ   string // that implements the interface
	kind  branchKind
}

type branchKind int

const (
	branchNull      branchKind = iota
	branchPointer              // *record
	branchItself               // an enum or fixed
	branchConverted            // a defined type of value.typ
	branchWrapped              // a struct with a field Value of value.typ, which is an avro.Custom
)

// custom is a Go type that was written by hand, for one schema.
type custom struct {
	schema *avro.Schema
	typ    string
	codec  string // the variable that reads and writes it
}

// codec is the codec of a schema with its text.
type codec struct {
	name   string // of the variable
	text   string // name of the variable or constant with the text
	schema string // the text
	typ    string
	record *record // with methods for the codec, nil for none
	embed  string  // the file with the text, "" for a constant
	unions []*union
}

// nilIsNull reports whether nil stands for null in a union with the value.
func (v *value) nilIsNull() bool {
	switch v.form {
	case formBytes, formArray, formMap, formTexts, formDecimal:
		return true
	default:
		return false
	}
}
