package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry/embedded/internal/journal"
)

// open returns the journal of a directory, and the records that it held.
func open(t *testing.T, dir string, o journal.Options) (*journal.Journal, []string) {
	t.Helper()
	var records []string
	j, err := journal.Open(dir, o, func(record []byte) error {
		records = append(records, string(record))
		return nil
	})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return j, records
}

func add(t *testing.T, j *journal.Journal, records ...string) {
	t.Helper()
	for _, record := range records {
		if err := j.Append([]byte(record)); err != nil {
			t.Fatalf("Append(%q): %v", record, err)
		}
		if err := j.Wait(j.End()); err != nil {
			t.Fatalf("Wait: %v", err)
		}
	}
}

func closeIt(t *testing.T, j *journal.Journal) {
	t.Helper()
	if err := j.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
}

// made returns a directory with a journal of these records, the file's path and its bytes.
func made(t *testing.T, o journal.Options, records ...string) (dir, path string, content []byte) {
	t.Helper()
	dir = t.TempDir()
	j, _ := open(t, dir, o)
	add(t, j, records...)
	closeIt(t, j)
	path = filepath.Join(dir, "registry.log")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return dir, path, content
}

func TestRecordsComeBack(t *testing.T) {
	t.Parallel()
	for _, o := range []journal.Options{{}, {Sync: true}} {
		dir := t.TempDir()
		want := []string{"one", "", strings.Repeat("x", 3<<20), "four"}
		j, _ := open(t, dir, o)
		add(t, j, want[:2]...)
		closeIt(t, j)
		j, got := open(t, dir, o)
		if diff := cmp.Diff(want[:2], got); diff != "" {
			t.Errorf("records (-want +got):\n%s", diff)
		}
		add(t, j, want[2:]...)
		closeIt(t, j)
		if _, got = open(t, dir, o); !cmp.Equal(got, want) {
			t.Errorf("got %d records, want %d", len(got), len(want))
		}
	}
}

