package avro

import (
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"slices"
)

// This is the reference: it reads, resolves and writes values by walking over schemas, step by step as the Avro specification says it.

var (
	errMalformed    = errors.New("malformed")
	errUnresolvable = errors.New("unresolvable")
	errHolds        = errors.New("the Go type does not hold the value")
)

// meant is a value of a logical type: what was written, and the unit or scale of it.
type meant struct {
	value   any
	logical string
	scale   int
}

// refResolver turns values of a writer's schema into values of a reader's.
type refResolver struct{ renamed map[string][]string }

func newRefResolver(reader *node) *refResolver {
	x := &refResolver{map[string][]string{}}
	seen := map[*node]bool{}
	var walk func(n *node)
	walk = func(n *node) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		for _, alias := range n.aliases {
			x.renamed[alias] = append(x.renamed[alias], n.name)
		}
		walk(n.elem)
		for _, b := range n.branches {
			walk(b)
		}
		for _, f := range n.fields {
			walk(f.typ)
		}
	}
	walk(reader)
	return x
}

// pairs returns the writer's field for each of the reader's: names first, then aliases for what nobody else claims.
func (x *refResolver) pairs(w, r *node) map[*nodeField]*nodeField {
	of, taken := map[*nodeField]*nodeField{}, map[*nodeField]bool{}
	for _, rf := range r.fields {
		if wf := w.field(rf.name); wf != nil {
			of[rf], taken[wf] = wf, true
		}
	}
	for _, rf := range r.fields {
		for _, alias := range rf.aliases {
			if wf := w.field(alias); of[rf] == nil && wf != nil && !taken[wf] {
				of[rf], taken[wf] = wf, true
			}
		}
	}
	return of
}

// named reports whether the reader's type has the writer's name, itself or as an alias.
func (x *refResolver) named(w, r *node) bool {
	return w.name == r.name || slices.Contains(x.renamed[w.name], r.name)
}

// types reports whether two types match, whatever is in them.
func (x *refResolver) types(w, r *node) bool {
	if w.kind != r.kind {
		return promotes(w.kind, r.kind)
	}
	switch w.kind {
	case KindEnum:
		return x.named(w, r) || shortName(w.name) == shortName(r.name)
	case KindFixed:
		return w.size == r.size && (x.named(w, r) || shortName(w.name) == shortName(r.name))
	default:
		return true
	}
}

// branch returns the branch of a reader's union, or -1: exactly the type; one with its name as an alias; a record with the same fields,
// rather one of the same name without namespace; the first that it promotes to.
func (x *refResolver) branch(w, union *node, within []*node) int {
	find := func(ok func(*node) bool) int { return slices.IndexFunc(union.branches, ok) }
	like := func(b *node) bool { return w.kind == KindRecord && b.kind == KindRecord && x.like(w, b, within) }
	for _, ok := range []func(*node) bool{
		func(b *node) bool { return b.kind == w.kind && b.name == w.name },
		func(b *node) bool { return b.kind == w.kind && w.name != "" && x.named(w, b) },
	} {
		if i := find(ok); i >= 0 {
			return i
		}
	}
	last := -1
	for i, b := range union.branches {
		if like(b) && (last < 0 || shortName(b.name) == shortName(w.name)) {
			last = i
		}
	}
	if last >= 0 {
		return last
	}
	return find(func(b *node) bool { return promotes(w.kind, b.kind) })
}

// like reports whether a record reads as another one as far as its own fields tell.
func (x *refResolver) like(w, r *node, within []*node) bool {
	if slices.Contains(within, w) && slices.Contains(within, r) {
		return true
	}
	within = append(slices.Clip(within), w, r)
	of := x.pairs(w, r)
	for _, rf := range r.fields {
		wf := of[rf]
		switch {
		case wf == nil && !rf.hasDef:
			return false
		case wf == nil, wf.typ.kind == KindUnion:
		case rf.typ.kind == KindUnion:
			if x.branch(wf.typ, rf.typ, within) < 0 {
				return false
			}
		case !x.types(wf.typ, rf.typ), wf.typ.kind == KindRecord && x.lacks(wf.typ, rf.typ):
			return false
		}
	}
	return true
}

// lacks reports whether the reader's record has a field that was not written and has no default.
func (x *refResolver) lacks(w, r *node) bool {
	of := x.pairs(w, r)
	return slices.ContainsFunc(r.fields, func(f *nodeField) bool { return of[f] == nil && !f.hasDef })
}

type canPair struct {
	w, r *node
	t    reflect.Type
}

