package compat

import (
	"fmt"
	"slices"
	"strings"
)

// Schema is one schema with everything that its text refers to.
type Schema struct {
	Version    int      // version in its subject; only repeated in messages
	Text       string   // Avro schema, as JSON
	References []string // texts of all schemas that Text refers to, each after those it refers to itself
}

// Result is the verdict of [Check]. Its zero value is "compatible".
type Result struct {
	// Messages holds every problem found, newest version first. It is empty
	// if, and only if, the candidate is compatible. It is the caller's.
	Messages []Message
}

// Compatible reports whether no problem was found.
func (r Result) Compatible() bool { return len(r.Messages) == 0 }

// Err returns nil for a compatible candidate, otherwise one error that lists all messages.
func (r Result) Err() error {
	if r.Compatible() {
		return nil
	}
	lines := make([]string, len(r.Messages))
	for i, m := range r.Messages {
		lines[i] = m.String()
		if m.Version != 0 {
			lines[i] = fmt.Sprintf("version %d: %s", m.Version, m)
		}
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
		return Result{Messages: []Message{{Type: Unparsable, Description: "the candidate schema cannot be read: " + err.Error()}}}
	}
	var result Result
	for _, old := range newestFirst(level, earlier) {
		result.Messages = append(result.Messages, checkPair(level, parsed, old)...)
	}
	return result
}

// newestFirst returns the earlier schemas that level asks about.
func newestFirst(level Level, earlier []Schema) []Schema {
	sorted := slices.Clone(earlier)
	slices.Reverse(sorted)
	slices.SortStableFunc(sorted, func(a, b Schema) int { return b.Version - a.Version })
	if !level.Transitive() {
		sorted = sorted[:1]
	}
	return sorted
}

// checkPair reports the forward direction first, as the registry does.
func checkPair(level Level, candidate parsedSchema, old Schema) []Message {
	parsed, err := parse(old)
	if err != nil {
		return []Message{{Version: old.Version, Type: Unparsable, Description: "the earlier schema cannot be read: " + err.Error()}}
	}
	if err := checkPairLimits(candidate.width, parsed.width); err != nil {
		return []Message{{Version: old.Version, Type: Unparsable, Description: err.Error()}}
	}
	var messages []Message
	if level.forward() {
		messages = append(messages, resolve(parsed, candidate, roleNames{reader: "old", writer: "new"})...)
	}
	if level.backward() {
		messages = append(messages, resolve(candidate, parsed, roleNames{reader: "new", writer: "old"})...)
	}
	for i := range messages {
		messages[i].Version = old.Version
	}
	return messages
}
