package avro

import (
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"strings"
	"unsafe"
)

// jsonDecoder turns Avro's JSON encoding into Avro bytes. Nothing is kept of the text but where the fields of open records are, so that they
// can come in any order.
type jsonDecoder struct {
	jsonScanner
	cfg     *config
	zero    int // items without bytes so far
	members []jsonMember
	moved   []byte // a record whose fields came in another order
}

// jsonMember is a field of a record: its place in the text, and its bytes.
type jsonMember struct{ field, at, start, end int }

func (s *Schema) jsonToBinary(dst, json []byte, cfg *config) ([]byte, error) {
	text := unsafe.String(unsafe.SliceData(json), len(json)) // no part of it is kept
	d := jsonDecoder{jsonScanner: jsonScanner{text: text, most: cfg.maxDepth}, cfg: cfg}
	out, err := d.document(dst, s)
	if err == nil {
		return out, nil
	}
	err.name = s.name
	err.place = (&source{text}).position(err.offset)
	return dst, err
}

// document appends the value that is all of the text.
func (d *jsonDecoder) document(dst []byte, s *Schema) ([]byte, *Error) {
	if i := invalidUTF8(d.text); i >= 0 {
		return dst, d.failAt(i, "it is not valid UTF-8")
	}
	dst, err := d.value(dst, s)
	if err != nil {
		return dst, err
	}
	if d.peek(); d.pos < len(d.text) {
		return dst, d.failAt(d.pos, "there is text behind the value")
	}
	return dst, nil
}

// jsonKinds says what values must be that have other forms here than in defaults.
var jsonKinds = [...]string{
	KindInt:    "it must be a whole number from -2147483648 to 2147483647",
	KindLong:   "it must be a whole number of 64 bits",
	KindFloat:  `it must be a number that a float can be near to, or one of the strings "NaN", "Infinity" and "-Infinity"`,
	KindDouble: `it must be a number that a double can be near to, or one of the strings "NaN", "Infinity" and "-Infinity"`,
	KindUnion:  "it must be null, or an object with the name of a branch as its only member",
}

// want says what a value of the schema must be.
func want(s *Schema) string {
	if int(s.kind) < len(jsonKinds) && jsonKinds[s.kind] != "" {
		return jsonKinds[s.kind]
	}
	return whyKinds[s.kind]
}

// value appends the next value of the text.
func (d *jsonDecoder) value(dst []byte, s *Schema) ([]byte, *Error) {
	d.peek()
	at := d.pos
	var ok bool
	switch s.kind {
	case KindNull:
		ok = d.literal("null")
	case KindBoolean:
		if ok = d.literal("true"); ok {
			return append(dst, 1), nil
		}
		ok = d.literal("false")
		dst = append(dst, 0)
	case KindInt, KindLong:
		var n int64
		n, ok = wholeNumber(d.number())
		ok = ok && (s.kind == KindLong || n == int64(int32(n))) //nolint:gosec // that is the question
		dst = appendLong(dst, n)
	case KindFloat:
		var f float64
		f, ok = d.float(32)
		dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(float32(f)))
	case KindDouble:
		var f float64
		f, ok = d.float(64)
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(f))
	case KindArray, KindMap:
		return d.blocks(dst, s)
	case KindRecord:
		return d.record(dst, s)
	case KindUnion:
		return d.union(dst, s)
	default:
		text, err := d.string(want(s))
		if err != nil {
			return dst, err
		}
		dst, ok = appendScalar(dst, s, &jsonValue{kind: jsonString, text: text}, false)
	}
	if !ok {
		return dst, d.failAt(at, "%s", want(s))
	}
	return dst, nil
}

// float takes a number, or the name of one that JSON has no number for.
func (d *jsonDecoder) float(bits int) (float64, bool) {
	if d.peek() == '"' {
		text, err := d.string("")
		switch {
		case err != nil:
			return 0, false
		case text == "NaN":
			return math.Float64frombits(0x7ff8 << 48), true // Java's bits, not Go's
		case text == "Infinity":
			return math.Inf(1), true
		default:
			return math.Inf(-1), text == "-Infinity"
		}
	}
	text := d.number()
	f, err := strconv.ParseFloat(text, bits)
	if f == 0 && !strings.ContainsAny(text, ".eE") {
		f = 0 // -0 is an integer, which has no sign
	}
	return f, err == nil
}

