package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry/internal/transport"
)

// answer is what a scripted host gives.
type answer struct {
	status     int
	body       string
	retryAfter string
	err        error
	hang       bool          // until the attempt is given up
	after      time.Duration // latency
}

var good = answer{status: 200, body: `{"ok":true}`}

// network is a network without sockets, so that time can be made up. Each host gives its answers in turn, the last one for ever.
type network struct {
	mu    sync.Mutex
	hosts map[string][]answer
	asked []string // "host at seconds since the beginning"
	begun time.Time
}

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	n.mu.Lock()
	answers := n.hosts[r.URL.Host]
	a := answers[0]
	if len(answers) > 1 {
		n.hosts[r.URL.Host] = answers[1:]
	}
	n.asked = append(n.asked, r.URL.Host)
	n.mu.Unlock()
	if a.hang {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	<-time.After(a.after)
	if a.err != nil {
		return nil, a.err
	}
	header := http.Header{"Content-Type": {transport.MediaType}}
	if a.retryAfter != "" {
		header.Set("Retry-After", a.retryAfter)
	}
	return &http.Response{StatusCode: a.status, Header: header, Body: io.NopCloser(strings.NewReader(a.body)), Request: r}, nil
}

func (n *network) transport(retries int, hosts ...string) *transport.Transport {
	n.begun = time.Now()
	c := transport.Config{Network: n, Timeout: 10 * time.Second, MaxResponse: 1 << 20, Retries: retries}
	for _, host := range hosts {
		c.Endpoints = append(c.Endpoints, transport.Endpoint{Base: "http://" + host})
	}
	return transport.New(c)
}

func do(ctx context.Context, t *transport.Transport) string {
	a, err := t.Do(ctx, transport.Request{Method: http.MethodPost, Path: "/subjects/s/versions", Body: []byte(`{}`)})
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(a.Status)
}

func TestRetries(t *testing.T) {
	t.Parallel()
	down := answer{err: errors.New("refused")}
	for _, tc := range []struct {
		name   string
		gives  []answer
		want   string
		asked  int
		atMost time.Duration
	}{
		{"at once", []answer{good}, "200", 1, 0},
		{"a burst of 503", []answer{{status: 503}, {status: 503}, good}, "200", 3, 600 * time.Millisecond},
		{"each status that may pass", []answer{{status: 500}, {status: 502}, {status: 504}, good}, "200", 4, 1400 * time.Millisecond},
		{"408", []answer{{status: 408}, good}, "200", 2, 200 * time.Millisecond},
		{"no answer", []answer{down, good}, "200", 2, 200 * time.Millisecond},
		{"an answer that does not come in time", []answer{{hang: true}, good}, "200", 2, 10*time.Second + 200*time.Millisecond},
		{"for ever 503", []answer{{status: 503}}, "503", 4, 1400 * time.Millisecond},
		{"for ever no answer", []answer{down}, "no answer of a: refused", 4, 1400 * time.Millisecond},
		{"not found is an answer", []answer{{status: 404, body: `{"error_code":40401}`}}, "404", 1, 0},
		{"a page that says not found does not pass", []answer{{status: 404, body: "<html>"}}, "404", 1, 0},
		{"conflict is an answer", []answer{{status: 409}}, "409", 1, 0},
		{"unauthorized is an answer", []answer{{status: 401}}, "401", 1, 0},
		{"a page of a proxy does not pass", []answer{{status: 200, body: "<html>"}}, "the answer is not valid JSON", 1, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := &network{hosts: map[string][]answer{"a": tc.gives}}
				got := do(t.Context(), n.transport(3, "a"))
				if took := time.Since(n.begun); got != tc.want || len(n.asked) != tc.asked || took > tc.atMost {
					t.Errorf("got %s after %d requests in %v, want %s after %d in at most %v", got, len(n.asked), took, tc.want, tc.asked, tc.atMost)
				}
			})
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		value    string
		timeout  time.Duration // of the caller, 0 for none
		want     string
		from, to time.Duration
	}{
		{"seconds", "7", 0, "200", 7 * time.Second, 7200 * time.Millisecond},
		{"nonsense", "soon", 0, "200", 0, 200 * time.Millisecond},
		{"negative", "-5", 0, "200", 0, 200 * time.Millisecond},
		{"longer than a caller should wait", "31", 0, "429", 0, 0},
		{"longer than anyone can wait", "99999999999999999999", 0, "429", 0, 0},
		{"longer than this caller waits", "7", 5 * time.Second, "429", 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := &network{hosts: map[string][]answer{"a": {{status: 429, retryAfter: tc.value}, good}}}
				ctx := t.Context()
				if tc.timeout > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tc.timeout)
					defer cancel()
				}
				got := do(ctx, n.transport(3, "a"))
				if took := time.Since(n.begun); got != tc.want || took < tc.from || took > tc.to {
					t.Errorf("got %s after %v, want %s after %v to %v", got, took, tc.want, tc.from, tc.to)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		n := &network{hosts: map[string][]answer{"a": {{status: 503, retryAfter: time.Now().Add(9 * time.Second).UTC().Format(http.TimeFormat)}, good}}}
		if got := do(t.Context(), n.transport(3, "a")); got != "200" || time.Since(n.begun) < 8*time.Second {
			t.Errorf("a date: got %s after %v, want 200 after 9s", got, time.Since(n.begun))
		}
	})
}

