package avro

import (
	"slices"
	"strings"
)

// resolver matches the schema that records were written with and the one that they are read with, as Apache Avro for Java does
// when it reads (not as its compatibility check does, which asks for more).
type resolver struct {
	renamed map[string][]string     // the reader's types by an alias of theirs
	unions  map[*Schema]*unionIndex // the reader's unions that were looked into
	fitting map[schemaPair]bool     // records that fit, or do not
	trying  map[schemaPair]int      // records that are being compared, by how many are around
	assumed int                     // the outermost of those that something was taken for granted of
	known   map[schemaPair]bool     // records that are alike, or are not
	steps   int                     // fields compared so far to see what fits
}

// maxComparisons bounds the steps: unions of many records, none of which has a name that the reader knows, would take
// their product.
const maxComparisons = 1 << 20

type schemaPair struct{ writer, reader *Schema }

func newResolver(reader *Schema) *resolver {
	r := &resolver{
		renamed: map[string][]string{}, unions: map[*Schema]*unionIndex{},
		fitting: map[schemaPair]bool{}, trying: map[schemaPair]int{}, known: map[schemaPair]bool{},
	}
	eachNamed(reader, func(s *Schema) {
		for _, alias := range s.aliases {
			r.renamed[alias] = append(r.renamed[alias], s.name)
		}
	})
	return r
}

// eachNamed calls visit for every named type in s.
func eachNamed(s *Schema, visit func(*Schema)) {
	seen := map[*Schema]bool{}
	for todo := []*Schema{s}; len(todo) > 0; {
		s, todo = todo[len(todo)-1], todo[:len(todo)-1]
		if s.kind.named() {
			if seen[s] {
				continue
			}
			seen[s] = true
			visit(s)
		}
		if s.elem != nil {
			todo = append(todo, s.elem)
		}
		todo = append(todo, s.branches...)
		for _, f := range s.fields {
			todo = append(todo, f.schema)
		}
	}
}

// sameName reports whether a writer's named type has the full name of the reader's, or one that is an alias of it.
func (r *resolver) sameName(writer, reader *Schema) bool {
	return writer.name == reader.name || slices.Contains(r.renamed[writer.name], reader.name)
}

// similarName is sameName without namespaces, which is enough where there is no choice between types.
func (r *resolver) similarName(writer, reader *Schema) bool {
	return shortName(writer.name) == shortName(reader.name) || r.sameName(writer, reader)
}

func shortName(full string) string { return full[strings.LastIndexByte(full, '.')+1:] }

// promotes reports whether a writer's primitive type is read as another primitive type.
func promotes(writer, reader Kind) bool {
	switch reader {
	case KindLong:
		return writer == KindInt
	case KindFloat:
		return writer == KindInt || writer == KindLong
	case KindDouble:
		return writer == KindInt || writer == KindLong || writer == KindFloat
	case KindString:
		return writer == KindBytes
	case KindBytes:
		return writer == KindString
	default:
		return false
	}
}

// matches reports whether check has nothing to say.
func (r *resolver) matches(w, rd *Schema) bool {
	if w.kind != rd.kind {
		return promotes(w.kind, rd.kind)
	}
	return w.kind != KindEnum && w.kind != KindFixed || w.size == rd.size && r.similarName(w, rd)
}

// check reports why a writer's type, no union, can never be read as the reader's, no union either. The parts of records, arrays and
// maps are not looked at.
func (r *resolver) check(path string, w, rd *Schema) *Error {
	switch {
	case r.matches(w, rd):
		return nil
	case w.kind != rd.kind:
		return mismatch(path, "%s was written, and cannot be read as %s", describe(w), describe(rd))
	case !r.similarName(w, rd):
		return mismatch(path, "%s was written, and %s has another name; give it an alias", describe(w), describe(rd))
	default:
		return mismatch(path, "%s has %d bytes in the writer's schema, and %d in the reader's", describe(rd), w.size, rd.size)
	}
}

// describe names a schema in errors.
func describe(s *Schema) string {
	if s.name != "" {
		return s.kind.String() + " " + shorten(s.name)
	}
	if s.logical != "" {
		return s.kind.String() + " (" + s.logical + ")"
	}
	return s.kind.String()
}

// branchName is what a union calls a branch.
func branchName(s *Schema) string {
	if s.name != "" {
		return s.name
	}
	return s.kind.String()
}

// fieldMatch pairs the fields of two records, by index, nil for none.
type fieldMatch struct {
	reader []*Field // of each writer's field
	writer []*Field // of each reader's field
}

// fields pairs by names first. An alias then takes only a writer's field that nobody else claims.
func (r *resolver) fields(w, rd *Schema) fieldMatch {
	m := fieldMatch{make([]*Field, len(w.fields)), make([]*Field, len(rd.fields))}
	pair := func(wf, rf *Field) { m.reader[wf.index], m.writer[rf.index] = rf, wf }
	for _, rf := range rd.fields {
		if wf := w.Field(rf.name); wf != nil {
			pair(wf, rf)
		}
	}
	for _, rf := range rd.fields {
		for _, alias := range rf.aliases {
			if m.writer[rf.index] != nil {
				break
			}
			if wf := w.Field(alias); wf != nil && m.reader[wf.index] == nil {
				pair(wf, rf)
			}
		}
	}
	return m
}

// sameUnion reports whether two unions have the same branches in the same order, whatever their namespaces: then branches are paired
// by their place.
func (r *resolver) sameUnion(w, rd *Schema) bool {
	if rd.kind != KindUnion {
		return false
	}
	seen := map[schemaPair]bool{}
	same := r.alike(w, rd, seen)
	for pair, alike := range seen {
		if same || !alike { // else it may have been assumed alike because of one that is not
			r.known[pair] = alike
		}
	}
	return same
}

func (r *resolver) alike(w, rd *Schema, seen map[schemaPair]bool) bool {
	if w == rd {
		return true
	}
	if w.kind != rd.kind || w.size != rd.size || w.kind.named() && !r.similarName(w, rd) ||
		len(w.branches) != len(rd.branches) || len(w.fields) != len(rd.fields) || !slices.Equal(w.symbols, rd.symbols) {
		return false
	}
	pair := schemaPair{w, rd}
	if w.kind == KindRecord {
		if known, ok := r.known[pair]; ok {
			return known
		}
		if known, ok := seen[pair]; ok {
			return known
		}
		seen[pair] = true
	}
	for i, f := range w.fields {
		if f.name != rd.fields[i].name || !r.alike(f.schema, rd.fields[i].schema, seen) {
			seen[pair] = false
			return false
		}
	}
	for i, b := range w.branches {
		if !r.alike(b, rd.branches[i], seen) {
			return false
		}
	}
	return w.elem == nil || r.alike(w.elem, rd.elem, seen)
}
