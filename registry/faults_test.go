package registry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/embedded"
	"github.com/magicbyte-go/magicbyte/serde"
)

func startServer(tb testing.TB, handle http.HandlerFunc) *httptest.Server {
	tb.Helper()
	s := httptest.NewServer(handle)
	tb.Cleanup(s.Close)
	return s
}

// faulty starts an embedded registry that has schema 1, and a client of it.
func faulty(t *testing.T, opts ...registry.Option) (*embedded.Registry, *registry.Client) {
	t.Helper()
	reg := embedded.New()
	s := startServer(t, reg.ServeHTTP)
	if _, err := newClient(t, s.URL).Register(t.Context(), "s", order); err != nil {
		t.Fatal(err)
	}
	return reg, newClient(t, s.URL, append([]registry.Option{registry.WithRetries(3)}, opts...)...)
}

func ask(t *testing.T, c *registry.Client) error {
	t.Helper()
	_, err := c.SchemaByID(t.Context(), "", serde.NumberID(1))
	return err
}

// Faults that pass: the caller gets its answer, and never sees one that says that the schema does not exist.
func TestTransientFaults(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]embedded.Fault{
		"latency":                         {Delay: 50 * time.Millisecond},
		"burst of 500":                    {Status: 500, Times: 2},
		"burst of 502":                    {Status: 502, Times: 2, Body: "<html>bad gateway</html>"},
		"burst of 503":                    {Status: 503, Times: 3},
		"burst of 504":                    {Status: 504, Times: 1},
		"429 with Retry-After":            {Status: 429, RetryAfter: time.Second, Times: 1},
		"connection dropped":              {Drop: true, Times: 2},
		"reset in the middle of the body": {Drop: true, Body: `{"schema":"\"in`, ContentType: mediaType, Times: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reg, c := faulty(t)
			reg.Inject(fault)
			start := time.Now()
			if err := ask(t, c); err != nil {
				t.Errorf("%v after %v, want the schema", err, time.Since(start))
			}
			if fault.RetryAfter > 0 && time.Since(start) < fault.RetryAfter {
				t.Errorf("asked again after %v, want %v at least", time.Since(start), fault.RetryAfter)
			}
		})
	}
}

// Faults that stay: an error that tells of an outage, in a bounded time.
func TestLastingFaults(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]embedded.Fault{
		"500":                             {Status: 500},
		"503":                             {Status: 503},
		"429":                             {Status: 429},
		"connection dropped":              {Drop: true},
		"reset in the middle of the body": {Drop: true, Body: `{"schema":"\"in`, ContentType: mediaType},
		"HTML instead of JSON":            {Body: "<html><body>Please log in</body></html>"},
		"HTML under the type of JSON":     {Body: "<html><body>Please log in</body></html>", ContentType: mediaType},
		"wrong content type":              {Body: `{"schema":"\"int\""}`, ContentType: "text/plain"},
		"404 of a proxy":                  {Status: 404, Body: "<html>not found</html>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reg, c := faulty(t)
			reg.Inject(fault)
			err := ask(t, c)
			wantIs(t, name, err, "unavailable")
			if len(err.Error()) > 300 {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
		})
	}
}

// A body of 1 GB is not read, let alone kept.
func TestHugeBody(t *testing.T) {
	sent := make(chan int64, 10)
	s := startServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		_, _ = io.WriteString(w, `{"schema":"`)
		n, _ := io.CopyN(w, zeros{}, 1<<30)
		sent <- n
	})
	c := newClient(t, s.URL, registry.WithRetries(3))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	wantIs(t, "1 GB", ask(t, c), "unavailable")
	runtime.ReadMemStats(&after)
	if n := <-sent; n > 64<<20 {
		t.Errorf("%d bytes were taken, want not much more than 8 MiB", n)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 256<<20 {
		t.Errorf("%d bytes allocated", grown)
	}
	if len(sent) > 0 {
		t.Error("it was asked for again")
	}
}

// A redirect is not followed, be it to itself or to another host, so no credentials leave.
func TestRedirectLoop(t *testing.T) {
	t.Parallel()
	s := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Path, http.StatusTemporaryRedirect)
	})
	wantIs(t, "loop", ask(t, s.client(t, registry.WithRetries(3))), "unavailable")
	if got := len(s.requests()); got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
}

