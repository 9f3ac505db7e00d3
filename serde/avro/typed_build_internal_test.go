package avro

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"reflect"
	"time"
	"unicode/utf8"
)

// goBuilder makes the Go value that a resolved value is to become.
type goBuilder struct {
	records map[string]*Schema // for generic records
}

// build returns a value of type t, or errHolds where the type does not hold it.
func (g *goBuilder) build(v any, n *node, t reflect.Type) (reflect.Value, error) {
	switch {
	case t == boxedType:
		inner, err := g.generic(v, n)
		return reflect.ValueOf(boxed{inner}), err
	case t == anyType:
		out := reflect.New(t).Elem()
		inner, err := g.generic(v, n)
		if inner != nil {
			out.Set(reflect.ValueOf(inner))
		}
		return out, err
	case n.kind == KindUnion:
		return g.union(v.(chosen), n, t)
	case t.Kind() == reflect.Pointer && !leafPointer(t):
		out := reflect.New(t.Elem())
		inner, err := g.build(v, n, t.Elem())
		if err == nil {
			out.Elem().Set(inner)
		}
		return out, err
	}
	out := reflect.New(t).Elem()
	switch n.kind {
	case KindNull:
		return out, nil
	case KindArray:
		items := v.([]any)
		out.Set(reflect.MakeSlice(t, len(items), len(items)))
		for i, item := range items {
			inner, err := g.build(item, n.elem, t.Elem())
			if err != nil {
				return out, err
			}
			out.Index(i).Set(inner)
		}
		return out, nil
	case KindMap:
		out.Set(reflect.MakeMap(t))
		for key, entry := range v.(map[string]any) {
			inner, err := g.build(entry, n.elem, t.Elem())
			if err != nil || !utf8.ValidString(key) {
				return out, errHolds
			}
			out.SetMapIndex(reflect.ValueOf(key).Convert(t.Key()), inner)
		}
		return out, nil
	case KindRecord:
		return g.record(v.(map[string]any), n, t)
	default:
		return out, g.leaf(out, v, n, t)
	}
}

func (g *goBuilder) union(u chosen, n *node, t reflect.Type) (reflect.Value, error) {
	b, out := n.branches[u.branch], reflect.New(t).Elem()
	if b.kind == KindNull && len(n.branches) > 1 {
		return out, nil
	}
	bt := branchType(t, n, u.branch)
	switch {
	case t == sealedType && b.kind == KindNull:
		return out, nil
	case t != sealedType && bt != t: // an Optional
		inner, err := g.build(u.value, b, bt)
		if err == nil {
			out.Field(0).Set(inner)
			out.Field(1).SetBool(true)
		}
		return out, err
	}
	inner, err := g.build(u.value, b, bt)
	if err == nil {
		out.Set(inner)
	}
	return out, err
}

func (g *goBuilder) record(members map[string]any, n *node, t reflect.Type) (reflect.Value, error) {
	out := reflect.New(t).Elem()
	if t == recordType || t == recordPtrType {
		v, err := g.generic(members, n)
		if err != nil {
			return out, err
		}
		if t == recordPtrType {
			return reflect.ValueOf(v), nil
		}
		return reflect.ValueOf(v).Elem(), nil
	}
	for _, f := range n.fields {
		sf := goFieldOf(t, f.name)
		inner, err := g.build(members[f.name], f.typ, sf.Type)
		if err != nil {
			return out, err
		}
		out.FieldByIndex(sf.Index).Set(inner)
	}
	return out, nil
}

// leaf sets a value without parts.
func (g *goBuilder) leaf(out reflect.Value, v any, n *node, t reflect.Type) error {
	meaning, _ := v.(meant)
	if n.logical != "" {
		v = meaning.value
		if done, err := setLogical(out, meaning, n, t); done || err != nil {
			return err
		}
	}
	switch v := v.(type) {
	case bool:
		out.SetBool(v)
	case int64:
		if out.CanInt() {
			if out.OverflowInt(v) {
				return errHolds
			}
			out.SetInt(v)
			return nil
		}
		if v < 0 || out.OverflowUint(uint64(v)) {
			return errHolds
		}
		out.SetUint(uint64(v))
	case float32:
		out.SetFloat(float64(v))
		if v != v { // the bits of NaN count
			*(*float32)(out.Addr().UnsafePointer()) = v
		}
	case float64:
		out.SetFloat(v)
	case string:
		return setText(out, v, n)
	case []byte:
		if t.Kind() == reflect.Array {
			reflect.Copy(out, reflect.ValueOf(v))
			return nil
		}
		out.SetBytes(v)
	}
	return nil
}

func setText(out reflect.Value, v string, n *node) error {
	switch {
	case n.kind == KindEnum && out.Type() == reflect.TypeFor[suit]():
		out.SetInt(suitValues[v])
	case n.kind == KindEnum && out.Kind() != reflect.String:
		for i, symbol := range n.symbols {
			if symbol == v && out.CanInt() {
				out.SetInt(int64(i + 1))
			} else if symbol == v {
				out.SetUint(uint64(i + 1))
			}
		}
	case !utf8.ValidString(v):
		return errHolds
	default:
		out.SetString(v)
	}
	return nil
}

