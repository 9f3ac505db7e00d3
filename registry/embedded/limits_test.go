package embedded_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

// Ids and versions are 32 bits wide on the wire and in every client; what is beyond them is no number, and none is given out.
func TestNumbersStayWithin32Bits(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.must(t, http.MethodPut, "/mode/s", `{"mode":"IMPORT"}`, nil)
	for _, members := range []string{
		`"id":2147483648`, `"id":1,"version":2147483648`, `"id":1e3`, `"id":1.5`,
	} {
		if status, body := s.do(t, http.MethodPost, "/subjects/s/versions", schemaBody(`"int"`, members)); status != 400 {
			t.Errorf("%s: got %d %s, want 400", members, status, body)
		}
	}
	s.must(t, http.MethodPost, "/subjects/s/versions", schemaBody(`"int"`, `"id":2147483647,"version":2147483647`), nil)
	s.must(t, http.MethodPut, "/mode/s", `{"mode":"READWRITE"}`, nil)
	s.must(t, http.MethodPut, "/config", `{"compatibility":"NONE"}`, nil)
	for _, subject := range []string{"s", "other"} {
		if status, body := s.do(t, http.MethodPost, "/subjects/"+subject+"/versions", schemaBody(`"string"`)); status != 500 {
			t.Errorf("after the last number, %s: got %d %s, want 500", subject, status, body)
		}
	}
	if r := s.register(t, "third", `"int"`); r.ID != 2147483647 {
		t.Errorf("a schema that has an id: %+v, want 2147483647", r)
	}
}

// What a request names costs what it is long, also where the answer to it repeats it.
// It counts what the process allocates, so nothing may run beside it.
func TestManyReferences(t *testing.T) {
	reg := embedded.New()
	for name, one := range map[string]string{"empty": `{}`, "missing": `{"name":"n","subject":"s","version":1}`, "null": `null`} {
		list := strings.TrimSuffix(strings.Repeat(one+",", (1<<20-1)/(len(one)+1)), ",")
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/subjects/s/versions", strings.NewReader(schemaBody(`"int"`, `"references":[`+list+`]`)))
		if err != nil {
			t.Fatal(err)
		}
		request.RequestURI = request.URL.RequestURI()
		var before, after runtime.MemStats
		w := &discard{header: http.Header{}}
		runtime.ReadMemStats(&before)
		reg.ServeHTTP(w, request)
		runtime.ReadMemStats(&after)
		if w.status != http.StatusUnprocessableEntity || w.written > 64<<10 {
			t.Errorf("%s: status %d and %d bytes, want 422 and few", name, w.status, w.written)
		}
		if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 60 {
			t.Errorf("%s: 1 MiB of references took %d MiB", name, took)
		}
	}
}

type discard struct {
	header          http.Header
	status, written int
}

func (d *discard) Header() http.Header    { return d.header }
func (d *discard) WriteHeader(status int) { d.status = status }
func (d *discard) Write(b []byte) (int, error) {
	d.written += len(b)
	return len(b), nil
}

// A compressed request is not unpacked: it is bad JSON, as in the real server, whatever it would become.
func TestCompressedRequest(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	if _, err := w.Write([]byte(schemaBody(`"int"`) + strings.Repeat(" ", 10<<20))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/subjects/s/versions", &bomb)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Encoding", "gzip")
	request.Header.Set("Content-Type", "application/json")
	resp, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("got %d, want 400", resp.StatusCode)
	}
}
