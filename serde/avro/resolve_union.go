package avro

import "slices"

// unionIndex finds branches of a union without a look at all of them.
type unionIndex struct {
	kinds map[Kind]int   // the first branch of each kind
	names map[string]int // of records, enums and fixed
	// The records, each under the name of the first field that must have been written. One that needs none is under "".
	records map[string][]int
	short   map[string][]int // the records by their names without namespaces
}

func (r *resolver) index(union *Schema) *unionIndex {
	if x := r.unions[union]; x != nil {
		return x
	}
	x := &unionIndex{map[Kind]int{}, map[string]int{}, map[string][]int{}, map[string][]int{}}
	r.unions[union] = x
	for i, b := range union.branches {
		if _, ok := x.kinds[b.kind]; !ok {
			x.kinds[b.kind] = i
		}
		if !b.kind.named() {
			continue
		}
		x.names[b.name] = i
		if b.kind != KindRecord {
			continue
		}
		x.short[shortName(b.name)] = append(x.short[shortName(b.name)], i)
		needed := slices.IndexFunc(b.fields, func(f *Field) bool { return f.def == nil })
		if needed < 0 {
			x.records[""] = append(x.records[""], i)
			continue
		}
		for _, name := range append([]string{b.fields[needed].name}, b.fields[needed].aliases...) {
			x.records[name] = append(x.records[name], i)
		}
	}
	return x
}

// branch returns the branch of a reader's union for what was written, which is no union, or -1: the same type with the same full name; a
// record with the same fields; the first type that it promotes to.
func (r *resolver) branch(w, union *Schema) int {
	x := r.index(union)
	if !w.kind.named() {
		if i, ok := x.kinds[w.kind]; ok {
			return i
		}
	} else if i := r.namedBranch(w, union, x); i >= 0 {
		return i
	}
	first := -1
	for kind, i := range x.kinds {
		if promotes(w.kind, kind) && (first < 0 || i < first) {
			first = i
		}
	}
	return first
}

// namedBranch returns the branch for a record, an enum or a fixed, or -1: by its name, by an alias, and for records by their fields.
func (r *resolver) namedBranch(w, union *Schema, x *unionIndex) int {
	if i, ok := x.names[w.name]; ok && union.branches[i].kind == w.kind {
		return i
	}
	first := -1
	for _, name := range r.renamed[w.name] {
		if i, ok := x.names[name]; ok && union.branches[i].kind == w.kind && (first < 0 || i < first) {
			first = i
		}
	}
	if first >= 0 || w.kind != KindRecord {
		return first
	}
	for _, i := range slices.Backward(x.short[shortName(w.name)]) {
		if r.fits(w, union.branches[i]) {
			return i
		}
	}
	try := func(candidates []int) {
		for _, i := range candidates {
			if first >= 0 && i > first || r.steps > maxComparisons {
				return
			}
			if r.fits(w, union.branches[i]) {
				first = i
			}
		}
	}
	try(x.records[""])
	for _, f := range w.fields {
		try(x.records[f.name])
	}
	return first
}

// fits reports whether a record reads as one of another name, as far as its own fields tell.
func (r *resolver) fits(w, rd *Schema) bool {
	if r.steps++; r.steps > maxComparisons {
		return false // the plan fails for it
	}
	pair := schemaPair{w, rd}
	if known, ok := r.fitting[pair]; ok {
		return known
	}
	if depth, ok := r.trying[pair]; ok {
		r.assumed = min(r.assumed, depth)
		return true // until something speaks against it
	}
	r.steps += len(w.fields) + len(rd.fields)
	depth, outer := len(r.trying), r.assumed
	r.trying[pair], r.assumed = depth, depth
	fits := r.fieldsFit(w, rd)
	delete(r.trying, pair)
	// That it fits because of another pair that is still being tried may turn out to be wrong. That it does not is certain.
	if !fits || r.assumed >= depth {
		r.fitting[pair] = fits
	}
	if !fits {
		r.assumed = depth
	}
	r.assumed = min(r.assumed, outer)
	return fits
}

func (r *resolver) fieldsFit(w, rd *Schema) bool {
	match := r.fields(w, rd)
	for _, f := range rd.fields {
		if match.writer[f.index] == nil && f.def == nil {
			return false
		}
	}
	for i, f := range match.reader {
		if f != nil && !r.fieldFits(w.fields[i].schema, f.schema) {
			return false
		}
	}
	return true
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
		return r.matches(w, rd)
	}
}
