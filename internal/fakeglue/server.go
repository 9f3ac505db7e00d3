package fakeglue

import (
	"crypto/md5"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
)

// Server is a registry in memory. Its fields are set before it is used; it is safe for concurrent use.
type Server struct {
	// Registries are the registries that exist beside "default-registry".
	Registries []string
	// Pending is how many times a new version is PENDING for those who ask before its check is over.
	Pending int
	// Fault answers a call in place of the registry, where it returns one. n counts the calls of this operation from 1. It may block.
	Fault func(r *http.Request, operation string, n int) *Fault

	mu       sync.Mutex
	calls    map[string]int
	schemas  map[string]*schema // by registry/name
	versions map[string]*version
}

// Fault is an answer that is an error, or none at all.
type Fault struct {
	Status        int // 0 ends the connection without an answer
	Code, Message string
	// Authorization adds what the request was signed with to the message, as AWS does.
	Authorization bool
}

type schema struct {
	registry, name, format, level string
	tags                          map[string]string
	versions                      []*version
}

type version struct {
	of       *schema
	id, text string
	number   int
	status   string
	pending  int
	verdict  string // once it is no longer pending
	metadata map[string]string
}

// Calls returns how often each operation was called, "GetSchemaVersion" and so on.
func (s *Server) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.calls)
}

// Metadata returns what was said beside the version, and the tags of its schema.
func (s *Server) Metadata(versionID string) (metadata, tags map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.versions[versionID]
	if v == nil {
		return nil, nil
	}
	return maps.Clone(v.metadata), maps.Clone(v.of.tags)
}

// Level returns the level of a schema, "" where there is none.
func (s *Server) Level(registry, name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.schemas[registry+"/"+name]; at != nil {
		return at.level
	}
	return ""
}

// Mark sets the status of a version, as DELETING.
func (s *Server) Mark(versionID, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.versions[versionID]; v != nil {
		v.status, v.pending = status, 0
	}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AWSGlue.")
	s.mu.Lock()
	if s.calls == nil {
		s.calls, s.schemas, s.versions = map[string]int{}, map[string]*schema{}, map[string]*version{}
	}
	s.calls[operation]++
	n := s.calls[operation]
	s.mu.Unlock()
	if s.Fault != nil {
		if f := s.Fault(r, operation, n); f != nil {
			f.write(w, r)
			return
		}
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 2<<20))
	var in input
	if err == nil {
		err = json.Unmarshal(body, &in)
	}
	if err != nil || r.Method != http.MethodPost {
		(&Fault{Status: 400, Code: "SerializationException", Message: "not a request"}).write(w, r)
		return
	}
	s.mu.Lock()
	out, fault := s.answer(operation, in)
	s.mu.Unlock()
	if fault != nil {
		fault.write(w, r)
		return
	}
	write(w, http.StatusOK, out)
}

func (f *Fault) write(w http.ResponseWriter, r *http.Request) {
	if f.Status == 0 {
		panic(http.ErrAbortHandler)
	}
	message := f.Message
	if f.Authorization {
		message += "\nThe Canonical String for this request should have been\n'POST\n/\n" + r.Header.Get("Authorization") +
			"\nx-amz-security-token:" + r.Header.Get("X-Amz-Security-Token") + "'"
	}
	write(w, f.Status, map[string]string{"__type": f.Code, "message": message})
}

func write(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // strings and numbers
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-Requestid", "request-1")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

// newID makes the id of a version, which looks random and is not.
func newID(at *schema, number int) string {
	d := md5.Sum(fmt.Appendf(nil, "%s/%s %d", at.registry, at.name, number))
	return fmt.Sprintf("%x-%x-%x-%x-%x", d[0:4], d[4:6], d[6:8], d[8:10], d[10:16])
}
