package serde

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
)

// appendWriter lets encoding/json append to a slice.
type appendWriter struct{ buf []byte }

func (w *appendWriter) Write(p []byte) (int, error) {
	w.buf = append(w.buf, p...)
	return len(p), nil
}

// appendJSON appends v as encoding/json writes it, without HTML escapes and without a final newline.
func appendJSON(dst []byte, v any) ([]byte, error) {
	w := appendWriter{buf: dst}
	enc := json.NewEncoder(&w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return dst, fmt.Errorf("write JSON: %w", err)
	}
	return w.buf[:len(w.buf)-1], nil
}

// looksLikeJSON reports whether the first byte other than JSON's white space opens an object. No frame begins that way.
func looksLikeJSON(payload []byte) bool {
	for _, b := range payload {
		switch b {
		case ' ', '\t', '\r', '\n':
		default:
			return b == '{'
		}
	}
	return false
}

// quotation is a quoted string in the text of an error.
var quotation = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// readJSON reads one JSON object into v. Its errors name places and types, not what the payload holds: those of the types' own
// UnmarshalJSON and UnmarshalText, time.Time's for one, quote it, so quotations are left out.
func readJSON(src []byte, v any) error {
	err := json.Unmarshal(src, v)
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return fmt.Errorf("read JSON: not valid at byte %d", syntax.Offset)
	case errors.As(err, &mismatch):
		return jsonError{field: mismatch.Field, problem: fmt.Sprintf("cannot hold this kind of JSON value (at byte %d), the Go type is %v", mismatch.Offset, mismatch.Type)}
	default:
		return fmt.Errorf("read JSON: %s", quotation.ReplaceAllLiteralString(err.Error(), `"..."`))
	}
}

type jsonError struct{ field, problem string }

func (e jsonError) Error() string {
	if e.field == "" {
		return "read JSON: " + e.problem
	}
	return e.field + ": " + e.problem
}

func (e jsonError) FieldPath() string { return e.field }