// TestTornTail cuts the file at every byte: what was whole before comes back,
// and the journal goes on from there.
func TestTornTail(t *testing.T) {
	t.Parallel()
	records := []string{`{"a":1}`, `{"b":22}`, `{"c":333}`}
	dir, path, content := made(t, journal.Options{}, records...)
	whole := 0
	for size := range len(content) {
		if err := os.WriteFile(path, content[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		j, got := open(t, dir, journal.Options{})
		if whole < len(got) {
			whole = len(got)
		}
		if len(got) < whole || !cmp.Equal(append([]string{}, got...), append([]string{}, records[:len(got)]...)) {
			t.Fatalf("cut to %d bytes: got %q", size, got)
		}
		kept := j.End() - j.Cut
		if want := int64(size); j.Cut > 0 && j.End()+j.Cut != want {
			t.Errorf("cut to %d bytes: kept %d, said that %d were cut", size, kept, j.Cut)
		}
		add(t, j, "next")
		closeIt(t, j)
		j, got = open(t, dir, journal.Options{})
		if n := len(got); n == 0 || got[n-1] != "next" || j.Cut != 0 {
			t.Fatalf("cut to %d bytes, then appended: got %q, %d cut", size, got, j.Cut)
		}
		closeIt(t, j)
	}
	if whole != len(records)-1 {
		t.Errorf("the longest cut left %d records, want %d", whole, len(records)-1)
	}
}

// TestDamage flips every bit of the first record: it is refused with the
// record's offset, and the file is left as it is.
func TestDamage(t *testing.T) {
	t.Parallel()
	dir, path, content := made(t, journal.Options{}, `{"a":1}`, `{"b":22}`)
	const first = 25 // behind the line that names the format
	second := bytes.LastIndex(content, []byte("\xff\xfemb"))
	for at := first; at < second; at++ {
		damaged := bytes.Clone(content)
		damaged[at] ^= 0x10
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := journal.Open(dir, journal.Options{}, func([]byte) error { return nil })
		if j != nil {
			closeIt(t, j)
		}
		var damage *journal.DamageError
		if !errors.As(err, &damage) || damage.Offset != first || !strings.Contains(err.Error(), "offset 25") {
			t.Fatalf("byte %d flipped: got %v, want damage at offset %d", at, err, first)
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, damaged) {
			t.Fatalf("byte %d flipped: the file was changed (%v)", at, err)
		}
	}
}

// TestRotAtTheEnd: the last record is complete, so no kill left it like this.
func TestRotAtTheEnd(t *testing.T) {
	t.Parallel()
	dir, path, content := made(t, journal.Options{}, `{"a":1}`, `{"b":22}`)
	content[len(content)-2] ^= 1
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Open(dir, journal.Options{}, func([]byte) error { return nil }); !errors.As(err, new(*journal.DamageError)) {
		t.Errorf("got %v, want damage", err)
	}
}

// TestLostPower: blocks of several records that were never acknowledged reach
// the disk in any order. The same hole below what was acknowledged is damage.
func TestLostPower(t *testing.T) {
	t.Parallel()
	const before = "before"
	a, b := strings.Repeat("a", 600), strings.Repeat("b", 600)
	dir := t.TempDir()
	j, _ := open(t, dir, journal.Options{Sync: true})
	add(t, j, before)
	hole := j.End()
	for _, record := range []string{a, b} { // nobody waits for these
		if err := j.Append([]byte(record)); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "registry.log")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	closeIt(t, j)
	clear(content[hole+10 : hole+500])
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	j, got := open(t, dir, journal.Options{Sync: true})
	if diff := cmp.Diff([]string{before}, got); diff != "" || j.Cut != int64(len(content))-hole {
		t.Errorf("records after a loss of power, %d bytes cut (-want +got):\n%s", j.Cut, diff)
	}
	closeIt(t, j)

	dir, path, content = made(t, journal.Options{Sync: true}, before, a, b)
	clear(content[hole+10 : hole+500])
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Open(dir, journal.Options{Sync: true}, func([]byte) error { return nil }); !errors.As(err, new(*journal.DamageError)) {
		t.Errorf("a hole in what was acknowledged: got %v, want damage", err)
	}
}

func TestForeignFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "registry.log"), []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Open(dir, journal.Options{}, nil); err == nil || !strings.Contains(err.Error(), "no journal") {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestOneAtATime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j, _ := open(t, dir, journal.Options{})
	if _, err := journal.Open(dir, journal.Options{}, nil); !errors.Is(err, journal.ErrLocked) {
		t.Errorf("a second Open: got %v, want ErrLocked", err)
	}
	closeIt(t, j)
	open(t, dir, journal.Options{})
}

// disk is a file with a failing disk below it.
type disk struct {
	*os.File
	room    int64 // bytes below this offset can be written
	noCut   bool
	syncs   atomic.Int32
	syncErr error
	onSync  func()
}

func (d *disk) WriteAt(b []byte, offset int64) (int, error) {
	fits := min(int64(len(b)), max(0, d.room-offset))
	n, err := d.File.WriteAt(b[:fits], offset)
	if err == nil && n < len(b) {
		err = syscall.ENOSPC
	}
	return n, err
}

func (d *disk) Truncate(size int64) error {
	if d.noCut {
		return syscall.EIO
	}
	return d.File.Truncate(size)
}

func (d *disk) Sync() error {
	d.syncs.Add(1)
	if d.onSync != nil {
		d.onSync()
	}
	return errors.Join(d.syncErr, d.File.Sync())
}

// TestFullDisk: a record that finds no room leaves nothing behind, whether or
// not its rest can be removed at once, and the journal goes on when there is room.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	for _, noCut := range []bool{false, true} {
		var d *disk
		dir := t.TempDir()
		j, _ := open(t, dir, journal.Options{Wrap: func(f *os.File) journal.File {
			d = &disk{File: f, room: 1 << 20}
			return d
		}})
		add(t, j, "before")
		d.room, d.noCut = j.End()+30, noCut
		if err := j.Append([]byte(strings.Repeat("x", 100))); !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("Append without room: got %v", err)
		}
		if err := j.Append([]byte("short")); noCut && !errors.Is(err, syscall.EIO) {
			t.Errorf("while the rest cannot be removed: got %v", err)
		}
		d.room, d.noCut = 1<<20, false
		add(t, j, "after")
		closeIt(t, j)
		want := []string{"before", "short", "after"}
		if noCut {
			want = []string{"before", "after"}
		}
		if _, got := open(t, dir, journal.Options{}); !cmp.Equal(want, got) {
			t.Errorf("rest not removable %t: got %q, want %q", noCut, got, want)
		}
	}
}

