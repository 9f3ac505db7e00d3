package embedded

import "strings"

const (
	defaultContext = "."
	globalContext  = ".__GLOBAL" // its config and mode reach all contexts
)

// subjectName is a subject in a context. With an empty name it stands for the
// context as a whole, as the place of a config or mode.
type subjectName struct{ context, name string }

// globalScope is where a setting for all contexts lives.
var globalScope = subjectName{context: globalContext}

// parseSubject reads ":.context:name"; every other text is a name in context.
func parseSubject(text, context string) subjectName {
	if rest, ok := strings.CutPrefix(text, ":."); ok {
		if in, name, ok := strings.Cut(rest, ":"); ok {
			return subjectName{"." + in, name}
		}
	}
	return subjectName{context, text}
}

// String is the name as it appears in answers: bare in the default context.
func (s subjectName) String() string {
	if s.context == defaultContext {
		return s.name
	}
	return ":" + s.context + ":" + s.name
}

// registrable reports whether schemas and settings may be put under the name.
func (s subjectName) registrable() bool {
	return s.context != globalContext && s.name != "__GLOBAL" && s.name != "__EMPTY"
}

// contextLabel is the context as error texts print it: the default one is blank.
func (s subjectName) contextLabel() string {
	if s.context == defaultContext {
		return ""
	}
	return s.context
}
