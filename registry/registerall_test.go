package registry_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/serde"
)

func recordOf(name, fields string, refs ...serde.Reference) serde.Schema {
	return serde.Schema{Text: `{"type":"record","name":"` + name + `","fields":[` + fields + `]}`, References: refs}
}

// watched is an embedded registry that lists the requests that write, refuses some paths, and counts how many requests it has at once.
type watched struct {
	*switchable
	mu      sync.Mutex
	writes  []string
	refuses map[string]answer
	latency time.Duration
	now     atomic.Int32
	most    atomic.Int32
}

func newWatched() *watched {
	return &watched{switchable: newSwitchable(), refuses: map[string]answer{}}
}

func (w *watched) RoundTrip(r *http.Request) (*http.Response, error) {
	now := w.now.Add(1)
	defer w.now.Add(-1)
	for most := w.most.Load(); now > most && !w.most.CompareAndSwap(most, now); most = w.most.Load() {
	}
	if w.latency > 0 {
		<-time.After(w.latency)
	}
	w.mu.Lock()
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/versions") {
		w.writes = append(w.writes, strings.Split(r.URL.Path, "/")[2])
	}
	refused, refuse := w.refuses[r.Method+" "+r.URL.Path]
	w.mu.Unlock()
	if refuse {
		return inMemory(func(*http.Request) answer { return refused }).RoundTrip(r)
	}
	return w.switchable.RoundTrip(r)
}

func (w *watched) client(t *testing.T, opts ...registry.Option) *registry.Client {
	t.Helper()
	return newClient(t, "http://registry", append([]registry.Option{registry.WithTransport(w)}, opts...)...)
}

func (w *watched) written() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer func() { w.writes = nil }()
	return w.writes
}

func TestRegisterAll(t *testing.T) {
	t.Parallel()
	w := newWatched()
	service := []serde.SubjectSchema{
		{Subject: "order", Schema: recordOf("Order", `{"name":"c","type":"Customer"},{"name":"a","type":"Address"}`,
			serde.Reference{Name: "Customer", Subject: "customer"}, serde.Reference{Name: "Address", Subject: "address"})},
		{Subject: "customer", Schema: recordOf("Customer", `{"name":"a","type":"Address"}`, serde.Reference{Name: "Address", Subject: "address"})},
		{Subject: "address", Schema: recordOf("Address", ``)},
		{Subject: "plain", Schema: serde.Schema{Text: `"string"`}},
	}
	for range 2 {
		got, err := w.client(t).RegisterAll(t.Context(), service...)
		if err != nil {
			t.Fatal(err)
		}
		var subjects []string
		for _, r := range got {
			subjects = append(subjects, r.Subject)
			if r.ID.IsZero() || r.Version != 1 {
				t.Errorf("%s: %+v", r.Subject, r)
			}
		}
		if diff := cmp.Diff([]string{"order", "customer", "address", "plain"}, subjects); diff != "" {
			t.Errorf("order of the results (-want +got):\n%s", diff)
		}
		if service[0].Schema.References[0].Version != 0 {
			t.Error("the caller's references were changed")
		}
	}
	writes := w.written()
	if len(writes) != 4 || slices.Index(writes, "address") > slices.Index(writes, "customer") || slices.Index(writes, "customer") > slices.Index(writes, "order") {
		t.Errorf("written: %v, want each once, after what it refers to", writes)
	}
	// One that changes, and what refers to it, is registered; the others are found.
	service[2].Schema = recordOf("Address", `{"name":"zip","type":"string","default":""}`)
	got, err := w.client(t).RegisterAll(t.Context(), service...)
	if err != nil {
		t.Fatal(err)
	}
	if writes := w.written(); !cmp.Equal(writes, []string{"address", "customer", "order"}) {
		t.Errorf("written: %v, want the address and what refers to it", writes)
	}
	if got[0].References[0].Version != 2 || got[0].References[1].Version != 2 {
		t.Errorf("order refers to %+v, want the second versions", got[0].References)
	}
}

