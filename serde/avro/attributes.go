package avro

import (
	"slices"
	"strconv"
)

// The attributes that have a meaning of their own; all others are properties.
var (
	schemaAttributes = []string{"type", "name", "namespace", "doc", "aliases", "fields", "symbols", "items", "values", "size"}
	enumAttributes   = append([]string{"default"}, schemaAttributes...)
	fieldAttributes  = []string{"type", "name", "doc", "aliases", "default", "order"}
)

// setProps keeps the properties of a schema and finds the logical type among them.
func (s *Schema) setProps(v *jsonValue) {
	reserved := schemaAttributes
	if s.kind == KindEnum {
		reserved = enumAttributes
	}
	if s.props = propsOf(v, reserved); len(s.props) > 0 {
		s.setLogicalType(v)
	}
}

func propsOf(v *jsonValue, reserved []string) []property {
	var props []property
	for i, name := range v.names() {
		if !slices.Contains(reserved, name) {
			props = append(props, property{name, v.items()[i]})
		}
	}
	return props
}

// int32Value returns a JSON value that is a whole number of 32 bits.
func int32Value(v *jsonValue) (int, bool) {
	if v == nil || !v.integer() {
		return 0, false
	}
	n, err := strconv.ParseInt(v.text, 10, 32)
	return int(n), err == nil
}

// optionalText returns an attribute that counts only if it is a string.
func optionalText(v *jsonValue, name string) (text string, ok bool) {
	if m := v.member(name); m != nil && m.kind == jsonString {
		return m.text, true
	}
	return "", false
}

// texts returns an attribute that is an array of strings, each once.
func (p *parser) texts(v *jsonValue, name string) ([]string, error) {
	list := v.member(name)
	if list == nil {
		return nil, nil
	}
	if list.kind != jsonArray {
		return nil, p.fail(list, "%q must be an array of strings", name)
	}
	items := list.items()
	texts := newNameList(len(items))
	for i := range items {
		if items[i].kind != jsonString {
			return nil, p.fail(&items[i], "%q must be an array of strings", name)
		}
		texts.add(items[i].text)
	}
	return texts.names, nil
}
