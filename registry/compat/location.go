package compat

import (
	"slices"
	"strconv"
	"strings"
)

// location is a place in the reader's schema. Each knows the one above it, so that a deep place costs no more than any other
// until it is printed.
type location struct {
	up    *location
	step  step
	index int // of a field or branch
}

// step leads from one place to the next.
type step uint8

const (
	atRoot    step = iota
	toType         // of the field with the index
	toItems        // of an array
	toValues       // of a map
	toBranch       // of a union, with the index
	toField        // with the index, without going on to its type
	toName         // of a named type
	toSize         // of a fixed
	toSymbols      // of an enum
)

// below returns the place that a step leads to.
func (l location) below(s step, i int) location { return location{&l, s, i} }

// String returns the location as a JSON pointer.
func (l location) String() string {
	var parts []string
	for at := &l; at != nil; at = at.up {
		if part := at.part(); part != "" {
			parts = append(parts, part)
		}
	}
	slices.Reverse(parts)
	return "/" + strings.Join(parts, "/")
}

func (l *location) part() string {
	switch l.step {
	case toType:
		return "fields/" + strconv.Itoa(l.index) + "/type"
	case toItems:
		return "items"
	case toValues:
		return "values"
	case toBranch:
		return strconv.Itoa(l.index)
	case toField:
		return "fields/" + strconv.Itoa(l.index)
	case toName:
		return "name"
	case toSize:
		return "size"
	case toSymbols:
		return "symbols"
	default:
		return ""
	}
}