// The pauses of many callers who failed together are spread over the whole time up to the bound.
func TestJitterIsFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		least, most := time.Hour, time.Duration(0)
		for range 500 {
			n := &network{hosts: map[string][]answer{"a": {{status: 503}, good}}}
			do(t.Context(), n.transport(1, "a"))
			least, most = min(least, time.Since(n.begun)), max(most, time.Since(n.begun))
		}
		if least > 10*time.Millisecond || most < 190*time.Millisecond || most > 200*time.Millisecond {
			t.Errorf("pauses from %v to %v, want 0 to 200ms", least, most)
		}
	})
}

func TestCallerEndsRetries(t *testing.T) {
	t.Parallel()
	for name, gives := range map[string]answer{"in a pause": {status: 503, retryAfter: "20"}, "in an attempt": {hang: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := &network{hosts: map[string][]answer{"a": {gives}}}
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				_, err := n.transport(3, "a").Do(ctx, transport.Request{Method: http.MethodGet, Path: "/"})
				if took := time.Since(n.begun); !errors.Is(err, context.Canceled) || took != time.Second {
					t.Errorf("%v after %v, want context.Canceled after 1s", err, took)
				}
			})
		})
	}
}

func TestFailover(t *testing.T) {
	t.Parallel()
	dead := []answer{{hang: true}}
	synctest.Test(t, func(t *testing.T) {
		n := &network{hosts: map[string][]answer{"a": dead, "b": {good}}}
		tr := n.transport(0, "a", "b")
		if got := do(t.Context(), tr); got != "200" || time.Since(n.begun) != 10*time.Second {
			t.Errorf("first request: %s after %v, want 200 after the 10s that it takes to notice", got, time.Since(n.begun))
		}
		for range 100 {
			<-time.After(time.Second)
			before := time.Now()
			if got := do(t.Context(), tr); got != "200" || time.Since(before) != 0 {
				t.Fatalf("later request: %s after %v, want 200 at once", got, time.Since(before))
			}
		}
		if got := len(n.asked); got != 102 {
			t.Errorf("%d requests, want one to the dead host and 101 to the other", got)
		}
	})
}

// The host that answered last comes first; one that failed gets a single request when it has rested, and is back when it answers that.
func TestBreaker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := &network{hosts: map[string][]answer{
			"a": {{status: 503}, {status: 503, after: time.Second}, good},
			"b": {good, {status: 503}, {status: 503}, good},
		}}
		tr := n.transport(0, "a", "b")
		ask := func(want string) {
			t.Helper()
			n.asked = nil
			got := do(t.Context(), tr)
			if diff := cmp.Diff(want, strings.Join(append(n.asked, got), " ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		ask("a b 200") // a fails and rests for 1s
		ask("b 503")   // b fails; a rests still
		<-time.After(1100 * time.Millisecond)
		ask("b a 503") // both have rested, and rest for 2s now
		<-time.After(2100 * time.Millisecond)
		ask("b 200")
	})
}

// All hosts are down: each request is one round over those that are due, and the first of the round is always asked.
func TestAllDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := &network{hosts: map[string][]answer{"a": {{status: 503}}, "b": {{status: 503}}}}
		tr := n.transport(0, "a", "b")
		for i, want := range []int{2, 1, 1} {
			n.asked = nil
			if got := do(t.Context(), tr); got != "503" || len(n.asked) != want {
				t.Errorf("request %d: %s, asked %v, want %d hosts", i, got, n.asked, want)
			}
		}
	})
}

// When all hosts are down, a request asks the one whose turn comes next, so that one that is back is found although it was not the preferred one.
func TestComesBackWhileAllRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := &network{hosts: map[string][]answer{"a": {{status: 503}}, "b": {{status: 503}}, "c": {{status: 503}}}}
		tr := n.transport(0, "a", "b", "c")
		for range 20 { // seconds: by now each of them rests for long
			do(t.Context(), tr)
			<-time.After(time.Second)
		}
		n.hosts["c"] = []answer{good}
		begun := time.Now()
		for do(t.Context(), tr) != "200" {
			<-time.After(100 * time.Millisecond)
		}
		if took := time.Since(begun); took > time.Second {
			t.Errorf("found the host that is back after %v", took)
		}
		if got := do(t.Context(), tr); got != "200" {
			t.Errorf("and then %s", got)
		}
	})
}
