package compat

import (
	"fmt"
	"slices"
	"strings"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// Type says what kind of problem a [Message] is about.
type Type string

// The problems that the checker of Apache Avro for Java tells apart, by its names.
const (
	MissingDefault     Type = "READER_FIELD_MISSING_DEFAULT_VALUE" // a field that was not written, and has no default
	TypeMismatch       Type = "TYPE_MISMATCH"                      // a type that cannot be read as another
	NameMismatch       Type = "NAME_MISMATCH"                      // a named type without that name or alias
	FixedSizeMismatch  Type = "FIXED_SIZE_MISMATCH"
	MissingEnumSymbols Type = "MISSING_ENUM_SYMBOLS" // symbols that the reader lacks, with no default for them
	MissingUnionBranch Type = "MISSING_UNION_BRANCH" // a type that no branch of the reader's union can read
)

// Problems for which Java throws an exception or goes on for as long as it takes.
const (
	AmbiguousField Type = "READER_FIELD_AMBIGUOUS" // name and aliases of a reader's field meet several fields of the writer
	Unparsable     Type = "UNPARSABLE"             // a schema cannot be read, or is beyond the limits of this package
	TooComplex     Type = "TOO_COMPLEX"            // comparing the two would take many times their length
)

// Message is one problem between the candidate and one earlier version.
type Message struct {
	Version int // of the earlier schema; 0 when the candidate itself is the problem
	Type    Type
	Forward bool // the earlier schema is the reader, the candidate the writer

	// Reader and Writer are the two types that clash: records where a field has no default, unions where a branch is
	// missing. Both are nil for Unparsable and TooComplex.
	Reader, Writer *avro.Schema

	at     location
	reason string // where Reader and Writer are nil
}

// Path returns where in the reader's schema the problem is, as a JSON pointer that begins with a slash. A branch of a union
// counts by its place in the writer's union. A problem of a type that is used more than once is reported for each use, always
// with the path of the first use that was looked at; one that was first looked at as the branch of a reader's union has a
// path that begins at that branch. The path is "" for problems that have no place.
func (m Message) Path() string {
	if m.Reader == nil {
		return ""
	}
	return m.at.String()
}

// Description returns a sentence, in the words of Confluent's registry. It calls the candidate "new" and the earlier version
// "old".
func (m Message) Description() string {
	reader, writer := "new", "old"
	if m.Forward {
		reader, writer = writer, reader
	}
	switch m.Type {
	case MissingDefault:
		return fmt.Sprintf("The field '%s' at path '%s' in the %s schema has no default value and is missing in the %s schema", m.Info(), m.Path(), reader, writer)
	case TypeMismatch:
		return fmt.Sprintf("The type (path '%s') of a field in the %s schema does not match with the %s schema", m.Path(), reader, writer)
	case NameMismatch:
		return fmt.Sprintf("The name of the schema has changed (path '%s')", m.Path())
	case FixedSizeMismatch:
		return fmt.Sprintf("The size of FIXED type field at path '%s' in the %s schema does not match with the %s schema", m.Path(), reader, writer)
	case MissingEnumSymbols:
		return fmt.Sprintf("The %s schema is missing enum symbols '%s' at path '%s' in the %s schema", reader, m.Info(), m.Path(), writer)
	case MissingUnionBranch:
		return fmt.Sprintf("The %s schema is missing a type inside a union field at path '%s' in the %s schema", reader, m.Path(), writer)
	case AmbiguousField:
		return fmt.Sprintf("The field '%s' at path '%s' in the %s schema matches several fields in the %s schema by its name and aliases", m.Info(), m.Path(), reader, writer)
	default:
		return m.reason
	}
}

// Info returns what exactly clashes: a field's name, two types, a full name, two sizes, symbols. It is "" for problems that
// have no place.
func (m Message) Info() string {
	switch m.Type {
	case MissingDefault, AmbiguousField:
		return m.Reader.Fields()[m.at.index].Name()
	case TypeMismatch:
		return fmt.Sprintf("reader type: %s not compatible with writer type: %s", typeName(m.Reader), typeName(m.Writer))
	case NameMismatch:
		return "expected: " + m.Writer.FullName()
	case FixedSizeMismatch:
		return fmt.Sprintf("expected: %d, found: %d", m.Writer.Size(), m.Reader.Size())
	case MissingEnumSymbols:
		return "[" + strings.Join(missingSymbols(m.Reader, m.Writer), ", ") + "]"
	case MissingUnionBranch:
		missing := m.Writer
		if missing.Kind() == avro.KindUnion {
			missing = missing.Branches()[m.at.index]
		}
		return "reader union lacking writer type: " + typeName(missing)
	default:
		return ""
	}
}

// String returns the message in the form that a registry's verbose answers have.
func (m Message) String() string {
	if m.Reader == nil {
		return m.reason
	}
	return fmt.Sprintf("{errorType:'%s', description:'%s', additionalInfo:'%s'}", m.Type, m.Description(), m.Info())
}

func typeName(s *avro.Schema) string { return strings.ToUpper(s.Kind().String()) }

func missingSymbols(reader, writer *avro.Schema) []string {
	known := setOf(reader.Symbols())
	var missing []string
	for _, symbol := range writer.Symbols() {
		if !known[symbol] {
			missing = append(missing, symbol)
		}
	}
	slices.Sort(missing)
	return missing
}

func setOf(texts []string) map[string]bool {
	set := make(map[string]bool, len(texts))
	for _, text := range texts {
		set[text] = true
	}
	return set
}
