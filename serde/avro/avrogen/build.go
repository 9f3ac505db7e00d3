package avrogen

import (
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// generator holds what is generated.
type generator struct {
	config  Config
	names   scope             // of the package
	goNames map[string]string // of named types, by full name
	records map[*avro.Schema]*record
	enums   map[*avro.Schema]*enum
	fixed   map[*avro.Schema]*fixed
	customs map[string]*custom // by Go type and schema
	used    map[string]bool    // of the configuration's types
	files   map[*source]*contents
	current *contents
	order   []*record
}

// contents is what a Go file holds, in the order in which it was met.
type contents struct {
	records []*record
	enums   []*enum
	fixed   []*fixed
	unions  []*union
	customs []*custom
	codecs  []*codec
	units   []*unit
	imports map[string]string // path to name
}

func newGenerator(config Config) *generator {
	return &generator{
		config: config, names: scope{}, records: map[*avro.Schema]*record{}, enums: map[*avro.Schema]*enum{},
		fixed: map[*avro.Schema]*fixed{}, customs: map[string]*custom{}, used: map[string]bool{}, files: map[*source]*contents{},
	}
}

// build makes the model of all files.
func (g *generator) build(sources []*source) error {
	var full []string
	seen := map[*avro.Schema]bool{}
	for _, s := range sources {
		g.files[s] = &contents{imports: map[string]string{}}
		s.types = namedTypes(s.schema, seen)
		for _, t := range s.types {
			if g.hasType(t) {
				full = append(full, t.FullName())
			}
		}
	}
	g.goNames = typeNames(full)
	for _, name := range full {
		g.goNames[name] = g.names.claim(g.goNames[name])
	}
	for _, s := range sources {
		g.current = g.files[s]
		for _, t := range s.types {
			g.declare(t)
		}
	}
	for _, s := range sources {
		g.current = g.files[s]
		for _, r := range g.current.records {
			if err := g.fields(r); err != nil {
				return err
			}
		}
	}
	g.breakCycles()
	for _, s := range sources {
		g.current = g.files[s]
		if err := g.codecs(s); err != nil {
			return err
		}
	}
	for _, s := range sources {
		g.current = g.files[s]
		g.units()
	}
	var unused []error
	for _, name := range sortedKeys(g.config.Types) {
		if !g.used[name] {
			unused = append(unused, fmt.Errorf("avrogen: Go type of %s: no schema has a type or a logicalType of this name", name))
		}
	}
	return errors.Join(unused...)
}

// namedTypes returns the named types in a schema that were not seen before, in the order of the text.
func namedTypes(s *avro.Schema, seen map[*avro.Schema]bool) []*avro.Schema {
	if seen[s] {
		return nil
	}
	var out []*avro.Schema
	if s.FullName() != "" {
		seen[s] = true
		out = append(out, s)
	}
	for _, f := range s.Fields() {
		out = append(out, namedTypes(f.Schema(), seen)...)
	}
	for _, b := range s.Branches() {
		out = append(out, namedTypes(b, seen)...)
	}
	if s.Elem() != nil {
		out = append(out, namedTypes(s.Elem(), seen)...)
	}
	return out
}

// hasType reports whether a named type becomes a Go type.
func (g *generator) hasType(s *avro.Schema) bool {
	if g.config.custom(s) != "" {
		return false
	}
	logical := logicalType(s)
	return s.Kind() != avro.KindFixed || logical != "decimal" && logical != "duration"
}

// custom returns the Go type that was written by hand for a schema, or "".
func (c Config) custom(s *avro.Schema) string { return c.Types[customName(s)] }

// customName returns the name by which a schema is given a type that was written by hand, or "".
func customName(s *avro.Schema) string {
	if name := s.FullName(); name != "" {
		return name
	}
	name, err := strconv.Unquote(string(s.Prop("logicalType")))
	if err != nil {
		return ""
	}
	return name
}

// logicalType returns the logical type that a Go type stands for.
func logicalType(s *avro.Schema) string {
	const maxScale = 10_000 // of decimals in package avro
	if s.Scale() > maxScale {
		return ""
	}
	return s.LogicalType()
}

// declare claims the names of a type.
func (g *generator) declare(s *avro.Schema) {
	if !g.hasType(s) {
		return
	}
	name := g.goNames[s.FullName()]
	switch s.Kind() {
	case avro.KindRecord:
		r := &record{schema: s, name: name}
		g.records[s] = r
		g.order = append(g.order, r)
		g.current.records = append(g.current.records, r)
	case avro.KindEnum:
		e := &enum{schema: s, name: name}
		for _, symbol := range s.Symbols() {
			e.constants = append(e.constants, g.names.claim(name+goName(symbol)))
		}
		e.parse = g.names.claim("Parse" + name)
		e.symbols = g.names.claim(unexported(name) + "Symbols")
		g.enums[s] = e
		g.current.enums = append(g.current.enums, e)
	default:
		f := &fixed{schema: s, name: name}
		g.fixed[s] = f
		g.current.fixed = append(g.current.fixed, f)
	}
}

// fields adds the fields of a record.
func (g *generator) fields(r *record) error {
	names := scope{"AppendAvro": true, "DecodeAvro": true, "ReadAvro": true, "AvroSchema": true}
	for _, f := range r.schema.Fields() {
		v, err := g.value(f.Schema(), r.name+goName(f.Name()))
		if err != nil {
			return fmt.Errorf("avrogen: field %s of %s: %w", f.Name(), r.schema.FullName(), err)
		}
		r.fields = append(r.fields, &field{f, names.claim(goName(f.Name())), v})
	}
	return nil
}

// value returns the value of a schema in a place that name describes.
func (g *generator) value(s *avro.Schema, name string) (*value, error) {
	v := &value{schema: s, name: name}
	if typ := g.config.custom(s); typ != "" {
		g.setCustom(v, typ)
		return v, nil
	}
	if setLogical(v) {
		return v, nil
	}
	var err error
	switch s.Kind() {
	case avro.KindRecord:
		v.form, v.record = formRecord, g.records[s]
		v.typ = v.record.name
	case avro.KindEnum:
		v.form, v.enum = formEnum, g.enums[s]
		v.typ = v.enum.name
	case avro.KindFixed:
		v.form, v.fixed = formFixed, g.fixed[s]
		v.typ = v.fixed.name
	case avro.KindArray:
		if v.elem, err = g.value(s.Elem(), name+"Item"); err == nil {
			v.form, v.typ = formArray, "[]"+v.elem.typ
		}
	case avro.KindMap:
		if v.elem, err = g.value(s.Elem(), name+"Value"); err == nil {
			v.form, v.typ = formMap, "map[string]"+v.elem.typ
			if v.elem.form == formString {
				v.form = formTexts
			}
		}
	case avro.KindUnion:
		err = g.setUnion(v)
	default:
		v.form, v.typ = plainForms[s.Kind()].form, plainForms[s.Kind()].typ
	}
	return v, err
}

var plainForms = map[avro.Kind]struct {
	form form
	typ  string
}{
	avro.KindNull:    {formNull, "struct{}"},
	avro.KindBoolean: {formBool, "bool"},
	avro.KindInt:     {formInt, "int32"},
	avro.KindLong:    {formLong, "int64"},
	avro.KindFloat:   {formFloat, "float32"},
	avro.KindDouble:  {formDouble, "float64"},
	avro.KindBytes:   {formBytes, "[]byte"},
	avro.KindString:  {formString, "string"},
}

// setLogical makes v what its logical type says, if that has a Go type.
func setLogical(v *value) bool {
	unit := ""
	logical := logicalType(v.schema)
	if i := strings.LastIndexByte(logical, '-'); i > 0 {
		unit = map[string]string{"millis": "time.Millisecond", "micros": "time.Microsecond", "nanos": "time.Nanosecond"}[logical[i+1:]]
	}
	switch {
	case logical == "timestamp-millis":
		v.form, v.typ = formMillis, "time.Time"
	case strings.HasPrefix(logical, "timestamp-"):
		v.form, v.typ, v.tick = formTime, "time.Time", unit
	case strings.HasPrefix(logical, "local-timestamp-"):
		v.form, v.typ, v.tick = formLocalTime, "avro.LocalTime", unit
	case strings.HasPrefix(logical, "time-"):
		v.form, v.typ, v.tick = formTimeOfDay, "time.Duration", unit
	case logical == "date":
		v.form, v.typ = formDate, "time.Time"
	case logical == "duration":
		v.form, v.typ = formDuration, "avro.Duration"
	case logical == "decimal":
		v.form, v.typ = formDecimal, "*big.Rat"
	default:
		return false
	}
	return true
}

// setCustom makes v a type that was written by hand.
func (g *generator) setCustom(v *value, typ string) {
	g.used[customName(v.schema)] = true
	importPath, name, _ := splitGoType(typ)
	v.form, v.typ = formCustom, g.importName(importPath)+"."+name
	key := v.typ + " " + canonical(v.schema)
	c := g.customs[key]
	if c == nil {
		c = &custom{v.schema, v.typ, g.names.claim("avro" + name)}
		g.customs[key] = c
		g.current.customs = append(g.current.customs, c)
	}
	v.custom = c
}

// canonical returns all that the bytes of a schema depend on, and its logical types.
func canonical(s *avro.Schema) string {
	text, err := s.MarshalJSON()
	if err != nil {
		return s.String()
	}
	return string(text)
}

// importName returns the name of a package that custom types are from: the last part of its path that can be one.
func (g *generator) importName(importPath string) string {
	base := path.Base(importPath)
	if dir := path.Dir(importPath); len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" && dir != "." {
		base = path.Base(dir)
	}
	name := strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(base))
	if name == "" || name[0] >= '0' && name[0] <= '9' || reservedImports[name] {
		name = "pkg" + name
	}
	taken := map[string]string{}
	for _, c := range g.files {
		for p, n := range c.imports {
			taken[n] = p
		}
	}
	unique := name
	for i := 2; taken[unique] != "" && taken[unique] != importPath; i++ {
		unique = name + strconv.Itoa(i)
	}
	g.current.imports[importPath] = unique
	return unique
}

// reservedImports are names that imports of hand-written types cannot have.
var reservedImports = map[string]bool{}

func init() {
	for _, name := range strings.Fields(`avro big embed fmt slices time in out pos index depth items item entries key value end n b i blocks left v dst src rest
		break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct
		switch type var any bool byte cap copy float32 float64 int int32 int64 len make max min new nil string true false error err symbol text m u x t`) {
		reservedImports[name] = true
	}
}
