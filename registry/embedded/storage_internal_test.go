package embedded

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/magicbyte-go/magicbyte/registry/embedded/internal/journal"
)

// failingFile is a file on a disk that fails when it is told to.
type failingFile struct {
	*os.File
	room, syncs error
}

func (f *failingFile) WriteAt(b []byte, offset int64) (int, error) {
	if f.room != nil {
		n, _ := f.File.WriteAt(b[:len(b)/2], offset) // as much as there was room for
		return n, f.room
	}
	return f.File.WriteAt(b, offset)
}

func (f *failingFile) Sync() error { return f.syncs }

func answer(t *testing.T, r *Registry, method, path, body string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
	return w.Code, w.Body.String()
}

// TestFullDisk: changes that find no room are answered 500 and leave nothing,
// neither at once nor after the registry was opened again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var disk *failingFile
	r, err := open(dir, func(f *os.File) journal.File {
		disk = &failingFile{File: f}
		return disk
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	const schema = `{"schema":"\"int\""}`
	if status, body := answer(t, r, http.MethodPost, "/subjects/before/versions", schema); status != 200 {
		t.Fatalf("register: %d %s", status, body)
	}
	disk.room = syscall.ENOSPC
	for _, c := range []struct{ method, path, body string }{
		{http.MethodPost, "/subjects/lost/versions", schema},
		{http.MethodPost, "/subjects/lost/versions", `{"schema":"\"string\""}`},
		{http.MethodPut, "/config", `{"compatibility":"NONE"}`},
		{http.MethodPut, "/mode", `{"mode":"READONLY"}`},
		{http.MethodDelete, "/subjects/before", ""},
	} {
		if status, body := answer(t, r, c.method, c.path, c.body); status != 500 || body != `{"error_code":50001,"message":"Error in the backend data store"}` {
			t.Errorf("%s %s on a full disk: got %d %s", c.method, c.path, status, body)
		}
	}
	check := func(when string) {
		t.Helper()
		for path, want := range map[string]string{
			"/subjects?deleted=true": `["before"]`,
			"/config":                `{"compatibilityLevel":"BACKWARD"}`,
			"/mode":                  `{"mode":"READWRITE"}`,
		} {
			if status, body := answer(t, r, http.MethodGet, path, ""); status != 200 || body != want {
				t.Errorf("%s, %s: got %d %s, want %s", when, path, status, body, want)
			}
		}
	}
	check("on the full disk")
	disk.room = nil
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if r, err = Open(dir); err != nil {
		t.Fatal(err)
	}
	check("opened again")
	if status, body := answer(t, r, http.MethodPost, "/subjects/next/versions", `{"schema":"\"long\""}`); !strings.Contains(body, `"id":2,`) {
		t.Errorf("the next id: got %d %s, want 2", status, body)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

// TestFailedSync: what may not be on the disk is not acknowledged to anybody.
func TestFailedSync(t *testing.T) {
	t.Parallel()
	var disk *failingFile
	r, err := open(t.TempDir(), func(f *os.File) journal.File {
		disk = &failingFile{File: f}
		return disk
	}, []Option{WithSync()})
	if err != nil {
		t.Fatal(err)
	}
	disk.syncs = syscall.EIO
	for _, c := range []struct{ method, path, body string }{
		{http.MethodPost, "/subjects/s/versions", `{"schema":"\"int\""}`},
		{http.MethodPost, "/subjects/s", `{"schema":"\"int\""}`},
		{http.MethodGet, "/subjects", ""},
	} {
		if status, body := answer(t, r, c.method, c.path, c.body); status != 500 {
			t.Errorf("%s %s after a sync failed: got %d %s", c.method, c.path, status, body)
		}
	}
	if err := r.Close(); err == nil {
		t.Error("Close after a sync failed: got no error")
	}
}
