package registry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/embedded"
	"github.com/magicbyte-go/magicbyte/serde"
)

// switchable is an embedded registry whose network can be taken away, without sockets.
type switchable struct {
	registry http.Handler
	state    atomic.Int32
	requests atomic.Int32
}

const (
	isUp int32 = iota
	isDown
	hangs
)

func newSwitchable() *switchable { return &switchable{registry: embedded.New()} }

func (s *switchable) RoundTrip(r *http.Request) (*http.Response, error) {
	s.requests.Add(1)
	switch s.state.Load() {
	case isDown:
		return nil, errors.New("connection refused")
	case hangs:
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	r.RequestURI = r.URL.RequestURI()
	s.registry.ServeHTTP(w, r)
	return w.response(r), nil
}

func (s *switchable) client(t *testing.T, opts ...registry.Option) *registry.Client {
	t.Helper()
	return newClient(t, "http://registry", append([]registry.Option{registry.WithTransport(s), registry.WithRetries(3)}, opts...)...)
}

var order = serde.Schema{Text: orderText}

// knowEverything asks all that a service asks when it starts and serves.
func knowEverything(ctx context.Context, t *testing.T, c *registry.Client) serde.RegisteredSchema {
	t.Helper()
	registered, err := c.Register(ctx, "orders-value", order)
	if err != nil {
		t.Fatalf("Register: %v", err)
	}
	if _, err := c.Lookup(ctx, "orders-value", order); err != nil {
		t.Fatalf("Lookup: %v", err)
	}
	if newest, err := c.SchemaByVersion(ctx, "orders-value", serde.LatestVersion); err != nil || newest.ID != registered.ID {
		t.Fatalf("newest version: %+v, %v", newest, err)
	}
	if s, err := c.SchemaByID(ctx, "", registered.ID); err != nil || !strings.Contains(s.Text, "Order") {
		t.Fatalf("by id: %+v, %v", s, err)
	}
	if _, err := c.SchemaByVersion(ctx, "not-there-yet", serde.LatestVersion); !errors.Is(err, registry.ErrSubjectNotFound) {
		t.Fatalf("a subject that does not exist: %v, want ErrSubjectNotFound", err)
	}
	return registered
}

// A service that is started again while its registry is down knows all that it knew.
func TestRestartFromTheSnapshot(t *testing.T) {
	t.Parallel()
	for name, state := range map[string]int32{"refuses": isDown, "hangs": hangs} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "schemas.snapshot")
			synctest.Test(t, func(t *testing.T) {
				s := newSwitchable()
				c := s.client(t, registry.WithSnapshot(path))
				before := knowEverything(t.Context(), t, c)
				if err := c.Close(); err != nil {
					t.Fatal(err)
				}
				s.state.Store(state)
				var logs bytes.Buffer
				again := s.client(t, registry.WithSnapshot(path), registry.WithLogger(slog.New(slog.NewTextHandler(&logs, nil))))
				start := time.Now()
				after := knowEverything(t.Context(), t, again)
				if diff := cmp.Diff(before, after, ids); diff != "" {
					t.Errorf("registration (-want +got):\n%s", diff)
				}
				if took := time.Since(start); took > 2*time.Second {
					t.Errorf("it took %v, want the 2s that it takes to notice, once", took)
				}
				if strings.Count(logs.String(), "unavailable") != 1 {
					t.Errorf("the outage is told %d times, want once:\n%s", strings.Count(logs.String(), "unavailable"), logs.String())
				}
				if _, err := again.SchemaByID(t.Context(), "", serde.NumberID(99)); !errors.Is(err, registry.ErrUnavailable) {
					t.Errorf("an id that nobody has seen: %v, want ErrUnavailable", err)
				}
			})
		})
	}
}

