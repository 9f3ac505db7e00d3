package hamba

import (
	"reflect"
	"strings"

	"github.com/hamba/avro/v2"
)

// structType returns the struct below pointers, slices and maps, or nil.
func structType(t reflect.Type) reflect.Type {
	for t != nil {
		switch t.Kind() {
		case reflect.Struct:
			return t
		case reflect.Pointer, reflect.Slice, reflect.Map:
			t = t.Elem()
		default:
			return nil
		}
	}
	return nil
}

// listDepth counts the slices and maps above the struct or scalar of t; bytes are no list.
func listDepth(t reflect.Type) int {
	n := 0
	for {
		switch t.Kind() {
		case reflect.Slice, reflect.Map:
			if t.Elem().Kind() == reflect.Uint8 {
				return n
			}
			n++
			t = t.Elem()
		case reflect.Pointer:
			t = t.Elem()
		default:
			return n
		}
	}
}

// goField returns the direct or embedded field with a Go name.
func goField(t reflect.Type, name string) (reflect.StructField, bool) {
	if t == nil {
		return reflect.StructField{}, false
	}
	return t.FieldByName(name)
}

// schemaName returns the name that hamba gives a struct field; embedded structs have none.
func schemaName(f reflect.StructField) string {
	if f.Anonymous {
		return ""
	}
	if tag, ok := f.Tag.Lookup("avro"); ok {
		name, _, _ := strings.Cut(tag, ",")
		return name
	}
	return f.Name
}

// schemaFields returns the types of a struct's fields by schema name. As in hamba, an outer field hides an embedded one.
func schemaFields(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	level, seen := []reflect.Type{t}, map[reflect.Type]bool{}
	for len(level) > 0 {
		var next []reflect.Type
		for _, t := range level {
			if seen[t] {
				continue
			}
			seen[t] = true
			for f := range t.Fields() {
				if f.Anonymous {
					if s := structType(f.Type); s != nil {
						next = append(next, s)
					}
					continue
				}
				name := schemaName(f)
				if _, hidden := fields[name]; !hidden && f.IsExported() {
					fields[name] = f.Type
				}
			}
		}
		level = next
	}
	return fields
}

// missingFields returns the paths of all schema fields that structs of the Go type have no field for.
func missingFields(schema avro.Schema, t reflect.Type) []string {
	type visit struct {
		schema avro.Schema
		t      reflect.Type
	}
	var missing []string
	seen := map[visit]bool{}
	var walk func(path string, schema avro.Schema, t reflect.Type)
	walk = func(path string, schema avro.Schema, t reflect.Type) {
		schema = deref(schema)
		v := visit{schema, t}
		if t == nil || seen[v] {
			return
		}
		seen[v] = true
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch s := schema.(type) {
		case *avro.RecordSchema:
			if t.Kind() != reflect.Struct {
				return
			}
			fields := schemaFields(t)
			for _, f := range s.Fields() {
				typ, ok := fields[f.Name()]
				for _, alias := range f.Aliases() {
					if !ok {
						typ, ok = fields[alias]
					}
				}
				if !ok {
					missing = append(missing, path+f.Name())
					continue
				}
				walk(path+f.Name()+".", f.Type(), typ)
			}
		case *avro.UnionSchema:
			for _, branch := range s.Types() {
				walk(path, branch, t)
			}
		case *avro.ArraySchema:
			if t.Kind() == reflect.Slice {
				walk(path, s.Items(), t.Elem())
			}
		case *avro.MapSchema:
			if t.Kind() == reflect.Map {
				walk(path, s.Values(), t.Elem())
			}
		}
	}
	walk("", schema, t)
	return missing
}

// isInteger reports whether t is an integer, or a pointer to one.
func isInteger(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64
}

func listed(names []string) string { return strings.Join(names, ", ") }
