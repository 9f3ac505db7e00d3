package registry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/serde"
)

// inMemory is a network without sockets, so that time can be made up (testing/synctest).
type inMemory func(r *http.Request) answer

func (f inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	a := f(r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: a.status, Header: http.Header{"Content-Type": {mediaType}}, Body: io.NopCloser(strings.NewReader(a.body)), Request: r,
	}, nil
}

// wait blocks until released or until the request is given up.
func wait(r *http.Request, released <-chan struct{}) {
	select {
	case <-released:
	case <-r.Context().Done():
	}
}

func memoryClient(t *testing.T, network inMemory, opts ...registry.Option) *registry.Client {
	t.Helper()
	return newClient(t, "http://registry", append(opts, registry.WithTransport(network))...)
}

func TestOneFlight(t *testing.T) {
	t.Parallel()
	for name, give := range map[string]answer{
		"known":       ok(`{"schema":"\"int\""}`),
		"unknown":     refusal(404, 40403, "Schema 7 not found"),
		"unavailable": refusal(500, 50001, "x"),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var requests atomic.Int32
				released := make(chan struct{})
				c := memoryClient(t, func(r *http.Request) answer {
					requests.Add(1)
					wait(r, released)
					return give
				})
				const callers = 10_000
				var failed atomic.Int32
				var done sync.WaitGroup
				for range callers {
					done.Go(func() {
						if _, err := c.SchemaByID(t.Context(), "", serde.NumberID(7)); err != nil {
							failed.Add(1)
						}
					})
				}
				synctest.Wait() // all of them wait for the one flight
				close(released)
				done.Wait()
				if got := requests.Load(); got != 1 {
					t.Errorf("%d requests for %d callers, want 1", got, callers)
				}
				want := int32(0)
				if give.status != http.StatusOK {
					want = callers
				}
				if got := failed.Load(); got != want {
					t.Errorf("%d callers failed, want %d", got, want)
				}
			})
		})
	}
}

// The same with real scheduling and a real server: callers come while the flight lands, and find either it or what it brought.
func TestOneFlightUnderRace(t *testing.T) {
	t.Parallel()
	s := serveFunc(t, ok(`{"schema":"\"int\""}`).serve)
	c := s.client(t)
	start := make(chan struct{})
	var done sync.WaitGroup
	for range 10_000 {
		done.Go(func() {
			<-start
			if _, err := c.SchemaByID(t.Context(), "", serde.NumberID(7)); err != nil {
				t.Error(err)
			}
		})
	}
	close(start)
	done.Wait()
	if got := len(s.requests()); got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
}

func TestCancelOfOneCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		released := make(chan struct{})
		var requests atomic.Int32
		c := memoryClient(t, func(r *http.Request) answer {
			requests.Add(1)
			wait(r, released)
			return ok(`{"schema":"\"int\""}`)
		})
		first, cancelFirst := context.WithCancel(t.Context())
		second, cancelSecond := context.WithTimeout(t.Context(), time.Second)
		defer cancelSecond()
		errs := make([]error, 3)
		var done sync.WaitGroup
		for i, ctx := range []context.Context{first, second, t.Context()} {
			done.Go(func() { _, errs[i] = c.SchemaByID(ctx, "", serde.NumberID(7)) })
			synctest.Wait() // so the first one's context is not the flight's
		}
		start := time.Now()
		cancelFirst()
		synctest.Wait()
		if waited := time.Since(start); waited != 0 || !errors.Is(errs[0], context.Canceled) {
			t.Errorf("cancelled caller: %v after %v", errs[0], waited)
		}
		<-second.Done()
		synctest.Wait()
		if !errors.Is(errs[1], context.DeadlineExceeded) {
			t.Errorf("late caller: %v", errs[1])
		}
		close(released)
		done.Wait()
		if errs[2] != nil || requests.Load() != 1 {
			t.Errorf("patient caller: %v after %d requests", errs[2], requests.Load())
		}
	})
}

// When nobody waits any more the request is given up, and the next caller makes one of its own.
func TestCancelOfAllCallers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var given, requests atomic.Int32
		c := memoryClient(t, func(r *http.Request) answer {
			if requests.Add(1) == 1 {
				<-r.Context().Done()
				given.Add(1)
			}
			return ok(`{"schema":"\"int\""}`)
		})
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		for range 10 {
			done.Go(func() {
				if _, err := c.SchemaByID(ctx, "", serde.NumberID(7)); !errors.Is(err, context.Canceled) {
					t.Errorf("%v, want context.Canceled", err)
				}
			})
		}
		synctest.Wait()
		cancel()
		done.Wait()
		if _, err := c.SchemaByID(t.Context(), "", serde.NumberID(7)); err != nil {
			t.Errorf("the next caller: %v", err)
		}
		synctest.Wait()
		if given.Load() != 1 || requests.Load() != 2 {
			t.Errorf("%d of %d requests were given up, want 1 of 2", given.Load(), requests.Load())
		}
	})
}

func TestSlowIDDelaysNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := make(chan struct{})
		c := memoryClient(t, func(r *http.Request) answer {
			if strings.HasSuffix(r.URL.Path, "/8") {
				wait(r, slow)
			}
			return ok(`{"schema":"\"int\""}`)
		})
		if _, err := c.SchemaByID(t.Context(), "", serde.NumberID(7)); err != nil {
			t.Fatal(err)
		}
		var done sync.WaitGroup
		done.Go(func() { _, _ = c.SchemaByID(t.Context(), "", serde.NumberID(8)) })
		synctest.Wait()
		start := time.Now()
		for _, id := range []int32{7, 9} { // cached, and another cold one
			if _, err := c.SchemaByID(t.Context(), "", serde.NumberID(id)); err != nil {
				t.Errorf("id %d: %v", id, err)
			}
		}
		if waited := time.Since(start); waited != 0 {
			t.Errorf("waited %v behind a slow id", waited)
		}
		close(slow)
		done.Wait()
	})
}

func TestUnknownIDIsRememberedForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests int
		give := refusal(404, 40403, "Schema 7 not found")
		c := memoryClient(t, func(*http.Request) answer { requests++; return give })
		ask := func() error {
			_, err := c.SchemaByID(t.Context(), "", serde.NumberID(7))
			return err
		}
		for range 3 {
			if err := ask(); !errors.Is(err, serde.ErrUnknownSchema) {
				t.Fatalf("%v, want ErrUnknownSchema", err)
			}
		}
		<-time.After(5*time.Second - 1)
		_ = ask()
		if requests != 1 {
			t.Errorf("%d requests within 5 s, want 1", requests)
		}
		<-time.After(1)
		give = ok(`{"schema":"\"int\""}`)
		if err := ask(); err != nil || requests != 2 {
			t.Errorf("after 5 s: %v, %d requests, want the schema from a second one", err, requests)
		}
	})
}

// Only the registry's 40403 is remembered: all else may pass any moment.
func TestOtherFailuresAreNotRemembered(t *testing.T) {
	t.Parallel()
	for _, give := range []answer{
		refusal(404, 404, "HTTP 404 Not Found"), refusal(404, 40401, "x"), refusal(500, 40403, "x"), refusal(503, 0, ""), refusal(401, 401, "x"),
	} {
		var requests int
		c := memoryClient(t, func(*http.Request) answer { requests++; return give })
		for range 3 {
			_, _ = c.SchemaByID(t.Context(), "", serde.NumberID(7))
		}
		if requests != 3 {
			t.Errorf("%+v: %d requests for 3 calls", give, requests)
		}
	}
	var requests int
	c := memoryClient(t, func(*http.Request) answer { requests++; return refusal(404, 40403, "Schema not found") })
	for range 3 {
		_, _ = c.Lookup(t.Context(), "s", serde.Schema{Text: orderText})
	}
	if requests != 3 {
		t.Errorf("look-up: %d requests for 3 calls", requests)
	}
}

func latestOf(version int) answer {
	return ok(fmt.Sprintf(`{"subject":"s","id":%d,"version":%d,"schema":"\"int\""}`, version+100, version))
}

func TestLatest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		newest := 1
		c := memoryClient(t, func(r *http.Request) answer {
			switch {
			case strings.HasSuffix(r.URL.Path, "/latest"):
				return latestOf(newest)
			case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/versions"):
				newest++
				return latestOf(newest)
			case r.Method == http.MethodDelete:
				return ok(`[1]`)
			default:
				return refusal(404, 40403, "Schema not found")
			}
		}, registry.WithLatestTTL(time.Minute))
		ask := func(want int, why string) {
			t.Helper()
			got, err := c.SchemaByVersion(t.Context(), "s", serde.LatestVersion)
			if err != nil || got.Version != want {
				t.Errorf("%s: version %d, %v, want %d", why, got.Version, err, want)
			}
		}
		ask(1, "first")
		newest = 2
		<-time.After(time.Minute - 1)
		ask(1, "within the minute")
		<-time.After(1)
		ask(2, "after it")
		if _, err := c.Register(t.Context(), "s", serde.Schema{Text: orderText}); err != nil {
			t.Fatal(err)
		}
		ask(3, "after a registration of our own")
		newest = 4
		if _, err := c.DeleteSubject(t.Context(), "s"); err != nil {
			t.Fatal(err)
		}
		ask(4, "after a deletion of our own")
	})
}

