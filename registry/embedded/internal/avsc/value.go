package avsc

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/magicbyte-go/magicbyte/registry/embedded/internal/jackson"
)

// Limits of a schema text; a registry has similar ones.
const (
	MaxText  = 1 << 20 // bytes
	maxDepth = 1000    // levels of arrays and objects
)

// kind is the JSON type of a value.
type kind byte

const (
	nullKind kind = iota
	boolKind
	numberKind
	stringKind
	arrayKind
	objectKind
)

// value is a JSON value that remembers the order of members and the spelling of numbers.
type value struct {
	kind    kind
	text    string // of a string, unquoted; of a number or boolean, as written
	items   []*value
	members []member
	places  map[string]int // of members, by name
}

type member struct {
	name  string
	value *value
}

// get returns the member of that name, or nil.
func (v *value) get(name string) *value {
	if i, ok := v.places[name]; ok {
		return v.members[i].value
	}
	return nil
}

// str returns the text of a member that is a string.
func (v *value) str(name string) (string, bool) {
	if m := v.get(name); m != nil && m.kind == stringKind {
		return m.text, true
	}
	return "", false
}

// readValue parses one JSON text, with comments, and nothing behind it.
func readValue(text string) (*value, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("schema text is larger than %d bytes", MaxText)
	}
	text = blankComments(text)
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	v, err := readNext(d, 0)
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF) {
		if fault, known := jackson.Find(text, false); known {
			return nil, fault
		}
	}
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("dangling content after the end of the schema")
	}
	return v, nil
}

func readNext(d *json.Decoder, depth int) (*value, error) {
	token, err := next(d)
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case nil:
		return &value{kind: nullKind, text: "null"}, nil
	case bool:
		return &value{kind: boolKind, text: fmt.Sprint(t)}, nil
	case json.Number:
		return &value{kind: numberKind, text: plainNumber(t.String())}, nil
	case string:
		return &value{kind: stringKind, text: t}, nil
	}
	if depth == maxDepth {
		return nil, fmt.Errorf("schema text is nested deeper than %d levels", maxDepth)
	}
	if token == json.Delim('[') {
		return readArray(d, depth+1)
	}
	return readObject(d, depth+1)
}

// next reads a token where the text may not end.
func next(d *json.Decoder) (json.Token, error) {
	token, err := d.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return token, err
}

func readArray(d *json.Decoder, depth int) (*value, error) {
	v := &value{kind: arrayKind}
	for d.More() {
		item, err := readNext(d, depth)
		if err != nil {
			return nil, err
		}
		v.items = append(v.items, item)
	}
	_, err := next(d)
	return v, err
}

// readObject lets the last of equal members win, in the place of the first.
func readObject(d *json.Decoder, depth int) (*value, error) {
	v := &value{kind: objectKind, places: map[string]int{}}
	for d.More() {
		name, err := next(d)
		if err != nil {
			return nil, err
		}
		item, err := readNext(d, depth)
		if err != nil {
			return nil, err
		}
		key, _ := name.(string) // the decoder refuses any other name itself
		if at, ok := v.places[key]; ok {
			v.members[at].value = item
			continue
		}
		v.places[key] = len(v.members)
		v.members = append(v.members, member{key, item})
	}
	_, err := next(d)
	return v, err
}

// blankComments overwrites /* */ and // comments outside of strings with blanks.
func blankComments(text string) string {
	if !strings.Contains(text, "/") {
		return text
	}
	out, inString := []byte(text), false
	for i := 0; i < len(out); i++ {
		switch {
		case inString && out[i] == '\\':
			i++
		case out[i] == '"':
			inString = !inString
		case inString || out[i] != '/' || i+1 == len(out):
		case out[i+1] == '/':
			end := strings.IndexByte(text[i:], '\n')
			if end < 0 {
				end = len(text) - i
			}
			blank(out[i : i+end])
			i += end - 1
		case out[i+1] == '*':
			end := strings.Index(text[i+2:], "*/")
			if end < 0 {
				return text // the decoder refuses the slash
			}
			blank(out[i : i+end+4])
			i += end + 3
		}
	}
	return string(out)
}

func blank(b []byte) {
	for i := range b {
		b[i] = ' '
	}
}

// sorted returns v with the members of every object in the order of their names.
func (v *value) sorted() *value {
	if len(v.items) == 0 && len(v.members) == 0 {
		return v
	}
	out := &value{kind: v.kind, items: make([]*value, len(v.items)), members: sortedMembers(v.members)}
	for i, item := range v.items {
		out.items[i] = item.sorted()
	}
	return out
}

func sortedMembers(members []member) []member {
	out := make([]member, len(members))
	for i, m := range members {
		out[i] = member{m.name, m.value.sorted()}
	}
	slices.SortFunc(out, func(a, b member) int { return strings.Compare(a.name, b.name) })
	return out
}
