package embedded

import (
	"encoding/json"
	"slices"
	"strings"
)

// Modes of a subject or context.
const (
	readWrite        = "READWRITE"
	readOnly         = "READONLY"
	readOnlyOverride = "READONLY_OVERRIDE"
	importMode       = "IMPORT"
	forwardMode      = "FORWARD"
)

var modes = []string{readWrite, readOnly, readOnlyOverride, importMode, forwardMode}

// modeOf is the mode that rules a subject: its own, else its context's, else
// that of all contexts.
func (s *state) modeOf(subject subjectName) string {
	for _, scope := range []subjectName{subject, {context: subject.context}, globalScope} {
		if mode, ok := s.modes[scope]; ok {
			return mode
		}
	}
	return readWrite
}

// writable refuses writes where a mode forbids them.
func (r *Registry) writable(scope subjectName) error {
	if mode := r.state.modeOf(scope); mode == readOnly || mode == readOnlyOverride {
		return errNotPermitted(scope, "in read-only mode")
	}
	return nil
}

type modeAnswer struct {
	Mode *string `json:"mode"`
}

func (r *Registry) getMode(c *call) (any, error) {
	scope := c.scope()
	mode, ok := r.state.modes[scope]
	if !ok {
		if !c.flag("defaultToGlobal") && !scope.isDefaultContext() && scope != globalScope {
			return nil, errNoSubjectMode(scope)
		}
		mode = r.state.modeOf(scope)
	}
	return modeAnswer{&mode}, nil
}

// setMode answers the mode as it was sent; null removes it.
func (r *Registry) setMode(c *call) (any, error) {
	scope := c.scope()
	argument := "updateMode.arg2"
	if len(c.vars) == 0 {
		argument = "updateTopLevelMode.arg1"
	}
	members, err := c.members(argument)
	if err != nil {
		return nil, err
	}
	if scope != globalScope && !scope.registrable() {
		return nil, errSubjectName(c.vars[0])
	}
	raw, ok := members["mode"]
	if !ok {
		return nil, errMode
	}
	if string(raw) == "null" {
		return modeAnswer{}, r.commit(putMode{Scope: scope})
	}
	var sent text
	if err := json.Unmarshal(raw, &sent); err != nil {
		return nil, wrongType(classText, raw)
	}
	mode := strings.ToUpper(string(sent))
	switch {
	case !slices.Contains(modes, mode):
		return nil, errMode
	case mode == forwardMode && scope != globalScope:
		return nil, errForwardMode
	}
	changes := []change{putMode{scope, mode}}
	if mode == importMode && r.state.modeOf(scope) != importMode {
		dropped, err := r.enterImport(scope, c.flag("force"))
		if err != nil {
			return nil, err
		}
		changes = append(dropped, changes...)
	}
	answer := string(sent)
	return modeAnswer{&answer}, r.commit(changes...)
}

// enterImport drops the soft-deleted versions in scope. Live ones forbid to
// enter, unless forced: then all stay as they are.
func (r *Registry) enterImport(scope subjectName, force bool) ([]change, error) {
	if force {
		return nil, nil
	}
	var changes []change
	for _, subject := range r.state.subjectsIn(scope) {
		for _, v := range r.state.versions(subject) {
			if !v.deleted {
				return nil, errImportNotEmpty
			}
			changes = append(changes, dropVersion{Key: v.versionKey, KeepSettings: true})
		}
	}
	return changes, nil
}

// subjectsIn lists a subject alone, or all of a context, or all.
func (s *state) subjectsIn(scope subjectName) []subjectName {
	if scope.name != "" {
		return []subjectName{scope}
	}
	var subjects []subjectName
	for _, context := range s.contextNames() {
		if scope != globalScope && scope.context != context {
			continue
		}
		for name := range s.contexts[context].subjects {
			subjects = append(subjects, subjectName{context, name})
		}
	}
	return subjects
}

func (r *Registry) deleteMode(c *call) (any, error) {
	scope := c.scope()
	old, ok := r.state.modes[scope]
	if !ok {
		if !scope.isDefaultContext() {
			return nil, errSubjectNotFound(scope)
		}
		old = readWrite
	}
	return modeAnswer{&old}, r.commit(putMode{Scope: scope})
}
