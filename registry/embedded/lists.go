package embedded

import (
	"slices"
	"strings"
)

// anyContext is the prefix that asks for subjects of all contexts.
const anyContext = ":*:"

// matching lists the subjects that a prefix asks for, by their names in answers.
func (s *state) matching(c *call, prefix string) []subjectName {
	rest, all := strings.CutPrefix(prefix, anyContext)
	wanted := parseSubject(prefix, c.context)
	if all {
		wanted.name = rest
	}
	var subjects []subjectName
	for name, context := range s.contexts {
		if !all && name != wanted.context {
			continue
		}
		for subject := range context.subjects {
			if strings.HasPrefix(subject, wanted.name) {
				subjects = append(subjects, subjectName{name, subject})
			}
		}
	}
	slices.SortFunc(subjects, func(a, b subjectName) int { return strings.Compare(a.String(), b.String()) })
	return subjects
}

func (r *Registry) listSubjects(c *call) (any, error) {
	prefix := anyContext
	if c.query.Has("subjectPrefix") || c.context != defaultContext {
		prefix = c.query.Get("subjectPrefix")
	}
	only := c.flag("deletedOnly")
	names := []string{}
	for _, subject := range r.state.matching(c, prefix) {
		live := r.state.exists(subject, false)
		if live && !only || !live && (only || c.flag("deleted")) {
			names = append(names, subject.String())
		}
	}
	return page(c, names)
}

// listSchemas lists versions of many subjects, by subject and version.
func (r *Registry) listSchemas(c *call) (any, error) {
	deleted, latestOnly := c.flag("deleted"), c.flag("latestOnly")
	list := []versionAnswer{}
	from, to, err := c.window(maxSchemas)
	if err != nil {
		return nil, err
	}
	length := to - from
	if c.query.Get("ruleType") != "" {
		return list, nil // no schema has rules here
	}
	for _, subject := range r.state.matching(c, c.query.Get("subjectPrefix")) {
		versions := r.state.versions(subject)
		shown := slices.DeleteFunc(slices.Clone(versions), func(v *version) bool { return v.deleted && !deleted })
		if latestOnly && len(shown) > 0 {
			shown = shown[len(shown)-1:]
		}
		for _, v := range shown {
			if from--; from < 0 {
				list = append(list, read(v))
			}
		}
		if len(list) >= length {
			return list[:length], nil
		}
	}
	return list, nil
}

func (r *Registry) listTypes(*call) (any, error) {
	return []string{jsonType, protobufType, avroType}, nil
}
