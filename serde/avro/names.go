package avro

import (
	"fmt"
	"strings"
	"unicode"
)

// Names are looked up by namespace and simple name, with namespaces interned: a long namespace that many short names share
// would otherwise be copied and hashed once for each of them.

// spaceID stands for a namespace; 0 is the null namespace.
type spaceID int

// typeKey is the full name of a type.
type typeKey struct {
	space spaceID
	name  string
}

// Full names are the one thing that a text can make longer than it is itself, by a long namespace that short names inherit.
// So all full names of a text together may have a few times its length.
const (
	nameBytesPerByte = 16
	nameBytesFree    = 64 << 10
)

// names are the types that a text can refer to.
type names struct {
	ids    map[string]spaceID
	spaces []string // by spaceID
	types  map[typeKey]*Schema
	given  map[*Schema]bool
	budget int // bytes that full names may still have
}

// reference is the use of a type that was not yet defined.
type reference struct {
	slot **Schema
	key  typeKey
	json *jsonValue
	place
}

// redefinition is a type that was defined before.
type redefinition struct {
	first, second *Schema
	json          *jsonValue
	place
}

// space interns a namespace.
func (n *names) space(name string) spaceID {
	if name == "" {
		return 0
	}
	if id, ok := n.ids[name]; ok {
		return id
	}
	if n.ids == nil {
		n.ids, n.spaces = map[string]spaceID{}, []string{""}
	}
	id := spaceID(len(n.spaces))
	n.ids[name] = id
	n.spaces = append(n.spaces, name)
	return id
}

// key splits a name as the specification says: one with a dot is a full name, another one is in the namespace around it.
func (n *names) key(name string, around spaceID) typeKey {
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		return typeKey{n.space(name[:dot]), name[dot+1:]}
	}
	return typeKey{around, name}
}

// full spells a key out. It reports false when the budget for names is spent.
func (n *names) full(key typeKey) (string, bool) {
	if !n.spend(key) {
		return "", false
	}
	if key.space == 0 {
		return key.name, true
	}
	return n.spaces[key.space] + "." + key.name, true
}

// spend takes the length of a full name from the budget: for each definition, alias and use of a type, since canonical
// forms spell out all of them.
func (n *names) spend(key typeKey) bool {
	n.budget -= len(key.name) + 1
	if key.space != 0 {
		n.budget -= len(n.spaces[key.space])
	}
	return n.budget >= 0
}

func (n *names) put(key typeKey, s *Schema) {
	if n.types == nil {
		n.types = map[typeKey]*Schema{}
	}
	n.types[key] = s
}

func (n *names) isGiven(s *Schema) bool { return n.given[s] }

// give makes known the named types of another schema.
func (n *names) give(s *Schema) error {
	if n.given == nil {
		n.given = map[*Schema]bool{}
	}
	stack := []*Schema{s}
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if s == nil || s.kind.primitive() || n.given[s] {
			continue
		}
		n.given[s] = true
		if s.kind.named() {
			key := n.key(s.name, 0)
			if first := n.types[key]; first != nil && !sameSchema(first, s, true) {
				return fmt.Errorf("the schemas of WithTypes define type %s twice, and not in the same way; give only one of them", shorten(s.name))
			} else if first == nil {
				n.put(key, s)
			}
		}
		stack = s.appendParts(stack)
	}
	return nil
}

// appendParts appends the schemas that s is made of, the first one last.
func (s *Schema) appendParts(parts []*Schema) []*Schema {
	for i := len(s.fields) - 1; i >= 0; i-- {
		parts = append(parts, s.fields[i].schema)
	}
	for i := len(s.branches) - 1; i >= 0; i-- {
		parts = append(parts, s.branches[i])
	}
	if s.elem != nil {
		parts = append(parts, s.elem)
	}
	return parts
}

