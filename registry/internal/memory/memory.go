package memory

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/magicbyte-go/magicbyte/registry/internal/cache"
	"github.com/magicbyte-go/magicbyte/registry/internal/snapshot"
	"github.com/magicbyte-go/magicbyte/serde"
)

// saveDelay lets the answers of a starting service come together in one write.
const saveDelay = time.Second

// Config is what a memory needs to know.
type Config struct {
	Registry    string // what log records call it
	Path        string // of the file, "" for none
	Owner       snapshot.Owner
	Limit       int64                        // bytes of the answers
	Logger      *slog.Logger                 // nil for none
	Background  *cache.Group                 // owns the writing of the file
	Unavailable func(error) bool             // whether an error means that there was no answer
	Refusal     func(snapshot.Missing) error // an answer that something does not exist, as it was given
}

// Memory remembers answers. It is safe for concurrent use.
type Memory struct {
	Config
	book     *snapshot.Book
	outage   outage
	unusable atomic.Pointer[error] // why the file was not read, until it was written anew
	saving   atomic.Bool
}

// New returns a memory, with what the file says where there is one. An unusable file is no reason not to start, since the registry may
// be well: the logger says so, and so do the errors of Recall.
func New(c Config) *Memory {
	m := &Memory{Config: c, book: snapshot.NewBook(c.Limit)}
	if c.Path == "" {
		return m
	}
	if err := m.book.Load(c.Path, c.Owner); err != nil {
		why := fmt.Errorf("the snapshot %s is not used: %w", c.Path, err)
		m.unusable.Store(&why)
		if c.Logger != nil {
			c.Logger.Error("schema registry snapshot is not used", slog.String(logPath, c.Path), slog.Any(logError, err))
		}
	}
	return m
}

// Schemas calls yield with all schemas by id: what the file says of them is true for ever.
func (m *Memory) Schemas(yield func(context string, id serde.SchemaID, schema serde.Schema)) {
	m.book.Schemas(yield)
}

// Recall asks with get; while the registry is unavailable, it returns the last answer to the same question, where there is one.
func (m *Memory) Recall(
	ctx context.Context, asked snapshot.Key, get func(context.Context) (serde.RegisteredSchema, error),
) (serde.RegisteredSchema, error) {
	last, known := m.book.Get(asked)
	if !known || ctx.Err() != nil {
		s, err := get(ctx)
		return s, m.withoutSnapshot(err)
	}
	if m.outage.quiet() {
		return m.lastAnswer(last)
	}
	patient, cancel := context.WithTimeout(ctx, patienceFor(ctx))
	defer cancel()
	s, err := get(patient)
	switch {
	case ctx.Err() != nil:
		return s, err
	case err != nil && (m.Unavailable(err) || errors.Is(err, context.DeadlineExceeded)):
		if m.outage.failed() {
			m.warn(ctx, "schema registry unavailable: going on with what it said before", err)
		}
		return m.lastAnswer(last)
	case m.outage.answered():
		m.inform(ctx, "schema registry available again")
	}
	return s, err
}

func (m *Memory) lastAnswer(a snapshot.Answer) (serde.RegisteredSchema, error) {
	if a.Missing != (snapshot.Missing{}) {
		return serde.RegisteredSchema{}, m.Refusal(a.Missing)
	}
	return a.Schema, nil
}

// withoutSnapshot says beside an outage that a snapshot would have helped, had it been whole.
func (m *Memory) withoutSnapshot(err error) error {
	why := m.unusable.Load()
	if why == nil || err == nil || !m.Unavailable(err) {
		return err
	}
	return fmt.Errorf("%w (%w)", err, *why)
}

// Put notes an answer, and has the file written in a moment.
func (m *Memory) Put(ctx context.Context, asked snapshot.Key, a snapshot.Answer) {
	m.book.Put(asked, a)
	m.save(ctx)
}

// Drop forgets what was said about a subject, and has the file written in a moment.
func (m *Memory) Drop(ctx context.Context, subject string) {
	m.book.Drop(subject)
	m.save(ctx)
}

// Save writes the file now, where there is one and it lacks something.
func (m *Memory) Save() error {
	if m.Path == "" || !m.book.Changed() {
		return nil
	}
	if err := m.book.Save(m.Path, m.Owner); err != nil {
		return fmt.Errorf("save snapshot %s: %w", m.Path, err)
	}
	m.unusable.Store(nil)
	return nil
}

// save writes the file in a moment, unless that is under way.
func (m *Memory) save(ctx context.Context) {
	if m.Path == "" || !m.book.Changed() || !m.saving.CompareAndSwap(false, true) {
		return
	}
	m.Background.Go(ctx, func(ctx context.Context) {
		select {
		case <-time.After(saveDelay):
		case <-ctx.Done(): // closing saves
			return
		}
		m.saving.Store(false) // before the answers are read: what comes from now on starts a write of its own
		if err := m.Save(); err != nil {
			m.warn(ctx, "schema registry snapshot cannot be written", err)
		}
	})
}

func (m *Memory) warn(ctx context.Context, message string, err error) {
	if m.Logger != nil {
		m.Logger.LogAttrs(ctx, slog.LevelWarn, message, slog.String(logRegistry, m.Registry), slog.Any(logError, err))
	}
}

func (m *Memory) inform(ctx context.Context, message string) {
	if m.Logger != nil {
		m.Logger.LogAttrs(ctx, slog.LevelInfo, message, slog.String(logRegistry, m.Registry))
	}
}

// Attribute keys of log records; those of requests stand with the requests.
const (
	logRegistry = "registry"
	logError    = "error"
	logPath     = "path"
)
