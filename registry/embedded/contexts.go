package embedded

import (
	"slices"
	"strings"
)

// contextName takes ".c" and ":.c:".
func contextName(text string) string {
	return strings.TrimSuffix(strings.TrimPrefix(text, ":"), ":")
}

func (r *Registry) listContexts(c *call) (any, error) {
	prefix := c.query.Get("contextPrefix")
	names := slices.DeleteFunc(r.state.contextNames(), func(name string) bool {
		return !strings.HasPrefix(name, prefix)
	})
	return page(c, names)
}

// deleteContext forgets a context without subjects. An unknown one is no error.
func (r *Registry) deleteContext(c *call) (any, error) {
	name := contextName(c.vars[0])
	if name == defaultContext {
		return nil, &methodError{errMethodNotAllowed, c.methods.names()}
	}
	if context := r.state.contexts[name]; context != nil && len(context.subjects) > 0 {
		return nil, errContextNotEmpty(name)
	}
	return noContent{}, r.commit(dropContext{name})
}
