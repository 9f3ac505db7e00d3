package glue_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/magicbyte-go/magicbyte/internal/fakeglue"
	"github.com/magicbyte-go/magicbyte/registry/glue"
	"github.com/magicbyte-go/magicbyte/serde"
)

// gate holds every call until it is opened.
func gate() (func(*http.Request, string, int) *fakeglue.Fault, func()) {
	open := make(chan struct{})
	return func(r *http.Request, _ string, _ int) *fakeglue.Fault {
		select {
		case <-open:
		case <-r.Context().Done():
		}
		return nil
	}, func() { close(open) }
}

func TestColdIDIsOneRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := new(fakeglue.Server)
		first := register(t, newClient(t, server), "orders-value", record(fieldID))
		asked := server.Calls()["GetSchemaVersion"]
		var open func()
		server.Fault, open = gate()
		c := newClient(t, server)
		var done sync.WaitGroup
		for range 10_000 {
			done.Go(func() {
				if s, err := c.SchemaByID(t.Context(), "", first.ID); err != nil || s.Text != record(fieldID).Text {
					t.Errorf("%q, %v", s.Text, err)
				}
			})
		}
		impatient, cancel := context.WithCancel(t.Context())
		done.Go(func() {
			if _, err := c.SchemaByID(impatient, "", first.ID); !errors.Is(err, context.Canceled) {
				t.Errorf("who was cancelled got %v", err)
			}
		})
		synctest.Wait()
		cancel() // fails nobody else
		synctest.Wait()
		open()
		done.Wait()
		if n := server.Calls()["GetSchemaVersion"] - asked; n != 1 {
			t.Errorf("%d requests for one id, want 1", n)
		}
	})
}

// A slow id does not delay a cached one, nor another one.
func TestSlowIDDelaysNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := new(fakeglue.Server)
		c := newClient(t, server)
		first := register(t, c, "orders-value", record(fieldID))
		var open func()
		server.Fault, open = gate()
		slow := make(chan error)
		go func() {
			_, err := c.SchemaByID(t.Context(), "", serde.GlueID([16]byte{1}))
			slow <- err
		}()
		synctest.Wait()
		if _, err := c.SchemaByID(t.Context(), "", first.ID); err != nil {
			t.Error(err)
		}
		open()
		wantIs(t, "the slow one", <-slow, glue.ErrNotFound, serde.ErrUnknownSchema)
	})
}

func TestUnknownIDIsRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := new(fakeglue.Server)
		c := newClient(t, server)
		ask := func() {
			_, err := c.SchemaByID(t.Context(), "", serde.GlueID([16]byte{1}))
			wantIs(t, "unknown", err, glue.ErrNotFound, serde.ErrUnknownSchema)
		}
		for range 100 {
			ask()
		}
		if n := server.Calls()["GetSchemaVersion"]; n != 1 {
			t.Errorf("%d requests in 5 s, want 1", n)
		}
		time.Sleep(5 * time.Second) //nolint:forbidigo // synthetic time
		ask()
		if n := server.Calls()["GetSchemaVersion"]; n != 2 {
			t.Errorf("%d requests, want one more after 5 s", n)
		}
		// What is no such answer is not remembered.
		server.Fault = fault(400, "ThrottlingException", "")
		for range 2 {
			_, err := c.SchemaByID(t.Context(), "", serde.GlueID([16]byte{2}))
			wantIs(t, "throttled", err, glue.ErrUnavailable)
		}
		server.Fault = nil
		_, err := c.SchemaByID(t.Context(), "", serde.GlueID([16]byte{2}))
		wantIs(t, "afterwards", err, glue.ErrNotFound, serde.ErrUnknownSchema)
	})
}

func TestLatestIsKeptForItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := new(fakeglue.Server)
		c, other := newClient(t, server, glue.WithLatestTTL(time.Minute)), newClient(t, server)
		newest := func() int {
			s, err := c.SchemaByVersion(t.Context(), "orders-value", serde.LatestVersion)
			if err != nil {
				t.Fatal(err)
			}
			return s.Version
		}
		register(t, other, "orders-value", record(fieldID))
		if v := newest(); v != 1 {
			t.Errorf("newest is %d, want 1", v)
		}
		register(t, other, "orders-value", record(fieldID, fieldNote))
		if v := newest(); v != 1 {
			t.Errorf("newest is %d within its time, want 1", v)
		}
		time.Sleep(50 * time.Second) //nolint:forbidigo // synthetic time: the last quarter
		newest()
		synctest.Wait() // fetched in the background
		if v := newest(); v != 2 {
			t.Errorf("newest is %d after its time, want 2", v)
		}
		register(t, c, "orders-value", record(fieldID, fieldNote, `{"name":"x","type":"int","default":0}`))
		if v := newest(); v != 3 {
			t.Errorf("newest is %d after this client has registered, want 3", v)
		}
	})
}

func TestNewestThatCanBeUsed(t *testing.T) {
	t.Parallel()
	server := new(fakeglue.Server)
	c := newClient(t, server)
	first := register(t, c, "orders-value", record(fieldID))
	second := register(t, c, "orders-value", record(fieldID, fieldNote))
	third := register(t, c, "orders-value", record(fieldID, `{"name":"x","type":"int","default":0}`))
	newest := func() (serde.RegisteredSchema, error) {
		return newClient(t, server).SchemaByVersion(t.Context(), "orders-value", serde.LatestVersion)
	}
	for _, status := range []string{"FAILURE", "PENDING"} {
		server.Mark(third.ID.String(), status)
		if s, err := newest(); err != nil || s.ID != second.ID {
			t.Errorf("above a version that is %s: %v, %v; want %v", status, s.ID, err, second.ID)
		}
	}
	server.Mark(second.ID.String(), "DELETING")
	server.Mark(third.ID.String(), "FAILURE")
	if s, err := newest(); err != nil || s.ID != first.ID {
		t.Errorf("above a version that was deleted: %v, %v; want %v", s.ID, err, first.ID)
	}
	server.Mark(first.ID.String(), "FAILURE")
	_, err := newest()
	wantIs(t, "no version that was accepted", err, glue.ErrNotFound, serde.ErrUnknownSchema)
	server.Mark(first.ID.String(), "PENDING")
	_, err = newClient(t, server).SchemaByVersion(t.Context(), "orders-value", 1)
	wantIs(t, "a version that is being checked", err, glue.ErrUnavailable)
	// Records that were written with it are read all the same.
	if s, err := newClient(t, server).SchemaByID(t.Context(), "", first.ID); err != nil || s.Text == "" {
		t.Errorf("by id: %v", err)
	}
}