// One incompatible schema keeps all others from being registered.
func TestRegisterAllChecksBeforeItWrites(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for _, level := range []compat.Level{compat.Backward, compat.ForwardTransitive, compat.FullTransitive} {
		w := newWatched()
		c := w.client(t)
		if err := c.SetLevel(ctx, "b", level); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Register(ctx, "b", recordOf("B", `{"name":"id","type":"string"}`)); err != nil {
			t.Fatal(err)
		}
		w.written()
		_, err := c.RegisterAll(ctx,
			serde.SubjectSchema{Subject: "a", Schema: recordOf("A", ``)},
			serde.SubjectSchema{Subject: "b", Schema: recordOf("B", `{"name":"id","type":"long"}`)},
			serde.SubjectSchema{Subject: "c", Schema: recordOf("C", ``)},
		)
		if !errors.Is(err, registry.ErrIncompatible) {
			t.Fatalf("%s: %v, want ErrIncompatible", level, err)
		}
		if writes := w.written(); len(writes) > 0 {
			t.Errorf("%s: written: %v, want nothing", level, writes)
		}
		batch, ok := errors.AsType[*registry.BatchError](err)
		if !ok || len(batch.Failed) != 1 || !cmp.Equal(batch.Left, []string{"a", "c"}) || len(batch.Registered) != 0 {
			t.Errorf("%s: %#v", level, batch)
		}
		for _, want := range []string{"register b", string(level), "not registered: a, c"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want it to say %q", level, err, want)
			}
		}
	}
}

// What the level does not forbid is registered: NONE, a subject whose versions are deleted, another language.
func TestRegisterAllForbidsNoMoreThanTheRegistry(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWatched()
	c := w.client(t)
	if err := c.SetLevel(ctx, "none", compat.None); err != nil {
		t.Fatal(err)
	}
	for _, subject := range []string{"none", "deleted"} {
		if _, err := c.Register(ctx, subject, recordOf("B", `{"name":"id","type":"string"}`)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.DeleteSubject(ctx, "deleted"); err != nil {
		t.Fatal(err)
	}
	_, err := c.RegisterAll(ctx,
		serde.SubjectSchema{Subject: "none", Schema: recordOf("B", `{"name":"id","type":"long"}`)},
		serde.SubjectSchema{Subject: "deleted", Schema: recordOf("B", `{"name":"id","type":"long"}`)},
		serde.SubjectSchema{Subject: "json", Schema: serde.Schema{Type: serde.TypeJSON, Text: `{"type":"object"}`}},
	)
	if err != nil {
		t.Error(err)
	}
}

// Where there is no verdict here, the registry's counts: an earlier version that cannot be read, a level that may not be seen.
func TestRegisterAllWithoutAVerdict(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		path   string
		give   answer
		fields string
		want   error
	}{
		"version that cannot be read": {"GET /subjects/b/versions/latest", ok(`{"subject":"b","id":1,"version":1,"schema":"{\"type\":\"nonsense\"}"}`), `{"name":"n","type":"int","default":0}`, nil},
		"no level":                    {"GET /config/b", refusal(404, 40408, "no level"), `{"name":"n","type":"int","default":0}`, nil},
		"no right to see the level":   {"GET /config/b", refusal(403, 403, "Forbidden"), `{"name":"n","type":"int"}`, registry.ErrIncompatible},
	} {
		w := newWatched()
		c := w.client(t)
		if _, err := c.Register(t.Context(), "b", recordOf("B", ``)); err != nil {
			t.Fatal(err)
		}
		w.refuses[tc.path] = tc.give
		if _, err := c.RegisterAll(t.Context(), serde.SubjectSchema{Subject: "b", Schema: recordOf("B", tc.fields)}); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
		if got := len(w.written()); got != 2 {
			t.Errorf("%s: %d registrations, want both", name, got)
		}
	}
}

// A registry has no transactions: the error says how far it came, and the next call goes on from there.
func TestRegisterAllFailsHalfWay(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWatched()
	service := []serde.SubjectSchema{
		{Subject: "there", Schema: recordOf("T", ``)},
		{Subject: "base", Schema: recordOf("Base", ``)},
		{Subject: "middle", Schema: recordOf("Middle", `{"name":"b","type":"Base"}`, serde.Reference{Name: "Base", Subject: "base"})},
		{Subject: "top", Schema: recordOf("Top", `{"name":"m","type":"Middle"}`, serde.Reference{Name: "Middle", Subject: "middle"})},
	}
	if _, err := w.client(t).Register(ctx, "there", service[0].Schema); err != nil {
		t.Fatal(err)
	}
	w.refuses["POST /subjects/middle/versions"] = refusal(422, 42205, "Subject middle is in read-only mode")
	_, err := w.client(t).RegisterAll(ctx, service...)
	batch, ok := errors.AsType[*registry.BatchError](err)
	if !ok {
		t.Fatalf("%v, want a BatchError", err)
	}
	names := func(all []serde.RegisteredSchema) (names []string) {
		for _, s := range all {
			names = append(names, s.Subject)
		}
		return names
	}
	got := [][]string{names(batch.Registered), names(batch.Found), batch.Left, {fmt.Sprint(len(batch.Failed))}}
	if diff := cmp.Diff([][]string{{"base"}, {"there"}, {"top"}, {"1"}}, got); diff != "" {
		t.Errorf("registered, found, left, failed (-want +got):\n%s", diff)
	}
	if !strings.Contains(err.Error(), "read-only") || !strings.Contains(err.Error(), "1 registered: base id") {
		t.Errorf("%v, want it to say what was registered, and why not all", err)
	}
	w.written()
	delete(w.refuses, "POST /subjects/middle/versions")
	if _, err := w.client(t).RegisterAll(ctx, service...); err != nil {
		t.Error(err)
	}
	if writes := w.written(); !cmp.Equal(writes, []string{"middle", "top"}) {
		t.Errorf("written by the next call: %v, want what was left", writes)
	}
}

func TestRegisterAllRefusesNonsense(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		want    string
		schemas []serde.SubjectSchema
	}{
		"no subject": {"cannot be a subject", []serde.SubjectSchema{{Schema: order}}},
		"no schema":  {"empty", []serde.SubjectSchema{{Subject: "s"}}},
		"twice":      {"twice", []serde.SubjectSchema{{Subject: "s", Schema: order}, {Subject: "s", Schema: recordOf("X", ``)}}},
		"circle": {"circle", []serde.SubjectSchema{
			{Subject: "a", Schema: recordOf("A", ``, serde.Reference{Name: "B", Subject: "b"})},
			{Subject: "b", Schema: recordOf("B", ``, serde.Reference{Name: "A", Subject: "a"})},
		}},
		"open version of another subject": {"has no version", []serde.SubjectSchema{{Subject: "a", Schema: recordOf("A", ``, serde.Reference{Name: "B", Subject: "b"})}}},
	} {
		w := newWatched()
		if _, err := w.client(t).RegisterAll(t.Context(), tc.schemas...); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want an error that says %q", name, err, tc.want)
		}
		if writes := w.written(); len(writes) > 0 {
			t.Errorf("%s: written: %v", name, writes)
		}
	}
	if got, err := newWatched().client(t).RegisterAll(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("nothing: %v, %v", got, err)
	}
}

