package registry_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/serde"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	mediaType = "application/vnd.schemaregistry.v1+json"
	orderText = `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}`
)

// ids lets cmp compare schema ids.
var ids = cmpopts.EquateComparable(serde.SchemaID{})

// answer is what a scripted registry sends.
type answer struct {
	status int
	media  string // mediaType if empty; "-" for none
	body   string
}

func ok(body string) answer { return answer{status: http.StatusOK, body: body} }

func refusal(status, code int, message string) answer {
	return answer{status: status, body: fmt.Sprintf(`{"error_code":%d,"message":%q}`, code, message)}
}

func (a answer) write(w http.ResponseWriter) {
	switch a.media {
	case "":
		w.Header().Set("Content-Type", mediaType)
	case "-":
		w.Header()["Content-Type"] = nil
	default:
		w.Header().Set("Content-Type", a.media)
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

// request is one request as the server saw it: the path is the escaped one, with its query.
type request struct {
	method, path, body string
	header             http.Header
}

func (r request) String() string { return strings.TrimSpace(r.method + " " + r.path + " " + r.body) }

// server is a scripted registry that records what it was asked.
type server struct {
	*httptest.Server
	mu   sync.Mutex
	seen []request
}

// serve starts a registry that answers by script, a map from "METHOD path" to the answers to give in turn, the last one for ever.
func serve(t *testing.T, script map[string][]answer) *server {
	t.Helper()
	given := map[string]int{}
	var mu sync.Mutex
	return serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		key := r.Method + " " + r.RequestURI
		mu.Lock()
		answers := script[key]
		n := min(given[key], len(answers)-1)
		given[key]++
		mu.Unlock()
		if len(answers) == 0 {
			answer{status: http.StatusTeapot, body: `{"error_code":418,"message":"not in the script"}`}.write(w)
			return
		}
		answers[n].write(w)
	})
}

func serveFunc(t *testing.T, handle http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.mu.Lock()
		s.seen = append(s.seen, request{method: r.Method, path: r.RequestURI, body: string(body), header: r.Header.Clone()})
		s.mu.Unlock()
		handle(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) requests() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]request(nil), s.seen...)
}

// client returns a client of the server.
func (s *server) client(t *testing.T, opts ...registry.Option) *registry.Client {
	t.Helper()
	return newClient(t, s.URL, opts...)
}

// newClient returns a client that does not try again, unless opts say otherwise: most tests are about one answer.
func newClient(t *testing.T, url string, opts ...registry.Option) *registry.Client {
	t.Helper()
	c, err := registry.New(url, append([]registry.Option{registry.WithRetries(0)}, opts...)...)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// recorder keeps what a handler writes.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }

func (r *recorder) response(req *http.Request) *http.Response {
	return &http.Response{StatusCode: r.status, Header: r.header, Body: io.NopCloser(&r.body), Request: req}
}