// reference puts the type that v names into slot, at once or when all types are known.
func (p *parser) reference(slot **Schema, v *jsonValue, space spaceID) error {
	if kind := primitiveKind(v.text); kind != 0 {
		*slot = primitives[kind]
		return nil
	}
	key := p.names.key(v.text, space)
	if !p.names.spend(key) {
		return p.failNames(v)
	}
	if strings.HasPrefix(v.text, ".") && !p.lenient {
		return p.fail(v, "the name of a type begins with a dot; leave it out")
	}
	s := p.names.types[key]
	if s == nil && !strings.Contains(v.text, ".") {
		// A simple name that its namespace does not know yet may be one of the null namespace.
		s = p.names.types[typeKey{0, key.name}]
	}
	if s == nil {
		p.references = append(p.references, reference{slot, key, v, p.here})
	}
	if s == nil || p.open[s] {
		p.early++
	}
	*slot = s
	return nil
}

func (p *parser) failNames(v *jsonValue) error {
	return p.fail(v, "the full names of all types, aliases and uses are too long together; shorten the namespaces")
}

// define reads what all named types have in common into s, makes it known, and puts it into slot. It returns the namespace
// of what is inside of the type. A type that is known already stays the one that counts; s is compared with it later.
func (p *parser) define(slot **Schema, s *Schema, v *jsonValue, around spaceID) (spaceID, error) {
	name := v.member("name")
	if name == nil || name.kind != jsonString {
		return 0, p.fail(v, `%s %s needs "name"`, article(s.kind), s.kind)
	}
	if space, ok := optionalText(v, "namespace"); ok {
		around = p.names.space(space)
	}
	key := p.names.key(name.text, around)
	if why := badName(key.name); why != "" {
		return 0, p.fail(name, "the name %s %s", quote(key.name), why)
	}
	if key.space != 0 && !p.lenient {
		for part := range strings.SplitSeq(p.names.spaces[key.space], ".") {
			if why := badName(part); why != "" {
				return 0, p.fail(v, "part %s of the namespace %s", quote(part), why)
			}
		}
	}
	if key.space == 0 && primitiveKind(key.name) != 0 {
		return 0, p.fail(name, "a type cannot have the name of the primitive type %s; rename it or give it a namespace", key.name)
	}
	full, ok := p.names.full(key)
	if !ok {
		return 0, p.failNames(name)
	}
	s.name = full
	s.doc, s.hasDoc = optionalText(v, "doc")
	if err := p.typeAliases(s, v, key.space); err != nil {
		return 0, err
	}
	s.setProps(v)
	*slot = s
	if first := p.names.types[key]; first != nil {
		*slot = first
		p.again = append(p.again, redefinition{first, s, v, p.here})
	} else {
		p.names.put(key, s)
	}
	return key.space, nil
}

// typeAliases reads the aliases of a named type. One without a dot is in the namespace of the type.
func (p *parser) typeAliases(s *Schema, v *jsonValue, space spaceID) error {
	aliases, err := p.texts(v, "aliases")
	if err != nil {
		return err
	}
	var seen map[typeKey]bool
	if len(aliases) > 1 {
		seen = make(map[typeKey]bool, len(aliases))
	}
	for _, alias := range aliases {
		key := p.names.key(alias, space)
		if seen[key] {
			continue
		}
		if seen != nil {
			seen[key] = true
		}
		if why := badName(key.name); why != "" {
			return p.fail(v.member("aliases"), "the alias %s of %s %s", quote(alias), shorten(s.name), why)
		}
		full, ok := p.names.full(key)
		if !ok {
			return p.failNames(v.member("aliases"))
		}
		s.aliases = append(s.aliases, full)
	}
	return nil
}

// badName returns why a name is none, or "". As in Java, letters and digits of any script in Unicode's basic plane will do.
func badName(name string) string {
	if name == "" {
		return "is empty"
	}
	for i, c := range name {
		switch {
		case c == '_', c <= 0xffff && unicode.IsLetter(c), i > 0 && c <= 0xffff && unicode.IsDigit(c):
		case i == 0:
			return "must begin with a letter or _"
		default:
			return "may hold letters, digits and _ only"
		}
	}
	return ""
}