// blocks appends an array or a map, as one block.
func (d *jsonDecoder) blocks(dst []byte, s *Schema) ([]byte, *Error) {
	bracket, end, place := byte('['), byte(']'), (*Error).item
	if s.kind == KindMap {
		bracket, end, place = '{', '}', (*Error).entry
	}
	if err := d.enter(bracket, want(s)); err != nil {
		return dst, err
	}
	defer d.leave()
	start := len(dst)
	dst = append(dst, 0) // room for a count below 64, or the end
	n := 0
	for ; ; n++ {
		more, err := d.next(n, end)
		if err != nil {
			return dst, err
		}
		if !more {
			break
		}
		if s.kind == KindMap {
			key, _, err := d.name()
			if err != nil {
				return dst, place(err, n)
			}
			dst = append(appendLong(dst, int64(len(key))), key...)
		}
		from := len(dst)
		if dst, err = d.value(dst, s.elem); err != nil {
			return dst, place(err, n)
		}
		if len(dst) == from && s.kind == KindArray {
			if d.zero++; d.zero > d.cfg.maxZeroItems {
				return dst, place(d.failAt(d.pos, "more than %d items that take no bytes are in one value; WithMaxZeroSizeItems changes the limit", d.cfg.maxZeroItems), n)
			}
		}
	}
	if n == 0 {
		return dst, nil
	}
	var count [varintSize]byte
	dst = slices.Replace(dst, start, start+1, appendLong(count[:0], int64(n))...)
	return append(dst, 0), nil
}

// union appends a branch, which the text names.
func (d *jsonDecoder) union(dst []byte, s *Schema) ([]byte, *Error) {
	at, name := d.pos, "null"
	null := d.literal("null")
	if !null {
		if err := d.open('{', want(s)); err != nil {
			return dst, err
		}
		more, err := d.next(0, '}')
		if err != nil {
			return dst, err
		}
		if !more {
			return dst, d.failAt(at, "%s", want(s))
		}
		if name, at, err = d.name(); err != nil {
			return dst, err
		}
	}
	i := slices.IndexFunc(s.branches, func(b *Schema) bool { return branchName(b) == name })
	if i < 0 {
		return dst, d.failAt(at, "the union has no such branch; it has %s", branchNames(s))
	}
	dst = appendLong(dst, int64(i))
	if null {
		return dst, nil
	}
	dst, err := d.value(dst, s.branches[i])
	if err != nil {
		return dst, err
	}
	if more, err := d.next(1, '}'); err != nil || more {
		return dst, d.failAt(d.pos, "expected }: a union's value is an object of one member")
	}
	return dst, nil
}

// branchNames lists what the branches of a union are called.
func branchNames(s *Schema) string {
	names := make([]string, len(s.branches))
	for i, b := range s.branches {
		names[i] = shorten(branchName(b))
	}
	return listed(names)
}

// record appends the fields of a record, in the order of the schema.
func (d *jsonDecoder) record(dst []byte, s *Schema) ([]byte, *Error) {
	open := d.pos
	if err := d.enter('{', want(s)); err != nil {
		return dst, err
	}
	defer d.leave()
	start, first := len(dst), len(d.members)
	for n := 0; ; n++ {
		more, err := d.next(n, '}')
		if err != nil {
			return dst, err
		}
		if !more {
			break
		}
		name, at, err := d.name()
		if err != nil {
			return dst, err
		}
		f := s.Field(name)
		if f == nil {
			f = s.derive().aliased()[name]
		}
		if f == nil {
			if err := d.skip(); err != nil {
				return dst, err
			}
			continue
		}
		from := len(dst)
		if dst, err = d.value(dst, f.schema); err != nil {
			return dst, err.within(f.name)
		}
		d.members = append(d.members, jsonMember{f.index, at, from, len(dst)})
	}
	dst, err := d.arrange(dst, start, s, d.members[first:], open)
	d.members = d.members[:first]
	return dst, err
}

// arrange puts the fields of a record, which are in dst from start on, in the order of the schema. All must be there, and once.
func (d *jsonDecoder) arrange(dst []byte, start int, s *Schema, members []jsonMember, open int) ([]byte, *Error) {
	byField := func(a, b jsonMember) int { return a.field - b.field }
	sorted := slices.IsSortedFunc(members, byField)
	if !sorted {
		slices.SortStableFunc(members, byField)
	}
	for i, m := range members {
		if i > 0 && m.field == members[i-1].field {
			return dst, d.failAt(m.at, "the field comes twice").within(s.fields[m.field].name)
		}
		if m.field != i {
			return dst, d.failAt(open, "the field is missing").within(s.fields[i].name)
		}
	}
	if n := len(members); n < len(s.fields) {
		return dst, d.failAt(open, "the field is missing").within(s.fields[n].name)
	}
	if sorted {
		return dst, nil
	}
	d.moved = append(d.moved[:0], dst[start:]...)
	dst = dst[:start]
	for _, m := range members {
		dst = append(dst, d.moved[m.start-start:m.end-start]...)
	}
	return dst, nil
}
