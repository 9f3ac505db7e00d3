package embedded

import (
	"encoding/json"
	"maps"

	"github.com/magicbyte-go/magicbyte/registry/compat"
)

// config is what was put for a subject or a context, by member name. Absent
// members are absent in the map too.
type config map[string]any

// Members of a config that the registry acts on.
const (
	levelMember          = "compatibility"
	aliasMember          = "alias"
	normalizeMember      = "normalize"
	validateMember       = "validateNewSchemas"
	validateFieldsMember = "validateFields"
	groupMember          = "compatibilityGroup"
)

// configMembers makes the place for each known member's value. Others, rule
// sets among them, are dropped as the community server drops them.
var configMembers = map[string]func() any{
	aliasMember:          func() any { return new(text) },
	normalizeMember:      func() any { return new(bool) },
	validateMember:       func() any { return new(bool) },
	validateFieldsMember: func() any { return new(bool) },
	groupMember:          func() any { return new(text) },
	"defaultMetadata":    func() any { return new(metadata) },
	"overrideMetadata":   func() any { return new(metadata) },
}

// level is BACKWARD for a config that does not say.
func (c config) level() compat.Level {
	if level, ok := c[levelMember].(compat.Level); ok {
		return level
	}
	return compat.Backward
}

func (c config) flag(member string, otherwise bool) bool {
	if b, ok := c[member].(*bool); ok {
		return *b
	}
	return otherwise
}

func (c config) text(member string) string {
	if t, ok := c[member].(*text); ok {
		return string(*t)
	}
	return ""
}

// configOf is the config that rules a subject: its own as a whole, else that of
// its context, else that of all contexts.
func (s *state) configOf(subject subjectName) config {
	for _, scope := range []subjectName{subject, {context: subject.context}, globalScope} {
		if c, ok := s.configs[scope]; ok {
			return c
		}
	}
	return nil
}

// real follows an alias.
func (s *state) real(subject subjectName) subjectName {
	if alias := s.configs[subject].text(aliasMember); alias != "" && subject.name != "" {
		return parseSubject(alias, subject.context)
	}
	return subject
}

// scope is the subject or context that a path of /config or /mode names.
func (c *call) scope() subjectName {
	if len(c.vars) == 0 {
		return subjectName{context: c.context}
	}
	return c.subject()
}

func (s subjectName) isDefaultContext() bool { return s == subjectName{context: defaultContext} }

func (r *Registry) getConfig(c *call) (any, error) {
	scope := c.scope()
	own, ok := r.state.configs[scope]
	switch {
	case ok:
	case c.flag("defaultToGlobal"):
		own = r.state.configOf(scope)
	case !scope.isDefaultContext() && scope != globalScope:
		return nil, errNoSubjectConfig(scope)
	}
	return shown(own, own.level()), nil
}

// shown is a config as GET and DELETE name its members.
func shown(c config, level compat.Level) config {
	out := maps.Clone(c)
	if out == nil {
		out = config{}
	}
	delete(out, levelMember)
	out["compatibilityLevel"] = level
	return out
}

// setConfig merges: absent members stay, null removes.
func (r *Registry) setConfig(c *call) (any, error) {
	scope := c.scope()
	argument := "updateSubjectLevelConfig.arg2"
	if len(c.vars) == 0 {
		argument = "updateTopLevelConfig.arg1"
	}
	members, err := c.members(argument)
	if err != nil {
		return nil, err
	}
	if scope != globalScope && !scope.registrable() {
		return nil, errSubjectName(c.vars[0])
	}
	merged, err := merge(r.state.configs[scope], members)
	if err != nil {
		return nil, err
	}
	if err := r.writable(scope); err != nil {
		return nil, err
	}
	return merged, r.commit(putConfig{scope, merged})
}

func merge(old config, members map[string]json.RawMessage) (config, error) {
	merged := maps.Clone(old)
	if merged == nil {
		merged = config{}
	}
	for name, raw := range members {
		makeValue, known := configMembers[name]
		switch {
		case string(raw) == "null":
			delete(merged, name)
		case name == levelMember:
			var given text
			if err := json.Unmarshal(raw, &given); err != nil {
				return nil, wrongType(classText, raw)
			}
			level, err := compat.ParseLevel(string(given))
			if err != nil {
				return nil, errLevel
			}
			merged[name] = level
		case known:
			value := makeValue()
			if err := json.Unmarshal(raw, value); err != nil {
				return nil, wrongType(classOfMember(value), raw)
			}
			merged[name] = value
		}
	}
	return merged, nil
}

func (r *Registry) deleteConfig(c *call) (any, error) {
	scope := c.scope()
	old, ok := r.state.configs[scope]
	if !ok && !scope.isDefaultContext() {
		return nil, errSubjectNotFound(scope)
	}
	if err := r.writable(scope); err != nil {
		return nil, err
	}
	return shown(old, old.level()), r.commit(putConfig{Scope: scope})
}

// classOfMember is what the real server calls the type of a config's member.
func classOfMember(value any) string {
	switch value.(type) {
	case *bool:
		return classBoolean
	case *text:
		return classText
	}
	return classMetadata
}