func manySchemas(n int) []serde.SubjectSchema {
	all := make([]serde.SubjectSchema, n)
	for i := range all {
		all[i] = serde.SubjectSchema{Subject: fmt.Sprintf("subject-%d-value", i), Schema: recordOf(fmt.Sprintf("R%d", i), `{"name":"id","type":"string"}`)}
	}
	return all
}

// At most 32 requests side by side; with 20 ms for each, 500 subjects start within a second, be they there or new.
func TestRegisterAllAtScale(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWatched()
		w.latency = 20 * time.Millisecond
		for _, what := range []string{"new", "there"} {
			start := time.Now()
			if _, err := w.client(t).RegisterAll(t.Context(), manySchemas(500)...); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took >= time.Second {
				t.Errorf("500 subjects that are %s took %v, want less than 1s", what, took)
			}
		}
		if got := w.most.Load(); got != 32 {
			t.Errorf("%d requests at once, want 32", got)
		}
	})
}

func TestRegisterAllEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWatched()
		w.latency = 20 * time.Millisecond
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err := w.client(t).RegisterAll(ctx, manySchemas(500)...)
		if !errors.Is(err, context.DeadlineExceeded) || len(w.written()) > 0 || len(err.Error()) > 5000 {
			t.Errorf("%v, want context.DeadlineExceeded before anything was written", err)
		}
	})
}

// A service of 500 subjects that starts against a registry that answers in 20 ms, over sockets.
func BenchmarkStart500Subjects(b *testing.B) {
	w := newWatched()
	s := startServer(b, func(rw http.ResponseWriter, r *http.Request) {
		<-time.After(20 * time.Millisecond)
		w.registry.ServeHTTP(rw, r)
	})
	all := manySchemas(500)
	for b.Loop() {
		c, err := registry.New(s.URL)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.RegisterAll(b.Context(), all...); err != nil {
			b.Fatal(err)
		}
		_ = c.Close()
	}
}
