package avro

import (
	"fmt"
	"math"
	"math/big"
	"reflect"
	"time"
)

// difference tells where two values of the same type differ, or "". All NaN are one; nil and empty slices are not.
func difference(want, got reflect.Value) string {
	if !want.IsValid() || !got.IsValid() {
		if want.IsValid() == got.IsValid() {
			return ""
		}
		return fmt.Sprintf(": want %v, got %v", want, got)
	}
	if want.Type() != got.Type() {
		return fmt.Sprintf(": want a %v, got a %v", want.Type(), got.Type())
	}
	var same bool
	switch want.Kind() {
	case reflect.Float32, reflect.Float64:
		same = math.Float64bits(want.Float()) == math.Float64bits(got.Float()) || math.IsNaN(want.Float()) && math.IsNaN(got.Float())
	case reflect.Interface:
		return difference(want.Elem(), got.Elem())
	case reflect.Pointer:
		if a, ok := want.Interface().(*big.Rat); ok {
			b := got.Interface().(*big.Rat)
			same = a == b || a != nil && b != nil && a.Cmp(b) == 0
		} else if same = want.IsNil() == got.IsNil(); same && !want.IsNil() {
			return difference(want.Elem(), got.Elem())
		}
	case reflect.Array, reflect.Slice:
		if same = want.Len() == got.Len() && (want.Kind() == reflect.Array || want.IsNil() == got.IsNil()); same {
			for i := range want.Len() {
				if d := difference(want.Index(i), got.Index(i)); d != "" {
					return fmt.Sprintf("[%d]%s", i, d)
				}
			}
		}
	case reflect.Map:
		if same = want.Len() == got.Len() && want.IsNil() == got.IsNil(); same {
			for _, key := range want.MapKeys() {
				if d := difference(want.MapIndex(key), got.MapIndex(key)); d != "" {
					return fmt.Sprintf("[%q]%s", key, d)
				}
			}
		}
	case reflect.Struct:
		return structDifference(want, got)
	default:
		same = want.Equal(got)
	}
	if !same {
		return fmt.Sprintf(": want %#v, got %#v", want, got)
	}
	return ""
}

func structDifference(want, got reflect.Value) string {
	same := true
	switch a := want.Interface().(type) {
	case time.Time:
		b := got.Interface().(time.Time)
		same = a.Equal(b) && a.Location() == b.Location()
	case LocalTime:
		same = a == got.Interface().(LocalTime)
	case Decimal:
		b := got.Interface().(Decimal)
		same = a.Scale == b.Scale && (a.Unscaled == b.Unscaled || a.Unscaled != nil && b.Unscaled != nil && a.Unscaled.Cmp(b.Unscaled) == 0)
	case boxed:
		return difference(reflect.ValueOf(a.v), reflect.ValueOf(got.Interface().(boxed).v))
	case Record:
		b := got.Interface().(Record)
		if same = (a.schema == nil) == (b.schema == nil) && (a.schema == nil || a.schema.name == b.schema.name); same {
			return difference(reflect.ValueOf(a.values), reflect.ValueOf(b.values))
		}
	default:
		for i := range want.NumField() {
			if d := difference(want.Field(i), got.Field(i)); d != "" {
				return "." + want.Type().Field(i).Name + d
			}
		}
	}
	if !same {
		return fmt.Sprintf(": want %v, got %v", want, got)
	}
	return ""
}
