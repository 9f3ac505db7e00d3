package compat

import (
	"slices"
	"strings"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// index finds types of a reader's schema by what a writer calls them, without a search through lists.
type index struct {
	aliases  map[aliasKey]bool
	branches map[branchKey][]int // places in the union, ascending
	size     int                 // fields, branches, symbols and types
}

// aliasKey is a full name that a type has besides its own.
type aliasKey struct {
	of    *avro.Schema
	alias string
}

// branchKey is what the branches of a union are found by: their kind, and, where they are named, the name without its
// namespace or an alias.
type branchKey struct {
	union *avro.Schema
	kind  avro.Kind
	alias bool
	name  string
}

func newIndex(reader *avro.Schema) *index {
	x := &index{aliases: map[aliasKey]bool{}, branches: map[branchKey][]int{}}
	x.size = eachType(reader, func(s *avro.Schema) {
		for _, alias := range s.Aliases() {
			x.aliases[aliasKey{s, alias}] = true
		}
		for i, b := range s.Branches() {
			x.addBranch(branchKey{s, b.Kind(), false, shortName(b)}, i)
			for _, alias := range b.Aliases() {
				x.addBranch(branchKey{s, b.Kind(), true, alias}, i)
			}
		}
	})
	return x
}

func (x *index) addBranch(key branchKey, i int) { x.branches[key] = append(x.branches[key], i) }

// eachType calls visit for every type in s that is not primitive, and returns how much there is to look at.
func eachType(s *avro.Schema, visit func(*avro.Schema)) (size int) {
	seen := map[*avro.Schema]bool{}
	for todo := []*avro.Schema{s}; len(todo) > 0; {
		s, todo = todo[len(todo)-1], todo[:len(todo)-1]
		if primitive(s) || seen[s] {
			continue
		}
		seen[s] = true
		visit(s)
		size += 1 + len(s.Fields()) + len(s.Branches()) + len(s.Symbols()) + len(s.Aliases())
		if s.Elem() != nil {
			todo = append(todo, s.Elem())
		}
		todo = append(todo, s.Branches()...)
		for _, f := range s.Fields() {
			size += len(f.Aliases())
			todo = append(todo, f.Schema())
		}
	}
	return size
}

// sameName reports whether a reader's named type is one that the writer's may be read as. Namespaces do not count, but in
// aliases.
func (x *index) sameName(reader, writer *avro.Schema) bool {
	return shortName(reader) == shortName(writer) || x.aliases[aliasKey{reader, writer.FullName()}]
}

// narrow is the number of branches up to which all of them are tried, as Java does. Those of another name never fit, but their
// parts may be what decides the path under which Java reports a type.
const narrow = 8

var firstBranches = [narrow]int{0, 1, 2, 3, 4, 5, 6, 7}

// candidates returns the branches of a reader's union that are to be tried for a type, in their order. No other branch can
// read it.
func (x *index) candidates(union, writer *avro.Schema) []int {
	if n := len(union.Branches()); n <= narrow {
		return firstBranches[:n]
	}
	kind := writer.Kind()
	found := x.branches[branchKey{union, kind, false, shortName(writer)}]
	if named := x.branches[branchKey{union, kind, true, writer.FullName()}]; len(named) > 0 && writer.FullName() != "" {
		found = slices.Concat(found, named)
	}
	for _, wider := range promotions(kind) {
		found = append(found[:len(found):len(found)], x.branches[branchKey{union, wider, false, ""}]...)
	}
	if len(found) > 1 && !slices.IsSorted(found) {
		found = slices.Clone(found)
		slices.Sort(found)
	}
	return found
}

// promotions returns the kinds, besides its own, that a written kind is read as (section "Schema Resolution").
func promotions(written avro.Kind) []avro.Kind {
	switch written {
	case avro.KindInt:
		return []avro.Kind{avro.KindLong, avro.KindFloat, avro.KindDouble}
	case avro.KindLong:
		return []avro.Kind{avro.KindFloat, avro.KindDouble}
	case avro.KindFloat:
		return []avro.Kind{avro.KindDouble}
	case avro.KindString:
		return []avro.Kind{avro.KindBytes}
	case avro.KindBytes:
		return []avro.Kind{avro.KindString}
	default:
		return nil
	}
}

func primitive(s *avro.Schema) bool { return s.Kind() <= avro.KindString }

func shortName(s *avro.Schema) string {
	name := s.FullName()
	return name[strings.LastIndexByte(name, '.')+1:]
}
