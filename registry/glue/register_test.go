package glue_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/internal/fakeglue"
	"github.com/magicbyte-go/magicbyte/registry/glue"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/serdetest"
)

func TestSchemaRegistry(t *testing.T) {
	t.Parallel()
	serdetest.SchemaRegistry(t, newClient(t, new(fakeglue.Server)), "suite")
}

// log records the operations in their order.
type log struct{ operations []string }

func (l *log) fault(_ *http.Request, operation string, _ int) *fakeglue.Fault {
	l.operations = append(l.operations, operation)
	return nil
}

func (l *log) since() []string {
	ops := l.operations
	l.operations = nil
	return ops
}

func TestWritePath(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l log
		server := &fakeglue.Server{Pending: 3, Fault: l.fault, Registries: []string{"orders"}}
		opts := []glue.Option{
			glue.WithRegistry("orders"), glue.WithLevel(glue.FullAll), glue.WithTags(map[string]string{"team": "billing"}),
			glue.WithMetadata(map[string]string{"git": "813b268"}),
		}
		c := newClient(t, server, opts...)
		begin := time.Now()
		first := register(t, c, "orders-value", record(fieldID))
		// The version is asked for at once, and then after 100, 200 and 400 ms.
		if waited := time.Since(begin); waited != 700*time.Millisecond {
			t.Errorf("waited %v for 3 answers of PENDING, want 100 + 200 + 400 ms", waited)
		}
		poll := []string{"GetSchemaVersion", "GetSchemaVersion", "GetSchemaVersion", "GetSchemaVersion"}
		want := append(append([]string{"GetSchemaByDefinition", "CreateSchema"}, poll...), "PutSchemaVersionMetadata")
		if diff := cmp.Diff(want, l.since()); diff != "" {
			t.Errorf("a new schema (-want +got):\n%s", diff)
		}
		if level := server.Level("orders", "orders-value"); level != "FULL_ALL" || first.Version != 1 || first.Subject != "orders-value" {
			t.Errorf("created under level %q, as version %d of %q", level, first.Version, first.Subject)
		}
		metadata, tags := server.Metadata(first.ID.String())
		if diff := cmp.Diff(map[string]string{"git": "813b268"}, metadata); diff != "" || tags["team"] != "billing" {
			t.Errorf("metadata (-want +got):\n%s\ntags %v", diff, tags)
		}

		second := register(t, c, "orders-value", record(fieldID, fieldNote))
		want = append(append([]string{"GetSchemaByDefinition", "CreateSchema", "RegisterSchemaVersion"}, poll...), "PutSchemaVersionMetadata")
		if diff := cmp.Diff(want, l.since()); diff != "" {
			t.Errorf("a new version (-want +got):\n%s", diff)
		}
		if second.Version != 2 || second.ID == first.ID {
			t.Errorf("the second is version %d, %v", second.Version, second.ID)
		}

		if again := register(t, c, "orders-value", record(fieldID)); again.ID != first.ID || len(l.since()) > 0 {
			t.Errorf("again: %v with %v, want %v and no call", again.ID, l.operations, first.ID)
		}
		other := newClient(t, server, opts...) // nothing in its caches, and no right to write needed
		if found := register(t, other, "orders-value", record(fieldID)); found.ID != first.ID || found.Version != 1 {
			t.Errorf("found version %d, %v; want %v", found.Version, found.ID, first.ID)
		}
		if diff := cmp.Diff([]string{"GetSchemaByDefinition", "GetSchemaVersion"}, l.since()); diff != "" {
			t.Errorf("a version that is there (-want +got):\n%s", diff)
		}
	})
}

// A version that another producer has just added is waited for, also by who may only look.
func TestLookupWaitsForACheck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &fakeglue.Server{Pending: 5}
		registering := newClient(t, server)
		done := make(chan serde.RegisteredSchema)
		go func() { done <- register(t, registering, "orders-value", record(fieldID)) }()
		synctest.Wait() // its first question was answered with PENDING
		found, err := newClient(t, server).Lookup(t.Context(), "orders-value", record(fieldID))
		if added := <-done; err != nil || found.ID != added.ID {
			t.Errorf("found %v, %v; want %v", found.ID, err, added.ID)
		}
	})
}

// A version that is being checked, most likely the same one of another producer, does not keep RegisterAll from going on.
func TestRegisterAllBesideACheck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &fakeglue.Server{Pending: 5}
		done := make(chan serde.RegisteredSchema)
		hold := make(chan struct{})
		server.Fault = func(_ *http.Request, operation string, n int) *fakeglue.Fault {
			if operation == "GetSchemaByDefinition" && n == 1 {
				<-hold // its answer is that there is nothing, and then the other one is faster
				return &fakeglue.Fault{Status: 400, Code: "EntityNotFoundException"}
			}
			return nil
		}
		late := newClient(t, server)
		go func() {
			all, err := late.RegisterAll(t.Context(), serde.SubjectSchema{Subject: "orders-value", Schema: record(fieldID)})
			if err != nil {
				t.Error(err)
				all = make([]serde.RegisteredSchema, 1)
			}
			done <- all[0]
		}()
		synctest.Wait()
		go func() { done <- register(t, newClient(t, server), "orders-value", record(fieldID)) }()
		synctest.Wait()
		close(hold)
		if a, b := <-done, <-done; a.ID != b.ID {
			t.Errorf("ids %v and %v for one schema", a.ID, b.ID)
		}
	})
}

