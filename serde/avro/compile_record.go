package avro

import (
	"fmt"
	"reflect"
	"slices"
	"unicode/utf8"
)

// record adds the fields of a record, in the writer's order, and then the reader's defaults.
func (c *compiler) record(b *builder, path string, at spot, w, r *Schema, t reflect.Type) *Error {
	if t == recordType || t == recordPtrType {
		return c.genericRecord(b, path, at, w, r, t)
	}
	if t.Kind() != reflect.Struct {
		return unmapped(path, "%s needs a Go struct, not %v", describe(r), t)
	}
	key := programKey{w, r, t}
	if c.apart(b, path, key) {
		elem, err := c.program(w, r, t)
		if err != nil {
			return err.within(path)
		}
		b.add(path, at, op{code: opCall, n: c.levels, aux: &aux{elem: elem}})
		return nil
	}
	c.open[key] = true
	c.levels++
	err := c.fields(b, path, at, w, r, c.structFields(path, r, t))
	c.levels--
	delete(c.open, key)
	return err
}

// structFields returns the Go field of each field of a record, and notes those that have none.
func (c *compiler) structFields(path string, r *Schema, t reflect.Type) []goField {
	byName := goFields(t)
	fields := make([]goField, len(r.fields))
	for i, f := range r.fields {
		field, ok := byName[f.name]
		switch {
		case field.twice:
			c.miss(fmt.Sprintf("%s (%v has two fields of this name: leave one out with avro:\"-\")", joinPath(path, f.name), t))
		case ok:
			fields[i] = field
		default:
			missing := joinPath(path, f.name)
			if p := behindPointer(t, f.name); p != nil {
				missing += fmt.Sprintf(" (the embedded %v has one, but may be nil: embed the struct itself)", p)
			}
			c.miss(missing)
		}
	}
	return fields
}

// miss notes a field that has no Go field.
func (c *compiler) miss(path string) {
	if !slices.Contains(c.missing, path) {
		c.missing = append(c.missing, path)
	}
}

// fields adds what reads each field into its memory. A field without memory was noted as missing.
func (c *compiler) fields(b *builder, path string, at spot, w, r *Schema, memory []goField) *Error {
	match := c.match.fields(w, r)
	var lacking []string
	for i, f := range r.fields {
		if match.writer[i] == nil && f.def == nil {
			lacking = append(lacking, f.name)
		}
	}
	if lacking != nil {
		return mismatch(path, "%s was written without %s, and the reader's schema has no default", describe(w), listed(lacking))
	}
	for i, wf := range w.fields {
		var err *Error
		if rf := match.reader[i]; rf == nil {
			err = c.skip(b, joinPath(path, wf.name), wf.schema)
		} else if m := memory[rf.index]; m.typ != nil {
			err = c.value(b, joinPath(path, rf.name), at.plus(m.offset), wf.schema, rf.schema, m.typ)
		}
		if err != nil {
			return err
		}
	}
	presets := 0
	for i, rf := range r.fields {
		if m := memory[i]; match.writer[i] == nil && m.typ != nil {
			n, err := c.preset(b, joinPath(path, rf.name), at.plus(m.offset), rf, m.typ)
			if err != nil {
				return err
			}
			presets += n
		}
	}
	c.costs(uintptr(float64(presets)*max(c.growth, 1)), c.least.of(w)) // like so many bytes of input, for each record
	return nil
}

// preset adds the default of a field: as the bytes of a value, which are read by a program like any others. It returns how many
// bytes there are to read.
func (c *compiler) preset(b *builder, path string, at spot, f *Field, t reflect.Type) (int, *Error) {
	input, err := f.appendDefault(nil)
	if err != nil {
		e := mismatch(path, "the default in the reader's schema cannot be used")
		e.cause = err
		return 0, e
	}
	text, isText := f.textDefault()
	switch {
	case f.nullDefault() && mayBeNull(t):
		return 0, nil // the memory is zero
	case isText && t.Kind() == reflect.String && !isCustom(t) && utf8.ValidString(text):
		b.add(path, at, op{code: opConst, aux: &aux{text: text}})
		return 0, nil
	}
	elem, failed := c.program(f.schema, f.schema, t)
	if failed != nil {
		return 0, failed.within(path)
	}
	b.add(path, at, op{code: opDefault, aux: &aux{elem: elem, input: input}})
	return len(input), nil
}

// nullDefault reports whether the default is null.
func (f *Field) nullDefault() bool { return f.def.kind == jsonNull }

// textDefault returns the default of a field that is a string.
func (f *Field) textDefault() (string, bool) {
	if f.schema.kind != KindString || f.schema.logical != "" {
		return "", false
	}
	return f.def.text, true
}

// mayBeNull reports whether the zero value of t is null.
func mayBeNull(t reflect.Type) bool {
	_, _, optional := optionalType(t)
	if isCustom(t) {
		return false
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	default:
		return optional
	}
}
