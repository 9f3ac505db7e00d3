package compat

import (
	"fmt"
	"regexp"
	"strings"
)

// Type is the kind of an incompatibility, by the name that the Java checker gives it.
type Type string

// The kinds of incompatibility. Unparsable is ours: one of the schemas cannot be read at all.
const (
	NameMismatch        Type = "NAME_MISMATCH"
	FixedSizeMismatch   Type = "FIXED_SIZE_MISMATCH"
	MissingEnumSymbols  Type = "MISSING_ENUM_SYMBOLS"
	MissingDefault      Type = "READER_FIELD_MISSING_DEFAULT_VALUE"
	TypeMismatch        Type = "TYPE_MISMATCH"
	MissingUnionBranch  Type = "MISSING_UNION_BRANCH"
	Unparsable          Type = "UNPARSABLE"
	typeOfUnknownReason Type = ""
)

// Message is one problem between the candidate and one earlier version.
type Message struct {
	Version     int    // of the earlier schema; 0 when the candidate itself is the problem
	Type        Type   // empty when the checker cannot tell
	Path        string // JSON pointer into the reader's schema; empty when the checker cannot tell
	Description string // a sentence
	Info        string // what exactly: a field's name, two types, two names
}

// String gives the message in the form that a registry's verbose answers have.
func (m Message) String() string {
	if m.Type == Unparsable || m.Type == typeOfUnknownReason {
		return m.Description
	}
	return fmt.Sprintf("{errorType:'%s', description:'%s', additionalInfo:'%s'}", m.Type, m.Description, m.Info)
}

// roleNames says which of the two schemas is the reader: "new" or "old".
type roleNames struct{ reader, writer string }

// explanations turn the reasons of hamba/avro into messages. Each pattern is
// the whole reason; describe gets its submatches.
var explanations = []struct {
	pattern  *regexp.Regexp
	kind     Type
	describe func(m []string, r roleNames) (description, info string)
}{
	{
		regexp.MustCompile(`^reader field (.+) is missing in writer schema and has no default$`), MissingDefault,
		func(m []string, r roleNames) (string, string) {
			return fmt.Sprintf("The field '%s' in the %s schema has no default value and is missing in the %s schema", m[1], r.reader, r.writer), m[1]
		},
	},
	{
		regexp.MustCompile(`^reader schema (\w+) not compatible with writer schema (\w+)$`), TypeMismatch,
		func(m []string, r roleNames) (string, string) {
			return fmt.Sprintf("A type in the %s schema does not match with the %s schema", r.reader, r.writer),
				fmt.Sprintf("reader type: %s not compatible with writer type: %s", strings.ToUpper(m[1]), strings.ToUpper(m[2]))
		},
	},
	{
		regexp.MustCompile(`^reader (.+) is missing symbol (.+)$`), MissingEnumSymbols,
		func(m []string, r roleNames) (string, string) {
			return fmt.Sprintf("The %s schema is missing enum symbols '[%s]' of %s in the %s schema", r.reader, m[2], m[1], r.writer), "[" + m[2] + "]"
		},
	},
	{
		regexp.MustCompile(`^(.+) reader and writer fixed sizes do not match$`), FixedSizeMismatch,
		func(m []string, r roleNames) (string, string) {
			return fmt.Sprintf("The size of FIXED type %s in the %s schema does not match with the %s schema", m[1], r.reader, r.writer), m[1]
		},
	},
	{
		regexp.MustCompile(`^reader schema (.+) and writer schema (.+)  names do not match$`), NameMismatch,
		func(m []string, _ roleNames) (string, string) {
			return "The name of the schema has changed", "expected: " + m[2]
		},
	},
	{
		regexp.MustCompile(`^reader union lacking writer schema (\w+)$`), MissingUnionBranch,
		func(m []string, r roleNames) (string, string) {
			return fmt.Sprintf("The %s schema is missing a type inside a union in the %s schema", r.reader, r.writer),
				"reader union lacking writer type: " + strings.ToUpper(m[1])
		},
	},
}

// explain turns a reason of the checker into a message, whole when nothing fits.
func explain(reason error, roles roleNames) Message {
	for _, e := range explanations {
		if m := e.pattern.FindStringSubmatch(reason.Error()); m != nil {
			description, info := e.describe(m, roles)
			return Message{Type: e.kind, Description: description, Info: info}
		}
	}
	return Message{Description: fmt.Sprintf("the %s schema cannot read the %s schema's data: %v", roles.reader, roles.writer, reason)}
}