// A dead first URL costs what it takes to notice, and nothing from then on.
func TestDeadFirstURL(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is there to be dead
	if err != nil {
		t.Fatal(err)
	}
	dead := "http://" + listener.Addr().String() // takes connections and never answers
	t.Cleanup(func() { _ = listener.Close() })
	s := serveFunc(t, ok(`{"schema":"\"int\""}`).serve)
	c := newClient(t, dead+","+s.URL, registry.WithTimeout(3*time.Second)) // the live one, on a busy machine, needs less
	for id := range int32(100) {
		if _, err := c.SchemaByID(t.Context(), "", serde.NumberID(id+1)); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(s.requests()); got != 100 {
		t.Errorf("%d requests, want 100", got)
	}
}

// While a cold id hangs, a cached one is answered, and a cancelled caller returns while the others go on.
func TestHangingID(t *testing.T) {
	t.Parallel()
	released := make(chan struct{})
	c := memoryClient(t, func(r *http.Request) answer {
		if strings.HasSuffix(r.URL.Path, "/8") {
			wait(r, released)
		}
		return ok(`{"schema":"\"int\""}`)
	})
	if _, err := c.SchemaByID(t.Context(), "", serde.NumberID(7)); err != nil {
		t.Fatal(err)
	}
	patient := make(chan error, 1)
	go func() { _, err := c.SchemaByID(t.Context(), "", serde.NumberID(8)); patient <- err }()
	ctx, cancel := context.WithCancel(t.Context())
	impatient := make(chan error, 1)
	go func() { _, err := c.SchemaByID(ctx, "", serde.NumberID(8)); impatient <- err }()
	cancel()
	if err := <-impatient; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := c.SchemaByID(t.Context(), "", serde.NumberID(7)); err != nil {
		t.Errorf("cached: %v", err)
	}
	close(released)
	if err := <-patient; err != nil {
		t.Errorf("patient: %v", err)
	}
}

// The median of 1,000 cached look-ups while 10,000 callers wait for an id that hangs.
func BenchmarkCachedWhileAnotherHangs(b *testing.B) {
	released := make(chan struct{})
	c, err := registry.New("http://registry", registry.WithTransport(inMemory(func(r *http.Request) answer {
		if strings.HasSuffix(r.URL.Path, "/8") {
			wait(r, released)
		}
		return ok(`{"schema":"\"int\""}`)
	})))
	if err != nil {
		b.Fatal(err)
	}
	ctx := b.Context()
	if _, err := c.SchemaByID(ctx, "", serde.NumberID(7)); err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{}, 10_000)
	for range cap(done) {
		go func() { _, _ = c.SchemaByID(ctx, "", serde.NumberID(8)); done <- struct{}{} }()
	}
	samples := make([]time.Duration, 1000)
	for b.Loop() {
		for i := range samples {
			start := time.Now()
			_, _ = c.SchemaByID(ctx, "", serde.NumberID(7))
			samples[i] = time.Since(start)
		}
	}
	slices.Sort(samples)
	b.ReportMetric(float64(samples[500].Nanoseconds()), "median-ns")
	close(released)
	for range cap(done) {
		<-done
	}
	_ = c.Close()
}

// An error of the registry is told with the pause that it asked for.
func TestRetryAfterIsTold(t *testing.T) {
	t.Parallel()
	reg, c := faulty(t)
	reg.Inject(embedded.Fault{Status: 429, RetryAfter: time.Minute})
	err := ask(t, c)
	refused, ok := errors.AsType[*registry.Error](err)
	if !ok || refused.RetryAfter != time.Minute || !errors.Is(err, registry.ErrUnavailable) {
		t.Errorf("%v, want one with RetryAfter of a minute", err)
	}
}

// A proxy's credentials, too, stay out of errors.
func TestErrorsAreBounded(t *testing.T) {
	t.Parallel()
	s := serveFunc(t, refusal(500, 50001, strings.Repeat("x", 1<<20)).serve)
	err := ask(t, s.client(t))
	if n := len(fmt.Sprint(err)); n > 32<<10 {
		t.Errorf("an error of %d bytes", n)
	}
	if bytes.Contains([]byte(err.Error()), []byte(s.URL)) {
		t.Errorf("%.100v names the URL, which may hold what nobody should see", err)
	}
}
