package snapshot

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/magicbyte-go/magicbyte/serde"
)

// Kind is what was asked.
type Kind string

// The kinds of questions.
const (
	ByID         Kind = "id"           // Context and ID
	ByVersion    Kind = "version"      // Subject and Version, serde.LatestVersion for the newest
	Registration Kind = "registration" // Subject, and the schema as it was asked about
)

// Key is a question. Members that its kind does not name are zero.
type Key struct {
	Kind       Kind
	Context    string
	ID         serde.SchemaID
	Subject    string
	Version    int
	Type       string
	Text       string
	References string
}

// Answer is what the registry said last.
type Answer struct {
	Schema  serde.RegisteredSchema // for ByID, the schema alone
	Missing Missing                // instead of Schema, where it said that there is none
	Seen    time.Time
}

// Missing is a refusal that is an answer: this does not exist.
type Missing struct {
	Status, Code int
	Message      string
}

func (a Answer) same(b Answer) bool {
	return a.Missing == b.Missing && a.Schema.ID == b.Schema.ID && a.Schema.GUID == b.Schema.GUID &&
		a.Schema.Subject == b.Schema.Subject && a.Schema.Version == b.Schema.Version && a.Schema.Type == b.Schema.Type &&
		a.Schema.Text == b.Schema.Text && slices.Equal(a.Schema.References, b.Schema.References)
}

// Book holds the last answers, up to a number of bytes; beyond it, those not seen for longest go. It is safe for concurrent use.
type Book struct {
	limit int64

	mu      sync.RWMutex
	answers map[Key]Answer
	dropped map[string]time.Time // subjects, and when
	bytes   int64
	changed bool // since it was saved
}

// NewBook returns an empty book for limit bytes.
func NewBook(limit int64) *Book {
	return &Book{limit: limit, answers: make(map[Key]Answer), dropped: make(map[string]time.Time)}
}

// Get returns the last answer to key.
func (b *Book) Get(key Key) (Answer, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	a, ok := b.answers[key]
	return a, ok
}

// Put notes an answer seen now.
func (b *Book) Put(key Key, a Answer) {
	a.Seen = time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	if old, ok := b.answers[key]; !ok || !old.same(a) {
		b.changed = true
	}
	b.put(key, a)
	b.trim()
}

// Drop forgets what was said about subject, here and, with the next save, in the file.
func (b *Book) Drop(subject string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dropped[subject] = time.Now()
	b.changed = true
	for key, a := range b.answers {
		if key.Kind != ByID && key.Subject == subject {
			b.bytes -= size(key, a)
			delete(b.answers, key)
		}
	}
}

// Changed reports whether there is something to save.
func (b *Book) Changed() bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.changed
}

// Schemas calls yield with all schemas by id.
func (b *Book) Schemas(yield func(context string, id serde.SchemaID, schema serde.Schema)) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for key, a := range b.answers {
		if key.Kind == ByID {
			yield(key.Context, key.ID, a.Schema.Schema)
		}
	}
}

// merge takes what others have seen later, or we have not seen at all. It returns all answers for the file.
func (b *Book) merge(others map[Key]Answer) map[Key]Answer {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, a := range others {
		if at, dropped := b.dropped[key.Subject]; dropped && key.Kind != ByID && !a.Seen.After(at) {
			continue
		}
		if old, ok := b.answers[key]; !ok || a.Seen.After(old.Seen) {
			b.put(key, a)
		}
	}
	b.trim()
	b.changed = false
	return maps.Clone(b.answers)
}

// unsaved puts back what a failed save has not written.
func (b *Book) unsaved() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.changed = true
}

func (b *Book) put(key Key, a Answer) {
	if old, ok := b.answers[key]; ok {
		b.bytes -= size(key, old)
	}
	b.bytes += size(key, a)
	b.answers[key] = a
}

// trim drops what was not seen for longest, down to seven eighths of the limit so that the next answers need not do it again.
func (b *Book) trim() {
	if b.bytes <= b.limit {
		return
	}
	keys := slices.SortedFunc(maps.Keys(b.answers), func(x, y Key) int {
		return cmp.Compare(b.answers[x].Seen.UnixNano(), b.answers[y].Seen.UnixNano())
	})
	for _, key := range keys {
		if b.bytes <= b.limit/8*7 {
			return
		}
		b.bytes -= size(key, b.answers[key])
		delete(b.answers, key)
	}
}

// size is about what an answer costs: its strings, and what holds them.
func size(key Key, a Answer) int64 {
	const each, perReference = 512, 48
	n := each + len(key.Subject) + len(key.Text) + len(key.References) + len(a.Schema.Text) + len(a.Missing.Message)
	for _, r := range a.Schema.References {
		n += perReference + len(r.Name) + len(r.Subject)
	}
	return int64(n)
}