// In an outage the registry is asked less and less often; when it is back, so are its answers.
func TestOutageIsFollowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchable()
		c := s.client(t, registry.WithLatestTTL(time.Millisecond), registry.WithRetries(0))
		newest := func(want int) {
			t.Helper()
			<-time.After(time.Millisecond)
			got, err := c.SchemaByVersion(t.Context(), "orders-value", serde.LatestVersion)
			if err != nil || got.Version != want {
				t.Errorf("newest version %d, %v, want %d", got.Version, err, want)
			}
		}
		if _, err := c.Register(t.Context(), "orders-value", order); err != nil {
			t.Fatal(err)
		}
		newest(1)
		s.state.Store(isDown)
		s.requests.Store(0)
		for range 60_000 { // a minute
			newest(1)
		}
		if got := s.requests.Load(); got < 3 || got > 7 {
			t.Errorf("%d requests in a minute of outage, want about one after 1, 2, 4, 8, 16 and 30 s", got)
		}
		s.state.Store(isUp)
		other := s.client(t)
		if _, err := other.Register(t.Context(), "orders-value", serde.Schema{Text: strings.Replace(orderText, `"fields":[`, `"fields":[{"name":"n","type":"int","default":1},`, 1)}); err != nil {
			t.Fatal(err)
		}
		<-time.After(31 * time.Second)
		newest(2)
	})
}

// A caller with little time keeps half of it for the last answer.
func TestOutageWithADeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchable()
		c := s.client(t, registry.WithLatestTTL(time.Second))
		knowEverything(t.Context(), t, c)
		s.state.Store(hangs)
		<-time.After(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := c.SchemaByVersion(ctx, "orders-value", serde.LatestVersion); err != nil {
			t.Errorf("%v, want the last answer", err)
		}
	})
}

// What this client registered is the newest version, also where the registry had said before that there is none.
func TestOutageAfterTheFirstRegistration(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchable()
		c := s.client(t)
		if _, err := c.SchemaByVersion(t.Context(), "orders-value", serde.LatestVersion); !errors.Is(err, registry.ErrSubjectNotFound) {
			t.Fatal(err)
		}
		if _, err := c.Register(t.Context(), "orders-value", order); err != nil {
			t.Fatal(err)
		}
		s.state.Store(isDown)
		if got, err := c.SchemaByVersion(t.Context(), "orders-value", serde.LatestVersion); err != nil || got.Version != 1 {
			t.Errorf("newest version %d, %v, want 1", got.Version, err)
		}
	})
}

// A registry that answers is believed, also when it says something else than before.
func TestRefusalIsNoOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		give := ok(`{"subject":"s","id":7,"version":3,"schema":"\"int\""}`)
		c := memoryClient(t, func(*http.Request) answer { return give }, registry.WithLatestTTL(time.Second))
		ask := func() error {
			_, err := c.SchemaByVersion(t.Context(), "s", serde.LatestVersion)
			return err
		}
		if err := ask(); err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			give answer
			want error
		}{{refusal(401, 401, "x"), registry.ErrUnauthorized}, {refusal(404, 40401, "x"), registry.ErrSubjectNotFound}} {
			give = tc.give
			<-time.After(time.Second)
			if err := ask(); !errors.Is(err, tc.want) {
				t.Errorf("%v, want %v", err, tc.want)
			}
		}
	})
}

func TestUnusableSnapshot(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		spoil func(content []byte) []byte
		base  string
		want  string
	}{
		{"torn", func(b []byte) []byte { return b[:len(b)-10] }, "http://registry", "torn"},
		{"torn in its first line", func(b []byte) []byte { return b[:20] }, "http://registry", "does not begin"},
		{"empty", func([]byte) []byte { return nil }, "http://registry", "does not begin"},
		{"one bit", func(b []byte) []byte { b[len(b)/2] ^= 1; return b }, "http://registry", "checksum"},
		{"longer", func(b []byte) []byte { return append(b, ' ') }, "http://registry", "torn"},
		{"something else", func([]byte) []byte { return []byte("hello\nworld") }, "http://registry", "does not begin"},
		{"of another registry", func(b []byte) []byte { return b }, "http://other", "another registry"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "schemas.snapshot")
			s := newSwitchable()
			c := s.client(t, registry.WithSnapshot(path))
			knowEverything(t.Context(), t, c)
			if err := c.SaveSnapshot(); err != nil {
				t.Fatal(err)
			}
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, tc.spoil(content), 0o600); err != nil {
				t.Fatal(err)
			}
			s.state.Store(isDown)
			var logs bytes.Buffer
			again := newClient(t, tc.base, registry.WithTransport(s), registry.WithSnapshot(path), registry.WithLogger(slog.New(slog.NewTextHandler(&logs, nil))))
			for name, ask := range map[string]func() error{
				"by id": func() error { _, err := again.SchemaByID(t.Context(), "", serde.NumberID(1)); return err },
				"newest": func() error {
					_, err := again.SchemaByVersion(t.Context(), "orders-value", serde.LatestVersion)
					return err
				},
				"look-up": func() error { _, err := again.Lookup(t.Context(), "orders-value", order); return err },
			} {
				if err := ask(); !errors.Is(err, registry.ErrUnavailable) || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("%s: %v, want ErrUnavailable that says %q", name, err, tc.want)
				}
			}
			if !strings.Contains(logs.String(), "not used") {
				t.Errorf("the log does not say so: %s", logs.String())
			}
			// Once the registry is back, the file is made anew.
			s.state.Store(isUp)
			knowEverything(t.Context(), t, again)
			if err := again.Close(); err != nil {
				t.Fatal(err)
			}
			s.state.Store(isDown)
			knowEverything(t.Context(), t, newClient(t, tc.base, registry.WithTransport(s), registry.WithSnapshot(path)))
		})
	}
}

