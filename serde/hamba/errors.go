package hamba

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
)

// Error says why one value could not be written, one body not be read, or two schemas not be resolved. Its text holds names of
// fields and types, symbols of schemas, sizes and offsets, never strings or bytes of a payload.
type Error struct {
	// Path of the field, such as "payload.items[2].quantity"; entries of maps are numbered: "metadata[#2]". Where hamba does not
	// tell the index, it is left out: "payload.items[]". "" means the value as a whole.
	Path string
	// Offset is the position in the body, in bytes, or -1 where it is not known.
	Offset int
	// Problem says what is wrong there.
	Problem string

	unresolvable bool
}

func refused(format string, args ...any) *Error {
	return &Error{Offset: -1, Problem: fmt.Sprintf(format, args...)}
}

func unresolvable(format string, args ...any) *Error {
	return &Error{Offset: -1, Problem: fmt.Sprintf(format, args...), unresolvable: true}
}

// Error returns path, offset and problem: "payload.items[2].unit_price at byte 117: 3 bytes left, double needs 8".
func (e *Error) Error() string {
	place := e.Path
	if e.Offset >= 0 {
		place = strings.TrimPrefix(place+" at byte "+strconv.Itoa(e.Offset), " ")
	}
	if place == "" {
		return e.Problem
	}
	return place + ": " + e.Problem
}

// FieldPath returns Path.
func (e *Error) FieldPath() string { return e.Path }

// Unresolvable reports whether the bytes may well be sound, but the reader schema or the Go type has no place for them.
func (e *Error) Unresolvable() bool { return e.unresolvable }

// inside returns e with its path put behind segment, "name" or "[index]".
func (e *Error) inside(segment string) *Error {
	if e.Path != "" && e.Path[0] != '[' {
		segment += "."
	}
	e.Path = segment + e.Path
	return e
}

// symbolRefused is hamba's name for the failure of an enum type's own UnmarshalText.
const symbolRefused = "avro: decode enum text unmarshaler: "

// translate turns an error of hamba into ours. Its texts may quote the value (the text of a string enum, a decimal, whatever
// a TextMarshaler says), so only those that are known to hold names alone are passed on.
func translate(err error, target reflect.Type) *Error {
	path, at, root := fieldPath(err, target)
	text := root.Error()
	e := &Error{Path: path, Offset: -1}
	switch {
	case strings.HasPrefix(text, symbolRefused): // what follows was made of a symbol of the schema
		e.Problem = "the Go type refuses a symbol of the schema: " + strings.TrimPrefix(text, symbolRefused)
		e.unresolvable = true
	case errors.Is(root, io.EOF) || errors.Is(root, io.ErrUnexpectedEOF):
		e.Problem = "the body is truncated"
	case isTypeProblem(text):
		e.Problem = trimPackage(text)
	case strings.HasPrefix(text, "avro: unknown enum symbol"):
		e.Problem = "the value is not a symbol of the enum"
	case strings.HasPrefix(text, "avro: cannot encode nil") || strings.HasPrefix(text, "encoding nil"):
		e.Problem = "a nil pointer stands where null is not allowed"
	case isInteger(at) && !strings.HasPrefix(text, "avro: "): // of an enum's MarshalText, whose value has no string to quote
		e.Problem = text
	default:
		e.Problem = "the value has no form in the schema"
	}
	return e
}

// isTypeProblem reports whether text is about Go types and schema types alone: such a failure does not depend on the value.
func isTypeProblem(text string) bool {
	for _, known := range []string{" is unsupported for ", "missing required field ", "unable to resolve type ", "problem resolving decoder "} {
		if strings.Contains(text, known) {
			return true
		}
	}
	return false
}

func trimPackage(text string) string { return strings.TrimPrefix(text, "avro: ") }

// fieldPath follows the names of Go fields that hamba has put before an error through the target type, and returns the
// path in terms of the schema, the Go type there, and the error that is left.
func fieldPath(err error, t reflect.Type) (string, reflect.Type, error) {
	var path strings.Builder
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return path.String(), t, err
		}
		name, ok := strings.CutSuffix(err.Error(), ": "+inner.Error())
		if !ok {
			return path.String(), t, err
		}
		if field, isField := goField(structType(t), name); isField {
			if tag := schemaName(field); tag != "" {
				if path.Len() > 0 {
					path.WriteByte('.')
				}
				path.WriteString(tag)
			}
			t = field.Type
			path.WriteString(strings.Repeat("[]", listDepth(t)))
		}
		err = inner
	}
}
