package registry_test

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/serde"
)

// calls are all methods, so that what the network does wrong is met on every way.
var calls = map[string]func(context.Context, *registry.Client) error{
	"SchemaByID": func(ctx context.Context, c *registry.Client) error {
		_, err := c.SchemaByID(ctx, "", serde.NumberID(7))
		return err
	},
	"SchemaByID in a context": func(ctx context.Context, c *registry.Client) error {
		_, err := c.SchemaByID(ctx, ".c", serde.NumberID(7))
		return err
	},
	"SchemaByID with GUID": func(ctx context.Context, c *registry.Client) error {
		_, err := c.SchemaByID(ctx, "", serde.GUIDID([16]byte{1}))
		return err
	},
	"SchemaByVersion": func(ctx context.Context, c *registry.Client) error {
		_, err := c.SchemaByVersion(ctx, "s", 3)
		return err
	},
	"SchemaByVersion latest": func(ctx context.Context, c *registry.Client) error {
		_, err := c.SchemaByVersion(ctx, "s", serde.LatestVersion)
		return err
	},
	"Lookup": func(ctx context.Context, c *registry.Client) error {
		_, err := c.Lookup(ctx, "s", serde.Schema{Text: orderText})
		return err
	},
	"Register": func(ctx context.Context, c *registry.Client) error {
		_, err := c.Register(ctx, "s", serde.Schema{Text: orderText})
		return err
	},
	"Subjects":        func(ctx context.Context, c *registry.Client) error { _, err := c.Subjects(ctx); return err },
	"Versions":        func(ctx context.Context, c *registry.Client) error { _, err := c.Versions(ctx, "s"); return err },
	"SubjectVersions": func(ctx context.Context, c *registry.Client) error { _, err := c.SubjectVersions(ctx, 7); return err },
	"DeleteSubject":   func(ctx context.Context, c *registry.Client) error { _, err := c.DeleteSubject(ctx, "s"); return err },
	"PurgeSubject":    func(ctx context.Context, c *registry.Client) error { _, err := c.PurgeSubject(ctx, "s"); return err },
	"CheckCompatibility": func(ctx context.Context, c *registry.Client) error {
		_, err := c.CheckCompatibility(ctx, "s", serde.Schema{Text: orderText})
		return err
	},
	"Level":          func(ctx context.Context, c *registry.Client) error { _, err := c.Level(ctx, "s"); return err },
	"GlobalLevel":    func(ctx context.Context, c *registry.Client) error { _, err := c.GlobalLevel(ctx); return err },
	"SetLevel":       func(ctx context.Context, c *registry.Client) error { return c.SetLevel(ctx, "s", compat.Full) },
	"SetGlobalLevel": func(ctx context.Context, c *registry.Client) error { return c.SetGlobalLevel(ctx, compat.Full) },
	"CheckVersion": func(ctx context.Context, c *registry.Client) error {
		_, err := c.CheckVersion(ctx, "s", 1, serde.Schema{Text: orderText})
		return err
	},
	"Contract": func(ctx context.Context, c *registry.Client) error { _, err := c.Contract(ctx, "s", 1); return err },
	"RegisterContract": func(ctx context.Context, c *registry.Client) error {
		_, err := c.RegisterContract(ctx, "s", registry.Contract{RegisteredSchema: serde.RegisteredSchema{Schema: serde.Schema{Text: orderText}}})
		return err
	},
	"ReferencedBy": func(ctx context.Context, c *registry.Client) error { _, err := c.ReferencedBy(ctx, "s", 1); return err },
	"Contexts":     func(ctx context.Context, c *registry.Client) error { _, err := c.Contexts(ctx); return err },
	"SchemaTypes":  func(ctx context.Context, c *registry.Client) error { _, err := c.SchemaTypes(ctx); return err },
	"Config":       func(ctx context.Context, c *registry.Client) error { _, err := c.Config(ctx, "s"); return err },
	"SetConfig":    func(ctx context.Context, c *registry.Client) error { return c.SetConfig(ctx, "s", registry.Config{}) },
	"DeleteConfig": func(ctx context.Context, c *registry.Client) error { return c.DeleteConfig(ctx, "s") },
	"Mode":         func(ctx context.Context, c *registry.Client) error { _, err := c.Mode(ctx, "s"); return err },
	"DeleteVersion": func(ctx context.Context, c *registry.Client) error {
		_, err := c.DeleteVersion(ctx, "s", 1)
		return err
	},
	"DeleteVersion latest": func(ctx context.Context, c *registry.Client) error {
		_, err := c.DeleteVersion(ctx, "s", serde.LatestVersion)
		return err
	},
	"PurgeVersion": func(ctx context.Context, c *registry.Client) error { return c.PurgeVersion(ctx, "s", 1) },
}

