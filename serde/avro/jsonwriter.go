package avro

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// jsonWriter turns Avro bytes into Avro's JSON encoding. The decoder holds the bytes, and checks them.
type jsonWriter struct {
	in    decoder
	least *leastSizes
}

// value appends the next value of the input.
func (w *jsonWriter) value(dst []byte, s *Schema) ([]byte, *Error) {
	switch s.kind {
	case KindNull:
		return append(dst, "null"...), nil
	case KindBoolean:
		return w.boolean(dst)
	case KindInt:
		n, err := w.in.int()
		return strconv.AppendInt(dst, int64(n), 10), err
	case KindLong:
		n, err := w.in.long()
		return strconv.AppendInt(dst, n, 10), err
	case KindFloat:
		var f float32
		err := w.in.float(&f)
		return appendJSONFloat(dst, float64(f)), err
	case KindDouble:
		in, err := w.in.take(8, "double")
		if err != nil {
			return dst, err
		}
		return appendJSONFloat(dst, math.Float64frombits(binary.LittleEndian.Uint64(in))), nil
	case KindBytes:
		in, err := w.in.bytes("bytes")
		return appendLatin1(dst, in), err
	case KindFixed:
		in, err := w.in.take(s.size, "fixed")
		return appendLatin1(dst, in), err
	case KindString:
		return w.text(dst)
	case KindEnum:
		i, err := w.in.symbol(len(s.symbols))
		if err != nil {
			return dst, err
		}
		return appendJSONText(dst, s.symbols[i]), nil
	case KindUnion:
		return w.union(dst, s)
	}
	if err := w.in.open(0); err != nil {
		return dst, err
	}
	var err *Error
	if s.kind == KindRecord {
		dst, err = w.record(dst, s)
	} else {
		dst, err = w.blocks(dst, s)
	}
	w.in.close(0)
	return dst, err
}

func (w *jsonWriter) boolean(dst []byte) ([]byte, *Error) {
	at := w.in.pos
	in, err := w.in.take(1, "boolean")
	switch {
	case err != nil:
		return dst, err
	case in[0] > 1:
		return dst, w.in.failAt(at, "a boolean is the byte %d, not 0 or 1", in[0])
	default:
		return strconv.AppendBool(dst, in[0] == 1), nil
	}
}

// text appends a string.
func (w *jsonWriter) text(dst []byte) ([]byte, *Error) {
	in, err := w.in.bytes("string")
	switch {
	case err != nil:
		return dst, err
	case validText(in):
		return appendJSONText(dst, in), nil
	case w.in.cfg.text == RejectInvalidUTF8:
		_, err := w.in.invalid(w.in.pos-len(in), len(in))
		return dst, err
	default:
		return appendJSONText(dst, strings.ToValidUTF8(string(in), "\uFFFD")), nil
	}
}

// union appends null, or an object that names the branch.
func (w *jsonWriter) union(dst []byte, s *Schema) ([]byte, *Error) {
	at := w.in.pos
	i, err := w.in.long()
	switch {
	case err != nil:
		return dst, err
	case i < 0 || i >= int64(len(s.branches)):
		return dst, w.in.failAt(at, "there is no branch %d in a union of %d", i, len(s.branches))
	}
	branch := s.branches[i]
	if branch.kind == KindNull {
		return append(dst, "null"...), nil
	}
	dst = appendJSONText(append(dst, '{'), branchName(branch))
	dst, err = w.value(append(dst, ':'), branch)
	return append(dst, '}'), err
}

func (w *jsonWriter) record(dst []byte, s *Schema) ([]byte, *Error) {
	dst = append(dst, '{')
	for i, f := range s.fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendJSONText(dst, f.name), ':')
		from := w.in.pos
		var err *Error
		if dst, err = w.value(dst, f.schema); err != nil {
			return dst, err.within(f.name)
		}
		// Records without bytes can be of many more such, so that nothing else bounds what is written.
		if w.in.pos == from {
			if err := w.in.nothing(from, 1); err != nil {
				return dst, err.within(f.name)
			}
		}
	}
	return append(dst, '}'), nil
}

// blocks appends an array or a map.
func (w *jsonWriter) blocks(dst []byte, s *Schema) ([]byte, *Error) {
	in := blocks{least: w.least.of(s.elem)}
	brackets, place := "[]", (*Error).item
	if s.kind == KindMap {
		brackets, place = "{}", (*Error).entry
		in.least++ // of the key
	}
	dst = append(dst, brackets[0])
	for i := 0; ; {
		n, err := in.next(&w.in)
		if err != nil {
			return dst, err
		}
		if n == 0 {
			return append(dst, brackets[1]), nil
		}
		for range n {
			if i > 0 {
				dst = append(dst, ',')
			}
			if s.kind == KindMap {
				if dst, err = w.text(dst); err != nil {
					return dst, place(err, i)
				}
				dst = append(dst, ':')
			}
			if dst, err = w.value(dst, s.elem); err != nil {
				return dst, place(err, i)
			}
			i++
		}
	}
}

// appendLatin1 appends bytes as a string with a character for each.
func appendLatin1(dst, in []byte) []byte {
	text := make([]byte, 0, 2*len(in))
	for _, b := range in {
		text = utf8.AppendRune(text, rune(b))
	}
	return appendJSONText(dst, text)
}
