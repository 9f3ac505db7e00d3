package avro

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// Optional is a value that may be null, without the allocation of a pointer: for unions of null and one other type. The zero Optional is
// null. In JSON it is null or the value.
type Optional[T any] struct {
	Value T
	Valid bool // false is null, whatever Value is
}

// Some returns an Optional that holds v.
func Some[T any](v T) Optional[T] { return Optional[T]{v, true} }

// Or returns the value, or other where it is null.
func (o Optional[T]) Or(other T) T {
	if o.Valid {
		return o.Value
	}
	return other
}

// MarshalJSON returns null or the JSON of the value.
func (o Optional[T]) MarshalJSON() ([]byte, error) {
	if !o.Valid {
		return []byte("null"), nil
	}
	return json.Marshal(o.Value)
}

// UnmarshalJSON reads what MarshalJSON returns.
func (o *Optional[T]) UnmarshalJSON(text []byte) error {
	*o = Optional[T]{}
	if bytes.Equal(text, []byte("null")) {
		return nil
	}
	o.Valid = true
	return json.Unmarshal(text, &o.Value)
}

func (Optional[T]) isOptional() {}

// optionalType returns the type of the value in an Optional. Its value is at offset 0.
func optionalType(t reflect.Type) (value reflect.Type, validOffset uintptr, ok bool) {
	if t.Kind() != reflect.Struct || !t.Implements(reflect.TypeFor[interface{ isOptional() }]()) ||
		t.NumField() != 2 || t.PkgPath() != reflect.TypeFor[Error]().PkgPath() {
		return nil, 0, false
	}
	return t.Field(0).Type, t.Field(1).Offset, true
}
