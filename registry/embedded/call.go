package embedded

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// call is a request taken apart.
type call struct {
	method  string
	methods methods // that the path has
	context string  // that bare subject names are in
	vars    []string
	query   url.Values
	body    []byte

	// request is the body of a call that is about a schema, requestErr what is wrong with it.
	request    schemaRequest
	requestErr error

	attempts int
	readings memo[source, reading]
	verdicts memo[question, verdict]
}

// cleanText says whether text is UTF-8 without control characters and backslashes.
func cleanText(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == '\\' })
}

// Media types that requests and answers may have; the first is the default.
var mediaTypes = []string{
	"application/vnd.schemaregistry.v1+json", "application/vnd.schemaregistry+json", "application/json",
}

// readBody reads the body of a call that has one.
func (c *call) readBody(w http.ResponseWriter, req *http.Request, limit int64) error {
	if c.method != http.MethodPost && c.method != http.MethodPut {
		return nil
	}
	if text := req.Header.Get("Content-Type"); text != "" {
		media, _, err := mime.ParseMediaType(text)
		if err != nil || !strings.Contains(media, "/") {
			return errBadRequest
		}
		if !slices.Contains(mediaTypes, media) && media != "application/octet-stream" {
			return errMediaType
		}
	}
	var err error
	c.body, err = io.ReadAll(http.MaxBytesReader(w, req.Body, limit))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return errTooLarge
	}
	if err != nil {
		return failHTTP(http.StatusBadRequest, "Cannot read the request body")
	}
	return nil
}

// members decodes the body's object. Names are told apart by case, and the last
// of equal ones wins. argument is what the real server calls the body when it
// is missing.
func (c *call) members(argument string) (map[string]json.RawMessage, error) {
	body := bytes.TrimSpace(c.body)
	if len(body) == 0 || string(body) == "null" {
		return nil, failHTTP(http.StatusUnprocessableEntity, "%s must not be null (was null)", argument)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, noObject(argument, body, err)
	}
	return members, nil
}

// text is a JSON string, or a number or boolean taken as one.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case '{', '[':
		return errors.New("want a string")
	case '"':
		return json.Unmarshal(b, (*string)(t))
	}
	*t = text(b)
	return nil
}

// decode reads a member into target, which keeps its value if there is none or null. class is what the real server makes of it.
func decode(members map[string]json.RawMessage, name, class string, target any) error {
	raw, ok := members[name]
	if !ok {
		return nil
	}
	if err := json.Unmarshal(raw, target); err != nil {
		return wrongType(class, raw)
	}
	return nil
}

// subject is the subject that the path names.
func (c *call) subject() subjectName { return parseSubject(c.vars[0], c.context) }

// flag reads a boolean of the query: only "true", in any case, is true.
func (c *call) flag(name string) bool { return strings.EqualFold(c.query.Get(name), "true") }

// latestVersion stands for "latest" as a version number.
const latestVersion = -1

// version reads a version from the path.
func (c *call) version(at int) (int, error) {
	trimmed := strings.TrimSpace(c.vars[at])
	if strings.EqualFold(trimmed, "latest") {
		return latestVersion, nil
	}
	n, err := strconv.ParseInt(trimmed, 10, 32)
	if err != nil || n < 1 && n != latestVersion {
		return 0, errVersionArgument(c.vars[at])
	}
	return int(n), nil
}

// id reads an id from the path; what is no number is an unknown path.
func (c *call) id() (int, error) {
	n, err := strconv.ParseInt(c.vars[0], 10, 32)
	if err != nil {
		return 0, errNumber
	}
	return int(n), nil
}

// How long a list may be, as in the real server's default configuration.
const (
	maxList    = 20_000
	maxSchemas = 1_000 // of lists with texts
)

// page cuts a list by offset and limit.
func page[T any](c *call, list []T) ([]T, error) {
	from, to, err := c.window(maxList)
	if err != nil {
		return nil, err
	}
	return append([]T{}, list[min(from, len(list)):min(to, len(list))]...), nil
}

// window is what offset and limit leave of a list. A limit of zero or less, or above most, is most.
func (c *call) window(most int) (from, to int, err error) {
	from, err = c.number("offset", 0)
	if err != nil || from < 0 {
		return 0, 0, errNumber
	}
	limit, err := c.number("limit", 0)
	if err != nil {
		return 0, 0, err
	}
	if limit <= 0 || limit > most {
		limit = most
	}
	return from, from + limit, nil
}

func (c *call) number(name string, otherwise int) (int, error) {
	given := c.query.Get(name)
	if given == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(given)
	if err != nil || n > math.MaxInt32 {
		return 0, errNumber
	}
	return n, nil
}
