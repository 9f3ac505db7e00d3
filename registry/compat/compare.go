package compat

import (
	"errors"
	"slices"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// MaxMessages is how many problems are reported of one pair of schemas in one direction. Without it, a clash in a type that
// is used by types that are used in many places would be listed once for each way to it.
const MaxMessages = 10_000

// Two schemas can be made such that each type of one meets each type of the other. Ordinary ones need about as many steps as
// they have parts.
const (
	stepsPerPart = 64
	stepsFree    = 100_000
	stepsPerPair = 32 // a pair that is remembered takes memory
)

var errTooComplex = errors.New("comparing them takes many times their length; split unions or records of equal names and recursive types")

// pair is a type of the reader's schema and one of the writer's that it has to read.
type pair struct{ reader, writer *avro.Schema }

// comparison goes through two schemas as the checker of Apache Avro for Java does, in the same order, so that its problems
// have the same order and the same places. It differs in three ways: a stack of its own takes the place of the call stack;
// branches of a union that cannot fit are not tried; and what was assumed of a pair within itself is made good.
type comparison struct {
	index   *index
	known   map[pair]*outcome
	stack   []frame
	steps   int                              // left
	symbols map[*avro.Schema]map[string]bool // of readers' enums

	// A pair that contains itself counts as compatible while it is compared. doubt: one that did so is not.
	doubt bool
}

func newComparison(reader, writer *avro.Schema) *comparison {
	c := &comparison{index: newIndex(reader), known: map[pair]*outcome{}, symbols: map[*avro.Schema]map[string]bool{}}
	c.steps = stepsPerPart*(c.index.size+eachType(writer, func(*avro.Schema) {})) + stepsFree
	return c
}

// problems returns the problems of a pair, which is the whole of two schemas.
func (c *comparison) problems(whole pair) ([]Message, error) {
	for {
		c.doubt = false
		result, err := c.run(whole)
		if err != nil {
			return nil, err
		}
		if result.clashes() || !c.doubt {
			return result.messages(), nil
		}
		// The verdict may rest on a pair that failed after it had been relied upon. Such failures are certain, all else is
		// compared again; since each round finds one more, this ends.
		for p, o := range c.known {
			if !o.clashes() {
				delete(c.known, p)
			}
		}
	}
}

// run compares a pair with all that it is made of.
func (c *comparison) run(root pair) (*outcome, error) {
	result := c.enter(root, location{})
	for len(c.stack) > 0 {
		if c.steps < 0 {
			return nil, errTooComplex
		}
		f := &c.stack[len(c.stack)-1]
		if result != nil {
			f.take(result)
		}
		if part, at, more := c.next(f); more {
			result = c.enter(part, at) // which may move the stack
		} else {
			result = c.leave(f)
		}
	}
	return result, nil
}

// enter returns what is known of a pair at once, or nil when its parts have to be compared first.
func (c *comparison) enter(p pair, at location) *outcome {
	c.steps--
	if primitive(p.reader) || primitive(p.writer) {
		// These are not remembered: one node stands for them in many places.
		if out, simple := c.simple(p, at); simple {
			return out
		}
		c.push(p, at, &outcome{open: true})
		return nil
	}
	if out := c.known[p]; out != nil {
		if out.open {
			out.assumed = true
			return fits
		}
		return out
	}
	c.steps -= stepsPerPair
	out, simple := c.simple(p, at)
	if !simple {
		out = &outcome{open: true}
		c.push(p, at, out)
	}
	c.known[p] = out
	if simple {
		return out
	}
	return nil
}

// leave ends the comparison of the top of the stack.
func (c *comparison) leave(f *frame) *outcome {
	if f.parts == anyBranch && !f.fits {
		f.clash(MissingUnionBranch, *f.at)
	}
	out := f.out
	out.close()
	if out.assumed && out.clashes() {
		c.doubt = true
	}
	c.stack = c.stack[:len(c.stack)-1]
	return out
}

// simple compares types that have no parts.
func (c *comparison) simple(p pair, at location) (out *outcome, simple bool) {
	r, w := p.reader.Kind(), p.writer.Kind()
	switch {
	case r == avro.KindUnion || w == avro.KindUnion:
		return nil, false
	case r != w && slices.Contains(promotions(w), r):
		return fits, true
	case r != w:
		return p.clash(TypeMismatch, at), true
	case primitive(p.reader):
		return fits, true
	case r == avro.KindEnum:
		out = c.sameNames(p, at)
		if c.lacksSymbols(p) {
			out = out.and(p.message(MissingEnumSymbols, at.below(toSymbols, 0)))
		}
		return out, true
	case r == avro.KindFixed:
		out = c.sameNames(p, at)
		if p.reader.Size() != p.writer.Size() {
			out = out.and(p.message(FixedSizeMismatch, at.below(toSize, 0)))
		}
		return out, true
	default:
		return nil, false
	}
}

func (c *comparison) sameNames(p pair, at location) *outcome {
	if c.index.sameName(p.reader, p.writer) {
		return fits
	}
	return p.clash(NameMismatch, at.below(toName, 0))
}

// lacksSymbols reports whether an enum may have been written with a symbol that the reader neither knows nor has a default for.
func (c *comparison) lacksSymbols(p pair) bool {
	if _, ok := p.reader.EnumDefault(); ok {
		return false
	}
	written, read := p.writer.Symbols(), p.reader.Symbols()
	if len(written) > len(read) {
		return true
	}
	c.steps -= len(written)
	if slices.Equal(written, read[:len(written)]) {
		return false
	}
	known := c.symbols[p.reader]
	if known == nil {
		known = setOf(read)
		c.symbols[p.reader] = known
	}
	return slices.ContainsFunc(written, func(symbol string) bool { return !known[symbol] })
}