// What a client that ignores rules has seen may be ciphertext to one that does not.
func TestSnapshotOfAClientThatIgnoresRules(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "schemas.snapshot")
	s := newSwitchable()
	lax := s.client(t, registry.WithSnapshot(path), registry.WithRulesIgnored())
	knowEverything(t.Context(), t, lax)
	if err := lax.Close(); err != nil {
		t.Fatal(err)
	}
	s.state.Store(isDown)
	if _, err := s.client(t, registry.WithSnapshot(path), registry.WithRetries(0)).Lookup(t.Context(), "orders-value", order); err == nil || !strings.Contains(err.Error(), "WithRulesIgnored") {
		t.Errorf("%v, want an error that names WithRulesIgnored", err)
	}
}

// Two services share a file: each adds what it has seen, and what one deleted does not come back.
func TestSnapshotIsShared(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "schemas.snapshot")
	s := newSwitchable()
	clients := make([]*registry.Client, 8)
	for i := range clients {
		clients[i] = s.client(t, registry.WithSnapshot(path))
	}
	name := func(i int) string { return strings.Repeat("s", i+1) }
	var done sync.WaitGroup
	for i, c := range clients {
		done.Go(func() {
			for n := range 5 {
				if _, err := c.Register(t.Context(), name(i*5+n), order); err != nil {
					t.Error(err)
				}
				if err := c.SaveSnapshot(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done.Wait()
	if _, err := clients[0].DeleteSubject(t.Context(), name(0)); err != nil {
		t.Fatal(err)
	}
	if err := clients[0].SaveSnapshot(); err != nil {
		t.Fatal(err)
	}
	s.state.Store(isDown)
	c := s.client(t, registry.WithSnapshot(path), registry.WithRetries(0))
	for i := range 40 {
		if _, err := c.Lookup(t.Context(), name(i), order); (err == nil) != (i > 0) {
			t.Errorf("subject %d: %v", i, err)
		}
	}
}

// The file is written by itself, a second after something was learnt.
func TestSnapshotIsWrittenByItself(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "schemas.snapshot")
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchable()
		knowEverything(t.Context(), t, s.client(t, registry.WithSnapshot(path)))
		if _, err := os.Stat(path); err == nil {
			t.Error("it is written before its time")
		}
		<-time.After(1100 * time.Millisecond)
		synctest.Wait()
		s.state.Store(isDown)
		knowEverything(t.Context(), t, s.client(t, registry.WithSnapshot(path)))
	})
}

func TestPreload(t *testing.T) {
	t.Parallel()
	s := newSwitchable()
	path := filepath.Join(t.TempDir(), "schemas.snapshot")
	ctx := t.Context()
	setUp := s.client(t)
	address, err := setUp.Register(ctx, "address", serde.Schema{Text: `{"type":"record","name":"Address","fields":[]}`})
	if err != nil {
		t.Fatal(err)
	}
	var all []serde.SchemaID
	for _, fields := range []string{`{"name":"a","type":"Address"}`, `{"name":"a","type":"Address"},{"name":"b","type":"int","default":0}`} {
		r, err := setUp.Register(ctx, "customer", serde.Schema{
			Text:       `{"type":"record","name":"Customer","fields":[` + fields + `]}`,
			References: []serde.Reference{{Name: "Address", Subject: "address", Version: 1}},
		})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r.ID)
	}
	c := s.client(t, registry.WithSnapshot(path))
	if err := c.Preload(ctx, "customer", "not-there-yet"); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	s.state.Store(isDown)
	for name, c := range map[string]*registry.Client{"same client": c, "another one": s.client(t, registry.WithSnapshot(path))} {
		for _, id := range append(all, address.ID) {
			if _, err := c.SchemaByID(ctx, "", id); err != nil {
				t.Errorf("%s: id %v: %v", name, id, err)
			}
		}
		if got, err := c.SchemaByVersion(ctx, "address", 1); err != nil || got.ID != address.ID {
			t.Errorf("%s: reference: %+v, %v", name, got, err)
		}
	}
	if err := s.client(t, registry.WithRetries(0)).Preload(ctx, "a", "b"); !errors.Is(err, registry.ErrUnavailable) || !strings.Contains(err.Error(), " b:") {
		t.Errorf("with the registry down: %v, want ErrUnavailable for each subject", err)
	}
}

