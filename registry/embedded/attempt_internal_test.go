package embedded

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

const (
	one   = `{"schema":"{\"type\":\"record\",\"name\":\"R\",\"fields\":[]}"}`
	other = `{"schema":"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"%s\",\"type\":\"%s\",\"default\":%s}]}"}`
)

// registration takes a registration apart as ServeHTTP does.
func registration(t *testing.T, body string) (operation, *call) {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/subjects/s/versions", strings.NewReader(body))
	o, c, err := findRoute(req)
	if err == nil {
		err = c.readBody(httptest.NewRecorder(), req, defaultMaxRequest)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.request, c.requestErr = c.readSchemaRequest(o.schema)
	return o, c
}

// TestWorkIsDoneWithoutTheLock walks through the attempts of one registration
// while another one changes the subject in between.
func TestWorkIsDoneWithoutTheLock(t *testing.T) {
	t.Parallel()
	r := New()
	if status, body := answer(t, r, http.MethodPost, "/subjects/s/versions", one); status != 200 {
		t.Fatalf("register: %d %s", status, body)
	}
	o, c := registration(t, fmt.Sprintf(other, "f", "int", "0"))
	pending := func(what string) {
		t.Helper()
		_, _, err := r.attempt(o, c)
		p := (*pendingError)(nil)
		if !errors.As(err, &p) {
			t.Fatalf("%s: got %v, want pending work", what, err)
		}
		if !r.mu.TryLock() {
			t.Fatalf("%s: the lock is held", what)
		}
		r.mu.Unlock()
		p.do()
		c.attempts++
	}
	pending("to read the schema")
	pending("to compare it with version 1")
	if status, body := answer(t, r, http.MethodPost, "/subjects/s/versions", fmt.Sprintf(other, "f", "string", `\"\"`)); status != 200 {
		t.Fatalf("register: %d %s", status, body)
	}
	pending("to compare it with version 2")
	var refused *failure
	if _, _, err := r.attempt(o, c); !errors.As(err, &refused) || refused.Code != 40901 {
		t.Errorf("against version 2: got %v, want 40901", err)
	}

	o, c = registration(t, fmt.Sprintf(other, "g", "int", "0"))
	c.attempts = maxAttempts // a subject that never rests
	if _, _, err := r.attempt(o, c); err != nil {
		t.Errorf("after many attempts: got %v, want it done under the lock", err)
	}
}

// TestRivals: of versions that exclude each other, only one can be the second,
// however many arrive at once.
func TestRivals(t *testing.T) {
	t.Parallel()
	for range 20 {
		r := New()
		if status, body := answer(t, r, http.MethodPost, "/subjects/s/versions", one); status != 200 {
			t.Fatalf("register: %d %s", status, body)
		}
		rivals := []string{
			fmt.Sprintf(other, "f", "int", "0"), fmt.Sprintf(other, "f", "string", `\"\"`), fmt.Sprintf(other, "f", "boolean", "true"),
			fmt.Sprintf(other, "f", "null", "null"),
		}
		status := make([]int, len(rivals))
		var wg sync.WaitGroup
		for i, body := range rivals {
			wg.Go(func() { status[i], _ = answer(t, r, http.MethodPost, "/subjects/s/versions", body) })
		}
		wg.Wait()
		won := 0
		for _, s := range status {
			switch s {
			case http.StatusOK:
				won++
			case http.StatusConflict:
			default:
				t.Errorf("got status %d, want 200 or 409", s)
			}
		}
		if won != 1 {
			t.Errorf("%d of %d rivals were registered: %v", won, len(rivals), status)
		}
	}
}