func TestRefusedVersion(t *testing.T) {
	t.Parallel()
	for level, problem := range map[glue.Level]string{
		glue.Backward: "READER_FIELD_MISSING_DEFAULT_VALUE", glue.BackwardAll: "READER_FIELD_MISSING_DEFAULT_VALUE",
		glue.Forward: "", glue.ForwardAll: "", glue.Full: "READER_FIELD_MISSING_DEFAULT_VALUE", glue.FullAll: "READER_FIELD_MISSING_DEFAULT_VALUE",
		glue.None: "",
	} {
		t.Run(string(level), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &fakeglue.Server{Pending: 1}
				c := newClient(t, server, glue.WithLevel(level))
				first := register(t, c, "orders-value", record(fieldID))
				_, err := c.Register(t.Context(), "orders-value", record(fieldID, fieldCount))
				if problem == "" {
					if err != nil {
						t.Errorf("error %v", err)
					}
					return
				}
				for round := range 2 { // Glue keeps what it has refused, and says so again
					wantIs(t, "register", err, glue.ErrIncompatible)
					for _, part := range []string{"register orders-value in default-registry", "FAILURE", "under level " + string(level), problem, "/fields/1"} {
						if !strings.Contains(err.Error(), part) {
							t.Errorf("round %d: error %v does not say %q", round, err, part)
						}
					}
					_, err = c.Register(t.Context(), "orders-value", record(fieldID, fieldCount))
				}
				if n := server.Calls()["RegisterSchemaVersion"]; n != 1 {
					t.Errorf("%d versions were registered, want one", n)
				}
				_, err = c.Lookup(t.Context(), "orders-value", record(fieldID, fieldCount))
				wantIs(t, "look-up", err, glue.ErrIncompatible, serde.ErrUnknownSchema)
				_, err = c.SchemaByVersion(t.Context(), "orders-value", 2)
				wantIs(t, "by number", err, glue.ErrNotFound, serde.ErrUnknownSchema)
				// The newest one that can be used is the one below.
				if newest, err := c.SchemaByVersion(t.Context(), "orders-value", serde.LatestVersion); err != nil || newest.ID != first.ID {
					t.Errorf("newest %v, %v; want %v", newest.ID, err, first.ID)
				}
			})
		})
	}
}

func TestDisabledLevel(t *testing.T) {
	t.Parallel()
	c := newClient(t, new(fakeglue.Server), glue.WithLevel(glue.Disabled))
	first := register(t, c, "orders-value", record(fieldID))
	_, err := c.Register(t.Context(), "orders-value", record(fieldID, fieldNote))
	wantIs(t, "register", err, glue.ErrIncompatible)
	if !strings.Contains(err.Error(), "orders-value") || !strings.Contains(err.Error(), "DISABLED") {
		t.Errorf("error %v names neither schema nor level", err)
	}
	if again := register(t, c, "orders-value", record(fieldID)); again.ID != first.ID {
		t.Errorf("the first is %v now, want %v", again.ID, first.ID)
	}
}

func TestWhatCannotBeRegistered(t *testing.T) {
	t.Parallel()
	server := new(fakeglue.Server)
	c := newClient(t, server)
	long := func(n int) serde.Schema {
		return serde.Schema{Text: `"` + strings.Repeat("é", n-2) + `"`} // characters, not bytes
	}
	for name, schema := range map[string]serde.Schema{
		"empty":          {},
		"too long":       long(170_001),
		"references":     {Text: `"int"`, References: []serde.Reference{{Name: "a", Subject: "b", Version: 1}}},
		"does not parse": {Text: `{`},
	} {
		_, err := c.Register(t.Context(), "orders-value", schema)
		wantIs(t, name, err, glue.ErrInvalidSchema)
	}
	if _, err := c.Register(t.Context(), "long", long(170_000)); err != nil {
		t.Errorf("170,000 characters: %v", err)
	}
	_, err := newClient(t, server, glue.WithRegistry("none")).Register(t.Context(), "orders-value", record(fieldID))
	if err == nil || !strings.Contains(err.Error(), "registry none does not exist in eu-central-1") {
		t.Errorf("a registry that does not exist: %v", err)
	}
}

func TestWaitingEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		after time.Duration // of the context, 0 for never
		takes time.Duration
		is    error
	}{
		"with the context":      {after: 5 * time.Second, takes: 5 * time.Second, is: context.DeadlineExceeded},
		"with its own patience": {takes: 20 * time.Second, is: glue.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if c.after > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, c.after)
					defer cancel()
				}
				client := newClient(t, &fakeglue.Server{Pending: 1000}, glue.WithPendingTimeout(20*time.Second))
				begin := time.Now()
				_, err := client.Register(ctx, "orders-value", record(fieldID))
				if waited := time.Since(begin); waited != c.takes || !errors.Is(err, c.is) {
					t.Errorf("%v after %v, want %v after %v", err, waited, c.is, c.takes)
				}
			})
		})
	}
}

