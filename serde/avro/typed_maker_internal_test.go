package avro

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
)

// typedMaker makes random schemas, Go types for them, values, and the schemas of older and newer writers.
type typedMaker struct {
	choices
	count  int
	named  []*node // types that may be used again
	open   []*node // records that are being made
	depth  int
	budget int  // nodes that may still be made
	others bool // no types that Go types are there for by name
}

var leafKinds = []Kind{KindInt, KindLong, KindString, KindBytes, KindBoolean, KindFloat, KindDouble, KindNull}

var timeLogicals = []struct {
	logical string
	kind    Kind
}{
	{logicalTimestampMillis, KindLong},
	{logicalTimestampMicros, KindLong},
	{logicalTimestampNanos, KindLong},
	{logicalDate, KindInt},
	{logicalTimeMillis, KindInt},
	{logicalTimeMicros, KindLong},
	{logicalLocalTimestampMillis, KindLong},
	{logicalLocalTimestampMicros, KindLong},
	{logicalLocalTimestampNanos, KindLong},
}

// The types for which there are Go types with a name of their own.
func treeNode() *node {
	n := &node{kind: KindRecord, name: "t.Tree", aliases: []string{"t.OldTree"}}
	optional := &node{kind: KindUnion, branches: []*node{{kind: KindNull}, n}}
	n.fields = []*nodeField{
		{name: "v", typ: &node{kind: KindLong}, def: int64(7), hasDef: true},
		{name: "kids", typ: &node{kind: KindArray, elem: n}},
		{name: "left", typ: optional, hasDef: true},
		{name: "by", typ: &node{kind: KindMap, elem: optional}},
	}
	return n
}

func sealedNode() *node {
	return &node{kind: KindRecord, name: "s.Sealed", aliases: []string{"s.OldSealed"}, fields: []*nodeField{
		{name: "a", typ: &node{kind: KindInt}},
		{name: "text", typ: &node{kind: KindUnion, branches: []*node{{kind: KindNull}, {kind: KindString}}}, hasDef: true},
	}}
}

func (m *typedMaker) newName(prefix string) string {
	m.count++
	return fmt.Sprintf("%s.%s%d", pick(&m.choices, []string{"a", "b"}), prefix, m.count)
}

// root returns a schema: a record most of the time.
func (m *typedMaker) root() *node {
	m.budget = 40
	if m.oneIn(5) {
		return m.node()
	}
	return m.record()
}

func (m *typedMaker) node() *node {
	m.depth++
	defer func() { m.depth-- }()
	if m.budget--; m.budget < 0 || m.depth > 7 {
		return m.leaf()
	}
	switch m.next(20) {
	default:
		return m.leaf()
	case 7:
		return m.logicalLeaf()
	case 8:
		return m.enum()
	case 9:
		return m.fixed()
	case 10, 11:
		return &node{kind: KindArray, elem: m.again(m.node)}
	case 12:
		return &node{kind: KindMap, elem: m.again(m.node)}
	case 13, 14, 15:
		return m.optionalNode()
	case 16:
		return m.union()
	case 17, 18:
		return m.record()
	case 19:
		if len(m.named) > 0 {
			return pick(&m.choices, m.named)
		}
		return m.enum()
	}
}

// again returns a record that is being made, where it may be within itself, or a new node.
func (m *typedMaker) again(other func() *node) *node {
	if len(m.open) > 0 && m.oneIn(8) {
		return pick(&m.choices, m.open)
	}
	return other()
}

func (m *typedMaker) leaf() *node { return &node{kind: pick(&m.choices, leafKinds)} }

func (m *typedMaker) logicalLeaf() *node {
	switch m.next(6) {
	case 0:
		return &node{kind: KindBytes, logical: logicalDecimal, precision: 30, scale: m.next(6)}
	case 1:
		return m.keep(&node{kind: KindFixed, name: m.newName("Dec"), size: 9, logical: logicalDecimal, precision: 21, scale: m.next(6)})
	case 2:
		if m.oneIn(2) {
			return m.keep(&node{kind: KindFixed, name: m.newName("U"), size: 16, logical: logicalUUID})
		}
		return &node{kind: KindString, logical: logicalUUID}
	case 3:
		return m.keep(&node{kind: KindFixed, name: m.newName("Dur"), size: 12, logical: logicalDuration})
	default:
		l := pick(&m.choices, timeLogicals)
		return &node{kind: l.kind, logical: l.logical}
	}
}

