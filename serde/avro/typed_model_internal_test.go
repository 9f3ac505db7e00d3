package avro

import (
	"fmt"
	"strconv"
	"strings"
)

// The random tests of plans have a model of their own of schemas and values, so that nothing of what they judge takes part in the
// judgement.

// node is a schema.
type node struct {
	kind             Kind
	logical          string
	precision, scale int
	name             string // with its namespace
	aliases          []string
	size             int
	symbols          []string
	fallback         string // the enum's default, "" for none
	elem             *node
	branches         []*node
	fields           []*nodeField
}

type nodeField struct {
	name    string
	aliases []string
	typ     *node
	def     any // as JSON: nil, bool, int64, float64, string, []any, map[string]any
	hasDef  bool
}

// field returns the field of a name, or nil.
func (n *node) field(name string) *nodeField {
	for _, f := range n.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

// optional returns the index of the branch that is not null in a union of null and one more.
func (n *node) optional() (value int, ok bool) {
	if n.kind != KindUnion || len(n.branches) != 2 {
		return 0, false
	}
	for i, b := range n.branches {
		if b.kind == KindNull {
			return 1 - i, n.branches[1-i].kind != KindNull
		}
	}
	return 0, false
}

// reaches reports whether a value of n may hold one of another node.
func (n *node) reaches(other *node, seen map[*node]bool) bool {
	if n == other {
		return true
	}
	if n == nil || seen[n] {
		return false
	}
	seen[n] = true
	for _, b := range n.branches {
		if b.reaches(other, seen) {
			return true
		}
	}
	for _, f := range n.fields {
		if f.typ.reaches(other, seen) {
			return true
		}
	}
	return n.elem.reaches(other, seen)
}

// within reports whether a value of n may hold others of n.
func (n *node) within() bool {
	for _, f := range n.fields {
		if f.typ.reaches(n, map[*node]bool{}) {
			return true
		}
	}
	return false
}

// String returns the schema as JSON.
func (n *node) String() string {
	var b strings.Builder
	n.write(&b, map[*node]bool{})
	return b.String()
}

func (n *node) write(b *strings.Builder, defined map[*node]bool) {
	if n.name != "" && defined[n] {
		fmt.Fprintf(b, "%q", n.name)
		return
	}
	defined[n] = true
	if n.kind == KindUnion {
		b.WriteByte('[')
		for i, branch := range n.branches {
			separate(b, i)
			branch.write(b, defined)
		}
		b.WriteByte(']')
		return
	}
	fmt.Fprintf(b, `{"type":%q`, n.kind)
	if n.name != "" {
		fmt.Fprintf(b, `,"name":%q`, n.name)
		writeTexts(b, "aliases", n.aliases)
	}
	switch n.kind {
	case KindFixed:
		fmt.Fprintf(b, `,"size":%d`, n.size)
	case KindEnum:
		writeTexts(b, "symbols", n.symbols)
		if n.fallback != "" {
			fmt.Fprintf(b, `,"default":%q`, n.fallback)
		}
	case KindArray:
		b.WriteString(`,"items":`)
		n.elem.write(b, defined)
	case KindMap:
		b.WriteString(`,"values":`)
		n.elem.write(b, defined)
	case KindRecord:
		b.WriteString(`,"fields":[`)
		for i, f := range n.fields {
			separate(b, i)
			fmt.Fprintf(b, `{"name":%q,"type":`, f.name)
			f.typ.write(b, defined)
			writeTexts(b, "aliases", f.aliases)
			if f.hasDef {
				b.WriteString(`,"default":`)
				writeJSON(b, f.def)
			}
			b.WriteByte('}')
		}
		b.WriteByte(']')
	}
	if n.logical != "" {
		fmt.Fprintf(b, `,"logicalType":%q`, n.logical)
	}
	if n.logical == logicalDecimal {
		fmt.Fprintf(b, `,"precision":%d,"scale":%d`, n.precision, n.scale)
	}
	b.WriteByte('}')
}

func separate(b *strings.Builder, i int) {
	if i > 0 {
		b.WriteByte(',')
	}
}

func writeTexts(b *strings.Builder, name string, texts []string) {
	if len(texts) == 0 {
		return
	}
	fmt.Fprintf(b, ",%q:[", name)
	for i, text := range texts {
		separate(b, i)
		fmt.Fprintf(b, "%q", text)
	}
	b.WriteByte(']')
}

func writeJSON(b *strings.Builder, v any) {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case string: // of characters up to U+00FF
		b.WriteByte('"')
		for _, c := range v {
			fmt.Fprintf(b, `\u%04x`, c)
		}
		b.WriteByte('"')
	case float64:
		b.WriteString(strconv.FormatFloat(v, 'f', -1, 64))
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			separate(b, i)
			writeJSON(b, item)
		}
		b.WriteByte(']')
	case map[string]any:
		b.WriteByte('{')
		i := 0
		for name, item := range v {
			separate(b, i)
			writeJSON(b, name)
			b.WriteByte(':')
			writeJSON(b, item)
			i++
		}
		b.WriteByte('}')
	default:
		fmt.Fprint(b, v)
	}
}

// choices makes decisions out of bytes, of a random source or of a fuzzer. Once they are used up all decisions are for the first.
type choices struct{ source []byte }

// next returns a number below n, which is at most 65,536.
func (c *choices) next(n int) int {
	v := int(c.take())
	if n > 256 {
		v = v<<8 | int(c.take())
	}
	return v % n
}

func (c *choices) take() byte {
	if len(c.source) == 0 {
		return 0
	}
	b := c.source[0]
	c.source = c.source[1:]
	return b
}

// oneIn reports true about once in n times.
func (c *choices) oneIn(n int) bool { return c.next(n) == n-1 }

func pick[T any](c *choices, from []T) T { return from[c.next(len(from))] }

// number returns a number of 64 bits: most are small, some are at the ends.
func (c *choices) number() int64 {
	switch c.next(6) {
	case 0, 1:
		return int64(c.take()) - 100
	case 2:
		return pick(c, []int64{0, 1, -1, 127, 128, -128, -129, 1<<31 - 1, -1 << 31, 1 << 31, 1<<63 - 1, -1 << 63, 86_400_000, 86_399_999})
	case 3:
		return int64(c.next(1 << 16))
	default:
		var v int64
		for range 8 {
			v = v<<8 | int64(c.take())
		}
		return v >> c.next(64)
	}
}
