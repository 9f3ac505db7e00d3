package avro

import (
	"slices"
	"strings"
)

// resolver matches the schema that records were written with and the one that they are read with, as Apache Avro for Java does
// when it reads (not as its compatibility check does, which asks for more).
type resolver struct {
	renamed map[string][]string // the reader's types by an alias of theirs
	fitting map[schemaPair]bool // records that are being compared, or were
	known   map[schemaPair]bool // records that are alike, or are not
}

type schemaPair struct{ writer, reader *Schema }

func newResolver(reader *Schema) *resolver {
	r := &resolver{renamed: map[string][]string{}, fitting: map[schemaPair]bool{}, known: map[schemaPair]bool{}}
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

// check reports why a writer's type, no union, can never be read as the reader's, no union either. The parts of records, arrays and
// maps are not looked at.
func (r *resolver) check(path string, w, rd *Schema) *Error {
	switch {
	case w.kind != rd.kind && !promotes(w.kind, rd.kind):
		return mismatch(path, "%s was written, and cannot be read as %s", describe(w), describe(rd))
	case (w.kind == KindEnum || w.kind == KindFixed) && w.kind == rd.kind && !r.similarName(w, rd):
		return mismatch(path, "%s was written, and %s has another name; give it an alias", describe(w), describe(rd))
	case w.kind == KindFixed && rd.kind == KindFixed && w.size != rd.size:
		return mismatch(path, "%s has %d bytes in the writer's schema, and %d in the reader's", describe(rd), w.size, rd.size)
	default:
		return nil
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

// branch returns the branch of a reader's union for what was written, which is no union, or -1: the same type with the same full name; a
// record with the same fields; the first type that it promotes to.
func (r *resolver) branch(w, union *Schema) int {
	alias, structure := -1, -1
	for i, b := range union.branches {
		switch {
		case b.kind != w.kind:
		case !w.kind.named() || b.name == w.name:
			return i
		case alias < 0 && r.sameName(w, b):
			alias = i
		case w.kind == KindRecord && r.fits(w, b) && (structure < 0 || shortName(b.name) == shortName(w.name)):
			structure = i
		}
	}
	if alias >= 0 {
		return alias
	}
	if structure >= 0 {
		return structure
	}
	return slices.IndexFunc(union.branches, func(b *Schema) bool { return promotes(w.kind, b.kind) })
}

// fits reports whether a record reads as one of another name, as far as its own fields tell.
func (r *resolver) fits(w, rd *Schema) bool {
	pair := schemaPair{w, rd}
	if known, ok := r.fitting[pair]; ok {
		return known
	}
	r.fitting[pair] = true // until something speaks against it; this also ends recursion
	match := r.fields(w, rd)
	for _, f := range rd.fields {
		if match.writer[f.index] == nil && f.def == nil {
			r.fitting[pair] = false
		}
	}
	for i, f := range match.reader {
		if f != nil && !r.fieldFits(w.fields[i].schema, f.schema) {
			r.fitting[pair] = false
		}
	}
	return r.fitting[pair]
}

func (r *resolver) fieldFits(w, rd *Schema) bool {
	switch {
	case w.kind == KindUnion:
		return true // each branch for itself, when it is met
	case rd.kind == KindUnion:
		return r.branch(w, rd) >= 0
	case w.kind == KindRecord && rd.kind == KindRecord:
		match := r.fields(w, rd)
		return !slices.ContainsFunc(rd.fields, func(f *Field) bool { return match.writer[f.index] == nil && f.def == nil })
	default:
		return r.check("", w, rd) == nil
	}
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
