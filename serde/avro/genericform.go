package avro

import (
	"reflect"
	"unsafe"
)

// inGenericForm returns a value as reading its bytes gives it: itself, where it is of the types of the generic form already. A value that the schema
// does not take is an error.
func inGenericForm(s *Schema, v any, path string) (any, error) {
	w := genericWriter{cfg: defaultConfig}
	data, failed := w.append(nil, s, v, 0)
	if failed != nil {
		return nil, failed.within(path)
	}
	if isGenericForm(s, v) {
		return v, nil
	}
	plan, err := s.derive().value()
	if err != nil {
		return nil, err
	}
	var out any
	err = plan.decode(data, unsafe.Pointer(&out))
	return out, err
}

// isGenericForm reports whether a value that its schema takes has the types of the generic form. What is in a Record has them.
func isGenericForm(s *Schema, v any) bool {
	if s == nil {
		return false
	}
	if s.kind == KindUnion && v != nil {
		if _, value, ok := nullable(s); ok {
			s = s.branches[value]
		} else if len(s.branches) == 1 {
			s = s.branches[0]
		} else {
			b, ok := v.(Branch)
			return ok && isGenericForm(branchNamed(s, b.Name), b.Value)
		}
	}
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		for _, item := range v {
			if s.kind != KindArray || !isGenericForm(s.elem, item) {
				return false
			}
		}
		return true
	case map[string]any:
		for _, value := range v {
			if s.kind != KindMap || !isGenericForm(s.elem, value) {
				return false
			}
		}
		return s.kind == KindMap
	default:
		return reflect.TypeOf(v) == genericType(s)
	}
}
