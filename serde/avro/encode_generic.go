package avro

import (
	"encoding/binary"
	"maps"
	"math"
	"math/big"
	"reflect"
	"slices"
	"time"
	"unsafe"
)

// genericWriter writes values in generic form, by what they are when they are written.
type genericWriter struct {
	cfg     *config
	misfits map[misfitKey]*mapMisfit
}

// A map may be tried as one record after another, by each union within a union again. What did not fit is remembered, so that the
// time does not double with each level.
type (
	misfitKey struct {
		schema *Schema
		m      uintptr
	}
	mapMisfit struct {
		err *Error
		m   map[string]any // kept, so that no other map gets its address
	}
)

func (c *writer) genericWriter(s *Schema) writeFunc {
	levels := int(c.levels)
	return func(e *encodePlan, dst []byte, p unsafe.Pointer, depth int) ([]byte, *Error) {
		return (&genericWriter{cfg: e.cfg}).append(dst, s, *(*any)(p), depth+levels)
	}
}

func (c *writer) customWriter(s *Schema, t reflect.Type) writeFunc {
	levels := int(c.levels)
	return func(e *encodePlan, dst []byte, p unsafe.Pointer, depth int) ([]byte, *Error) {
		return (&genericWriter{cfg: e.cfg}).custom(dst, s, asCustom(t, p), depth+levels)
	}
}

func (c *writer) recordWriter(s *Schema, t reflect.Type) writeFunc {
	levels := int(c.levels)
	return func(e *encodePlan, dst []byte, p unsafe.Pointer, depth int) ([]byte, *Error) {
		if t == recordPtrType { // there is no Record at p, not even one that is not looked at
			return (&genericWriter{cfg: e.cfg}).record(dst, s, *(**Record)(p), depth+levels)
		}
		return (&genericWriter{cfg: e.cfg}).record(dst, s, (*Record)(p), depth+levels)
	}
}

func (g *genericWriter) custom(dst []byte, s *Schema, v Custom, depth int) ([]byte, *Error) {
	inner, err := v.AvroValue()
	if err != nil {
		e := encodeError("the Go type %T has no value", v)
		e.cause = err
		return dst, e
	}
	if _, again := inner.(Custom); again {
		return dst, encodeError("the generic form of the Go type %T is a Custom itself", v)
	}
	return g.append(dst, s, inner, depth)
}

// append writes v as s says.
func (g *genericWriter) append(dst []byte, s *Schema, v any, depth int) ([]byte, *Error) {
	if custom, ok := v.(Custom); ok {
		if p := reflect.ValueOf(v); p.Kind() != reflect.Pointer || !p.IsNil() {
			return g.custom(dst, s, custom, depth)
		}
		v = nil
	}
	if depth >= g.cfg.maxDepth && (s.kind == KindRecord || s.elem != nil) {
		return dst, (&encodePlan{cfg: g.cfg}).tooDeep()
	}
	switch s.kind {
	case KindUnion:
		return g.union(dst, s, v, depth)
	case KindRecord:
		switch v := v.(type) {
		case *Record:
			return g.record(dst, s, v, depth)
		case Record:
			return g.record(dst, s, &v, depth)
		case map[string]any:
			return g.mapRecord(dst, s, v, depth)
		}
	case KindArray:
		return g.array(dst, s, v, depth)
	case KindMap:
		return g.mapping(dst, s, v, depth)
	default:
		if out, err := appendLeaf(dst, s, v); err != nil || out != nil {
			return out, err
		}
	}
	return dst, wrongType(s, v)
}

func wrongType(s *Schema, v any) *Error {
	if v == nil {
		return encodeError("nil, where the schema has %s", describe(s))
	}
	return encodeError("the Go type %T cannot be written as %s", v, describe(s))
}

// union writes the branch that v names or has the type of, or the first that takes it.
func (g *genericWriter) union(dst []byte, s *Schema, v any, depth int) ([]byte, *Error) {
	if b, ok := v.(Branch); ok {
		i := slices.IndexFunc(s.branches, func(sb *Schema) bool { return branchName(sb) == b.Name })
		if i < 0 {
			return dst, encodeError("the union has no branch %s", shorten(b.Name))
		}
		return g.append(appendLong(dst, int64(i)), s.branches[i], b.Value, depth)
	}
	if name := recordName(v); name != "" {
		if i := slices.IndexFunc(s.branches, func(sb *Schema) bool { return sb.name == name }); i >= 0 {
			return g.append(appendLong(dst, int64(i)), s.branches[i], v, depth)
		}
	}
	var last *Error
	for i, sb := range s.branches {
		out, err := g.append(appendLong(dst, int64(i)), sb, v, depth)
		if err == nil {
			return out, nil
		}
		if (v == nil) == (sb.kind == KindNull) {
			last = err
		}
	}
	if _, _, ok := nullable(s); ok && last != nil {
		return dst, last
	}
	return dst, encodeError("the Go type %T is none that a branch of the union takes", v)
}