// keep gives a named type an alias sometimes, and keeps it to be used again.
func (m *typedMaker) keep(n *node) *node {
	if m.oneIn(3) {
		n.aliases = append(n.aliases, n.name+"Old")
	}
	m.named = append(m.named, n)
	return n
}

func (m *typedMaker) enum() *node {
	n := &node{kind: KindEnum, name: m.newName("E"), symbols: slices.Clone(suits[:1+m.next(len(suits))])}
	if m.oneIn(2) {
		n.fallback = pick(&m.choices, n.symbols)
	}
	return m.keep(n)
}

func (m *typedMaker) fixed() *node {
	return m.keep(&node{kind: KindFixed, name: m.newName("F"), size: m.next(20)})
}

// optionalNode returns a union of null and another type.
func (m *typedMaker) optionalNode() *node {
	value := m.again(func() *node {
		for {
			if n := m.node(); n.kind != KindUnion && n.kind != KindNull {
				return n
			}
			if m.budget < 0 {
				return &node{kind: KindString}
			}
		}
	})
	n := &node{kind: KindUnion, branches: []*node{{kind: KindNull}, value}}
	if m.oneIn(3) {
		slices.Reverse(n.branches)
	}
	return n
}

// union returns a union of up to four types, null among them where a record could not end otherwise.
func (m *typedMaker) union() *node {
	n := &node{kind: KindUnion}
	onlySealed := m.oneIn(2)
	for range 1 + m.next(4) {
		var b *node
		switch {
		case onlySealed && m.oneIn(4):
			b = &node{kind: KindArray, elem: &node{kind: KindLong}}
		case onlySealed && !m.others && m.oneIn(4):
			b = sealedNode()
			if i := slices.IndexFunc(m.named, func(o *node) bool { return o.name == b.name }); i >= 0 {
				b = m.named[i]
			} else {
				m.named = append(m.named, b)
			}
		case onlySealed:
			b = m.leaf()
		default:
			b = m.node()
		}
		if b.kind == KindUnion || slices.ContainsFunc(n.branches, func(o *node) bool { return o.kind == b.kind && (o.name == b.name || o == b) }) {
			continue
		}
		n.branches = append(n.branches, b)
	}
	if len(n.branches) == 0 {
		return m.leaf()
	}
	return n
}

func (m *typedMaker) record() *node {
	if !m.others && m.oneIn(12) {
		if i := slices.IndexFunc(m.named, func(o *node) bool { return o.name == "t.Tree" }); i >= 0 {
			return m.named[i]
		}
		n := treeNode()
		m.named = append(m.named, n)
		return n
	}
	n := &node{kind: KindRecord, name: m.newName("R")}
	m.open = append(m.open, n)
	for i := range m.next(6) {
		f := &nodeField{name: fmt.Sprintf("f%d", i), typ: m.node()}
		if m.oneIn(3) {
			f.aliases = []string{f.name + "Old"}
		}
		recursive := slices.ContainsFunc(m.open, func(o *node) bool { return f.typ.reaches(o, map[*node]bool{}) })
		if !recursive && !m.oneIn(3) {
			f.def, f.hasDef = m.json(f.typ, 0), true
		}
		n.fields = append(n.fields, f)
	}
	m.open = m.open[:len(m.open)-1]
	return m.keep(n)
}

