package avro

import (
	"encoding"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"time"
)

var (
	anyType       = reflect.TypeFor[any]()
	bytesType     = reflect.TypeFor[[]byte]()
	decimalType   = reflect.TypeFor[Decimal]()
	durationType  = reflect.TypeFor[Duration]()
	localTimeType = reflect.TypeFor[LocalTime]()
	ratType       = reflect.TypeFor[*big.Rat]()
	recordType    = reflect.TypeFor[Record]()
	recordPtrType = reflect.TypeFor[*Record]()
	timeOfDayType = reflect.TypeFor[time.Duration]()
	timeType      = reflect.TypeFor[time.Time]()
	customType    = reflect.TypeFor[Custom]()
)

// isCustom reports whether *t itself is a [Custom]. Methods of an embedded type do not count: they would leave out what is around it.
func isCustom(t reflect.Type) bool {
	if t.Kind() == reflect.Interface || t.Kind() == reflect.Pointer || !reflect.PointerTo(t).Implements(customType) {
		return false
	}
	return !embeds(t, customType)
}

// embeds reports whether t is a struct with an embedded field that has the methods of an interface.
func embeds(t, methods reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && (f.Type.Implements(methods) || reflect.PointerTo(f.Type).Implements(methods)) {
			return true
		}
	}
	return false
}

// maxPointers is how many pointers to pointers a type may be. Go has types that are pointers to themselves.
const maxPointers = 8

// endless reports whether t is a pointer to pointers without end.
func endless(t reflect.Type) bool {
	for range maxPointers {
		if t.Kind() != reflect.Pointer {
			return false
		}
		t = t.Elem()
	}
	return true
}

// isUUID reports whether t holds the 16 bytes of a UUID.
func isUUID(t reflect.Type) bool {
	return t.Kind() == reflect.Array && t.Len() == 16 && t.Elem().Kind() == reflect.Uint8
}

// leafPointer reports whether a pointer type is a value of its own, not one that may be null.
func leafPointer(t reflect.Type) bool { return t == ratType || t == recordPtrType }

// goField is a field of a Go struct, or of a struct embedded in it.
type goField struct {
	offset uintptr
	typ    reflect.Type
	tagged bool // its name is from its tag
	twice  bool // another one has the name with the same right
}

// goFields returns the fields of a struct by their names in Avro: the avro tag up to a comma, or the Go name where there is none. Fields
// of embedded structs count as the struct's own, unless one further out has the name. Of two in one place the one with a tag has it.
func goFields(t reflect.Type) map[string]goField {
	fields := map[string]goField{}
	type level struct {
		typ    reflect.Type
		offset uintptr
	}
	for todo := []level{{t, 0}}; len(todo) > 0; {
		var deeper []level
		found := map[string]goField{}
		for _, l := range todo {
			for i := range l.typ.NumField() {
				f := l.typ.Field(i)
				name, _, _ := strings.Cut(f.Tag.Get("avro"), ",")
				tagged := name != ""
				if name == "-" {
					continue
				}
				if f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct {
					deeper = append(deeper, level{f.Type, l.offset + f.Offset})
					continue
				}
				if !f.IsExported() {
					continue
				}
				if name == "" {
					name = f.Name
				}
				other, known := found[name]
				switch {
				case !known || tagged && !other.tagged:
					found[name] = goField{l.offset + f.Offset, f.Type, tagged, false}
				case tagged == other.tagged:
					other.twice = true
					found[name] = other
				}
			}
		}
		for name, f := range found {
			if _, shadowed := fields[name]; !shadowed {
				fields[name] = f
			}
		}
		todo = deeper
	}
	return fields
}

// behindPointer returns the embedded pointer to a struct that has a field of a name, or nil. Fields behind pointers do not count.
func behindPointer(t reflect.Type, name string) reflect.Type {
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.Anonymous || f.Type.Kind() != reflect.Pointer || f.Type.Elem().Kind() != reflect.Struct {
			continue
		}
		if _, ok := goFields(f.Type.Elem())[name]; ok {
			return f.Type
		}
	}
	return nil
}

// isGoInt reports whether Go integers of the kind can hold values of an Avro int or long. uint64 and uint cannot be told from
// their negatives.
func isGoInt(k reflect.Kind) bool {
	return k >= reflect.Int && k <= reflect.Int64 || k >= reflect.Uint8 && k <= reflect.Uint32
}

// enumValues maps an enum's symbols to a Go integer type: by the type's UnmarshalText, its Symbols or its String where it has one of
// them, and else by the order of the symbols in the codec's own schema, from 1. -1 stands for a symbol that the type does not
// have.
func enumValues(path string, t reflect.Type, symbols, own []string) ([]int64, *Error) {
	values := make([]int64, len(symbols))
	lookup := enumLookup(t, own)
	for i, symbol := range symbols {
		v, ok := lookup(symbol)
		if !ok {
			v = -1
		} else if v < 1 {
			return nil, unmapped(path, "the Go type %v has the value %d for symbol %s; the values of enums start at 1, since 0 is unset", t, v, shorten(symbol))
		} else if !storeInt(reflect.New(t).UnsafePointer(), uint8(t.Kind()), v) {
			return nil, unmapped(path, "the Go type %v is too small for symbol %s, which is number %d", t, shorten(symbol), v)
		}
		values[i] = v
	}
	return values, nil
}

func enumLookup(t reflect.Type, own []string) func(symbol string) (int64, bool) {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return func(symbol string) (int64, bool) {
			v := reflect.New(t)
			u, ok := v.Interface().(encoding.TextUnmarshaler)
			if !ok || u.UnmarshalText([]byte(symbol)) != nil {
				return 0, false
			}
			return asInt64(v.Elem()), true
		}
	}
	zero := reflect.New(t).Elem()
	if s, ok := zero.Interface().(interface{ Symbols() []string }); ok {
		own = s.Symbols()
	} else if _, ok := zero.Interface().(fmt.Stringer); ok {
		return func(symbol string) (int64, bool) {
			// Values that have no symbol of their own return some text for all, so the search is over at the number of symbols.
			for i := range max(len(own), 1) {
				setInt(zero, int64(i+1))
				if s, ok := zero.Interface().(fmt.Stringer); ok && s.String() == symbol {
					return int64(i + 1), true
				}
			}
			return 0, false
		}
	}
	index := make(map[string]int64, len(own))
	for i, s := range own {
		index[s] = int64(i + 1)
	}
	return func(symbol string) (int64, bool) {
		v, ok := index[symbol]
		return v, ok
	}
}

func asInt64(v reflect.Value) int64 {
	if v.CanInt() {
		return v.Int()
	}
	return int64(v.Uint())
}

func setInt(v reflect.Value, n int64) {
	if v.CanInt() {
		v.SetInt(n)
	} else {
		v.SetUint(uint64(n))
	}
}
