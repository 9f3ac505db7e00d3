package avro

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
	offset int         // into the document, for positions in errors
	text   string      // a number as written, a string's characters, "true" or "false"
	items  []jsonValue // an array's items, or the values of an object's members
	names  []string    // the names of an object's members: each once, in the order of first appearance
}

// member returns the value of an object's member, or nil.
func (v *jsonValue) member(name string) *jsonValue {
	for i := range v.names {
		if v.names[i] == name {
			return &v.items[i]
		}
	}
	return nil
}

// appendJSON appends the value as JSON without white space: numbers as they were written, members in their order.
func (v *jsonValue) appendJSON(dst []byte) []byte {
	switch v.kind {
	case jsonNull:
		return append(dst, "null"...)
	case jsonString:
		return appendJSONString(dst, v.text)
	case jsonArray:
		dst = append(dst, '[')
		for i := range v.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = v.items[i].appendJSON(dst)
		}
		return append(dst, ']')
	case jsonObject:
		dst = append(dst, '{')
		for i := range v.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSONString(dst, v.names[i])
			dst = append(dst, ':')
			dst = v.items[i].appendJSON(dst)
		}
		return append(dst, '}')
	default:
		return append(dst, v.text...)
	}
}

// appendJSONString appends s in quotes, escaping what JSON demands and nothing else.
func appendJSONString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	done := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[done:i]...)
		done = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(append(dst, s[done:]...), '"')
}
