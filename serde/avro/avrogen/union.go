package avrogen

import (
	"errors"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// setUnion makes v what its union is in Go.
func (g *generator) setUnion(v *value) error {
	branches := v.schema.Branches()
	null := -1
	for i, b := range branches {
		if b.Kind() == avro.KindNull {
			null = i
		}
	}
	switch {
	case len(branches) == 0:
		return errors.New("a union without branches has no values; give it one, or take the field out")
	case len(branches) == 1:
		return g.setElem(v, formSingle, branches[0], "")
	case len(branches) > 2 || null < 0:
		return g.setInterface(v)
	}
	v.null = null
	if err := g.setElem(v, formNullable, branches[1-null], "*"); err != nil {
		return err
	}
	switch {
	case v.elem.nilIsNull():
		v.form, v.typ = formNilable, v.elem.typ
	case g.config.Optional:
		v.form, v.typ = formOptional, "avro.Optional["+v.elem.typ+"]"
	}
	return nil
}

func (g *generator) setElem(v *value, f form, s *avro.Schema, prefix string) (err error) {
	if v.elem, err = g.value(s, v.name); err == nil {
		v.form, v.typ = f, prefix+v.elem.typ
	}
	return err
}

// setInterface makes v an interface with one type per branch.
func (g *generator) setInterface(v *value) error {
	u := &union{schema: v.schema, name: g.names.claim(v.name)}
	u.marker = "is" + u.name
	v.form, v.typ, v.union = formUnion, u.name, u
	g.current.unions = append(g.current.unions, u)
	for i, s := range v.schema.Branches() {
		b := &branch{index: i}
		u.branches = append(u.branches, b)
		if s.Kind() == avro.KindNull {
			continue
		}
		var err error
		if b.value, err = g.value(s, u.name+goName(s.Kind().String())); err != nil {
			return err
		}
		switch b.value.form {
		case formRecord:
			b.kind, b.typ = branchPointer, "*"+b.value.typ
		case formEnum, formFixed:
			b.kind, b.typ = branchItself, b.value.typ
		case formMillis, formTime, formDate, formLocalTime, formTimeOfDay, formDuration, formDecimal, formCustom:
			b.kind, b.typ = branchWrapped, g.names.claim(u.name+wrapperName(s))
		default:
			b.kind, b.typ = branchConverted, g.names.claim(u.name+goName(s.Kind().String()))
		}
	}
	return nil
}

// wrapperName names the type of a branch after its schema.
func wrapperName(s *avro.Schema) string {
	if name := s.FullName(); name != "" {
		return lastParts(name, 1)
	}
	return goName(s.Kind().String())
}
