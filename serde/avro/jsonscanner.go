package avro

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonScanner takes the text of a value in Avro's JSON encoding apart. It is JSON as RFC 8259 has it, without the comments that
// schemas may have.
type jsonScanner struct {
	text  string // valid UTF-8
	pos   int
	depth int
	most  int // levels
}

// opJSON is what errors of JSON name as the attempt.
const opJSON = "decode JSON"

// failAt is the error of a place in the text.
func (s *jsonScanner) failAt(pos int, format string, args ...any) *Error {
	return &Error{op: opJSON, offset: pos, problem: fmt.Sprintf(format, args...)}
}

// peek skips white space and returns the byte behind it, 0 at the end.
func (s *jsonScanner) peek() byte {
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// open takes the bracket that begins an array or object, if it is the next one.
func (s *jsonScanner) open(bracket byte, want string) *Error {
	if s.peek() != bracket {
		return s.failAt(s.pos, "%s", want)
	}
	s.pos++
	return nil
}

// enter is open for what counts as a level. leave is for its end.
func (s *jsonScanner) enter(bracket byte, want string) *Error {
	if err := s.open(bracket, want); err != nil {
		return err
	}
	if s.depth >= s.most {
		return s.failAt(s.pos-1, "it is nested deeper than %d levels; WithMaxDepth changes the limit", s.most)
	}
	s.depth++
	return nil
}

func (s *jsonScanner) leave() { s.depth-- }

// next goes to item n of the array or object that end ends, and reports whether there is one; if not, its bracket is taken.
func (s *jsonScanner) next(n int, end byte) (bool, *Error) {
	switch c := s.peek(); {
	case c == end:
		s.pos++
		return false, nil
	case n == 0:
		return true, nil
	case c == ',':
		s.pos++
		return true, nil
	default:
		return false, s.failAt(s.pos, "expected , or %c", end)
	}
}

// name takes the name of an object's member, and the colon behind it. at is its place.
func (s *jsonScanner) name() (name string, at int, err *Error) {
	if s.peek() != '"' {
		return "", s.pos, s.failAt(s.pos, "expected the name of a member in double quotes")
	}
	at = s.pos
	if name, err = s.string(""); err != nil {
		return "", at, err
	}
	if s.peek() != ':' {
		return "", at, s.failAt(s.pos, "expected : behind the name of a member")
	}
	s.pos++
	return name, at, nil
}

// literal takes a word, if it is the next one.
func (s *jsonScanner) literal(word string) bool {
	s.peek()
	rest, ok := strings.CutPrefix(s.text[s.pos:], word)
	if !ok || rest != "" && wordByte(rest[0]) {
		return false
	}
	s.pos += len(word)
	return true
}

// number takes a number and returns it as it is written, "" if there is none.
func (s *jsonScanner) number() string {
	if s.peek() == 0 {
		return ""
	}
	rest := s.text[s.pos:]
	n := numberLength(rest)
	if n < len(rest) && wordByte(rest[n]) {
		return ""
	}
	s.pos += n
	return rest[:n]
}

// string takes a string and returns its characters.
func (s *jsonScanner) string(want string) (string, *Error) {
	if s.peek() != '"' {
		return "", s.failAt(s.pos, "%s", want)
	}
	open := s.pos
	var out []byte // up to done, once there was an escape
	done := open + 1
	for i := done; i < len(s.text); {
		switch c := s.text[i]; {
		case c == '"':
			s.pos = i + 1
			if out == nil {
				return s.text[done:i], nil
			}
			return string(append(out, s.text[done:i]...)), nil
		case c < ' ':
			return "", s.failAt(i, "a string holds a control character; write it as an escape such as \\n")
		case c == '\\':
			char, size := unescape(s.text[i:])
			if size == 0 {
				return "", s.failAt(i, "this is no escape of JSON; a backslash itself is written \\\\")
			}
			if utf16.IsSurrogate(char) {
				return "", s.failAt(i, "half of a surrogate pair stands for no character; write both halves")
			}
			out = utf8.AppendRune(append(out, s.text[done:i]...), char)
			i += size
			done = i
		default:
			i++
		}
	}
	return "", s.failAt(open, "this string has no end; close it with a double quote")
}

// skip takes a value of any kind.
func (s *jsonScanner) skip() *Error {
	const want = "expected a JSON value"
	c := s.peek()
	end := byte(']')
	switch c {
	case '"':
		_, err := s.string(want)
		return err
	case '{':
		end = '}'
	case '[':
	default:
		if s.literal("null") || s.literal("true") || s.literal("false") || s.number() != "" {
			return nil
		}
		return s.failAt(s.pos, want)
	}
	if err := s.enter(c, want); err != nil {
		return err
	}
	defer s.leave()
	for n := 0; ; n++ {
		more, err := s.next(n, end)
		if err != nil || !more {
			return err
		}
		if c == '{' {
			if _, _, err := s.name(); err != nil {
				return err
			}
		}
		if err := s.skip(); err != nil {
			return err
		}
	}
}
