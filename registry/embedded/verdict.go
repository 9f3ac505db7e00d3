package embedded

import (
	"fmt"
	"slices"

	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/registry/embedded/internal/avsc"
)

// question is all that a verdict of the checker depends on.
type question struct {
	level     compat.Level
	candidate *avsc.Schema
	earlier   []earlier
}

// earlier is a version to compare with, and the texts of all that it refers to.
type earlier struct {
	number int
	schema *schema
	texts  []string
}

func (q question) equal(other question) bool {
	return q.level == other.level && q.candidate == other.candidate && slices.EqualFunc(q.earlier, other.earlier, func(a, b earlier) bool {
		return a.number == b.number && a.schema == b.schema && slices.Equal(a.texts, b.texts)
	})
}

// earlier collects versions. other is the newest one of another schema type, 0 for none.
func (s *state) earlier(p *prepared, versions []*version) (other int, list []earlier) {
	for _, v := range versions {
		if v.schema.kind != p.kind {
			other = v.number
			continue
		}
		texts, err := s.referenceTexts(v.subject, v.schema.references)
		if err != nil {
			texts = nil // it is compared as it is
		}
		list = append(list, earlier{v.number, v.schema, texts})
	}
	return other, list
}

// verdict is what clashes with the newest version that clashes, as lines of a
// verbose answer, and that version's number.
type verdict struct {
	lines []string
	clash int
}

// verdict takes long for long schemas and many versions.
func (q question) verdict() verdict {
	if q.candidate == nil {
		return verdict{} // other schema types are kept, not compared
	}
	list := make([]compat.Schema, len(q.earlier))
	for i, e := range q.earlier {
		list[i] = compat.Schema{Version: e.number, Text: e.schema.inlined(e.texts)}
	}
	candidate := compat.Schema{Text: q.candidate.Text(avsc.Form{Inline: true})}
	messages := compat.Check(q.level, candidate, list).Messages
	if len(messages) == 0 {
		return verdict{}
	}
	clash := messages[0].Version
	if older := slices.IndexFunc(messages, func(m compat.Message) bool { return m.Version != clash }); older >= 0 {
		messages = messages[:older]
	}
	found := verdict{texts(messages), clash}
	at := slices.IndexFunc(q.earlier, func(e earlier) bool { return e.number == clash })
	if at >= 0 && namesOldSchema(q.level, messages) {
		found.lines = append(found.lines,
			fmt.Sprintf("{oldSchemaVersion: %d}", clash), fmt.Sprintf("{oldSchema: '%s'}", q.earlier[at].schema.text))
	}
	return found
}

// namesOldSchema reports whether the real server adds the earlier schema to the messages: in a check of both directions it
// does so only if the backward one fails.
func namesOldSchema(level compat.Level, messages []compat.Message) bool {
	both := level == compat.Full || level == compat.FullTransitive
	return !both || slices.ContainsFunc(messages, func(m compat.Message) bool { return !m.Forward })
}

// maxVerdictText bounds the messages of one answer, in bytes: those of hostile schemas can be many times as long as the schemas.
const maxVerdictText = 4 << 20

func texts(messages []compat.Message) []string {
	var lines []string
	size := 0
	for _, m := range messages {
		line := m.String()
		if size += len(line); size > maxVerdictText && lines != nil {
			break
		}
		lines = append(lines, line)
	}
	return lines
}
