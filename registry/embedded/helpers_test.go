package embedded_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

// server is a registry behind HTTP, and requests to it.
type server struct {
	*embedded.Registry
	url    string
	client *http.Client
}

func newServer(t *testing.T, options ...embedded.Option) *server {
	t.Helper()
	return serve(t, embedded.New(options...))
}

func serve(t *testing.T, reg *embedded.Registry) *server {
	t.Helper()
	s := httptest.NewServer(reg)
	t.Cleanup(s.Close)
	return &server{reg, s.URL, s.Client()}
}

// do sends a request and returns status and body.
func (s *server) do(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/vnd.schemaregistry.v1+json")
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: read body: %v", method, path, err)
	}
	return resp.StatusCode, string(b)
}

// must is do for a request that has to succeed; it decodes the answer.
func (s *server) must(t *testing.T, method, path, body string, answer any) {
	t.Helper()
	status, text := s.do(t, method, path, body)
	if status != http.StatusOK {
		t.Fatalf("%s %s: got %d %s, want 200\nbody %s", method, path, status, text, body)
	}
	if answer == nil {
		return
	}
	if err := json.Unmarshal([]byte(text), answer); err != nil {
		t.Fatalf("%s %s: %v in %s", method, path, err, text)
	}
}

// schemaBody is the body of a registration, with further members if any.
func schemaBody(schema string, members ...string) string {
	text, _ := json.Marshal(schema) // a string always can be
	return `{"schema":` + string(text) + strings.Join(append([]string{""}, members...), ",") + `}`
}

// record is a record R of fields in JSON.
func record(fields ...string) string {
	return `{"type":"record","name":"R","namespace":"x","fields":[` + strings.Join(fields, ",") + `]}`
}

const (
	fieldA = `{"name":"a","type":"int"}`
	fieldB = `{"name":"b","type":"int"}`
	fieldC = `{"name":"c","type":"int","default":0}`
)

type registration struct {
	ID, Version                       int
	GUID, Schema, SchemaType, Subject string
}

func (s *server) register(t *testing.T, subject, schema string, members ...string) registration {
	t.Helper()
	var r registration
	s.must(t, http.MethodPost, "/subjects/"+subject+"/versions", schemaBody(schema, members...), &r)
	return r
}