// can reports whether any value of the writer's can be read as the reader's into a Go type.
func (x *refResolver) can(w, r *node, t reflect.Type, within []canPair) bool {
	if w.kind == KindUnion {
		for i := range w.branches {
			if x.canBranch(w, r, i, t, within) {
				return true
			}
		}
		return false
	}
	if t == boxedType {
		t = anyType
	}
	if r.kind == KindUnion {
		i := x.branch(w, r, nil)
		return i >= 0 && x.can(w, r.branches[i], branchType(t, r, i), within)
	}
	pair := canPair{w, r, t}
	if slices.Contains(within, pair) {
		return true
	}
	within = append(slices.Clip(within), pair)
	if t = pointee(t); t == boxedType {
		t = anyType
	}
	if !x.types(w, r) {
		return false
	}
	if w.logical != "" && r.logical != "" && (w.logical != r.logical || w.scale != r.scale) && !carries(w, r, t) {
		return false
	}
	switch r.kind {
	case KindArray, KindMap:
		elem := anyType
		if t != anyType {
			elem = t.Elem()
		}
		return x.can(w.elem, r.elem, elem, within)
	case KindRecord:
		if x.lacks(w, r) {
			return false
		}
		for rf, wf := range x.pairs(w, r) {
			if !x.can(wf.typ, rf.typ, fieldType(t, rf.name), within) {
				return false
			}
		}
	}
	return true
}

// canBranch is can for branch i of a writer's union. Unions that are the same but for namespaces are paired branch by branch, as Java does
// it.
func (x *refResolver) canBranch(w, r *node, i int, t reflect.Type, within []canPair) bool {
	if x.alike(w, r, nil) {
		return x.can(w.branches[i], r.branches[i], branchType(t, r, i), within)
	}
	return x.can(w.branches[i], r, t, within)
}

// alike reports whether two schemas are the same but for namespaces, aliases, defaults and logical types.
func (x *refResolver) alike(w, r *node, within []*node) bool {
	if slices.Contains(within, w) && slices.Contains(within, r) {
		return true
	}
	within = append(slices.Clip(within), w, r)
	return w.kind == r.kind && w.size == r.size && (w.name == "" || x.named(w, r) || shortName(w.name) == shortName(r.name)) &&
		slices.Equal(w.symbols, r.symbols) &&
		(w.elem == nil || x.alike(w.elem, r.elem, within)) &&
		slices.EqualFunc(w.branches, r.branches, func(a, b *node) bool { return x.alike(a, b, within) }) &&
		slices.EqualFunc(w.fields, r.fields, func(f, g *nodeField) bool { return f.name == g.name && x.alike(f.typ, g.typ, within) })
}

// carries reports whether a Go type keeps the value of a logical type while its unit or scale changes.
func carries(w, r *node, t reflect.Type) bool {
	if w.logical == logicalDecimal && r.logical == logicalDecimal {
		return t == anyType || t == ratType || t == decimalType
	}
	of := timeTypes[w.logical]
	return of != nil && of == timeTypes[r.logical] && (t == anyType || t == of)
}

// resolve returns a value of the reader's schema.
func (x *refResolver) resolve(v any, w, r *node, t reflect.Type) (any, error) {
	if w.kind == KindUnion {
		u := v.(chosen)
		if !x.canBranch(w, r, u.branch, t, nil) {
			return nil, errUnresolvable
		}
		if x.alike(w, r, nil) {
			v, err := x.resolve(u.value, w.branches[u.branch], r.branches[u.branch], branchType(t, r, u.branch))
			return chosen{u.branch, v}, err
		}
		v, w = u.value, w.branches[u.branch]
	}
	if t == boxedType {
		t = anyType
	}
	if r.kind == KindUnion {
		i := x.branch(w, r, nil)
		if i < 0 {
			return nil, errUnresolvable
		}
		v, err := x.resolve(v, w, r.branches[i], branchType(t, r, i))
		return chosen{i, v}, err
	}
	if t = pointee(t); t == boxedType {
		t = anyType
	}
	switch r.kind {
	case KindArray, KindMap:
		return x.resolveParts(v, w, r, t)
	case KindRecord:
		return x.resolveRecord(v.(map[string]any), w, r, t)
	case KindEnum:
		if !slices.Contains(r.symbols, v.(string)) {
			if r.fallback == "" {
				return nil, errUnresolvable
			}
			return r.fallback, nil
		}
		return v, nil
	}
	v = promoteValue(v, r.kind)
	switch {
	case r.logical == "":
		return v, nil
	case w.logical == "":
		return meant{v, r.logical, r.scale}, nil
	default:
		return meant{v, w.logical, w.scale}, nil
	}
}

