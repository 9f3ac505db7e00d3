package embedded_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

// typical is a record schema of about a kilobyte, another one for every n.
func typical(n int) string {
	fields := []string{fmt.Sprintf(`{"name":"field_%d","type":"string","doc":"Which of all schemas this is"}`, n)}
	for i := range 12 {
		fields = append(fields, fmt.Sprintf(`{"name":"attribute_%d","type":["null","string"],"default":null,"doc":"Attribute"}`, i))
	}
	return `{"type":"record","name":"Event","namespace":"com.example.events","fields":[` + strings.Join(fields, ",") + `]}`
}

// post registers without a connection.
func post(tb testing.TB, h http.Handler, path, body string) {
	tb.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(tb.Context(), http.MethodPost, path, strings.NewReader(body)))
	if w.Code != http.StatusOK {
		tb.Fatalf("POST %s: %d %s", path, w.Code, w.Body)
	}
}

// BenchmarkLookUpByID asks for ids over connections that stay open, beside a
// handler that sends the same bytes without a thought. "gzip" is a client that
// takes compressed answers.
func BenchmarkLookUpByID(b *testing.B) {
	const schemas = 1000
	reg := embedded.New()
	for i := range schemas {
		post(b, reg, fmt.Sprintf("/subjects/s%d/versions", i), schemaBody(typical(i)))
	}
	w := httptest.NewRecorder()
	reg.ServeHTTP(w, httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/schemas/ids/1", nil))
	body := w.Body.Bytes()
	echo := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.schemaregistry.v1+json")
		_, _ = w.Write(body) // the client may be gone
	})
	for _, c := range []struct {
		name    string
		handler http.Handler
		gzip    bool
	}{{"echo", echo, false}, {"registry", reg, false}, {"registry-gzip", reg, true}} {
		b.Run(c.name, func(b *testing.B) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: !c.gzip}}
			defer client.CloseIdleConnections()
			var n atomic.Int64
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, fmt.Sprintf("%s/schemas/ids/%d", server.URL, n.Add(1)%schemas+1), http.NoBody)
					if err != nil {
						b.Error(err)
						return
					}
					resp, err := client.Do(req)
					if err != nil {
						b.Error(err)
						return
					}
					_, err = io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
					if err != nil || resp.StatusCode != http.StatusOK {
						b.Errorf("%s: %d, %v", req.URL, resp.StatusCode, err)
						return
					}
				}
			})
		})
	}
}

// BenchmarkHeap registers 100,000 schemas of about a kilobyte and tells what
// lives on the heap afterwards.
func BenchmarkHeap(b *testing.B) {
	for b.Loop() {
		b.ReportMetric(float64(heapOf(b, 100_000))/(1<<20), "MiB")
	}
}

// heapOf is the heap that a registry of so many schemas takes, in bytes.
func heapOf(tb testing.TB, schemas int) uint64 {
	tb.Helper()
	before := liveHeap()
	reg := embedded.New()
	for i := range schemas {
		post(tb, reg, fmt.Sprintf("/subjects/team-%d.orders-%d-value/versions", i%100, i), schemaBody(typical(i)))
	}
	used := liveHeap() - before
	runtime.KeepAlive(reg)
	return used
}

func liveHeap() uint64 {
	runtime.GC()
	runtime.GC() // what finalizers held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkRegister adds a version to a subject of its own.
func BenchmarkRegister(b *testing.B) {
	for _, kind := range []string{"memory", "data", "sync"} {
		b.Run(kind, func(b *testing.B) {
			reg := embedded.New()
			if kind != "memory" {
				var options []embedded.Option
				if kind == "sync" {
					options = append(options, embedded.WithSync())
				}
				var err error
				if reg, err = embedded.Open(b.TempDir(), options...); err != nil {
					b.Fatal(err)
				}
				defer reg.Close()
			}
			var n atomic.Int64
			b.SetParallelism(16)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := int(n.Add(1))
					post(b, reg, fmt.Sprintf("/subjects/s%d/versions", i), schemaBody(typical(i)))
				}
			})
		})
	}
}

// BenchmarkOpen reads a log of 10,000 schemas of about a kilobyte.
func BenchmarkOpen(b *testing.B) {
	const schemas = 10_000
	dir := b.TempDir()
	reg, err := embedded.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	for i := range schemas {
		post(b, reg, fmt.Sprintf("/subjects/s%d/versions", i), schemaBody(typical(i)))
	}
	if err := reg.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if reg, err = embedded.Open(dir); err != nil {
			b.Fatal(err)
		}
		if err := reg.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
