package jackson

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SyntaxError is why a text is no JSON.
type SyntaxError struct {
	Text         string // without the place
	Early        bool   // the text ended too early
	Line, Column int    // from 1
}

// source is what the parser calls a text that it was told not to repeat.
const source = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: %d, column: %d]"

// Error is the error as the parser throws it.
func (e SyntaxError) Error() string {
	class := "JsonParseException"
	if e.Early {
		class = "io.JsonEOFException"
	}
	return fmt.Sprintf("com.fasterxml.jackson.core.%s: %s\n at "+source, class, e.Text, e.Line, e.Column)
}

// maxToken is how much of a word is repeated, in bytes.
const maxToken = 256

// Find returns the first fault of text. It is false where there is none, or one whose words are not known here. A reader that takes the words
// NaN and Infinity where a number is expected says so.
func Find(text string, nonNumbers bool) (SyntaxError, bool) {
	var syntax *json.SyntaxError
	if err := json.Unmarshal([]byte(text), new(json.RawMessage)); !errors.As(err, &syntax) {
		return SyntaxError{}, false
	}
	said := syntax.Error()
	if strings.Contains(said, "unexpected end") {
		return early(text)
	}
	at := int(syntax.Offset) - 1
	if at < 0 || at >= len(text) || strings.Contains(said, "in string") {
		return SyntaxError{}, false
	}
	key := strings.Contains(said, "object key string")
	value := strings.Contains(said, "beginning of value")
	if begin, word := wordAt(text, at); word != "" && !key {
		return misplaced(text, begin, word, nonNumbers), true
	}
	odd, _ := utf8.DecodeRuneInString(text[at:])
	f := SyntaxError{Text: fmt.Sprintf("Unexpected character ('%c' (%s)): ", odd, code(odd))}
	f.Line, f.Column = place(text, at)
	switch {
	case odd == utf8.RuneError || !key && !value:
		return SyntaxError{}, false
	case key:
		f.Text += "was expecting double-quote to start field name"
	default:
		f.Text += "expected a valid value " + expected(nonNumbers)
	}
	return f, true
}

func code(r rune) string {
	if r > 0xff {
		return fmt.Sprintf("code %d / 0x%x", r, r)
	}
	return fmt.Sprintf("code %d", r)
}

// misplaced is the fault of a word that is no value.
func misplaced(text string, begin int, word string, nonNumbers bool) (f SyntaxError) {
	if word == "NaN" && !nonNumbers {
		f.Text = "Non-standard token 'NaN': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow"
		f.Line, f.Column = place(text, begin+len(word))
		return f
	}
	if len(word) > maxToken {
		word = strings.ToValidUTF8(word[:maxToken], "") + "..."
	}
	f.Text = fmt.Sprintf("Unrecognized token '%s': was expecting %s", word, expected(nonNumbers))
	f.Line, f.Column = place(text, begin)
	return f
}

func expected(nonNumbers bool) string {
	if nonNumbers {
		return "(JSON String, Number (or 'NaN'/'+INF'/'-INF'), Array, Object or token 'null', 'true' or 'false')"
	}
	return "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
}

// early is the fault of a text that ends within an array or object.
func early(text string) (SyntaxError, bool) {
	var open []int
	inString := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			open = append(open, i)
		case c == '}' || c == ']':
			open = open[:len(open)-1] // it was opened, or that would be the fault
		}
	}
	if inString || len(open) == 0 {
		return SyntaxError{}, false
	}
	begin := open[len(open)-1]
	what := "Object"
	if text[begin] == '[' {
		what = "Array"
	}
	line, column := place(text, begin)
	f := SyntaxError{Text: fmt.Sprintf("Unexpected end-of-input: expected close marker for %s (start marker at "+source+")", what, line, column), Early: true}
	f.Line, f.Column = place(text, len(text))
	return f, true
}

// wordAt returns the word around a place, and where it begins.
func wordAt(text string, at int) (int, string) {
	begin, end := at, at
	for begin > 0 && inWord(text[begin-1]) {
		begin--
	}
	for end < len(text) && inWord(text[end]) {
		end++
	}
	if begin == end || !unicode.IsLetter(rune(text[begin])) || text[begin] >= utf8.RuneSelf {
		return at, ""
	}
	return begin, text[begin:end]
}

func inWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$'
}

// place is the line and column of an offset.
func place(text string, at int) (line, column int) {
	before := text[:at]
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
}
