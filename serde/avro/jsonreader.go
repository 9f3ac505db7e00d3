package avro

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonReader parses the JSON text of a schema. It takes what Jackson takes with comments allowed, which is what Apache Avro for
// Java reads schemas with.
type jsonReader struct {
	source    *source
	text      string
	pos       int
	maxLevels int
	values    []jsonValue // of the containers that are open
	names     []string    // of the objects that are open
}

// document parses the whole text.
func (r *jsonReader) document() (*jsonValue, error) {
	if strings.HasPrefix(r.text, "\ufeff") {
		return nil, r.fail(0, "it begins with a byte order mark; save it as UTF-8 without one")
	}
	if i := invalidUTF8(r.text); i >= 0 {
		return nil, r.fail(i, "it is not valid UTF-8")
	}
	// Each value and name that waits for the end of its container has a comma or colon behind it, but for the last ones.
	r.values = make([]jsonValue, 0, strings.Count(r.text, ",")+8)
	r.names = make([]string, 0, strings.Count(r.text, ":"))
	v, err := r.value(0)
	if err != nil {
		return nil, err
	}
	// White space may follow; comments may not, as in Java.
	if rest := strings.TrimLeft(r.text[r.pos:], " \t\r\n"); rest != "" {
		return nil, r.fail(len(r.text)-len(rest), "there is text after the end of the schema; remove it")
	}
	return &v, nil
}

func invalidUTF8(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i, c := range s {
		if c == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd") {
			return i
		}
	}
	return -1
}

func (r *jsonReader) fail(offset int, format string, args ...any) error {
	return r.source.fail(offset, format, args...)
}

// space skips white space and comments.
func (r *jsonReader) space() error {
	for r.pos < len(r.text) {
		switch r.text[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
		case '/':
			var end int
			switch rest := r.text[r.pos:]; {
			case strings.HasPrefix(rest, "//"):
				if end = strings.IndexAny(rest, "\r\n"); end < 0 {
					end = len(rest)
				}
			case strings.HasPrefix(rest, "/*"):
				if end = strings.Index(rest[2:], "*/"); end < 0 {
					return r.fail(r.pos, "this comment has no end; close it with */")
				}
				end += len("/**/")
			default:
				return r.fail(r.pos, "a comment begins with // or /*")
			}
			r.pos += end
		default:
			return nil
		}
	}
	return nil
}

// value parses one value with the white space before it, inside of that many open containers.
func (r *jsonReader) value(level int) (jsonValue, error) {
	if err := r.space(); err != nil {
		return jsonValue{}, err
	}
	if r.pos >= len(r.text) {
		return jsonValue{}, r.fail(r.pos, "it ends where a value should be")
	}
	v := jsonValue{offset: uint32(r.pos)}
	switch c := r.text[r.pos]; {
	case c == '{' || c == '[':
		if level >= r.maxLevels {
			return v, r.fail(r.pos, "it is nested deeper than %d levels; flatten it, or raise the limit with WithSchemaLimits", r.maxLevels)
		}
		return r.container(v, level+1)
	case c == '"':
		text, err := r.string()
		v.kind, v.text = jsonString, text
		return v, err
	case c == '-' || c >= '0' && c <= '9':
		v.kind = jsonNumber
		n := numberLength(r.text[r.pos:])
		if n == 0 {
			return v, r.fail(r.pos, "this is not a number as JSON writes them")
		}
		v.text = r.text[r.pos : r.pos+n]
		r.pos += n
	default:
		for _, l := range jsonLiterals {
			if strings.HasPrefix(r.text[r.pos:], l.text) {
				v.kind, v.text = l.kind, l.text
				r.pos += len(l.text)
				break
			}
		}
	}
	if v.kind == 0 || r.pos < len(r.text) && wordByte(r.text[r.pos]) {
		return v, r.fail(int(v.offset), "expected a JSON value: a string in double quotes, a number, an array, an object, true, false or null")
	}
	return v, nil
}

var jsonLiterals = [...]jsonValue{{kind: jsonNull, text: "null"}, {kind: jsonBool, text: "true"}, {kind: jsonBool, text: "false"}}

