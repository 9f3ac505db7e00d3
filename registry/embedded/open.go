package embedded

import (
	"fmt"
	"iter"
	"log/slog"
	"os"

	"github.com/magicbyte-go/magicbyte/registry/embedded/internal/journal"
)

// Keys of log attributes.
const (
	logDir     = "dir"
	logBytes   = "bytes"
	logChanges = "changes"
	logError   = "error"
	logSubject = "subject"
)

// Open returns a registry that keeps everything in a directory, which it makes
// if there is none, and that has everything which was acknowledged before, also
// where its process was killed. One registry at a time can have a directory
// open. [Registry.Close] ends it.
//
// A record that was being written when the process ended is cut off, with a
// warning in the log (see [WithLogger]). A file that is damaged elsewhere is
// refused with the offset of the damage. A change that cannot be stored, on a
// full disk for example, is answered 500 with code 50001, and nothing of it remains.
//
// Everything is kept in memory as well. What was deleted and overwritten is
// left out of the file when it is opened and makes up more than half of it.
// Files are the invoking user's alone. Open needs a Unix system.
func Open(dir string, options ...Option) (*Registry, error) {
	return open(dir, nil, options)
}

// compactFrom is how many changes a log has at least before it is written anew.
const compactFrom = 1000

func open(dir string, wrap func(*os.File) journal.File, options []Option) (*Registry, error) {
	r := New(options...)
	read := 0
	log, err := journal.Open(dir, journal.Options{Sync: r.sync, Wrap: wrap}, func(record []byte) error {
		changes, err := decodeChanges(record)
		if err != nil {
			return err
		}
		r.state.apply(changes)
		read += len(changes)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("embedded: open %s: %w", dir, err)
	}
	if log.Cut > 0 {
		r.logger.Warn("cut off a record that was not written to its end", logDir, dir, logBytes, log.Cut)
	}
	if size := r.state.size(); read >= compactFrom && read > 2*size {
		if err := log.Rewrite(r.state.records()); err != nil {
			_ = log.Close()
			return nil, fmt.Errorf("embedded: open %s: %w", dir, err)
		}
		r.logger.Info("wrote the log anew without what was deleted", logDir, dir, logChanges, size)
	}
	r.storage = file{log}
	return r, nil
}

// Close ends a registry of [Open] and gives its directory back; requests that
// come later are answered 500 if they change anything. On a registry of [New]
// it does nothing. It may be called twice.
func (r *Registry) Close() error {
	if err := r.storage.close(); err != nil {
		return fmt.Errorf("embedded: close: %w", err)
	}
	return nil
}

// records is a snapshot as the journal keeps it.
func (s *state) records() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for c := range s.snapshot() {
			if !yield(encodeChanges([]change{c})) {
				return
			}
		}
	}
}

// silent is the logger of those who gave none.
var silent = slog.New(slog.DiscardHandler)