func (x *refResolver) resolveParts(v any, w, r *node, t reflect.Type) (any, error) {
	elem := anyType
	if t != anyType {
		elem = t.Elem()
	}
	if r.kind == KindArray {
		items := []any{}
		for _, item := range v.([]any) {
			out, err := x.resolve(item, w.elem, r.elem, elem)
			if err != nil {
				return nil, err
			}
			items = append(items, out)
		}
		return items, nil
	}
	entries := map[string]any{}
	for key, entry := range v.(map[string]any) {
		out, err := x.resolve(entry, w.elem, r.elem, elem)
		if err != nil {
			return nil, err
		}
		entries[key] = out
	}
	return entries, nil
}

func (x *refResolver) resolveRecord(v map[string]any, w, r *node, t reflect.Type) (any, error) {
	of, members := x.pairs(w, r), map[string]any{}
	for _, rf := range r.fields {
		ft := fieldType(t, rf.name)
		var given any
		from, wf := rf.typ, of[rf]
		if wf != nil {
			from, given = wf.typ, v[wf.name]
		} else if def, ok := fromJSON(rf.typ, rf.def); ok {
			given = def
		} else {
			return nil, fmt.Errorf("the default of %s is none", rf.name)
		}
		out, err := x.resolve(given, from, rf.typ, ft)
		if err != nil {
			return nil, err
		}
		members[rf.name] = out
	}
	return members, nil
}

func promoteValue(v any, to Kind) any {
	switch v := v.(type) {
	case int64:
		switch to {
		case KindFloat:
			return float32(v)
		case KindDouble:
			return float64(v)
		}
	case float32:
		if to == KindDouble {
			return float64(v)
		}
	case string:
		if to == KindBytes {
			return []byte(v)
		}
	case []byte:
		if to == KindString {
			return string(v)
		}
	}
	return v
}

// fromJSON returns the value that a default is of a schema: of a union, of the first branch that it is a value of.
func fromJSON(n *node, v any) (any, bool) {
	switch n.kind {
	case KindUnion:
		for i, b := range n.branches {
			if out, ok := fromJSON(b, v); ok {
				return chosen{i, out}, true
			}
		}
		return nil, false
	case KindNull:
		return nil, v == nil
	case KindBoolean:
		_, ok := v.(bool)
		return v, ok
	case KindInt, KindLong:
		i, ok := v.(int64)
		return v, ok && (n.kind == KindLong || i == int64(int32(i)))
	case KindFloat, KindDouble:
		f, ok := v.(float64)
		if i, whole := v.(int64); whole {
			f, ok = float64(i), true
		}
		if n.kind == KindFloat {
			return float32(f), ok
		}
		return f, ok
	}
	text, isText := v.(string)
	switch n.kind {
	case KindString:
		return v, isText
	case KindEnum:
		return v, isText && slices.Contains(n.symbols, text)
	case KindBytes, KindFixed:
		var b []byte
		for _, c := range text {
			if c > 255 {
				return nil, false
			}
			b = append(b, byte(c))
		}
		return append([]byte{}, b...), isText && (n.kind == KindBytes || len(b) == n.size)
	case KindArray:
		items, ok := v.([]any)
		out := []any{}
		for _, item := range items {
			value, fits := fromJSON(n.elem, item)
			out, ok = append(out, value), ok && fits
		}
		return out, ok
	}
	members, ok := v.(map[string]any)
	if !ok {
		return nil, false
	}
	out := map[string]any{}
	if n.kind == KindMap {
		for name, member := range members {
			value, fits := fromJSON(n.elem, member)
			out[name], ok = value, ok && fits
		}
		return out, ok
	}
	for _, f := range n.fields {
		member, given := members[f.name]
		if !given {
			member = f.def
			ok = ok && f.hasDef
		}
		value, fits := fromJSON(f.typ, member)
		out[f.name], ok = value, ok && fits
	}
	return out, ok
}

// bigOf reads a number in two's complement.
func bigOf(b []byte) *big.Int {
	v := new(big.Int)
	for _, c := range b {
		v.Or(v.Lsh(v, 8), big.NewInt(int64(c)))
	}
	if b[0]&0x80 != 0 {
		v.Sub(v, new(big.Int).Exp(big.NewInt(2), big.NewInt(int64(8*len(b))), nil))
	}
	return v
}
