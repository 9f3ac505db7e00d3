package avro

import (
	"encoding/binary"
	"math"
	"slices"
)

// typedZeroItems is the limit of items without bytes in these tests.
const typedZeroItems = 1000

// appendValue appends a value in plain blocks, maps in the order of keys. With a source of choices arrays and maps
// are in blocks of all kinds.
func appendValue(dst []byte, n *node, v any, c *choices) []byte {
	switch n.kind {
	case KindBoolean:
		if v.(bool) {
			return append(dst, 1)
		}
		return append(dst, 0)
	case KindInt, KindLong:
		return binary.AppendVarint(dst, v.(int64))
	case KindFloat:
		return binary.LittleEndian.AppendUint32(dst, math.Float32bits(v.(float32)))
	case KindDouble:
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v.(float64)))
	case KindString:
		return append(binary.AppendVarint(dst, int64(len(v.(string)))), v.(string)...)
	case KindBytes:
		return append(binary.AppendVarint(dst, int64(len(v.([]byte)))), v.([]byte)...)
	case KindFixed:
		return append(dst, v.([]byte)...)
	case KindEnum:
		return binary.AppendVarint(dst, int64(slices.Index(n.symbols, v.(string))))
	case KindUnion:
		u := v.(chosen)
		return appendValue(binary.AppendVarint(dst, int64(u.branch)), n.branches[u.branch], u.value, c)
	case KindRecord:
		for _, f := range n.fields {
			dst = appendValue(dst, f.typ, v.(map[string]any)[f.name], c)
		}
		return dst
	case KindArray:
		items := v.([]any)
		return appendBlocks(dst, len(items), c, func(dst []byte, i int) []byte { return appendValue(dst, n.elem, items[i], c) })
	case KindMap:
		entries := v.(map[string]any)
		keys := make([]string, 0, len(entries))
		for key := range entries {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		return appendBlocks(dst, len(keys), c, func(dst []byte, i int) []byte {
			dst = append(binary.AppendVarint(dst, int64(len(keys[i]))), keys[i]...)
			return appendValue(dst, n.elem, entries[keys[i]], c)
		})
	default:
		return dst
	}
}

func appendBlocks(dst []byte, n int, c *choices, item func(dst []byte, i int) []byte) []byte {
	for i := 0; i < n; {
		count, sized := n, false
		if c != nil {
			count, sized = 1+c.next(n-i), c.oneIn(2)
		}
		var block []byte
		for range count {
			block = item(block, i)
			i++
		}
		if sized {
			dst = binary.AppendVarint(binary.AppendVarint(dst, -int64(count)), int64(len(block)))
		} else {
			dst = binary.AppendVarint(dst, int64(count))
		}
		dst = append(dst, block...)
	}
	return append(dst, 0)
}

// refReader reads values of the writer's schema.
type refReader struct {
	in    []byte
	zero  int // items without bytes so far
	depth int

	replaced bool
}

// readValue reads all of in. replaced says that a key of a map came twice, so that v lacks the entry that came first.
func readValue(n *node, in []byte) (v any, replaced bool, err error) {
	r := &refReader{in: in}
	v, err = r.value(n)
	if err == nil && len(r.in) > 0 {
		err = errMalformed
	}
	return v, r.replaced, err
}

func (r *refReader) take(n int64) ([]byte, error) {
	if n < 0 || n > int64(len(r.in)) {
		return nil, errMalformed
	}
	out := r.in[:n]
	r.in = r.in[n:]
	return slices.Clone(out), nil
}

func (r *refReader) long(most int) (int64, error) {
	v, n := binary.Varint(r.in)
	if n <= 0 || n > most || most == 5 && v != int64(int32(v)) {
		return 0, errMalformed
	}
	r.in = r.in[n:]
	return v, nil
}

func (r *refReader) sized() ([]byte, error) {
	n, err := r.long(10)
	if err != nil {
		return nil, err
	}
	return r.take(n)
}

func (r *refReader) value(n *node) (any, error) {
	switch n.kind {
	case KindNull:
		return nil, nil
	case KindBoolean:
		b, err := r.take(1)
		if err != nil || b[0] > 1 {
			return nil, errMalformed
		}
		return b[0] == 1, nil
	case KindInt:
		return r.long(5)
	case KindLong:
		return r.long(10)
	case KindFloat:
		b, err := r.take(4)
		if err != nil {
			return nil, err
		}
		return math.Float32frombits(binary.LittleEndian.Uint32(b)), nil
	case KindDouble:
		b, err := r.take(8)
		if err != nil {
			return nil, err
		}
		return math.Float64frombits(binary.LittleEndian.Uint64(b)), nil
	case KindString:
		b, err := r.sized()
		return string(b), err
	case KindBytes:
		return r.sized()
	case KindFixed:
		return r.take(int64(n.size))
	case KindEnum:
		i, err := r.long(10)
		if err != nil || i < 0 || i >= int64(len(n.symbols)) {
			return nil, errMalformed
		}
		return n.symbols[i], nil
	case KindUnion:
		i, err := r.long(10)
		if err != nil || i < 0 || i >= int64(len(n.branches)) {
			return nil, errMalformed
		}
		v, err := r.value(n.branches[i])
		return chosen{int(i), v}, err
	}
	if r.depth++; r.depth > defaultMaxDepth {
		return nil, errMalformed
	}
	defer func() { r.depth-- }()
	if n.kind == KindRecord {
		members := map[string]any{}
		for _, f := range n.fields {
			v, err := r.value(f.typ)
			if err != nil {
				return nil, err
			}
			members[f.name] = v
		}
		return members, nil
	}
	return r.blocks(n)
}

func (r *refReader) blocks(n *node) (any, error) {
	items, entries := []any{}, map[string]any{}
	for {
		count, err := r.long(10)
		if err != nil {
			return nil, err
		}
		end := -1 // bytes that are left behind the block, if it tells
		if count < 0 {
			size, err := r.long(10)
			if err != nil || size < 0 || size > int64(len(r.in)) || count == math.MinInt64 {
				return nil, errMalformed
			}
			count, end = -count, len(r.in)-int(size)
		}
		if count == 0 {
			break
		}
		if n.kind == KindArray && n.elem.leastSize(nil) == 0 {
			if count > typedZeroItems-int64(r.zero) {
				return nil, errMalformed
			}
			r.zero += int(count)
		}
		for range count {
			var key []byte
			if n.kind == KindMap {
				if key, err = r.sized(); err != nil {
					return nil, err
				}
			}
			v, err := r.value(n.elem)
			if err != nil {
				return nil, err
			}
			if _, came := entries[string(key)]; came && n.kind == KindMap {
				r.replaced = true
			}
			items, entries[string(key)] = append(items, v), v
		}
		if end >= 0 && len(r.in) != end {
			return nil, errMalformed
		}
	}
	if n.kind == KindMap {
		return entries, nil
	}
	return items, nil
}

// leastSize returns how many bytes a value takes at least. A record within itself counts as none: it is in a union, array or map.
func (n *node) leastSize(within []*node) int {
	switch n.kind {
	case KindNull:
		return 0
	case KindFixed:
		return n.size
	case KindFloat:
		return 4
	case KindDouble:
		return 8
	case KindRecord:
		if slices.Contains(within, n) {
			return 0
		}
		sum := 0
		for _, f := range n.fields {
			sum += f.typ.leastSize(append(slices.Clip(within), n))
		}
		return sum
	default:
		return 1
	}
}