// In the last quarter of its time the newest version is fetched again in the background: no caller waits, and one request serves all.
func TestLatestIsRefreshedInTheBackground(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int32
		c := memoryClient(t, func(*http.Request) answer {
			n := requests.Add(1)
			if n > 1 {
				<-time.After(time.Second)
			}
			return latestOf(int(n))
		}, registry.WithLatestTTL(100*time.Second))
		ask := func(want int) {
			t.Helper()
			start := time.Now()
			got, err := c.SchemaByVersion(t.Context(), "s", serde.LatestVersion)
			if err != nil || got.Version != want || time.Since(start) != 0 {
				t.Errorf("version %d after %v, %v, want %d at once", got.Version, time.Since(start), err, want)
			}
		}
		ask(1)
		<-time.After(75 * time.Second)
		for range 100 {
			ask(1)
		}
		<-time.After(2 * time.Second)
		ask(2)
		if got := requests.Load(); got != 2 {
			t.Errorf("%d requests, want 2", got)
		}
	})
}

// A request for the newest version that is under way while we register may bring the one before: it must not be kept.
func TestLatestOvertakenByRegistration(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		released := make(chan struct{})
		registered := false
		asked := 0
		c := memoryClient(t, func(r *http.Request) answer {
			switch {
			case strings.HasSuffix(r.URL.Path, "/latest"):
				if asked++; asked == 1 {
					wait(r, released)
					return latestOf(1)
				}
				return latestOf(2)
			case strings.HasSuffix(r.URL.Path, "/versions"):
				registered = true
				return latestOf(2)
			default:
				return refusal(404, 40403, "Schema not found")
			}
		})
		var done sync.WaitGroup
		done.Go(func() { _, _ = c.SchemaByVersion(t.Context(), "s", serde.LatestVersion) })
		synctest.Wait()
		if _, err := c.Register(t.Context(), "s", serde.Schema{Text: orderText}); err != nil || !registered {
			t.Fatal(err)
		}
		close(released)
		done.Wait()
		got, err := c.SchemaByVersion(t.Context(), "s", serde.LatestVersion)
		if err != nil || got.Version != 2 {
			t.Errorf("version %d, %v, want 2", got.Version, err)
		}
	})
}

// Deleting through the client forgets the subject's versions and registrations; ids stay, as they do in the registry.
func TestDeletionForgets(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(context.Context, *registry.Client) error{"soft": calls["DeleteSubject"], "permanent": calls["PurgeSubject"]} {
		s := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodDelete {
				ok(`[3]`).write(w)
				return
			}
			ok(`{"subject":"s","id":7,"version":3,"schema":"\"int\""}`).write(w)
		})
		c := s.client(t)
		for _, call := range []string{"SchemaByVersion", "Lookup", "SchemaByID"} {
			if err := calls[call](t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		if err := remove(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		want := []bool{true, true, false}
		var got []bool
		for _, call := range []string{"SchemaByVersion", "Lookup", "SchemaByID"} {
			before := len(s.requests())
			_ = calls[call](t.Context(), c)
			got = append(got, len(s.requests()) > before)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: asked again (-want +got):\n%s", name, diff)
		}
	}
}

func TestOutageLeavesTheCaches(t *testing.T) {
	t.Parallel()
	s := serveFunc(t, ok(`{"subject":"s","id":7,"version":3,"schema":"\"int\""}`).serve)
	c := s.client(t)
	cached := []string{"SchemaByID", "SchemaByID with GUID", "SchemaByVersion", "SchemaByVersion latest", "Lookup", "Register"}
	for _, name := range cached {
		if err := calls[name](t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	ended, cancel := context.WithCancel(t.Context())
	cancel() // what is cached needs no time either
	for _, name := range cached {
		if err := calls[name](ended, c); err != nil {
			t.Errorf("%s with the registry down: %v", name, err)
		}
	}
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	requests := 0
	c := memoryClient(t, func(*http.Request) answer {
		requests++
		return ok(`{"schema":"\"` + strings.Repeat("x", 1000) + `\""}`)
	}, registry.WithCacheSize(20_000))
	ask := func(id int32) {
		t.Helper()
		if _, err := c.SchemaByID(t.Context(), "", serde.NumberID(id)); err != nil {
			t.Fatal(err)
		}
	}
	for id := range int32(300) {
		ask(id + 1)
		ask(1) // in use all the time
	}
	if requests < 300 || requests > 302 {
		t.Errorf("%d requests: the schema in use was evicted", requests)
	}
	before := requests
	for id := range int32(300) {
		ask(id + 1)
	}
	if kept := 300 - (requests - before); kept > 20 {
		t.Errorf("%d schemas of 1.3 kB were kept in 20 kB", kept)
	}
}

// What a client has registered itself exists, whatever it was told about the id a moment before.
func TestOwnRegistrationEndsTheAbsence(t *testing.T) {
	t.Parallel()
	c := newClient(t, "http://registry", registry.WithTransport(newSwitchable()))
	if _, err := c.SchemaByID(t.Context(), "", serde.NumberID(1)); !errors.Is(err, registry.ErrSchemaNotFound) {
		t.Fatalf("before: %v, want ErrSchemaNotFound", err)
	}
	registered, err := c.Register(t.Context(), "s", order)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.SchemaByID(t.Context(), "", registered.ID); err != nil {
		t.Errorf("after: %v", err)
	}
}
