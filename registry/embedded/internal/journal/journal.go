package journal

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// ErrLocked says that another journal has the directory open, in this process or in another.
var ErrLocked = errors.New("another process has it open")

// File is what a journal needs of an open file.
type File interface {
	WriteAt(b []byte, offset int64) (int, error)
	Truncate(size int64) error
	Sync() error
	Close() error
}

// Options are what may differ between two journals; the zero Options are good.
type Options struct {
	// Sync makes [Journal.Wait] wait for the disk. Without it a record is safe
	// from the end of the process as soon as [Journal.Append] returned, and from
	// a loss of power some time later.
	Sync bool
	// Wrap stands between the journal and its file; nil is nothing. Tests let
	// disks fail with it.
	Wrap func(*os.File) File
}

// Journal is an open journal. All methods are safe for concurrent use, but for [Journal.Rewrite].
type Journal struct {
	dir     string
	options Options
	lock    *os.File

	// Cut is how many bytes of a torn record Open removed from the end.
	Cut int64

	mu    sync.Mutex // orders appends
	file  File
	dirty bool // a failed write left bytes behind the end
	buf   []byte

	end    atomic.Int64 // behind the last whole record
	synced atomic.Int64 // all below is on the disk

	syncing sync.Mutex // held for one sync of many records
	failed  error      // of a sync: what is on the disk is unknown from then on
}

// Open opens the journal of a directory, which it makes if there is none, and
// gives every record to apply, oldest first. It returns [ErrLocked] where the
// directory is in use and a [DamageError] where a record is damaged.
func Open(dir string, o Options, apply func(record []byte) error) (*Journal, error) {
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	held, err := lock(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, fmt.Errorf("journal: lock %s: %w", dir, err)
	}
	j := &Journal{dir: dir, options: o, lock: held}
	if err := j.load(apply); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

func (j *Journal) path() string { return filepath.Join(j.dir, "registry.log") }

func (j *Journal) load(apply func([]byte) error) error {
	f, err := os.OpenFile(j.path(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	j.wrap(f)
	info, err := f.Stat()
	if err != nil {
		return err
	}
	end, err := replay(f, apply)
	if err != nil {
		return err
	}
	if info.Size() < int64(len(preamble)) {
		if _, err := j.file.WriteAt([]byte(preamble), 0); err != nil {
			return fmt.Errorf("journal: begin %s: %w", j.path(), err)
		}
	} else if j.Cut = info.Size() - end; j.Cut > 0 {
		if err := j.file.Truncate(end); err != nil {
			return fmt.Errorf("journal: cut %s at offset %d: %w", j.path(), end, err)
		}
	}
	// What an earlier process wrote may not be on the disk yet, and counts as acknowledged from here on.
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("journal: sync %s: %w", j.path(), err)
	}
	if err := syncDir(j.dir); err != nil {
		return fmt.Errorf("journal: sync %s: %w", j.dir, err)
	}
	j.end.Store(end)
	j.synced.Store(end)
	return nil
}

func (j *Journal) wrap(f *os.File) {
	j.file = f
	if j.options.Wrap != nil {
		j.file = j.options.Wrap(f)
	}
}

// Append adds a record. It is in the journal as a whole, or there is an error and it is not.
func (j *Journal) Append(record []byte) error {
	if len(record) > maxRecord {
		return fmt.Errorf("journal: append to %s: a record of %d bytes is above %d", j.path(), len(record), maxRecord)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return fmt.Errorf("journal: append to %s: %w", j.path(), os.ErrClosed)
	}
	end := j.end.Load()
	if j.dirty {
		if err := j.file.Truncate(end); err != nil {
			return fmt.Errorf("journal: remove the rest of a failed write from %s: %w", j.path(), err)
		}
		j.dirty = false
	}
	acknowledged := end
	if j.options.Sync {
		acknowledged = j.synced.Load()
	}
	j.buf = appendRecord(j.buf[:0], record, acknowledged)
	if _, err := j.file.WriteAt(j.buf, end); err != nil {
		// The next append tries again where this fails: a disk may be full for a while.
		j.dirty = j.file.Truncate(end) != nil
		return fmt.Errorf("journal: append to %s: %w", j.path(), err)
	}
	j.end.Store(end + int64(len(j.buf)))
	return nil
}

// End is the offset behind the last record, for [Journal.Wait].
func (j *Journal) End() int64 { return j.end.Load() }

// Wait returns once all below an offset is as safe as the options ask for. Many
// callers that wait at once share a sync. After a sync failed nothing above the
// last good one can be relied upon, and every wait for it fails.
func (j *Journal) Wait(offset int64) error {
	if !j.options.Sync || j.synced.Load() >= offset {
		return nil
	}
	j.syncing.Lock()
	defer j.syncing.Unlock()
	if j.synced.Load() >= offset {
		return nil // by the sync that this call waited for
	}
	if j.failed != nil {
		return j.failed
	}
	end := j.end.Load()
	if err := j.file.Sync(); err != nil {
		j.failed = fmt.Errorf("journal: sync %s: %w", j.path(), err)
		return j.failed
	}
	j.synced.Store(end)
	return nil
}

// Rewrite replaces all records by others, as a whole or not at all. Nothing
// else may use the journal meanwhile.
func (j *Journal) Rewrite(records iter.Seq2[[]byte, error]) error {
	next := j.path() + ".new"
	f, err := os.OpenFile(next, os.O_CREATE|os.O_RDWR|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("journal: rewrite: %w", err)
	}
	end, err := writeAll(f, records)
	if err == nil {
		err = os.Rename(next, j.path())
	}
	if err != nil {
		return fmt.Errorf("journal: rewrite %s: %w", j.path(), errors.Join(err, f.Close(), os.Remove(next)))
	}
	old := j.file
	j.wrap(f)
	j.end.Store(end)
	j.synced.Store(end)
	if err := errors.Join(old.Close(), syncDir(j.dir)); err != nil {
		return fmt.Errorf("journal: rewrite %s: %w", j.path(), err)
	}
	return nil
}

func writeAll(f *os.File, records iter.Seq2[[]byte, error]) (end int64, err error) {
	out := []byte(preamble)
	for record, err := range records {
		if err != nil {
			return 0, err
		}
		out = appendRecord(out, record, end+int64(len(out)))
		if len(out) < 1<<20 {
			continue
		}
		if _, err := f.Write(out); err != nil {
			return 0, err
		}
		end += int64(len(out))
		out = out[:0]
	}
	if _, err := f.Write(out); err != nil {
		return 0, err
	}
	return end + int64(len(out)), f.Sync()
}

// Close ends the journal and gives the directory back. It may be called twice.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var err error
	if j.file != nil {
		if j.options.Sync {
			err = j.Wait(j.End())
		}
		err = errors.Join(err, j.file.Close())
		j.file = nil
	}
	if j.lock != nil {
		err = errors.Join(err, unlock(j.lock))
		j.lock = nil
	}
	return err
}