// TestSyncIsShared: all that wait while one sync runs are served by the next one.
func TestSyncIsShared(t *testing.T) {
	t.Parallel()
	var d *disk
	j, _ := open(t, t.TempDir(), journal.Options{Sync: true, Wrap: func(f *os.File) journal.File {
		d = &disk{File: f, room: 1 << 20}
		return d
	}})
	started, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	d.onSync = func() { once.Do(func() { close(started); <-release }) }
	d.syncs.Store(0)
	var wg sync.WaitGroup
	wg.Go(func() { add(t, j, "first") })
	<-started
	var appended sync.WaitGroup
	for i := range 50 {
		appended.Add(1)
		wg.Go(func() {
			err := j.Append(fmt.Appendf(nil, "%d", i))
			end := j.End()
			appended.Done()
			if err := errors.Join(err, j.Wait(end)); err != nil {
				t.Errorf("record %d: %v", i, err)
			}
		})
	}
	appended.Wait()
	close(release)
	wg.Wait()
	if got := d.syncs.Load(); got != 2 {
		t.Errorf("51 records took %d syncs, want 2", got)
	}
}

func TestFailedSync(t *testing.T) {
	t.Parallel()
	var d *disk
	j, _ := open(t, t.TempDir(), journal.Options{Sync: true, Wrap: func(f *os.File) journal.File {
		d = &disk{File: f, room: 1 << 20}
		return d
	}})
	add(t, j, "good")
	good := j.End()
	d.syncErr = syscall.EIO
	if err := j.Append([]byte("bad")); err != nil {
		t.Fatal(err)
	}
	if err := j.Wait(j.End()); !errors.Is(err, syscall.EIO) {
		t.Errorf("Wait: got %v, want the disk's error", err)
	}
	d.syncErr = nil // a later sync says nothing about what the failed one lost
	if err := j.Wait(j.End()); !errors.Is(err, syscall.EIO) {
		t.Errorf("Wait after the disk recovered: got %v, want the error again", err)
	}
	if err := j.Wait(good); err != nil {
		t.Errorf("Wait for what was synced before: got %v", err)
	}
	if err := j.Close(); !errors.Is(err, syscall.EIO) {
		t.Errorf("Close: got %v, want the error", err)
	}
}

func TestRewrite(t *testing.T) {
	t.Parallel()
	dir, _, _ := made(t, journal.Options{}, "a", "b", "c")
	j, _ := open(t, dir, journal.Options{})
	broken := errors.New("broken")
	if err := j.Rewrite(func(yield func([]byte, error) bool) { yield(nil, broken) }); !errors.Is(err, broken) {
		t.Errorf("Rewrite that fails: got %v", err)
	}
	add(t, j, "d")
	if err := j.Rewrite(func(yield func([]byte, error) bool) {
		_ = yield([]byte("all"), nil) && yield(bytes.Repeat([]byte("x"), 2<<20), nil)
	}); err != nil {
		t.Fatalf("Rewrite: %v", err)
	}
	add(t, j, "e")
	closeIt(t, j)
	_, got := open(t, dir, journal.Options{})
	if len(got) != 3 || got[0] != "all" || len(got[1]) != 2<<20 || got[2] != "e" {
		t.Errorf("got %d records, want all, a large one and e", len(got))
	}
	if names, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(names) != 2 {
		t.Errorf("files in the directory: got %v (%v), want the log and the lock", names, err)
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	j, _ := open(t, t.TempDir(), journal.Options{})
	closeIt(t, j)
	closeIt(t, j)
	if err := j.Append([]byte("x")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Append after Close: got %v", err)
	}
}

// Schemas are nobody else's business, also in a directory that others may read.
func TestFilesAreTheUsersAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "not", "there")
	j, _ := open(t, dir, journal.Options{})
	add(t, j, "a")
	check := func(when string) {
		t.Helper()
		for name, want := range map[string]os.FileMode{".": os.ModeDir | 0o700, "..": os.ModeDir | 0o700, "registry.log": 0o600, "lock": 0o600} {
			if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode() != want {
				t.Errorf("%s, %s: %v, %v; want %v", when, name, info.Mode(), err, want)
			}
		}
	}
	check("made")
	if err := j.Rewrite(func(yield func([]byte, error) bool) { yield([]byte("b"), nil) }); err != nil {
		t.Fatal(err)
	}
	check("written anew")
}