// json returns a default for a schema, as JSON.
func (m *typedMaker) json(n *node, depth int) any {
	switch n.kind {
	case KindBoolean:
		return m.oneIn(2)
	case KindInt:
		return int64(int32(m.number()))
	case KindLong:
		return m.number()
	case KindFloat, KindDouble:
		return float64(m.next(1000)) + 0.5
	case KindString:
		if n.logical == logicalUUID {
			return "01234567-89ab-cdef-0123-456789abcdef"
		}
		return pick(&m.choices, []string{"", "x", "grün", "A default that is longer than a word of memory"})
	case KindBytes:
		return pick(&m.choices, []string{"\x00", "abc", "ÿ"})
	case KindFixed:
		return strings.Repeat("é", n.size)
	case KindEnum:
		return pick(&m.choices, n.symbols)
	case KindArray:
		items := []any{}
		for range m.next(3) {
			if depth < 3 {
				items = append(items, m.json(n.elem, depth+1))
			}
		}
		return items
	case KindMap:
		entries := map[string]any{}
		for i := range m.next(3) {
			if depth < 3 {
				entries[fmt.Sprintf("k%d", i)] = m.json(n.elem, depth+1)
			}
		}
		return entries
	case KindUnion:
		if depth > 2 && slices.ContainsFunc(n.branches, func(b *node) bool { return b.kind == KindNull }) {
			return nil
		}
		return m.json(pick(&m.choices, n.branches), depth+1)
	case KindRecord:
		members := map[string]any{}
		for _, f := range n.fields {
			if !f.hasDef || m.oneIn(2) {
				members[f.name] = m.json(f.typ, depth+1)
			}
		}
		return members
	default:
		return nil
	}
}

// value returns a value of a schema, as the bytes say it: nil, bool, int64, float32, float64, string (for enums the symbol), []byte,
// []any, map[string]any (for maps and records), chosen.
func (m *typedMaker) value(n *node, depth int) any {
	few := 4
	if depth > 4 {
		few = 1
	}
	switch n.kind {
	case KindBoolean:
		return m.oneIn(2)
	case KindInt, KindLong:
		return m.integer(n)
	case KindFloat:
		return math.Float32frombits(uint32(m.number()))
	case KindDouble:
		return math.Float64frombits(uint64(m.number()))
	case KindString:
		if n.logical == logicalUUID {
			return "01234567-89ab-cdef-0123-4567" + fmt.Sprintf("%08x", uint32(m.number()))
		}
		return m.text()
	case KindBytes:
		if n.logical == logicalDecimal {
			return shortest(m.number())
		}
		return m.bytes(m.next(12))
	case KindFixed:
		b := m.bytes(n.size)
		if n.logical == logicalDecimal {
			b[0] = byte(int8(b[1]) >> 7) // with all bits it had more digits than its precision
		}
		return b
	case KindEnum:
		return pick(&m.choices, n.symbols)
	case KindArray:
		items := []any{}
		for range m.next(few) {
			items = append(items, m.value(n.elem, depth+1))
		}
		return items
	case KindMap:
		entries := map[string]any{}
		for range m.next(few) {
			entries[m.text()] = m.value(n.elem, depth+1)
		}
		return entries
	case KindUnion:
		i := m.next(len(n.branches))
		if depth > 4 {
			i = max(0, slices.IndexFunc(n.branches, func(b *node) bool { return b.kind != KindRecord }))
		}
		return chosen{i, m.value(n.branches[i], depth+1)}
	case KindRecord:
		members := map[string]any{}
		for _, f := range n.fields {
			members[f.name] = m.value(f.typ, depth+1)
		}
		return members
	default:
		return nil
	}
}

// chosen is the value of a union.
type chosen struct {
	branch int
	value  any
}

func (m *typedMaker) integer(n *node) int64 {
	v := m.number()
	if n.kind == KindInt {
		v = int64(int32(v))
	}
	switch n.logical {
	case logicalTimeMillis:
		return int64(uint64(v) % 86_400_000)
	case logicalTimeMicros:
		return int64(uint64(v) % 86_400_000_000)
	}
	return v
}

func (m *typedMaker) text() string {
	return strings.Repeat(pick(&m.choices, []string{"a", "ü", "日本", "Avro ", "\x00"}), m.next(9))
}

func (m *typedMaker) bytes(n int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(m.number()))
	for len(b) < n {
		b = append(b, b...)
	}
	return b[:n:n]
}

// shortest returns a number in two's complement with as few bytes as it takes.
func shortest(v int64) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(v))
	for len(b) > 1 && (b[0] == 0 && b[1] < 0x80 || b[0] == 0xff && b[1] >= 0x80) {
		b = b[1:]
	}
	return b
}
