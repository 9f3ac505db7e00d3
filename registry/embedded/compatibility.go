package embedded

import (
	"errors"
	"fmt"
	"slices"

	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/registry/embedded/internal/avsc"
)

// structureText is what a schema means, as text.
func (p *prepared) structureText() string {
	if p.avro == nil {
		return p.text
	}
	return p.avro.Text(avsc.Form{Inline: true, Sorted: true})
}

// clashes checks a candidate against what the subject's level asks for. It
// returns the lines of a verbose answer, none if all is well.
func (r *Registry) clashes(subject subjectName, p *prepared) []string {
	var live []*version
	for _, v := range r.state.versions(subject) {
		if !v.deleted {
			live = append(live, v)
		}
	}
	return r.compare(subject, p, live)
}

// compare reports the newest version that clashes, and only that.
func (r *Registry) compare(subject subjectName, p *prepared, versions []*version) []string {
	config := r.state.configOf(subject)
	level := config.level()
	if level == compat.None {
		return nil
	}
	versions = grouped(config.text(groupMember), p, versions)
	if len(versions) == 0 {
		return nil
	}
	if !level.Transitive() {
		versions = versions[len(versions)-1:]
	}
	validateFields := config.flag(validateFieldsMember, false)
	settings := fmt.Sprintf("{validateFields: '%t', compatibility: '%s'}", validateFields, level)
	if validateFields {
		if lines := reservedClashes(p, versions[len(versions)-1]); len(lines) > 0 {
			return append(lines, settings)
		}
	}
	other, earlier := r.earlier(p, versions)
	messages := newestClash(level, p, earlier)
	clash := 0
	if len(messages) > 0 {
		clash = messages[0].Version
	}
	if other > clash {
		return []string{"Incompatible because of different schema type", settings}
	}
	if len(messages) == 0 {
		return nil
	}
	lines := texts(messages)
	if old := r.state.find(versionKey{subject, clash}); old != nil && namesOldSchema(level, messages) {
		lines = append(lines, fmt.Sprintf("{oldSchemaVersion: %d}", clash), fmt.Sprintf("{oldSchema: '%s'}", old.schema.text))
	}
	return append(lines, settings)
}

// grouped leaves the versions whose group property is the candidate's.
func grouped(property string, p *prepared, versions []*version) []*version {
	if property == "" {
		return versions
	}
	var same []*version
	for _, v := range versions {
		if v.schema.metadata.property(property) == p.metadata.property(property) {
			same = append(same, v)
		}
	}
	return same
}

// earlier makes the checker's input. other is the newest version of another schema type, 0 for none.
func (r *Registry) earlier(p *prepared, versions []*version) (other int, earlier []compat.Schema) {
	for _, v := range versions {
		if v.schema.kind != p.kind {
			other = v.number
			continue
		}
		earlier = append(earlier, compat.Schema{Version: v.number, Text: r.state.inlined(v)})
	}
	return other, earlier
}

// newestClash returns the messages about the newest version that clashes.
func newestClash(level compat.Level, p *prepared, earlier []compat.Schema) []compat.Message {
	if p.avro == nil {
		return nil // other schema types are kept, not compared
	}
	candidate := compat.Schema{Text: p.avro.Text(avsc.Form{Inline: true})}
	messages := compat.Check(level, candidate, earlier).Messages
	older := slices.IndexFunc(messages, func(m compat.Message) bool { return m.Version != messages[0].Version })
	if older < 0 {
		return messages
	}
	return messages[:older]
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

type compatibilityAnswer struct {
	Compatible bool      `json:"is_compatible"`
	Messages   *[]string `json:"messages,omitempty"` // with verbose=true alone
}

// checkAll checks against what the level asks for.
func (r *Registry) checkAll(c *call) (any, error) {
	subject := r.state.real(c.subject())
	return r.check(c, subject, func() ([]*version, error) {
		var live []*version
		for _, v := range r.state.versions(subject) {
			if !v.deleted {
				live = append(live, v)
			}
		}
		return live, nil
	})
}

// checkOne checks against one version.
func (r *Registry) checkOne(c *call) (any, error) {
	number, err := c.version(1)
	if err != nil {
		return nil, err
	}
	subject := r.state.real(c.subject())
	return r.check(c, subject, func() ([]*version, error) {
		if number == latestVersion {
			if v := r.state.latest(subject); v != nil {
				return []*version{v}, nil
			}
			return nil, nil
		}
		v := r.state.find(versionKey{subject, number})
		if v == nil || v.deleted {
			return nil, errVersionNotFound(number)
		}
		return []*version{v}, nil
	})
}

func (r *Registry) check(c *call, subject subjectName, against func() ([]*version, error)) (any, error) {
	verbose := c.flag("verbose")
	q, err := c.schemaRequest("testCompatibilityBySubjectName.arg4")
	var p *prepared
	var versions []*version
	if err == nil {
		if versions, err = against(); err != nil {
			return nil, err
		}
		p, err = r.candidate(subject, q, c, readWrite)
	}
	if invalid := (*failure)(nil); errors.As(err, &invalid) && invalid.Code == 42201 && verbose {
		return compatibilityAnswer{false, &[]string{invalid.Message}}, nil
	}
	if err != nil {
		return nil, err
	}
	lines := r.compare(subject, p, versions)
	answer := compatibilityAnswer{Compatible: len(lines) == 0}
	if verbose {
		if lines == nil {
			lines = []string{}
		}
		answer.Messages = &lines
	}
	return answer, nil
}
