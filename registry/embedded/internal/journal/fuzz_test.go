package journal_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/magicbyte-go/magicbyte/registry/embedded/internal/journal"
)

// Whatever is in a file, opening it gives whole records or an error that tells a place; what was opened once is the same when it is opened again, with
// what was appended behind it.
func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	path := filepath.Join(dir, "registry.log")
	read := func(t *testing.T) (records []string, add func(string), err error) {
		t.Helper()
		j, err := journal.Open(dir, journal.Options{}, func(record []byte) error {
			records = append(records, string(record))
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
		return records, func(record string) {
			if err := errors.Join(j.Append([]byte(record)), j.Close()); err != nil {
				t.Fatal(err)
			}
		}, nil
	}
	seed, err := journal.Open(dir, journal.Options{}, func([]byte) error { return nil })
	if err != nil {
		f.Fatal(err)
	}
	if err := errors.Join(seed.Append([]byte("first")), seed.Append([]byte("second")), seed.Close()); err != nil {
		f.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	for _, n := range []int{len(content), len(content) - 3, len(content) - 10, 30, 10, 0} {
		f.Add(content[:n])
	}
	f.Add(append(slices.Clone(content), make([]byte, 100)...))
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		records, add, err := read(t)
		if err != nil {
			return
		}
		add("more")
		again, add, err := read(t)
		if err != nil {
			t.Fatalf("opened, and not again: %v", err)
		}
		add("and more")
		if want := append(records, "more"); !slices.Equal(again, want) {
			t.Errorf("%q: got %q when it was opened again, want %q", content, again, want)
		}
	})
}
