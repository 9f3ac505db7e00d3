package registry

import (
	"path"
	"strings"
)

// contextName is the name of a registry context as it stands in subjects, with its leading dot; "" is the default context.
func contextName(name string) string {
	if name == "" || name == "." {
		return ""
	}
	return "." + strings.TrimPrefix(name, ".")
}

// splitSubject takes the context from a qualified subject, ":.context:subject". All other names are plain, also those that
// begin with a colon but not in this way.
func splitSubject(subject string) (context, name string) {
	if rest, ok := strings.CutPrefix(subject, ":."); ok {
		if context, name, ok := strings.Cut(rest, ":"); ok {
			return contextName("." + context), name
		}
	}
	return "", subject
}

// homeContext is the context that plain subjects are in when the base URL ends in /contexts/.context.
func homeContext(basePath string) string {
	if dir, last := path.Split(basePath); strings.HasSuffix(dir, "/contexts/") {
		return contextName(strings.Trim(last, ":"))
	}
	return ""
}

// contextOf returns the context that subject is in.
func (c *Client) contextOf(subject string) string {
	if context, _ := splitSubject(subject); context != "" {
		return context
	}
	return c.home
}
