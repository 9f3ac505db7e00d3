package embedded_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

// ask is a GET whose errors the test looks at.
func (s *server) ask(ctx context.Context, path string) (*http.Response, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
	if err != nil {
		return nil, "", err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	b, err := io.ReadAll(resp.Body)
	return resp, string(b), err
}

func TestFaultWindow(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	remove := s.Inject(embedded.Fault{Path: "/subjects", Status: 429, RetryAfter: 2 * time.Second, Body: "slow down", After: 1, Times: 2})
	defer remove()
	for i, want := range []int{200, 429, 429, 200} {
		resp, body, err := s.ask(t.Context(), "/subjects")
		if err != nil || resp.StatusCode != want {
			t.Fatalf("request %d: got %v %v, want %d", i, resp, err, want)
		}
		if want == 429 && (resp.Header.Get("Retry-After") != "2" || body != "slow down" || resp.Header.Get("Content-Type") != "text/html") {
			t.Errorf("request %d: got headers %v and body %q", i, resp.Header, body)
		}
		if other, _, err := s.ask(t.Context(), "/config"); err != nil || other.StatusCode != 200 {
			t.Errorf("another path: got %v %v, want 200", other, err)
		}
	}
}

func TestFaultEffects(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		fault  embedded.Fault
		broken bool
		body   string
	}{
		{"wrong body", embedded.Fault{Body: "<html>", ContentType: "text/html"}, false, "<html>"},
		{"null", embedded.Fault{Body: "null", ContentType: "application/json"}, false, "null"},
		{"dropped", embedded.Fault{Drop: true}, true, ""},
		{"dropped in the body", embedded.Fault{Drop: true, Body: `["a`}, true, ""},
		{"other method", embedded.Fault{Method: http.MethodPut, Drop: true}, false, "[]"},
		{"latency", embedded.Fault{Delay: time.Millisecond}, false, "[]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			remove := s.Inject(tt.fault)
			_, body, err := s.ask(t.Context(), "/subjects")
			if tt.broken != (err != nil) || !tt.broken && body != tt.body {
				t.Errorf("got %q, %v; want %q, broken %t", body, err, tt.body, tt.broken)
			}
			remove()
			remove()
			if _, body, err := s.ask(t.Context(), "/subjects"); body != "[]" || err != nil {
				t.Errorf("after removal: got %q, %v; want []", body, err)
			}
		})
	}
}

func TestFaultDelayEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Inject(embedded.Fault{Delay: time.Hour})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := s.ask(ctx, "/subjects"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
	// Closing the server waits for the request: the test ends only if the delay did.
}

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	const v1 = "application/vnd.schemaregistry.v1+json"
	tests := []struct {
		accept, contentType string
		status              int
		want                string
	}{
		{"", v1, 200, v1},
		{"*/*", "application/json; charset=utf-8", 200, v1},
		{"application/json", "application/octet-stream", 200, "application/json"},
		{v1 + "; q=0.1, application/json", "", 200, "application/json"},
		{"text/html", v1, 406, ""},
		{v1, "text/plain", 415, v1},
		{v1, "nonsense", 400, "application/json"},
	}
	for _, tt := range tests {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.url+"/config", strings.NewReader(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header["Accept"], req.Header["Content-Type"] = []string{tt.accept}, []string{tt.contentType}
		resp, err := s.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
		if got := resp.Header.Get("Content-Type"); resp.StatusCode != tt.status || got != tt.want {
			t.Errorf("Accept %q, Content-Type %q: got %d of %q, want %d of %q", tt.accept, tt.contentType, resp.StatusCode, got, tt.status, tt.want)
		}
	}
}
