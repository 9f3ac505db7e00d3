package glue_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/magicbyte-go/magicbyte/internal/fakeglue"
	"github.com/magicbyte-go/magicbyte/registry/glue"
	"github.com/magicbyte-go/magicbyte/serde"
)

// A service that ran once starts, writes and reads while Glue is down, whatever that looks like.
func TestServiceStartsWithGlueDown(t *testing.T) {
	t.Parallel()
	for name, down := range map[string]struct {
		status int
		code   string
	}{
		"no connection": {},
		"throttled":     {400, "ThrottlingException"},
		"a fault":       {500, "InternalServiceException"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "snapshot")
			server := new(fakeglue.Server)
			service := func(id string) error {
				c, err := glue.New(config(server), glue.WithSnapshot(path))
				if err != nil {
					return err
				}
				defer c.Close()
				deser := serde.NewDeserializer(orders, c)
				if err := deser.Start(t.Context(), "orders"); err != nil {
					return err
				}
				ser := serde.NewSerializer(orders, c)
				if _, err := c.RegisterAll(t.Context(), serde.SubjectSchema{Subject: "orders-value", Schema: record(fieldID, fieldNote)}); err != nil {
					return err
				}
				out, err := ser.Serialize(t.Context(), "orders", &order{ID: id})
				if err != nil {
					return err
				}
				got, _, err := deser.Deserialize(t.Context(), serde.Input{Topic: "orders", Payload: out.Bytes})
				if err == nil && got.ID != id {
					t.Errorf("read %+v", got)
				}
				return err
			}
			server.Fault = fault(down.status, down.code, "")
			if err := service("0"); err == nil {
				t.Fatal("a service that never ran has started without Glue")
			}
			server.Fault = nil
			if err := service("1"); err != nil {
				t.Fatal(err)
			}
			calls := server.Calls()
			server.Fault = fault(down.status, down.code, "")
			if err := service("2"); err != nil {
				t.Errorf("with Glue down: %v", err)
			}
			if server.Calls()["GetSchemaVersion"] == calls["GetSchemaVersion"] {
				t.Error("Glue was not even asked")
			}
			// Refused rights are an answer, which nothing papers over.
			server.Fault = fault(400, "AccessDeniedException", "")
			if err := service("3"); !errors.Is(err, glue.ErrUnauthorized) {
				t.Errorf("with rights refused: %v, want ErrUnauthorized", err)
			}
		})
	}
}

// While Glue hangs, a known answer is given after 2 s, and then at once.
func TestKnownAnswersDoNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := new(fakeglue.Server)
		c := newClient(t, server, glue.WithLatestTTL(time.Second))
		first := register(t, c, "orders-value", record(fieldID))
		newest := func() time.Duration {
			begin := time.Now()
			s, err := c.SchemaByVersion(t.Context(), "orders-value", serde.LatestVersion)
			if err != nil || s.ID != first.ID {
				t.Errorf("%v, %v; want %v", s.ID, err, first.ID)
			}
			return time.Since(begin)
		}
		newest()
		time.Sleep(2 * time.Second) //nolint:forbidigo // synthetic time
		var open func()
		server.Fault, open = gate()
		if waited := newest(); waited != 2*time.Second {
			t.Errorf("waited %v for Glue, want 2 s", waited)
		}
		if waited := newest(); waited != 0 {
			t.Errorf("waited %v when that Glue does not answer was known", waited)
		}
		open()
		time.Sleep(time.Minute) //nolint:forbidigo // synthetic time
		if waited := newest(); waited != 0 {
			t.Errorf("waited %v after the outage", waited)
		}
	})
}

// Without a last answer, a call ends with its time.
func TestUnknownAnswersTimeOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := new(fakeglue.Server)
		server.Fault, _ = gate()
		c := newClient(t, server, glue.WithTimeout(7*time.Second))
		begin := time.Now()
		_, err := c.SchemaByID(t.Context(), "", serde.GlueID([16]byte{1}))
		wantIs(t, "after its time", err, glue.ErrUnavailable)
		if waited := time.Since(begin); waited != 7*time.Second || !strings.Contains(err.Error(), "WithTimeout") {
			t.Errorf("%v after %v, want 7 s", err, waited)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin = time.Now()
		if _, err := c.SchemaByID(ctx, "", serde.GlueID([16]byte{1})); err == nil || time.Since(begin) != time.Second {
			t.Errorf("%v after %v, want the end of the context after 1 s", err, time.Since(begin))
		}
	})
}

func TestSnapshotsOfOthersAreNotUsed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "snapshot")
	server := &fakeglue.Server{Registries: []string{"other"}}
	c := newClient(t, server, glue.WithSnapshot(path))
	register(t, c, "orders-value", record(fieldID))
	if err := c.SaveSnapshot(); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(path); err != nil || strings.Contains(string(content), accessKey) {
		t.Errorf("the file holds a credential: %v", err)
	}
	server.Fault = fault(500, "InternalServiceException", "")
	ask := func(registry string) error {
		_, err := newClient(t, server, glue.WithSnapshot(path), glue.WithRegistry(registry)).Lookup(t.Context(), "orders-value", record(fieldID))
		return err
	}
	if err := ask("default-registry"); err != nil {
		t.Errorf("its own: %v", err)
	}
	if err := ask("other"); err == nil || !strings.Contains(err.Error(), "of another registry") {
		t.Errorf("another registry's: %v", err)
	}
	if err := os.WriteFile(path, []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ask("default-registry"); err == nil || !strings.Contains(err.Error(), "is not used") {
		t.Errorf("a torn one: %v", err)
	}
}

func TestPreload(t *testing.T) {
	t.Parallel()
	server := new(fakeglue.Server)
	all := []serde.RegisteredSchema{
		register(t, newClient(t, server), "orders-value", record(fieldID)),
		register(t, newClient(t, server), "orders-value", record(fieldID, fieldNote)),
	}
	c := newClient(t, server)
	if err := c.Preload(t.Context(), "orders-value", "nobody-has-written-yet"); err != nil {
		t.Fatal(err)
	}
	server.Fault = fault(0, "", "")
	for _, s := range all {
		if _, err := c.SchemaByID(t.Context(), "", s.ID); err != nil {
			t.Errorf("version %d: %v", s.Version, err)
		}
	}
	if _, err := c.SchemaByVersion(t.Context(), "nobody-has-written-yet", serde.LatestVersion); err == nil {
		t.Error("a schema that does not exist was found")
	} else {
		wantIs(t, "a schema that does not exist", err, glue.ErrNotFound, serde.ErrUnknownSchema)
	}
	if err := c.Preload(t.Context(), "payments-value", "bad name"); err == nil || !strings.Contains(err.Error(), "bad name") {
		t.Errorf("with Glue down: %v", err)
	}
}