// What was deleted softly was written with, so it is read with: by its id, and by whoever refers to it.
func TestSoftDeletedIsRead(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), newSwitchable()
	setUp := s.client(t)
	if _, err := setUp.Register(ctx, "address", serde.Schema{Text: `{"type":"record","name":"Address","fields":[]}`}); err != nil {
		t.Fatal(err)
	}
	customer, err := setUp.Register(ctx, "customer", serde.Schema{
		Text:       `{"type":"record","name":"Customer","fields":[{"name":"a","type":"Address"}]}`,
		References: []serde.Reference{{Name: "Address", Subject: "address", Version: 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, subject := range []string{"customer", "address"} {
		if _, err := setUp.DeleteSubject(ctx, subject); err != nil {
			t.Fatal(err)
		}
	}
	reads := func(c *registry.Client) {
		t.Helper()
		got, err := c.SchemaByID(ctx, "", customer.ID)
		if err != nil || len(got.References) != 1 {
			t.Fatalf("by id: %+v, %v", got, err)
		}
		if _, err := c.SchemaByVersion(ctx, "address", got.References[0].Version); err != nil {
			t.Errorf("what it refers to: %v", err)
		}
		if _, err := c.SchemaByVersion(ctx, "customer", serde.LatestVersion); !errors.Is(err, registry.ErrSubjectNotFound) {
			t.Errorf("the newest live version: %v, want ErrSubjectNotFound", err)
		}
	}
	reads(s.client(t))
	preloaded := s.client(t)
	if err := preloaded.Preload(ctx, "customer"); err != nil {
		t.Fatal(err)
	}
	s.state.Store(isDown)
	reads(preloaded)
}

// Another registry's chain of references without an end keeps nobody busy for ever.
func TestPreloadOfEndlessReferences(t *testing.T) {
	t.Parallel()
	s := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		n, subject := 0, strings.Split(r.URL.Path, "/")[2]
		_, _ = fmt.Sscanf(subject, "s%d", &n)
		if strings.HasSuffix(r.URL.Path, "/versions") {
			ok("[1]").write(w)
			return
		}
		ok(fmt.Sprintf(`{"subject":%q,"version":1,"id":%d,"schema":"\"int\"","references":[{"name":"x","subject":"s%d","version":1}]}`, subject, n+1, n+1)).write(w)
	})
	if err := s.client(t).Preload(t.Context(), "s0"); err == nil || !strings.Contains(err.Error(), "references") {
		t.Errorf("%v: want an error that tells of too many references", err)
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	s := newSwitchable()
	c := s.client(t)
	known := knowEverything(t.Context(), t, c)
	for range 2 {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.SchemaByID(t.Context(), "", known.ID); err != nil {
		t.Errorf("cached: %v", err)
	}
	for name, call := range calls {
		if name == "SchemaByVersion latest" {
			continue
		}
		if err := call(t.Context(), c); !errors.Is(err, registry.ErrClosed) {
			t.Errorf("%s: %v, want ErrClosed", name, err)
		}
	}
}