// setLogical sets a value to Go types that have the meaning of a logical type.
func setLogical(out reflect.Value, v meant, n *node, t reflect.Type) (done bool, err error) {
	set := func(x any) { out.Set(reflect.ValueOf(x).Convert(t)) }
	switch {
	case t == timeType && v.logical != "":
		set(exactTime(v))
	case t == localTimeType:
		set(LocalTime{exactTime(v)})
	case t == timeOfDayType:
		ticks, perDay := v.value.(int64), int64(24*time.Hour)/tickOf(v.logical)
		if ticks < 0 || ticks >= perDay {
			return false, errHolds
		}
		set(time.Duration(ticks * tickOf(v.logical)))
	case t == durationType:
		b := v.value.([]byte)
		set(Duration{uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24, uint32(b[4]) | uint32(b[5])<<8 | uint32(b[6])<<16 | uint32(b[7])<<24, uint32(b[8]) | uint32(b[9])<<8 | uint32(b[10])<<16 | uint32(b[11])<<24})
	case t == ratType || t == decimalType:
		return setFraction(out, v, n, t)
	case n.logical == logicalUUID && t.Kind() == reflect.Array && n.kind == KindString:
		id, ok := uuidOf(v.value.(string))
		if !ok {
			return false, errHolds
		}
		set(id)
	case n.logical == logicalUUID && t.Kind() == reflect.String && n.kind == KindFixed:
		b := v.value.([]byte)
		set(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
	default:
		return false, nil
	}
	return true, nil
}

func uuidOf(text string) (id [16]byte, ok bool) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return id, false
	}
	b, err := hex.DecodeString(text[:8] + text[9:13] + text[14:18] + text[19:23] + text[24:])
	if err != nil {
		return id, false
	}
	return [16]byte(b), true
}

// setFraction sets a decimal: a fraction is exact, and a Decimal has the reader's scale.
func setFraction(out reflect.Value, v meant, n *node, t reflect.Type) (bool, error) {
	b := v.value.([]byte)
	if len(b) == 0 {
		return false, errHolds
	}
	exact := new(big.Rat).SetFrac(bigOf(b), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(v.scale)), nil))
	if t == ratType {
		out.Set(reflect.ValueOf(exact))
		return true, nil
	}
	exact.Mul(exact, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n.scale)), nil)))
	if !exact.IsInt() {
		return false, errHolds
	}
	out.Set(reflect.ValueOf(Decimal{exact.Num(), n.scale}))
	return true, nil
}

// tickOf returns the nanoseconds of a tick.
func tickOf(logical string) int64 {
	switch logical {
	case logicalDate:
		return 86_400_000_000_000
	case logicalTimeMillis, logicalTimestampMillis, logicalLocalTimestampMillis:
		return 1_000_000
	case logicalTimeMicros, logicalTimestampMicros, logicalLocalTimestampMicros:
		return 1000
	default:
		return 1
	}
}

func exactTime(v meant) time.Time {
	all := new(big.Int).Mul(big.NewInt(v.value.(int64)), big.NewInt(tickOf(v.logical)))
	seconds, rest := new(big.Int).DivMod(all, big.NewInt(1_000_000_000), new(big.Int))
	return time.Unix(seconds.Int64(), rest.Int64()).UTC()
}

// generic returns a value in generic form, as the documentation of [Record] says it.
func (g *goBuilder) generic(v any, n *node) (any, error) {
	switch n.kind {
	case KindNull:
		return nil, nil
	case KindUnion:
		u := v.(chosen)
		b := n.branches[u.branch]
		inner, err := g.generic(u.value, b)
		if _, ok := n.optional(); ok || err != nil || b.kind == KindNull || len(n.branches) == 1 {
			return inner, err
		}
		return Branch{b.unionName(), inner}, nil
	case KindRecord:
		s := g.records[n.name]
		r := &Record{s, make([]any, len(n.fields))}
		for i, f := range n.fields {
			var err error
			if r.values[i], err = g.generic(v.(map[string]any)[f.name], f.typ); err != nil {
				return nil, err
			}
		}
		return r, nil
	case KindArray:
		items := make([]any, len(v.([]any)))
		for i, item := range v.([]any) {
			var err error
			if items[i], err = g.generic(item, n.elem); err != nil {
				return nil, err
			}
		}
		return items, nil
	case KindMap:
		entries := map[string]any{}
		for key, entry := range v.(map[string]any) {
			inner, err := g.generic(entry, n.elem)
			if err != nil || !utf8.ValidString(key) {
				return nil, errHolds
			}
			entries[key] = inner
		}
		return entries, nil
	}
	t := timeTypes[n.logical]
	switch {
	case t != nil:
	case n.logical == logicalDecimal:
		t = decimalType
	case n.logical == logicalDuration:
		t = durationType
	case n.logical == logicalUUID && n.kind == KindFixed:
		t = reflect.TypeFor[[16]byte]()
	default:
		t = map[Kind]reflect.Type{
			KindBoolean: reflect.TypeFor[bool](), KindInt: reflect.TypeFor[int32](), KindLong: int64Type, KindFloat: reflect.TypeFor[float32](),
			KindDouble: doubleType, KindBytes: bytesType, KindString: stringType, KindEnum: stringType, KindFixed: bytesType,
		}[n.kind]
	}
	out, err := g.build(v, n, t)
	if err != nil {
		return nil, err
	}
	return out.Interface(), nil
}