// recordName returns the full name of a record's type, "" for other values.
func recordName(v any) string {
	switch v := v.(type) {
	case *Record:
		if v != nil && v.schema != nil {
			return v.schema.name
		}
	case Record:
		if v.schema != nil {
			return v.schema.name
		}
	}
	return ""
}

func (g *genericWriter) record(dst []byte, s *Schema, r *Record, depth int) ([]byte, *Error) {
	if r == nil || r.schema == nil {
		return dst, encodeError("a Record without a schema; make one with NewRecord")
	}
	return g.fields(dst, s, func(f *Field) (any, bool) {
		if r.schema == s {
			return r.values[f.index], true
		}
		if own := r.schema.Field(f.name); own != nil {
			return r.values[own.index], true
		}
		return nil, false
	}, depth)
}

// mapRecord writes a map as a record.
func (g *genericWriter) mapRecord(dst []byte, s *Schema, m map[string]any, depth int) ([]byte, *Error) {
	key := misfitKey{s, reflect.ValueOf(m).Pointer()}
	if known := g.misfits[key]; known != nil {
		err := *known.err // callers put paths in front
		return dst, &err
	}
	dst, err := g.fields(dst, s, func(f *Field) (any, bool) { x, ok := m[f.name]; return x, ok }, depth)
	if err != nil {
		if g.misfits == nil {
			g.misfits = map[misfitKey]*mapMisfit{}
		}
		known := *err
		g.misfits[key] = &mapMisfit{&known, m}
	}
	return dst, err
}

func (g *genericWriter) fields(dst []byte, s *Schema, value func(*Field) (any, bool), depth int) ([]byte, *Error) {
	for _, f := range s.fields {
		v, ok := value(f)
		if !ok {
			return dst, encodeError("there is no value for the field").within(f.name)
		}
		var err *Error
		if dst, err = g.append(dst, f.schema, v, depth+1); err != nil {
			return dst, err.within(f.name)
		}
	}
	return dst, nil
}

func (g *genericWriter) array(dst []byte, s *Schema, v any, depth int) ([]byte, *Error) {
	items, ok := v.([]any)
	item := func(i int) any { return items[i] }
	n := len(items)
	if !ok {
		slice := reflect.ValueOf(v)
		if slice.Kind() != reflect.Slice || isBytes(slice.Type()) {
			return dst, wrongType(s, v)
		}
		item, n = func(i int) any { return slice.Index(i).Interface() }, slice.Len()
	}
	if n > 0 {
		dst = appendLong(dst, int64(n))
	}
	for i := range n {
		var err *Error
		if dst, err = g.append(dst, s.elem, item(i), depth+1); err != nil {
			return dst, err.item(i)
		}
	}
	return append(dst, 0), nil
}

func (g *genericWriter) mapping(dst []byte, s *Schema, v any, depth int) ([]byte, *Error) {
	entries, ok := v.(map[string]any)
	if !ok {
		m := reflect.ValueOf(v)
		if m.Kind() != reflect.Map || m.Type().Key().Kind() != reflect.String {
			return dst, wrongType(s, v)
		}
		entries = make(map[string]any, m.Len())
		for it := m.MapRange(); it.Next(); {
			entries[it.Key().String()] = it.Value().Interface()
		}
	}
	if len(entries) > 0 {
		dst = appendLong(dst, int64(len(entries)))
	}
	keys := maps.Keys(entries)
	if g.cfg.sortedMaps {
		keys = slices.Values(slices.Sorted(keys))
	}
	i := 0
	for key := range keys {
		if !validText([]byte(key)) {
			return dst, invalidText(len(key)).entry(i)
		}
		var err *Error
		dst = append(appendLong(dst, int64(len(key))), key...)
		if dst, err = g.append(dst, s.elem, entries[key], depth+1); err != nil {
			return dst, err.entry(i)
		}
		i++
	}
	return append(dst, 0), nil
}

