package embedded_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

// TestHostileRequests sends what no client should; each gets an answer of the
// 400s, and the registry goes on working.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	s := newServer(t, embedded.WithMaxRequest(2<<20))
	const register = "/subjects/s/versions"
	deep := strings.Repeat(`{"type":"array","items":`, 20_000) + `"int"` + strings.Repeat("}", 20_000)
	tests := []struct {
		name, method, path, body string
		want                     int
	}{
		{"huge body", http.MethodPost, register, strings.Repeat("x", 3<<20), http.StatusRequestEntityTooLarge},
		{"huge schema", http.MethodPost, register, schemaBody(strings.Repeat(" ", 1<<20) + `"int"`), 422},
		{"deep schema", http.MethodPost, register, schemaBody(deep), 422},
		{"deep open schema", http.MethodPost, register, schemaBody(strings.Repeat("[", 500_000)), 422},
		{"deep body", http.MethodPost, register, strings.Repeat(`{"schema":`, 200_000), 400},
		{"bad UTF-8 in a name", http.MethodPost, register, "{\"schema\":\"{\\\"type\\\":\\\"fixed\\\",\\\"name\\\":\\\"\xff\\\",\\\"size\\\":1}\"}", 422},
		{"body is a list", http.MethodPost, register, "[]", 400},
		{"no body", http.MethodPost, register, "", 422},
		{"version of the wrong type", http.MethodPost, register, `{"schema":"\"int\"","version":{}}`, 400},
		{"huge id", http.MethodPost, register, `{"schema":"\"int\"","id":99999999999999999999}`, 400},
		{"reference to nothing", http.MethodPost, register, schemaBody(`"int"`, `"references":[{"name":"n","subject":"n","version":1}]`), 422},
		{"empty reference name", http.MethodPost, register, schemaBody(`"int"`, `"references":[{"name":"","subject":"s","version":1}]`), 422},
		{"endless default", http.MethodPost, register, schemaBody(`{"type":"record","name":"R","fields":[{"name":"f","type":"R","default":{}}]}`), 422},
		{"level of the wrong type", http.MethodPut, "/config", `{"compatibility":[]}`, 400},
		{"mode of the wrong type", http.MethodPut, "/mode", `{"mode":{}}`, 400},
		{"id above int32", http.MethodGet, "/schemas/ids/2147483648", "", 404},
		{"id is no number", http.MethodGet, "/schemas/ids/abc", "", 404},
		{"version 0", http.MethodGet, "/subjects/s/versions/0", "", 422},
		{"negative offset", http.MethodGet, "/subjects?offset=-1", "", 404},
		{"bad escape in the query", http.MethodGet, "/subjects?subjectPrefix=%zz", "", 400},
		{"empty subject of the default context", http.MethodPost, "/subjects/:.:/versions", schemaBody(`"int"`), 422},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			status, body := s.do(t, tt.method, tt.path, tt.body)
			if status != tt.want || !strings.Contains(body, `"error_code":`) {
				t.Errorf("%s %s: got %d %.200s, want %d with an error_code", tt.method, tt.path, status, body, tt.want)
			}
		})
	}
	t.Cleanup(func() { // after all of them
		resp, err := http.Get(s.url + "/subjects") //nolint:noctx // the test's context is over here
		if err != nil {
			t.Errorf("after all: %v", err)
			return
		}
		defer resp.Body.Close()
		if b, err := io.ReadAll(resp.Body); string(b) != "[]" || err != nil {
			t.Errorf("after all: got subjects %s (%v), want none", b, err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
}

// TestUnclearPaths: what the HTTP server in front of the real registry refuses is answered by its page, not by the registry's JSON.
func TestUnclearPaths(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, path := range []string{"//versions", "/%2e%2e/versions", "/%5C/versions", "/%00/versions", "/%ff/versions", "/a[b/versions"} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintf(conn, "GET /subjects%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusBadRequest || resp.Header.Get("Content-Type") != "text/html;charset=iso-8859-1" || !strings.HasPrefix(string(body), "<html>") {
			t.Errorf("%s: got %d %s %s, %v; want a page with 400", path, resp.StatusCode, resp.Header.Get("Content-Type"), body, err)
		}
		if err := errors.Join(resp.Body.Close(), conn.Close()); err != nil {
			t.Error(err)
		}
	}
	if status, body := s.do(t, http.MethodGet, "/subjects/a%5Bb/versions", ""); status != http.StatusNotFound || !strings.Contains(body, "40401") {
		t.Errorf("an escaped bracket: got %d %s, want 40401", status, body)
	}
}

// TestRawRequests speaks HTTP by hand, where a client would repair the request.
func TestRawRequests(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, line := range []string{
		"GET /subjects/[/versions HTTP/1.1", "GET * HTTP/1.1", "GET http:///// HTTP/1.1",
		"OPTIONS /subjects HTTP/1.1", "HEAD /subjects HTTP/1.1", "BREW /subjects HTTP/1.1", "GET /subjects/;x HTTP/1.1",
	} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintf(conn, "%s\r\nHost: x\r\nConnection: close\r\n\r\n", line); err != nil {
			t.Fatal(err)
		}
		if answer, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.HasPrefix(answer, "HTTP/1.1 ") || strings.HasPrefix(answer, "HTTP/1.1 5") {
			t.Errorf("%s: got %q, %v; want an answer below 500", line, answer, err)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestConcurrentUse registers the same and different schemas from many sides:
// equal ones share an id, ids and versions have no gaps.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.must(t, http.MethodPut, "/config", `{"compatibility":"NONE"}`, nil)
	const workers, schemas = 8, 10
	ids := make([][]int, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range schemas {
				schema := record(`{"name":"f` + strconv.Itoa((i+w)%schemas) + `","type":"int"}`)
				status, _ := s.do(t, http.MethodPost, "/subjects/s/versions", schemaBody(schema))
				own, _ := s.do(t, http.MethodPost, "/subjects/s"+strconv.Itoa(w)+"/versions", schemaBody(schema))
				list, _ := s.do(t, http.MethodGet, "/schemas/ids/1/versions", "")
				if status != 200 || own != 200 || list != 200 {
					t.Errorf("worker %d: got %d, %d, %d; want 200 each", w, status, own, list)
				}
			}
		})
	}
	wg.Wait()
	for w := range workers {
		for i := range schemas {
			var r registration
			s.must(t, http.MethodPost, "/subjects/s"+strconv.Itoa(w), schemaBody(record(`{"name":"f`+strconv.Itoa(i)+`","type":"int"}`)), &r)
			ids[w] = append(ids[w], r.ID)
		}
		if fmt.Sprint(ids[w]) != fmt.Sprint(ids[0]) {
			t.Errorf("ids of worker %d: got %v, want those of worker 0: %v", w, ids[w], ids[0])
		}
	}
	var numbers []int
	if s.must(t, http.MethodGet, "/subjects/s/versions", "", &numbers); len(numbers) != schemas || numbers[schemas-1] != schemas {
		t.Errorf("versions of the shared subject: got %v, want 1 to %d", numbers, schemas)
	}
}

// TestSubjectCalledAsAVariableOfAPath: * is a name like others.
func TestSubjectCalledAsAVariableOfAPath(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, r := range []struct{ method, path, body string }{
		{http.MethodPost, "/subjects/*/versions", schemaBody(`"int"`)},
		{http.MethodPost, "/subjects/*", schemaBody(`"int"`)},
		{http.MethodGet, "/subjects/*/versions/1/schema", ""},
		{http.MethodPut, "/config/*", `{"compatibility":"FULL"}`},
		{http.MethodGet, "/config/*", ""},
		{http.MethodDelete, "/subjects/*", ""},
	} {
		s.must(t, r.method, r.path, r.body, nil)
	}
	if status, body := s.do(t, http.MethodGet, "/schemas/ids/*", ""); status != http.StatusNotFound {
		t.Errorf("an id called *: %d %s", status, body)
	}
}
