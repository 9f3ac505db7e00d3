package registrytest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// probe is one check at work. Failures are kept until it is known whether the registry may differ.
type probe struct {
	*suite
	ctx      context.Context
	number   int
	subjects map[string]bool
	failures []string
}

func (p *probe) failf(format string, args ...any) {
	p.failures = append(p.failures, fmt.Sprintf(format, args...))
}

// subject returns a name of this check's own, escaped for paths.
func (p *probe) subject(name string) string { return p.subjectIn("", name) }

// context returns the name of a context of this check's own.
func (p *probe) context() string { return fmt.Sprintf(".%s-%d", p.prefix, p.number) }

func (p *probe) subjectIn(context, name string) string {
	full := fmt.Sprintf("%s-%d-%s", p.prefix, p.number, name)
	if context != "" {
		full = ":" + context + ":" + full
	}
	p.subjects[full] = true
	return url.PathEscape(full)
}

// cleanUp deletes what the check made. A registry that cannot is none the worse for the test.
func (p *probe) cleanUp() {
	var paths []string
	for name := range p.subjects {
		name = url.PathEscape(name)
		paths = append(paths, "/mode/"+name, "/subjects/"+name, "/subjects/"+name+"?permanent=true", "/config/"+name)
	}
	paths = slices.Concat(paths, paths) // what others refer to goes after them
	for _, path := range append(paths, "/contexts/"+p.context()) {
		_, _ = p.send(http.MethodDelete, path, "")
	}
}

// reply is an answer, read to its end.
type reply struct {
	request     string
	status      int
	contentType string
	body        []byte
}

// maxBody bounds an answer, in bytes.
const maxBody = 32 << 20

func (p *probe) send(method, path, body string, headers ...string) (*reply, error) {
	req, err := http.NewRequestWithContext(p.ctx, method, p.base+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/vnd.schemaregistry.v1+json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	return &reply{method + " " + path, resp.StatusCode, resp.Header.Get("Content-Type"), b}, err
}

// ask sends a request that has to be answered, whatever the answer is.
func (p *probe) ask(method, path, body string, headers ...string) *reply {
	r, err := p.send(method, path, body, headers...)
	if err != nil {
		p.failf("%s %s: %v", method, path, err)
		return &reply{request: method + " " + path}
	}
	return r
}

// must sends a request that has to succeed, and decodes the answer into target unless that is nil.
func (p *probe) must(method, path, body string, target any) {
	r := p.ask(method, path, body)
	if r.status != http.StatusOK {
		p.failf("%s: got %d %s, want 200; sent %s", r.request, r.status, r.body, body)
		return
	}
	if target == nil {
		return
	}
	if err := json.Unmarshal(r.body, target); err != nil {
		p.failf("%s: %v in %s", r.request, err, r.body)
	}
}

// refused sends a request that has to fail with a status and a code of the registry; no code is any.
func (p *probe) refused(method, path, body string, status, code int) {
	r := p.ask(method, path, body)
	var answer struct {
		Code    int    `json:"error_code"`
		Message string `json:"message"`
	}
	err := json.Unmarshal(r.body, &answer)
	if r.status != status || err != nil || answer.Message == "" || code != 0 && answer.Code != code {
		p.failf("%s: got %d %s, want %d with error_code %d and a message; sent %s", r.request, r.status, r.body, status, code, body)
	}
}

// want compares the answer to a GET.
func want[T any](p *probe, path string, expected T) {
	var got T
	p.must(http.MethodGet, path, "", &got)
	if !reflect.DeepEqual(got, expected) {
		p.failf("GET %s: got %v, want %v", path, got, expected)
	}
}

// lists reports whether a list of names, which may hold the names of others, has one.
func (p *probe) lists(path, name string) bool {
	var names []string
	p.must(http.MethodGet, path, "", &names)
	return slices.Contains(names, name)
}

// registered is an answer about a schema.
type registered struct {
	Subject, Schema, GUID, SchemaType string
	ID, Version                       int
}

// register puts a schema under a subject, with further members of the request if any.
func (p *probe) register(subject, schema string, members ...string) (r registered) {
	path := "/subjects/" + subject + "/versions"
	if p.must(http.MethodPost, path, request(schema, members...), &r); r.ID < 1 {
		p.failf("POST %s: got id %d", path, r.ID)
	}
	return r
}

func request(schema string, members ...string) string {
	text, err := json.Marshal(schema)
	if err != nil {
		panic(err) // a string always can be
	}
	return `{"schema":` + string(text) + strings.Join(append([]string{""}, members...), ",") + `}`
}

// level sets a subject's compatibility level.
func (p *probe) level(subject, level string) {
	p.must(http.MethodPut, "/config/"+subject, `{"compatibility":"`+level+`"}`, nil)
}

// sameJSON compares two texts as JSON.
func (p *probe) sameJSON(what, got, expected string) {
	var a, b any
	if err := json.Unmarshal([]byte(got), &a); err != nil {
		p.failf("%s: %v in %q", what, err, got)
		return
	}
	if err := json.Unmarshal([]byte(expected), &b); err != nil || !reflect.DeepEqual(a, b) {
		p.failf("%s: got %s, want %s", what, got, expected)
	}
}

// record is a record of fields in JSON.
func record(fields ...string) string {
	return `{"type":"record","name":"Event","namespace":"com.example","fields":[` + strings.Join(fields, ",") + `]}`
}

const (
	fieldA    = `{"name":"a","type":"int"}`
	fieldB    = `{"name":"b","type":"string"}`
	optionalC = `{"name":"c","type":"int","default":0}`
	optionalD = `{"name":"d","type":"string","default":""}`
)
