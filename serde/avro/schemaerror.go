package avro

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// SchemaError tells what is wrong with the text of a schema, where, and what to do about it.
type SchemaError struct {
	// Line and Column of the text, from 1. A column is a character.
	Line, Column int
	// Record is the full name of the innermost record that the error is in, and Field the field of it; "" for none.
	Record, Field string
	// Problem is the error without its place.
	Problem string
}

// Error returns the place and the problem in one line.
func (e *SchemaError) Error() string {
	var where strings.Builder
	if e.Field != "" {
		fmt.Fprintf(&where, "field %s of ", e.Field)
	}
	if e.Record != "" {
		fmt.Fprintf(&where, "record %s: ", e.Record)
	}
	return fmt.Sprintf("avro: schema, line %d column %d: %s%s", e.Line, e.Column, &where, e.Problem)
}

// source is the text of a schema, for positions in errors.
type source struct{ text string }

// fail returns the error of a place in the text.
func (s *source) fail(offset int, format string, args ...any) *SchemaError {
	e := &SchemaError{Problem: fmt.Sprintf(format, args...)}
	e.Line, e.Column = s.lineColumn(offset)
	return e
}

func (s *source) lineColumn(offset int) (line, column int) {
	before := s.text[:min(offset, len(s.text))]
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[start:]) + 1
}

// position names a place in the text.
func (s *source) position(offset int) string {
	line, column := s.lineColumn(offset)
	return fmt.Sprintf("line %d column %d", line, column)
}

// quote shows a name or value of a schema in an error, shortened where it is long.
func quote(s string) string {
	return fmt.Sprintf("%q", shorten(s))
}

func shorten(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	cut := most
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "..."
}