func TestBadAnswers(t *testing.T) {
	t.Parallel()
	const limit = 4096
	for _, tc := range []struct {
		name string
		give http.HandlerFunc
		want string // part of every error
	}{
		{"HTML", answer{200, "text/html", "<html>login</html>"}.serve, "not JSON"},
		{"content type that does not parse", answer{200, ";;;", "{}"}.serve, "not JSON"},
		{"very long content type", answer{200, "text/" + strings.Repeat("x", 10_000), "{}"}.serve, "not JSON"},
		{"empty", answer{200, "", ""}.serve, "empty"},
		{"blank", answer{200, "", " \n"}.serve, "empty"},
		{"204", answer{204, "", ""}.serve, "empty"},
		{"null", answer{200, "", "null"}.serve, "null"},
		{"null among blanks", answer{200, "", " null\n"}.serve, "null"},
		{"broken JSON", answer{200, "", `{"id":1,`}.serve, "not valid JSON"},
		{"two values", answer{200, "", `{} {}`}.serve, "not valid JSON"},
		{"deep JSON", answer{200, "", strings.Repeat("[", 4000)}.serve, "not valid JSON"},
		{"number", answer{200, "", `7`}.serve, "unexpected shape"},
		{"larger than the limit", answer{200, "", `["` + strings.Repeat("x", limit) + `"]`}.serve, "larger than 4096 bytes"},
		{"bomb", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", mediaType)
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, `["`)
			_, _ = io.CopyN(z, zeros{}, 1<<16)
			_ = z.Close()
		}, "larger than 4096 bytes"},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://user:pw@other.example/login?token=x", http.StatusFound)
		}, "redirected to http://other.example, which is not followed"},
		{"redirect nowhere", answer{302, "", ""}.serve, "redirected to nowhere"},
		{"not modified", answer{304, "-", ""}.serve, "redirected"},
		{"broken off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", mediaType)
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"id"`)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, "broke off"},
		{"connection closed", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, ": EOF"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := serveFunc(t, tc.give)
			c := s.client(t, registry.WithMaxResponse(limit))
			for name, call := range calls {
				if tc.name == "number" && slices.Contains([]string{"SetGlobalLevel", "SetConfig", "DeleteConfig", "DeleteVersion", "PurgeVersion"}, name) {
					continue // nothing of the answer is read, or it is a number
				}
				err := call(t.Context(), c)
				if diff := cmp.Diff(set("unavailable"), is(err)); diff != "" {
					t.Errorf("%s: %v: sentinels (-want +got):\n%s", name, err, diff)
				}
				if err == nil || !strings.Contains(err.Error(), tc.want) || len(err.Error()) > 500 || strings.Contains(err.Error(), "token=") {
					t.Errorf("%s: error %v, want a short one that says %q", name, err, tc.want)
				}
			}
		})
	}
}

func (a answer) serve(w http.ResponseWriter, _ *http.Request) { a.write(w) }

// zeros is an endless text of zeros.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

// JSON of a wrong shape that is fine as JSON.
func TestWrongShapes(t *testing.T) {
	t.Parallel()
	for body, names := range map[string][]string{
		`{}`:                               {"SchemaByID", "SchemaByID in a context", "SchemaByID with GUID", "SchemaByVersion", "SchemaByVersion latest", "Lookup", "CheckCompatibility", "Level", "GlobalLevel", "Subjects", "Versions", "DeleteSubject", "PurgeSubject", "SubjectVersions"},
		`[]`:                               {"SchemaByID", "SchemaByVersion", "Lookup", "CheckCompatibility", "Level", "SetLevel"},
		`{"schema":"\"int\"","id":0}`:      {"SchemaByVersion", "Lookup"},
		`{"schema":"\"int\"","id":-1}`:     {"SchemaByVersion", "Lookup"},
		`{"schema":"\"int\"","id":1e10}`:   {"SchemaByVersion", "Lookup"},
		`{"schema":"\"int\"","id":"1"}`:    {"SchemaByVersion", "Lookup"},
		`{"schema":{"type":"int"}}`:        {"SchemaByID", "SchemaByVersion", "Lookup"},
		`{"schema":"\"int\"","ruleSet":1}`: {"SchemaByID", "SchemaByVersion", "Lookup"},
	} {
		s := serveFunc(t, ok(body).serve)
		c := s.client(t)
		for _, name := range names {
			err := calls[name](t.Context(), c)
			if diff := cmp.Diff(set("unavailable"), is(err)); diff != "" {
				t.Errorf("%s answered %s: %v: sentinels (-want +got):\n%s", name, body, err, diff)
			}
		}
	}
}

// Answers without content type and with unknown members are fine: proxies drop the one, registries add the others.
func TestTolerantAnswers(t *testing.T) {
	t.Parallel()
	for _, media := range []string{"-", "application/json", "application/json; charset=utf-8", "application/vnd.schemaregistry+json"} {
		s := serve(t, map[string][]answer{"GET /schemas/ids/7": {{200, media, `{"schema":"\"int\"","maxId":9,"unheardOf":{"a":[1]}}`}}})
		got, err := s.client(t).SchemaByID(t.Context(), "", serde.NumberID(7))
		if want := (serde.Schema{Type: "AVRO", Text: `"int"`}); err != nil || !cmp.Equal(got, want) {
			t.Errorf("content type %q: %+v, %v, want %+v", media, got, err, want)
		}
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		hang http.HandlerFunc
	}{
		{"before the header", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		{"within the body", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", mediaType)
			_, _ = io.WriteString(w, `{"schema":`)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := serveFunc(t, tc.hang).client(t, registry.WithTimeout(30*time.Millisecond))
			for name, call := range calls {
				err := call(t.Context(), c)
				if diff := cmp.Diff(set("unavailable"), is(err)); diff != "" {
					t.Errorf("%s: %v: sentinels (-want +got):\n%s", name, err, diff)
				}
				if err == nil || !strings.Contains(err.Error(), " within 30ms") {
					t.Errorf("%s: error %v", name, err)
				}
			}
		})
	}
}

func TestContextEnds(t *testing.T) {
	t.Parallel()
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := make(chan struct{}, 1)
			c := serveFunc(t, func(_ http.ResponseWriter, r *http.Request) {
				asked <- struct{}{}
				<-r.Context().Done()
			}).client(t)
			ctx, cancel := context.WithCancel(t.Context())
			go func() { <-asked; cancel() }()
			err := call(ctx, c)
			if diff := cmp.Diff(set("canceled"), is(err)); diff != "" {
				t.Errorf("%v: sentinels (-want +got):\n%s", err, diff)
			}
			var typed *registry.Error
			if !errors.As(err, &typed) {
				t.Errorf("%T is no *Error", err)
			}
			deadline, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
			defer cancel()
			if diff := cmp.Diff(set("deadline"), is(call(deadline, c))); diff != "" {
				t.Errorf("deadline: sentinels (-want +got):\n%s", diff)
			}
		})
	}
}

// A time-out that a transport has of its own must not look like the caller's.
func TestForeignTimeout(t *testing.T) {
	t.Parallel()
	for _, foreign := range []error{context.DeadlineExceeded, fmt.Errorf("dial: %w", context.Canceled)} {
		c := newClient(t, "http://localhost:1", registry.WithTransport(roundTripper(func(*http.Request) (*http.Response, error) { return nil, foreign })))
		for name, call := range calls {
			if diff := cmp.Diff(set("unavailable"), is(call(t.Context(), c))); diff != "" {
				t.Errorf("%s, %v: sentinels (-want +got):\n%s", name, foreign, diff)
			}
		}
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.HandlerFunc(ok(`["a"]`).serve))
	t.Cleanup(s.Close)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	trusting := s.Client().Transport.(*http.Transport).TLSClientConfig
	if got, err := newClient(t, s.URL, registry.WithTLSConfig(trusting)).Subjects(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("with the server's root: %v, %v", got, err)
	}
	strict := &tls.Config{MinVersion: tls.VersionTLS12}
	if _, err := newClient(t, s.URL, registry.WithTLSConfig(strict)).Subjects(t.Context()); !errors.Is(err, registry.ErrUnavailable) {
		t.Errorf("without it: %v, want ErrUnavailable", err)
	}
}

// Connections are used again, also after refusals and malformed answers: each body is read to its end and closed.
func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string][]answer{
		"GET /subjects": {ok(`[]`), refusal(500, 500, "x"), {200, "text/html", "<html>"}, {404, "text/html", "<html>"}, {302, "", ""}, ok(`[]`)},
	})
	network := http.DefaultTransport.(*http.Transport).Clone()
	var dialled atomic.Int32
	network.DialContext = func(ctx context.Context, proto, address string) (net.Conn, error) {
		dialled.Add(1)
		var d net.Dialer
		return d.DialContext(ctx, proto, address)
	}
	c := s.client(t, registry.WithTransport(network))
	for range 6 {
		_, _ = c.Subjects(t.Context())
	}
	if got := dialled.Load(); got != 1 {
		t.Errorf("%d requests took %d connections, want 1", len(s.requests()), got)
	}
}

type spanKey struct{}

// A transport that traces finds in the request's context what the call's holds, also where the request is one that callers share.
func TestTransportSeesTheCallsContext(t *testing.T) {
	t.Parallel()
	for name, call := range calls {
		seen := true
		network := roundTripper(func(r *http.Request) (*http.Response, error) {
			seen = seen && r.Context().Value(spanKey{}) == name
			return nil, errors.New("no network")
		})
		c := newClient(t, "http://registry", registry.WithTransport(network))
		if err := call(context.WithValue(t.Context(), spanKey{}, name), c); err == nil || !seen {
			t.Errorf("%s: %v, the context was seen: %t", name, err, seen)
		}
	}
}
