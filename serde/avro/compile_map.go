package avro

import (
	"reflect"
	"unsafe"
)

// mapping adds a map.
func (c *compiler) mapping(b *builder, path string, at spot, w, r *Schema, t reflect.Type) *Error {
	if t.Kind() != reflect.Map || t.Key().Kind() != reflect.String {
		return unmapped(path, "a map needs a Go map with strings as keys, not %v", t)
	}
	least := c.least.of(w.elem) + 1
	elem, err := c.program(w.elem, r.elem, t.Elem())
	if err != nil {
		return err.within(path + "[]")
	}
	entry := t.Key().Size() + t.Elem().Size()
	c.costs(4*entry, least) // tables of maps are filled by half and more, and grow by copying
	if isTexts(t) && len(elem.ops) == 1 && elem.ops[0].code == opString {
		b.add(path, at, op{code: opTexts, n: c.levels, aux: &aux{least: least}})
		return nil
	}
	levels := c.levels
	b.add(path, at, op{code: opFunc, aux: &aux{read: func(d *decoder, p unsafe.Pointer) *Error {
		if err := d.open(levels); err != nil {
			return err
		}
		var m reflect.Value
		if old := d.old(p); old != nil {
			if m = reflect.NewAt(t, old).Elem(); m.IsNil() {
				m = reflect.Value{}
			} else {
				m.Clear()
			}
		}
		m, err := d.entries(m, t, elem, least, max(maxFirst/int(2*entry), 1))
		if err != nil {
			return err
		}
		reflect.NewAt(t, p).Elem().Set(m)
		d.close(levels)
		return nil
	}}})
	return nil
}

// isTexts reports whether a map type has the memory layout of a map[string]string.
func isTexts(t reflect.Type) bool { return t.Elem().Kind() == reflect.String }

// entries reads a map of any type, into m if there is one. most bounds the room that is made before there are entries.
func (d *decoder) entries(m reflect.Value, t reflect.Type, elem *program, least, most int) (reflect.Value, *Error) {
	in := blocks{least: least}
	key, value := reflect.New(t.Key()).Elem(), reflect.New(t.Elem())
	for entry := 0; ; {
		n, err := in.next(d)
		if err != nil {
			return m, err
		}
		if !m.IsValid() {
			m = reflect.MakeMapWithSize(t, min(n, most))
		}
		if n == 0 {
			return m, nil
		}
		for range n {
			text, err := d.readText()
			if err != nil {
				return m, err.entry(entry)
			}
			value.Elem().SetZero()
			if err := d.run(elem, value.UnsafePointer()); err != nil {
				return m, err.entry(entry)
			}
			key.SetString(text)
			m.SetMapIndex(key, value.Elem())
			entry++
		}
	}
}
