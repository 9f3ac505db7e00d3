package embedded_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

// openDir opens a directory's registry; it is closed at the test's end at the latest.
func openDir(t *testing.T, dir string, options ...embedded.Option) *server {
	t.Helper()
	reg, err := embedded.Open(dir, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeRegistry(t, reg) })
	return serve(t, reg)
}

func closeRegistry(t *testing.T, reg *embedded.Registry) {
	t.Helper()
	if err := reg.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// eventful does something of every kind, and returns what can be seen of it.
func eventful(t *testing.T, s *server) map[string]string {
	t.Helper()
	s.register(t, "base", record(fieldA))
	s.register(t, "user", `{"type":"array","items":"x.R"}`, `"references":[{"name":"x.R","subject":"base","version":1}]`)
	s.register(t, "tagged", record(fieldA), `"metadata":{"tags":{"a":["PII"]},"properties":{"p":"<&>\u2028"}}`)
	s.register(t, "empty-metadata", record(fieldA, fieldC), `"metadata":{}`)
	s.register(t, "hidden", record(fieldB))
	s.register(t, "hidden", record(fieldB, fieldC))
	s.must(t, http.MethodDelete, "/subjects/hidden/versions/1", "", nil)
	s.register(t, "gone", record(`{"name":"gone","type":"int"}`))
	s.must(t, http.MethodDelete, "/subjects/gone", "", nil)
	s.must(t, http.MethodDelete, "/subjects/gone?permanent=true", "", nil)
	s.must(t, http.MethodPut, "/config", `{"compatibility":"FULL"}`, nil)
	s.must(t, http.MethodPut, "/config/user", `{"normalize":true,"alias":"base","compatibilityGroup":"g","overrideMetadata":{"properties":{"x":"y"}}}`, nil)
	s.must(t, http.MethodPut, "/config/base", `{"compatibility":"NONE"}`, nil)
	s.must(t, http.MethodDelete, "/config/base", "", nil)
	s.must(t, http.MethodPut, "/mode/imported", `{"mode":"IMPORT"}`, nil)
	s.register(t, "imported", record(fieldA), `"id":70,"version":5`)
	s.register(t, "imported", record(fieldB, fieldC), `"id":71,"version":5`) // 70 serves it now
	s.register(t, "imported", record(fieldA), `"id":1,"version":7`)
	s.must(t, http.MethodPut, "/mode", `{"mode":"READONLY"}`, nil)
	s.must(t, http.MethodDelete, "/mode", "", nil)
	s.register(t, ":.c:s", record(fieldA))
	s.register(t, ":.emptied:s", record(fieldA))
	s.must(t, http.MethodDelete, "/subjects/:.emptied:s", "", nil)
	s.must(t, http.MethodDelete, "/subjects/:.emptied:s?permanent=true", "", nil)
	s.register(t, ":.dropped:s", record(fieldA))
	s.must(t, http.MethodDelete, "/subjects/:.dropped:s", "", nil)
	s.must(t, http.MethodDelete, "/subjects/:.dropped:s?permanent=true", "", nil)
	if status, body := s.do(t, http.MethodDelete, "/contexts/.dropped", ""); status != http.StatusNoContent {
		t.Fatalf("delete a context: %d %s", status, body)
	}
	return visible(t, s)
}

// visible is all that the registry tells of itself, by path.
func visible(t *testing.T, s *server) map[string]string {
	t.Helper()
	paths := []string{
		"/subjects?deleted=true", "/schemas?deleted=true", "/schemas?subjectPrefix=:.c:", "/contexts", "/config", "/mode",
		"/config/user", "/config/base", "/mode/imported", "/subjects/imported/versions", "/subjects/hidden/versions?deletedAsNegative=true",
		"/subjects/base/versions/1/referencedby", "/subjects/user", "/subjects/gone/versions",
	}
	for id := range 75 {
		paths = append(paths, fmt.Sprintf("/schemas/ids/%d?fetchMaxId=true", id), fmt.Sprintf("/schemas/ids/%d/versions?deleted=true", id))
	}
	paths = append(paths, "/schemas/ids/1?subject=:.emptied:x&fetchMaxId=true", "/schemas/ids/1?subject=:.c:s&fetchMaxId=true")
	answers := map[string]string{}
	for _, path := range paths {
		status, body := s.do(t, http.MethodGet, path, "")
		answers[path] = strconv.Itoa(status) + " " + body
	}
	return answers
}

func TestEverythingComesBack(t *testing.T) {
	t.Parallel()
	for _, options := range [][]embedded.Option{nil, {embedded.WithSync()}} {
		dir := t.TempDir()
		s := openDir(t, dir, options...)
		want := eventful(t, s)
		closeRegistry(t, s.Registry)
		s = openDir(t, dir, options...)
		if diff := cmp.Diff(want, visible(t, s)); diff != "" {
			t.Errorf("after reopening (-before +after):\n%s", diff)
		}
		if got := s.register(t, "next", record(`{"name":"next","type":"int"}`)); got.ID != 72 {
			t.Errorf("the next id is %d, want 72", got.ID)
		}
		closeRegistry(t, s.Registry)
		if status, body := s.do(t, http.MethodPut, "/config", `{"compatibility":"NONE"}`); status != 500 || !strings.Contains(body, "50001") {
			t.Errorf("a change after Close: got %d %s, want 500 with 50001", status, body)
		}
	}
}

// TestCompaction: a log in which most was overwritten is written anew when it
// is opened, with the same to be seen, and the ids that were used up stay so.
func TestCompaction(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openDir(t, dir)
	for i := range 1000 {
		s.must(t, http.MethodPut, "/config/busy", `{"compatibility":"`+[]string{"NONE", "FULL"}[i%2]+`"}`, nil)
	}
	want := eventful(t, s)
	closeRegistry(t, s.Registry)
	before := logSize(t, dir)
	var said bytes.Buffer
	s = openDir(t, dir, embedded.WithLogger(slog.New(slog.NewTextHandler(&said, nil))))
	if diff := cmp.Diff(want, visible(t, s)); diff != "" {
		t.Errorf("after compaction (-before +after):\n%s", diff)
	}
	if after := logSize(t, dir); after > before/2 || !strings.Contains(said.String(), "anew") {
		t.Errorf("the log had %d bytes and has %d; said %q", before, after, said.String())
	}
	closeRegistry(t, s.Registry)
	s = openDir(t, dir) // from the new log
	if diff := cmp.Diff(want, visible(t, s)); diff != "" {
		t.Errorf("after compaction and reopening (-before +after):\n%s", diff)
	}
	if got := s.register(t, ":.emptied:s", record(fieldB)); got.ID != 2 {
		t.Errorf("the next id of an emptied context is %d, want 2: 1 was used up", got.ID)
	}
}

func logSize(t *testing.T, dir string) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, "registry.log"))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	made := func(t *testing.T, change func(content []byte) []byte) string {
		dir := t.TempDir()
		s := openDir(t, dir)
		s.register(t, "a", record(fieldA))
		s.register(t, "b", record(fieldB))
		closeRegistry(t, s.Registry)
		path := filepath.Join(dir, "registry.log")
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, change(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	t.Run("damage", func(t *testing.T) {
		t.Parallel()
		dir := made(t, func(b []byte) []byte { b[60] ^= 1; return b })
		if _, err := embedded.Open(dir); err == nil || !strings.Contains(err.Error(), "damaged at offset 25") {
			t.Errorf("got %v, want the offset of the damage", err)
		}
	})
	t.Run("torn tail is cut and told", func(t *testing.T) {
		t.Parallel()
		dir := made(t, func(b []byte) []byte { return b[:len(b)-1] })
		var said bytes.Buffer
		s := openDir(t, dir, embedded.WithLogger(slog.New(slog.NewTextHandler(&said, nil))))
		if _, body := s.do(t, http.MethodGet, "/subjects", ""); body != `["a"]` || !strings.Contains(said.String(), "cut off") {
			t.Errorf("got %s, said %q; want the first subject and a warning", body, said.String())
		}
	})
	t.Run("in use", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		openDir(t, dir)
		if _, err := embedded.Open(dir); err == nil || !strings.Contains(err.Error(), "another process has it open") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no directory", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := embedded.Open(path); !errors.As(err, new(*os.PathError)) {
			t.Errorf("got %v", err)
		}
	})
}
