package compat

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// Schema is one schema with everything that its text refers to.
type Schema struct {
	Version    int      // version in its subject; only repeated in messages
	Text       string   // Avro schema, as JSON
	References []string // texts of all schemas that Text refers to, each after those it refers to itself
}

// Result is the verdict of [Check]. Its zero value is "compatible".
type Result struct {
	// Messages holds the problems found, newest version first: all of them, up to [MaxMessages] for a version and a direction.
	// It is empty if, and only if, the candidate is compatible. It is the caller's.
	Messages []Message
}

// Compatible reports whether no problem was found.
func (r Result) Compatible() bool { return len(r.Messages) == 0 }

// maxMessagesInError keeps errors readable.
const maxMessagesInError = 10

// Err returns nil for a compatible candidate, otherwise one error with the first ten messages and the number of the others.
func (r Result) Err() error {
	if r.Compatible() {
		return nil
	}
	var lines []string
	for _, m := range r.Messages[:min(len(r.Messages), maxMessagesInError)] {
		line := m.String()
		if m.Version != 0 {
			line = fmt.Sprintf("version %d: %s", m.Version, line)
		}
		lines = append(lines, line)
	}
	if more := len(r.Messages) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return fmt.Errorf("compat: schema is incompatible: %s", strings.Join(lines, "; "))
}

// Check asks whether candidate may follow earlier under level. The order of
// earlier does not matter: versions decide which is the newest, and among equal
// versions the later one in the slice.
func Check(level Level, candidate Schema, earlier []Schema) Result {
	if !level.backward() && !level.forward() || len(earlier) == 0 {
		return Result{}
	}
	parsed, err := parse(candidate)
	if err != nil {
		return Result{[]Message{{Type: Unparsable, reason: "the candidate schema cannot be read: " + err.Error()}}}
	}
	var result Result
	for _, old := range newestFirst(level, earlier) {
		messages := checkPair(level, parsed, old)
		for i := range messages {
			messages[i].Version = old.Version
		}
		result.Messages = append(result.Messages, messages...)
	}
	return result
}

// CanRead asks whether everything that was written with one schema can be read with another, as level BACKWARD asks of a new
// reader and an old writer. Messages have no version.
func CanRead(reader, writer *avro.Schema) Result {
	return Result{read(reader, writer, false)}
}

// newestFirst returns the earlier schemas that level asks about.
func newestFirst(level Level, earlier []Schema) []Schema {
	sorted := slices.Clone(earlier)
	slices.Reverse(sorted)
	slices.SortStableFunc(sorted, func(a, b Schema) int { return cmp.Compare(b.Version, a.Version) })
	if !level.Transitive() {
		sorted = sorted[:1]
	}
	return sorted
}

// checkPair reports the forward direction first, as the registry does.
func checkPair(level Level, candidate *avro.Schema, old Schema) []Message {
	parsed, err := parse(old)
	if err != nil {
		return []Message{{Type: Unparsable, reason: "the earlier schema cannot be read: " + err.Error()}}
	}
	var messages []Message
	if level.forward() {
		messages = read(parsed, candidate, true)
	}
	if level.backward() {
		messages = append(messages, read(candidate, parsed, false)...)
	}
	return messages
}

// read compares in one direction. forward: the candidate is the writer.
func read(reader, writer *avro.Schema, forward bool) []Message {
	messages, err := newComparison(reader, writer).problems(pair{reader, writer})
	if err != nil {
		return []Message{{Type: TooComplex, reason: "the schemas cannot be compared: " + err.Error()}}
	}
	for i := range messages {
		messages[i].Forward = forward
	}
	return messages
}
