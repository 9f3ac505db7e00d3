package avrogen

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// codecs makes the codecs of a schema file: of its schema, and of the records of its union.
func (g *generator) codecs(s *source) error {
	base := goName(strings.TrimSuffix(s.name, ".avsc"))
	root, err := g.value(s.schema, base)
	if err != nil {
		return err
	}
	text, embed := s.text, ""
	if !s.alone {
		text = readable(s.schema)
	} else if g.config.Embed {
		embed = s.name
	}
	if root.form == formRecord {
		g.recordCodec(root.record, text, embed)
		return nil
	}
	g.addCodec(&codec{
		name: g.names.claim(base + "Codec"), text: g.names.claim(base + "Schema"), schema: text, embed: embed,
		typ: root.typ, unions: unionsOf(root),
	})
	if root.form == formUnion {
		for _, b := range root.union.branches {
			if b.value != nil && b.value.form == formRecord {
				g.recordCodec(b.value.record, readable(b.value.schema), "")
			}
		}
	}
	return nil
}

// recordCodec adds the codec of a record, unless it has one.
func (g *generator) recordCodec(r *record, text, embed string) {
	if r.codec != nil {
		return
	}
	r.codec = &codec{
		name: g.names.claim(plural(r.name)), text: g.names.claim(r.name + "Schema"), schema: text, embed: embed,
		typ: r.name, record: r, unions: unionsOf(&value{form: formRecord, record: r}),
	}
	g.addCodec(r.codec)
}

func (g *generator) addCodec(c *codec) { g.current.codecs = append(g.current.codecs, c) }

// readable returns the text of a schema that stands alone.
func readable(s *avro.Schema) string {
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(canonical(s)), "", "  "); err != nil {
		return canonical(s)
	}
	return b.String()
}

// unionsOf returns the interfaces within a value, in the order of its fields.
func unionsOf(v *value) []*union {
	var out []*union
	seenRecords, seenUnions := map[*record]bool{}, map[*union]bool{}
	var walk func(v *value)
	walk = func(v *value) {
		if v.elem != nil {
			walk(v.elem)
		}
		if r := v.record; r != nil && !seenRecords[r] {
			seenRecords[r] = true
			for _, f := range r.fields {
				walk(f.value)
			}
		}
		if u := v.union; u != nil && !seenUnions[u] {
			seenUnions[u] = true
			out = append(out, u)
			for _, b := range u.branches {
				if b.value != nil {
					walk(b.value)
				}
			}
		}
	}
	walk(v)
	return out
}

// text writes the schema of a codec.
func (p *printer) text(c *codec) {
	if c.embed != "" {
		p.p("// %s is the text of %s.", c.text, c.embed)
		p.p("//\n//go:embed %s", embedPattern(c.embed))
		p.p("var %s string\n", c.text)
	} else {
		p.p("// %s is the schema of [%s].", c.text, c.name)
		p.p("const %s = %s\n", c.text, literal(c.schema))
	}
}

// embedPattern returns the pattern that matches a file's name and no other.
func embedPattern(name string) string {
	pattern := strings.NewReplacer("[", `\[`, "]", `\]`).Replace(name)
	if strings.ContainsRune(pattern, ' ') {
		return strconv.Quote(pattern)
	}
	return pattern
}

// codec writes the variable of a codec.
func (p *printer) codec(c *codec) {
	p.comment(c.name + " is the codec of " + link(c.typ) + ": it carries the type and the schema. It is safe for concurrent use.")
	if len(c.unions) == 0 {
		p.p("var %s = avro.MustFor[%s](%s)\n", c.name, c.typ, c.text)
		return
	}
	p.p("var %s = avro.MustFor[%s](%s,", c.name, c.typ, c.text)
	for _, u := range c.unions {
		p.p("avro.WithUnion(map[string]%s{", u.name)
		for _, b := range u.branches {
			if b.value == nil {
				continue
			}
			p.p("%q: %s,", branchName(b.value.schema), u.zero(b))
		}
		p.p("}),")
	}
	p.p(")\n")
}

func link(typ string) string {
	if strings.ContainsAny(typ, "[]*.{ ") || strings.ToLower(typ[:1]) == typ[:1] {
		return typ
	}
	return "[" + typ + "]"
}

// literal returns text as a constant.
func literal(text string) string {
	if strconv.CanBackquote(strings.ReplaceAll(text, "\n", "")) {
		return "`" + text + "`"
	}
	return strconv.Quote(text)
}

// branchName returns the name of a union's branch.
func branchName(s *avro.Schema) string {
	if name := s.FullName(); name != "" {
		return name
	}
	return s.Kind().String()
}

// zero returns a value of a branch's type.
func (u *union) zero(b *branch) string {
	switch b.kind {
	case branchPointer:
		return "(" + b.typ + ")(nil)"
	case branchWrapped:
		return b.typ + "{}"
	}
	switch b.value.form {
	case formFixed:
		return b.typ + "{}"
	case formBool:
		return b.typ + "(false)"
	case formString:
		return b.typ + `("")`
	case formBytes, formArray, formMap, formTexts:
		return b.typ + "(nil)"
	default:
		return b.typ + "(0)"
	}
}

// methods writes the exported methods of a record with a codec.
func (p *printer) methods(r *record) {
	c := r.codec
	p.p("// AvroSchema returns [%s], which the methods are for.", c.text)
	p.p("func (*%s) AvroSchema() string { return %s }\n", r.name, c.text)
	p.p("// AppendAvro appends the bytes of v to dst and returns the grown slice. Errors are of type [*avro.Error].")
	p.p("func (v *%s) AppendAvro(dst []byte) ([]byte, error) {", r.name)
	p.p("var out avro.Output")
	p.p("i := v.appendAvro(&out, out.Start(dst), 0)")
	p.p("if out.Failed() {\nreturn %s.AppendByPlan(dst, v)\n}", c.name)
	p.p("return out.End(i), nil\n}\n")
	p.comment("DecodeAvro reads the value at the beginning of src into v, of which nothing is left, and returns what is behind it. " +
		"It keeps no reference to src. Errors are of type [*avro.Error], and leave v zero.")
	p.p("func (v *%s) DecodeAvro(src []byte) (rest []byte, err error) {", r.name)
	p.p("var in avro.Input")
	p.p("in.Start(src)")
	p.p("pos := v.readAvro(&in, 0, 0)")
	p.p("if pos < 0 {\nreturn %s.DecodeByPlan(src, v)\n}", c.name)
	p.p("return src[pos:], nil\n}\n")
	p.comment("ReadAvro is DecodeAvro for values that follow each other in one input, see [avro.Sequence]. It returns the position behind " +
		"the value, or a negative one where DecodeAvro would leave it to the plan, and then part of v may be set.")
	p.p("func (v *%s) ReadAvro(in *avro.Input, pos int) int { return v.readAvro(in, pos, 0) }\n", r.name)
}
