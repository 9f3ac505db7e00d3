package embedded

import "github.com/magicbyte-go/magicbyte/registry/embedded/internal/journal"

// storage keeps what a registry decided. A registry lives in its state; storage
// sees every change before the state does, in order, so that a log of changes
// is enough to make the state again.
type storage interface {
	// append keeps changes, all or none of them. An error refuses the request.
	append(changes []change) error
	// end is a place behind all that was appended, for wait.
	end() int64
	// wait returns once all before a place is as safe as was asked for.
	wait(end int64) error
	close() error
}

// memory keeps nothing beside the state.
type memory struct{}

func (memory) append([]change) error { return nil }
func (memory) end() int64            { return 0 }
func (memory) wait(int64) error      { return nil }
func (memory) close() error          { return nil }

// file keeps changes in a journal: what is decided together is one record.
type file struct{ *journal.Journal }

func (f file) append(changes []change) error {
	record, err := encodeChanges(changes)
	if err != nil {
		return err
	}
	return f.Append(record)
}

func (f file) end() int64           { return f.End() }
func (f file) wait(end int64) error { return f.Wait(end) }
func (f file) close() error         { return f.Close() }