// Faults while a version is checked are waited through.
func TestWaitingSurvivesFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &fakeglue.Server{Pending: 2, Fault: func(_ *http.Request, operation string, n int) *fakeglue.Fault {
			if operation == "GetSchemaVersion" && n > 1 && n < 12 {
				return &fakeglue.Fault{Status: 400, Code: "ThrottlingException", Message: "Rate exceeded"}
			}
			return nil
		}}
		register(t, newClient(t, server), "orders-value", record(fieldID))
	})
}

// Roles that may add versions and not schemas, and that may not read versions, are enough.
func TestLeastPrivilege(t *testing.T) {
	t.Parallel()
	server := new(fakeglue.Server)
	first := register(t, newClient(t, server), "orders-value", record(fieldID))
	denied := map[string]bool{"CreateSchema": true}
	server.Fault = func(_ *http.Request, operation string, _ int) *fakeglue.Fault {
		if denied[operation] {
			return &fakeglue.Fault{Status: 400, Code: "AccessDeniedException", Message: "not authorized to perform: glue:" + operation}
		}
		return nil
	}
	c := newClient(t, server)
	if second := register(t, c, "orders-value", record(fieldID, fieldNote)); second.Version != 2 {
		t.Errorf("version %d, want 2", second.Version)
	}
	_, err := c.Register(t.Context(), "payments-value", record(fieldID))
	wantIs(t, "a new schema", err, glue.ErrUnauthorized)
	if !strings.Contains(err.Error(), "glue:CreateSchema") {
		t.Errorf("error %v, want the right that is missing", err)
	}
	denied["GetSchemaVersion"] = true
	if found, err := newClient(t, server).Lookup(t.Context(), "orders-value", record(fieldID)); err != nil || found.ID != first.ID {
		t.Errorf("look-up without the right to read versions: %v, %v", found.ID, err)
	}
}

func TestRegisterAll(t *testing.T) {
	t.Parallel()
	server := new(fakeglue.Server)
	c := newClient(t, server)
	first := register(t, c, "orders-value", record(fieldID))
	both := []serde.SubjectSchema{
		{Subject: "orders-key", Schema: serde.Schema{Text: `"string"`}},
		{Subject: "orders-value", Schema: record(fieldID, fieldCount)},
		{Subject: "payments-value", Schema: record(fieldID)},
	}
	_, err := c.RegisterAll(t.Context(), both...)
	wantIs(t, "one is incompatible", err, glue.ErrIncompatible)
	var batch *glue.BatchError
	if !errors.As(err, &batch) || len(batch.Failed) != 1 || len(batch.Left) != 2 || len(batch.Registered) != 0 {
		t.Errorf("error %+v, want one failed and two left", batch)
	}
	if !strings.Contains(err.Error(), "BACKWARD") || !strings.Contains(err.Error(), "READER_FIELD_MISSING_DEFAULT_VALUE") {
		t.Errorf("error %v", err)
	}
	if calls := server.Calls(); calls["RegisterSchemaVersion"] != 0 || calls["CreateSchema"] != 1 {
		t.Errorf("calls %v: something was written", calls)
	}
	both[1].Schema = record(fieldID)
	registered, err := c.RegisterAll(t.Context(), both...)
	if err != nil || len(registered) != 3 || registered[1].ID != first.ID || registered[2].Subject != "payments-value" {
		t.Errorf("%+v, %v", registered, err)
	}

	shared := newClient(t, server, glue.WithSchemaNames(glue.Topics))
	_, err = shared.RegisterAll(t.Context(), both[:2]...)
	if err == nil || !strings.Contains(err.Error(), "orders-key and orders-value have the same name in Glue, orders") {
		t.Errorf("key and value under one name: %v", err)
	}
	if _, err := c.RegisterAll(t.Context(), both[0], serde.SubjectSchema{Subject: "orders-key", Schema: record(fieldID)}); err == nil {
		t.Error("one subject with two schemas was taken")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newClient(t, server).RegisterAll(ended, both...); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended: %v", err)
	}
}

// Two producers that start at once make one schema: who comes second adds to it.
func TestRace(t *testing.T) {
	t.Parallel()
	server := new(fakeglue.Server)
	ids := make(chan serde.SchemaID, 8)
	for range cap(ids) {
		c := newClient(t, server)
		go func() {
			s, err := c.Register(t.Context(), "orders-value", record(fieldID))
			if err != nil {
				t.Error(err)
			}
			ids <- s.ID
		}()
	}
	first := <-ids
	for range cap(ids) - 1 {
		if id := <-ids; id != first {
			t.Errorf("ids %v and %v for one schema", first, id)
		}
	}
}
