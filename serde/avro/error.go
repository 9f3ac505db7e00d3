package avro

import (
	"fmt"
	"strconv"
	"strings"
)

// Error is what is wrong with a value, with the bytes of one, or with a pair of schemas or a Go type that values are to be read
// with. It names the place by its field path, and never holds strings or bytes of a value: numbers and names of the schema
// alone.
type Error struct {
	op           string // what was attempted: "decode", "decode JSON", "encode" or "compile"
	name         string // of the schema
	path         string
	offset       int    // in the bytes that are read, -1 elsewhere
	place        string // the offset in words, where it is one in a text
	problem      string
	unresolvable bool
	cause        error
}

// Error returns the attempt, the place and the problem in one line:
//
//	avro: decode com.example.Order: items[2].price at byte 117: 3 bytes left, double needs 8
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("avro: ")
	b.WriteString(e.op)
	if e.name != "" {
		b.WriteByte(' ')
		b.WriteString(e.name)
	}
	b.WriteString(": ")
	b.WriteString(e.path)
	if e.offset >= 0 {
		if e.path != "" {
			b.WriteByte(' ')
		}
		b.WriteString("at ")
		if e.place != "" {
			b.WriteString(e.place)
		} else {
			b.WriteString("byte " + strconv.Itoa(e.offset))
		}
	}
	if e.path != "" || e.offset >= 0 {
		b.WriteString(": ")
	}
	b.WriteString(e.problem)
	if e.cause != nil {
		b.WriteString(": ")
		b.WriteString(e.cause.Error())
	}
	return b.String()
}

// FieldPath returns the place by names of the schema, "" for the whole value. An item of an array is shown as items[2], an
// entry of a map as metadata[#2], counted from 0 in the order of the bytes: keys are not shown.
func (e *Error) FieldPath() string { return e.path }

// Offset returns the place in the bytes that were read, or -1 where none were. Of JSON, which [Codec.DecodeJSON] and its like read,
// Error tells line and column instead.
func (e *Error) Offset() int { return e.offset }

// Unresolvable reports whether the reader's schema, or the Go type, has no place for what the writer wrote: a type that does not
// match, a branch of a union or a symbol of an enum that it lacks. All other errors of reading are corrupt bytes.
func (e *Error) Unresolvable() bool { return e.unresolvable }

// Unwrap returns the error of a [Custom] type, where there is one.
func (e *Error) Unwrap() error { return e.cause }

// maxPath bounds a path of recursive types in bytes: its middle is left out.
const maxPath = 200

// within puts the path of what surrounds the place in front.
func (e *Error) within(path string) *Error {
	if len(e.path) > maxPath {
		e.path = "..." + e.path[len(e.path)-maxPath/2:]
	}
	switch {
	case path == "":
	case e.path == "":
		e.path = path
	case e.path[0] == '[':
		e.path = path + e.path
	default:
		e.path = path + "." + e.path
	}
	return e
}

// item puts the number of an array's item in front.
func (e *Error) item(i int) *Error { return e.within("[" + strconv.Itoa(i) + "]") }

// entry puts the number of a map's entry in front.
func (e *Error) entry(i int) *Error { return e.within("[#" + strconv.Itoa(i) + "]") }

// encodeError is the error of a value that cannot be written.
func encodeError(format string, args ...any) *Error {
	return &Error{op: "encode", offset: -1, problem: fmt.Sprintf(format, args...)}
}

// mismatch is the error of two schemas that do not resolve. Within a branch of a writer's union it waits for a record.
func mismatch(path, format string, args ...any) *Error {
	return &Error{op: "compile", offset: -1, path: path, unresolvable: true, problem: fmt.Sprintf(format, args...)}
}

// unmapped is the error of a Go type that does not go with a schema, whatever the records are.
func unmapped(path, format string, args ...any) *Error {
	return &Error{op: "compile", offset: -1, path: path, problem: fmt.Sprintf(format, args...)}
}

// joinPath appends the name of a field to a path.
func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