func wordByte(c byte) bool {
	return c == '_' || c == '.' || c == '-' || c == '+' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// numberLength returns the length of the JSON number that s begins with, or 0.
func numberLength(s string) int {
	i := 0
	digits := func() bool {
		from := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i > from
	}
	if s[i] == '-' {
		i++
	}
	if first := i; !digits() || s[first] == '0' && i > first+1 {
		return 0
	}
	if i < len(s) && s[i] == '.' {
		i++
		if !digits() {
			return 0
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !digits() {
			return 0
		}
	}
	return i
}

// container parses an array or object from its opening bracket on. Its parts are collected on stacks that all containers
// share, so that the copy that is kept has the right size.
func (r *jsonReader) container(v jsonValue, level int) (jsonValue, error) {
	open := r.text[r.pos]
	r.pos++
	v.kind = jsonArray
	end := byte(']')
	if open == '{' {
		v.kind, end = jsonObject, '}'
	}
	firstValue, firstName := len(r.values), len(r.names)
	for n := 0; ; n++ {
		if err := r.space(); err != nil {
			return v, err
		}
		if r.pos >= len(r.text) {
			return v, r.fail(r.pos, "it ends inside of the %c of %s", open, r.source.position(int(v.offset)))
		}
		c := r.text[r.pos]
		if c == end && n == 0 {
			r.pos++
			break
		}
		if n > 0 {
			r.pos++
			if c == end {
				break
			}
			if c != ',' {
				return v, r.fail(r.pos-1, "expected , or %c", end)
			}
		}
		if v.kind == jsonObject {
			if err := r.name(); err != nil {
				return v, err
			}
		}
		item, err := r.value(level)
		if err != nil {
			return v, err
		}
		r.values = append(r.values, item)
	}
	v.parts = newParts(r.values[firstValue:], r.names[firstName:])
	r.values, r.names = r.values[:firstValue], r.names[:firstName]
	return v, nil
}

// name parses the name of an object's member and the colon behind it.
func (r *jsonReader) name() error {
	if err := r.space(); err != nil {
		return err
	}
	if r.pos >= len(r.text) || r.text[r.pos] != '"' {
		return r.fail(r.pos, "expected the name of an attribute in double quotes")
	}
	name, err := r.string()
	if err != nil {
		return err
	}
	if err := r.space(); err != nil {
		return err
	}
	if r.pos >= len(r.text) || r.text[r.pos] != ':' {
		return r.fail(r.pos, "expected : behind the name of an attribute")
	}
	r.pos++
	r.names = append(r.names, name)
	return nil
}

// newParts copies what the stacks hold of one container. Of a name that comes twice the last value counts.
func newParts(values []jsonValue, names []string) *jsonParts {
	if len(values) == 0 {
		return nil
	}
	p := &jsonParts{items: make([]jsonValue, 0, len(values))}
	if len(names) == 0 {
		p.items = append(p.items, values...)
		return p
	}
	p.names = newNameList(len(names))
	for i, name := range names {
		if at, added := p.names.add(name); !added {
			p.items[at] = values[i]
			continue
		}
		p.items = append(p.items, values[i])
	}
	return p
}

// string parses a string from its opening quote on.
func (r *jsonReader) string() (string, error) {
	start := r.pos + 1
	for i := start; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '"':
			r.pos = i + 1
			return r.text[start:i], nil
		case c == '\\':
			return r.escaped(start, i)
		case c < ' ':
			return "", r.fail(i, "a string holds a control character; write it as an escape such as \\n")
		}
	}
	return "", r.fail(r.pos, "this string has no end; close it with a double quote")
}

// escaped parses the rest of a string from its first backslash at i on.
func (r *jsonReader) escaped(start, i int) (string, error) {
	out := append([]byte(nil), r.text[start:i]...)
	for i < len(r.text) {
		c := r.text[i]
		if c == '"' {
			r.pos = i + 1
			return string(out), nil
		}
		if c < ' ' {
			return "", r.fail(i, "a string holds a control character; write it as an escape such as \\n")
		}
		if c != '\\' {
			out = append(out, c)
			i++
			continue
		}
		char, size := unescape(r.text[i:])
		if size == 0 {
			return "", r.fail(i, "this is no escape of JSON; a backslash itself is written \\\\")
		}
		i += size
		out = utf8.AppendRune(out, char)
	}
	return "", r.fail(start-1, "this string has no end; close it with a double quote")
}

// unescape returns the character that the escape at the beginning of s stands for, and the escape's length: 0 for none.
// Half of a surrogate pair becomes U+FFFD, since UTF-8 has no place for it.
func unescape(s string) (char rune, size int) {
	if len(s) < 2 {
		return 0, 0
	}
	switch s[1] {
	case '"', '\\', '/':
		return rune(s[1]), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	}
	char, ok := unicodeEscape(s)
	if !ok {
		return 0, 0
	}
	if low, ok := unicodeEscape(s[6:]); ok && utf16.IsSurrogate(char) {
		if pair := utf16.DecodeRune(char, low); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return char, 6
}

// unicodeEscape returns the code unit of a \u escape at the beginning of s.
func unicodeEscape(s string) (char rune, ok bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	for _, c := range []byte(s[2:6]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		char = char<<4 | rune(c)
	}
	return char, true
}
