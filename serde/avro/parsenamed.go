package avro

import (
	"math"
	"strings"
)

// recordSchema builds a record.
func (p *parser) recordSchema(slot **Schema, v *jsonValue, space spaceID, isError bool) error {
	s := &Schema{kind: KindRecord, isError: isError}
	space, err := p.define(slot, s, v, space)
	if err != nil {
		return err
	}
	list := v.member("fields")
	if list == nil || list.kind != jsonArray {
		return p.fail(v, `record %s needs "fields" with an array, which may be empty`, shorten(s.name))
	}
	around, early := p.here, p.early
	p.here = place{record: s}
	p.open[s] = true
	defer func() {
		p.here = around
		delete(p.open, s)
		if p.early > early && !p.lenient {
			p.uncomparable[s] = true
		}
	}()

	items := list.items()
	block := make([]Field, len(items))
	fields := make([]*Field, len(items))
	names := newNameList(len(items))
	for i := range items {
		f := &block[i]
		f.index, f.record, f.source = i, s, p.source
		if err := p.parseField(f, &items[i], space); err != nil {
			return err
		}
		if _, added := names.add(f.name); !added {
			return p.fail(&items[i], "the record has this field twice; rename or remove one")
		}
		fields[i] = f
		p.here.field = nil
	}
	s.fields, s.fieldIndex = fields, names.index
	return nil
}

// parseField builds one field of a record.
func (p *parser) parseField(f *Field, v *jsonValue, space spaceID) error {
	name := v.member("name")
	if v.kind != jsonObject || name == nil || name.kind != jsonString {
		return p.fail(v, `a field is an object with "name"`)
	}
	if why := badName(name.text); why != "" {
		return p.fail(name, "the field name %s %s", quote(name.text), why)
	}
	f.name, p.here.field = name.text, f
	f.doc, f.hasDoc = optionalText(v, "doc")
	t := v.member("type")
	if t == nil {
		return p.fail(v, `the field needs "type" with a schema`)
	}
	if err := p.schema(&f.schema, t, space); err != nil {
		return err
	}
	f.order = "ascending"
	if order := v.member("order"); order != nil {
		switch f.order = strings.ToLower(order.text); {
		case order.kind == jsonString && (f.order == "ascending" || f.order == "descending" || f.order == "ignore"):
		default:
			return p.fail(order, `the field's order must be "ascending", "descending" or "ignore"`)
		}
	}
	aliases, err := p.texts(v, "aliases")
	if err != nil {
		return err
	}
	f.aliases = aliases
	f.props = propsOf(v, fieldAttributes)
	if def := v.member("default"); def != nil {
		own := *def // the field keeps this value, not its neighbours
		f.def = &own
		if !p.lenient {
			return p.checkDefault(f)
		}
	}
	return nil
}

// enum builds an enum.
func (p *parser) enum(slot **Schema, v *jsonValue, space spaceID) error {
	s := &Schema{kind: KindEnum, enumDefault: -1}
	if _, err := p.define(slot, s, v, space); err != nil {
		return err
	}
	list := v.member("symbols")
	if list == nil || list.kind != jsonArray {
		return p.fail(v, `enum %s needs "symbols" with an array of names`, shorten(s.name))
	}
	items := list.items()
	symbols := newNameList(len(items))
	for i := range items {
		symbol := items[i].text
		if items[i].kind != jsonString {
			return p.fail(&items[i], "a symbol of enum %s is not a string", shorten(s.name))
		}
		if why := badName(symbol); why != "" {
			return p.fail(&items[i], "the symbol %s %s", quote(symbol), why)
		}
		if _, added := symbols.add(symbol); !added {
			return p.fail(&items[i], "enum %s has the symbol %s twice; remove one", shorten(s.name), shorten(symbol))
		}
	}
	s.symbols, s.symbolIndex = symbols.names, symbols.index
	if def := v.member("default"); def != nil && def.kind == jsonString {
		s.enumDefault = symbols.find(def.text)
		if s.enumDefault < 0 && !p.lenient {
			return p.fail(def, "the default %s of enum %s is none of its symbols; add it or take one of them", quote(def.text), shorten(s.name))
		}
	}
	return nil
}

// fixed builds a fixed.
func (p *parser) fixed(slot **Schema, v *jsonValue, space spaceID) error {
	s := &Schema{kind: KindFixed}
	size := v.member("size")
	bytes, ok := int32Value(size)
	s.size = bytes
	if _, err := p.define(slot, s, v, space); err != nil {
		return err
	}
	if !ok || s.size < 0 || s.size > maxFixedSize {
		return p.fail(v, `fixed %s needs "size" with a number of bytes from 0 to %d`, shorten(s.name), maxFixedSize)
	}
	return nil
}

// maxFixedSize is the size of the largest array in Java.
const maxFixedSize = math.MaxInt32 - 8
