package avro

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonKind is the type of a jsonValue.
type jsonKind uint8

const (
	jsonNull jsonKind = iota + 1
	jsonBool
	jsonNumber
	jsonString
	jsonArray
	jsonObject
)

// jsonValue is a value of a JSON document. Numbers are kept as they were written, so that none is rounded.
type jsonValue struct {
	kind   jsonKind
	offset uint32     // into the document, for positions in errors
	text   string     // a number as written, a string's characters, or the literal
	parts  *jsonParts // of arrays and objects; nil where there are none
}

// jsonParts are the items of an array, or the members of an object: each name once, where it came first, with the value
// that came last.
type jsonParts struct {
	items []jsonValue
	names nameList
}

// items returns an array's items or the values of an object's members.
func (v *jsonValue) items() []jsonValue {
	if v.parts == nil {
		return nil
	}
	return v.parts.items
}

// names returns the names of an object's members, in the order of items.
func (v *jsonValue) names() []string {
	if v.parts == nil {
		return nil
	}
	return v.parts.names.names
}

// member returns the value of an object's member, or nil.
func (v *jsonValue) member(name string) *jsonValue {
	if v.parts == nil {
		return nil
	}
	if i := v.parts.names.find(name); i >= 0 {
		return &v.parts.items[i]
	}
	return nil
}

// integer reports whether the value is a number without fraction and exponent.
func (v *jsonValue) integer() bool {
	return v.kind == jsonNumber && !strings.ContainsAny(v.text, ".eE")
}

// appendJSON appends the value without white space: numbers as they were written, members in their order.
func (v *jsonValue) appendJSON(dst []byte) []byte {
	switch v.kind {
	case jsonString:
		return appendJSONString(dst, v.text)
	case jsonArray:
		dst = append(dst, '[')
		for i := range v.items() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = v.parts.items[i].appendJSON(dst)
		}
		return append(dst, ']')
	case jsonObject:
		dst = append(dst, '{')
		for i, name := range v.names() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSONString(dst, name)
			dst = append(dst, ':')
			dst = v.parts.items[i].appendJSON(dst)
		}
		return append(dst, '}')
	default:
		return append(dst, v.text...)
	}
}

// appendJSONString appends s in quotes, escaping what JSON demands and nothing else.
func appendJSONString(dst []byte, s string) []byte { return appendQuoted(dst, s, utf8.UTFMax) }

// appendJSONText appends valid UTF-8 in quotes as Jackson does, with which Java writes data: that also escapes what UTF-8 takes four
// bytes for, as the two halves of a surrogate pair.
func appendJSONText[T string | []byte](dst []byte, s T) []byte {
	return appendQuoted(dst, s, utf8.UTFMax-1)
}

// appendQuoted appends s in quotes. Characters of more bytes than size are escaped.
func appendQuoted[T string | []byte](dst []byte, s T, size int) []byte {
	dst = append(dst, '"')
	done := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && (c < 0xf0 || size == utf8.UTFMax) {
			continue
		}
		dst = append(dst, s[done:i]...)
		done = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			if c < 0xf0 {
				dst = appendEscape(dst, rune(c))
				continue
			}
			char, width := utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
			high, low := utf16.EncodeRune(char)
			dst = appendEscape(appendEscape(dst, high), low)
			i += width - 1
			done = i + 1
		}
	}
	return append(append(dst, s[done:]...), '"')
}

// appendEscape appends the escape of a UTF-16 code unit.
func appendEscape(dst []byte, unit rune) []byte {
	const hex = "0123456789ABCDEF"
	return append(dst, '\\', 'u', hex[unit>>12&15], hex[unit>>8&15], hex[unit>>4&15], hex[unit&15])
}
