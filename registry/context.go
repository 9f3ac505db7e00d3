package registry

import (
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/magicbyte-go/magicbyte/serde"
)

// contextName is the name of a registry context as it stands in subjects, with its leading dot; "" is the default context.
func contextName(name string) string {
	switch {
	case name == "" || name == ".":
		return ""
	case strings.HasPrefix(name, "."):
		return name
	default:
		return "." + name
	}
}

// splitSubject takes the context from a qualified subject, ":.context:subject"; it is "." for the default one, ":.:subject". All other names
// are plain, and have "": also those that begin with a colon but not in this way.
func splitSubject(subject string) (context, name string) {
	if rest, ok := strings.CutPrefix(subject, ":."); ok {
		if context, name, ok := strings.Cut(rest, ":"); ok {
			return "." + context, name
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

// contextOf returns the context that subject is in, "" for the default one.
func (c *Client) contextOf(subject string) string {
	if context, _ := splitSubject(subject); context != "" {
		return contextName(context)
	}
	return c.home
}

// foreign is the name of a registry context as ids have it: "" for the client's own, "." for the default one of a client that is in another, and ""
// for GUIDs, which are the same in all of them.
func (c *Client) foreign(context string, id serde.SchemaID) string {
	context = contextName(context)
	if _, isGUID := id.GUID(); isGUID || context == c.home {
		return ""
	}
	if context == "" {
		return "."
	}
	return context
}

// checkContext refuses an answer from another registry context than subject's: a registry asked for a plain subject that the default context
// lacks may answer one of the same name from elsewhere, and its id names another schema here, or none. An answer with a plain name is of the
// default context, or of the client's own where the registry leaves that out.
func (c *Client) checkContext(subject, answered string) error {
	wanted := c.contextOf(subject)
	in, _ := splitSubject(answered)
	if answered == "" || wanted == c.contextOf(answered) || in == "" && wanted == "" {
		return nil
	}
	return &Error{
		HTTPStatus: http.StatusOK, Code: codeSubjectNotFound,
		Message: "the registry has it in another context only, as " + strconv.Quote(answered),
	}
}