// appendLeaf writes a value without parts. It returns neither bytes nor an error where the Go type is not one for the schema.
func appendLeaf(dst []byte, s *Schema, v any) ([]byte, *Error) {
	if dst == nil {
		dst = []byte{} // nil says that nothing was written
	}
	if tick := nanos[s.logical]; tick != 0 {
		switch t := v.(type) {
		case time.Time:
			if timeTypes[s.logical] == timeType {
				return appendTime(dst, s.kind, t, tick)
			}
			return nil, nil
		case LocalTime:
			if timeTypes[s.logical] == localTimeType {
				return appendTime(dst, s.kind, t.wall, tick)
			}
			return nil, nil
		case time.Duration:
			if timeTypes[s.logical] == timeOfDayType {
				return appendTimeOfDay(dst, t, tick)
			}
			return nil, nil
		}
	}
	switch s.kind {
	case KindNull:
		if v == nil {
			return dst, nil
		}
	case KindBoolean:
		if b, ok := v.(bool); ok {
			if b {
				return append(dst, 1), nil
			}
			return append(dst, 0), nil
		}
	case KindInt, KindLong:
		if n := reflect.ValueOf(v); isGoInt(n.Kind()) {
			return integerOf(dst, s.kind, asInt64(n))
		}
	case KindFloat:
		if f, ok := v.(float32); ok { // as it is: conversions change the bits of some NaN
			return binary.LittleEndian.AppendUint32(dst, math.Float32bits(f)), nil
		}
		if f, ok := floatOf(v); ok && (math.IsNaN(f) || float64(float32(f)) == f) {
			return binary.LittleEndian.AppendUint32(dst, math.Float32bits(float32(f))), nil
		}
	case KindDouble:
		if f, ok := floatOf(v); ok {
			return binary.LittleEndian.AppendUint64(dst, math.Float64bits(f)), nil
		}
	case KindString:
		return appendTextual(dst, s, v)
	case KindEnum:
		if name := reflect.ValueOf(v); name.Kind() == reflect.String {
			i := slices.Index(s.symbols, name.String())
			if i < 0 {
				return nil, encodeError("a string is none of the symbols of %s", describe(s))
			}
			return appendLong(dst, int64(i)), nil
		}
	case KindBytes, KindFixed:
		return appendBinary(dst, s, v)
	}
	return nil, nil
}

func integerOf(dst []byte, kind Kind, n int64) ([]byte, *Error) {
	if kind == KindInt && n != int64(int32(n)) {
		return nil, outOfRange(n, kind)
	}
	return appendLong(dst, n), nil
}

func floatOf(v any) (float64, bool) {
	f := reflect.ValueOf(v)
	if f.Kind() != reflect.Float32 && f.Kind() != reflect.Float64 {
		return 0, false
	}
	return f.Float(), true
}

// appendTextual writes a string, or a UUID as one.
func appendTextual(dst []byte, s *Schema, v any) ([]byte, *Error) {
	text := reflect.ValueOf(v)
	switch {
	case s.logical == logicalUUID && text.IsValid() && isUUID(text.Type()):
		id, ok := v.([16]byte)
		if !ok {
			id = text.Convert(reflect.TypeFor[[16]byte]()).Interface().([16]byte) //nolint:errcheck // it was converted
		}
		return appendUUID(appendLong(dst, uuidTextSize), id), nil
	case text.Kind() != reflect.String:
		return nil, nil
	case !validText([]byte(text.String())):
		return nil, invalidText(text.Len())
	default:
		return append(appendLong(dst, int64(text.Len())), text.String()...), nil
	}
}

// appendBinary writes bytes or a fixed, and the logical types on them.
func appendBinary(dst []byte, s *Schema, v any) ([]byte, *Error) {
	if s.logical == logicalDecimal {
		switch v := v.(type) {
		case Decimal:
			return appendDecimalValue(dst, s, v)
		case *big.Rat:
			if v != nil {
				return appendDecimal(dst, s, v)
			}
		}
	}
	if d, ok := v.(Duration); ok && s.logical == logicalDuration {
		return d.append(dst), nil
	}
	b := reflect.ValueOf(v)
	switch {
	case !b.IsValid():
		return nil, nil
	case s.kind == KindFixed && b.Kind() == reflect.Array && b.Type().Elem().Kind() == reflect.Uint8 && b.Len() == s.size:
		for i := range b.Len() {
			dst = append(dst, byte(b.Index(i).Uint()))
		}
		return dst, nil
	case !isBytes(b.Type()):
		return nil, nil
	case s.kind == KindBytes:
		return append(appendLong(dst, int64(b.Len())), b.Bytes()...), nil
	case b.Len() != s.size:
		return nil, encodeError("a fixed has %d bytes in the schema, the slice has %d", s.size, b.Len())
	default:
		return append(dst, b.Bytes()...), nil
	}
}
