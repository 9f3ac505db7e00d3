package avsc

import (
	"fmt"
	"slices"
	"strings"
)

// define starts a named type. The returned function ends it: it enters the type
// into the names, or finds it to be the same as one that is there.
func (p *parser) define(v *value, kind, space string) (*node, func() (*node, error), error) {
	text, ok := v.str("name")
	if !ok {
		return nil, nil, fmt.Errorf("No name in schema: %s", v) //nolint:staticcheck // the registry's text
	}
	if own, ok := v.str("namespace"); ok {
		space = own
	}
	n := &node{kind: kind, name: newName(text, space), doc: docOf(v)}
	if err := checkName(n.name.simple); err != nil {
		return nil, nil, err
	}
	if err := p.checkSpace(n.name.space); err != nil {
		return nil, nil, err
	}
	if primitives[n.name.full()] {
		return nil, nil, fmt.Errorf("Schemas may not be named after primitives: %s", n.name.full()) //nolint:staticcheck // the registry's text
	}
	full := n.name.full()
	earlier := p.types[full]
	if earlier == nil {
		p.types[full] = n // before its fields: they may refer to it
	}
	return n, func() (*node, error) {
		if err := readAliases(v, n); err != nil {
			return nil, err
		}
		if earlier == nil || earlier == n {
			return n, nil
		}
		// Types inside were compared when they were read, so it is enough to
		// compare this one with every other type left as a name.
		if shallow(earlier) != shallow(n) {
			return nil, fmt.Errorf("Can't redefine: %s", full) //nolint:staticcheck // the registry's text
		}
		return earlier, nil
	}, nil
}

func readAliases(v *value, n *node) error {
	list := v.get("aliases")
	if list == nil {
		return nil
	}
	if list.kind != arrayKind {
		return fmt.Errorf("aliases not an array: %s", v)
	}
	for _, item := range list.items {
		if item.kind != stringKind {
			return fmt.Errorf("alias not a string: %s", item)
		}
		alias := newName(item.text, n.name.space)
		if err := checkName(alias.simple); err != nil {
			return err
		}
		if !slices.Contains(n.aliases, alias) {
			n.aliases = append(n.aliases, alias)
		}
	}
	return nil
}

func (p *parser) record(v *value, kind, space string) (*node, error) {
	n, finish, err := p.define(v, kind, space)
	if err != nil {
		return nil, err
	}
	list := v.get("fields")
	if list == nil || list.kind != arrayKind {
		return nil, fmt.Errorf("Record has no fields: %s", v) //nolint:staticcheck // the registry's text
	}
	seen := map[string]int{}
	for _, item := range list.items {
		f, err := p.field(item, n.name.space)
		if err != nil {
			return nil, err
		}
		if before, ok := seen[f.name]; ok {
			return nil, fmt.Errorf("Duplicate field %s in record %s: %s and %s.", //nolint:staticcheck // the registry's text
				f.name, n.name.full(), f.at(len(n.fields)), n.fields[before].at(before))
		}
		seen[f.name] = len(n.fields)
		n.fields = append(n.fields, f)
	}
	n.props = properties(v, typeAttributes)
	p.records = append(p.records, n)
	return finish()
}

func (p *parser) field(v *value, space string) (*field, error) {
	name, ok := v.str("name")
	if !ok {
		return nil, fmt.Errorf("No field name: %s", v) //nolint:staticcheck // the registry's text
	}
	typ := v.get("type")
	if typ == nil {
		return nil, fmt.Errorf("No field type: %s", v) //nolint:staticcheck // the registry's text
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	f := &field{name: name, doc: docOf(v), preset: v.get("default"), props: properties(v, fieldAttributes)}
	var err error
	if f.typ, err = p.node(typ, space); err != nil {
		return nil, err
	}
	if f.order, err = fieldOrder(v); err != nil {
		return nil, err
	}
	if list := v.get("aliases"); list != nil && list.kind == arrayKind {
		for _, alias := range list.items {
			if !slices.Contains(f.aliases, alias.text) {
				f.aliases = append(f.aliases, alias.text)
			}
		}
	}
	if k := f.typ.kind; f.preset != nil && f.preset.kind == stringKind && (k == "float" || k == "double") {
		number, err := parseDouble(f.preset.text)
		if err != nil {
			return nil, err
		}
		f.preset = &value{kind: numberKind, text: javaDouble(number)}
	}
	return f, nil
}

// at names a field and its place, as Avro prints them.
func (f *field) at(position int) string {
	return fmt.Sprintf("%s type:%s pos:%d", f.name, strings.ToUpper(f.typ.resolved().kind), position)
}

func fieldOrder(v *value) (string, error) {
	text, ok := v.str("order")
	switch order := strings.ToLower(text); {
	case !ok || order == "ascending":
		return "", nil
	case order == "descending" || order == "ignore":
		return order, nil
	}
	return "", fmt.Errorf("No enum constant org.apache.avro.Schema.Field.Order.%s", strings.ToUpper(text)) //nolint:staticcheck // the registry's text
}

func (p *parser) enum(v *value, space string) (*node, error) {
	n, finish, err := p.define(v, "enum", space)
	if err != nil {
		return nil, err
	}
	list := v.get("symbols")
	if list == nil || list.kind != arrayKind {
		return nil, fmt.Errorf("Enum has no symbols: %s", v) //nolint:staticcheck // the registry's text
	}
	seen := map[string]bool{}
	for _, item := range list.items {
		if item.kind != stringKind {
			return nil, fmt.Errorf("Null name") //nolint:staticcheck,revive // the registry's text
		}
		if err := checkName(item.text); err != nil {
			return nil, err
		}
		if seen[item.text] {
			return nil, fmt.Errorf("Duplicate enum symbol: %s", item.text) //nolint:staticcheck // the registry's text
		}
		seen[item.text] = true
		n.symbols = append(n.symbols, item.text)
	}
	if fallback, ok := v.str("default"); ok {
		if !seen[fallback] {
			return nil, fmt.Errorf("The Enum Default: %s is not in the enum symbol set: [%s]", fallback, strings.Join(n.symbols, ", ")) //nolint:staticcheck // the registry's text
		}
		n.fallback = &fallback
	}
	n.props = properties(v, enumAttributes)
	return finish()
}

func (p *parser) fixed(v *value, space string) (*node, error) {
	n, finish, err := p.define(v, "fixed", space)
	if err != nil {
		return nil, err
	}
	size := v.get("size")
	if size == nil || size.kind != numberKind || !fits(size.text, 32) {
		return nil, fmt.Errorf("Invalid or no size: %s", v) //nolint:staticcheck // the registry's text
	}
	if size.text[0] == '-' {
		return nil, fmt.Errorf("Malformed data. Length is negative: %s", size.text) //nolint:staticcheck // the registry's text
	}
	n.size = size.text
	n.props = properties(v, typeAttributes)
	return finish()
}
