package compat

import (
	"errors"
	"fmt"

	"github.com/hamba/avro/v2"
)

// Limits of a schema that this package looks at: its own text and those of its
// references together. They keep a hostile text from taking minutes or the
// stack, since the work of the checker grows with the cube of the depth.
const (
	MaxText  = 1 << 20 // bytes
	MaxDepth = 100     // levels of JSON arrays and objects
)

// Limits of a pair. The checker compares every field of a record with every
// field of the other, and every branch of a union with every branch, and keeps
// each pair of branches.
const (
	maxFieldPairs  = 100_000_000
	maxBranchPairs = 250_000
)

var errTooWide = errors.New("records or unions are too wide to be compared")

// checkLimits counts levels outside of strings; it does not validate.
func checkLimits(text string, total int) error {
	if total > MaxText {
		return fmt.Errorf("schema text is larger than %d bytes", MaxText)
	}
	depth, inString := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth++; depth > MaxDepth {
				return fmt.Errorf("schema text is nested deeper than %d levels", MaxDepth)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

// width counts what makes a pair expensive: the widest record and union, and
// all fields and branches.
type width struct {
	widestRecord, fields  int
	widestUnion, branches int
	seen                  map[avro.Schema]bool
}

func widthOf(schema avro.Schema) *width {
	w := &width{seen: map[avro.Schema]bool{}}
	w.add(schema)
	return w
}

func (w *width) add(schema avro.Schema) {
	if w.seen[schema] {
		return
	}
	w.seen[schema] = true
	switch s := schema.(type) {
	case *avro.RefSchema:
		w.add(s.Schema())
	case *avro.ArraySchema:
		w.add(s.Items())
	case *avro.MapSchema:
		w.add(s.Values())
	case *avro.UnionSchema:
		w.widestUnion = max(w.widestUnion, len(s.Types()))
		w.branches += len(s.Types())
		for _, branch := range s.Types() {
			w.add(branch)
		}
	case *avro.RecordSchema:
		w.widestRecord = max(w.widestRecord, len(s.Fields()))
		w.fields += len(s.Fields())
		for _, field := range s.Fields() {
			w.add(field.Type())
		}
	}
}

// checkPairLimits refuses a pair that would take too long.
func checkPairLimits(a, b *width) error {
	if a.widestRecord*b.fields > maxFieldPairs || b.widestRecord*a.fields > maxFieldPairs ||
		a.widestUnion*b.branches > maxBranchPairs || b.widestUnion*a.branches > maxBranchPairs {
		return errTooWide
	}
	return nil
}
