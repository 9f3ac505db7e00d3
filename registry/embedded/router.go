package embedded

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// handler answers one call, under the registry's lock.
type handler func(*Registry, *call) (any, error)

// route is a path, with * for a variable, and its handlers by method.
type route struct {
	path     []string
	handlers map[string]handler
}

func at(path string, handlers map[string]handler) route {
	return route{strings.Split(path, "/"), handlers}
}

func get(h handler) map[string]handler { return map[string]handler{http.MethodGet: h} }

var routes = []route{
	at("", get((*Registry).getRoot)),
	at("subjects", get((*Registry).listSubjects)),
	at("subjects/*", map[string]handler{http.MethodPost: (*Registry).lookUp, http.MethodDelete: (*Registry).deleteSubject}),
	at("subjects/*/metadata", get((*Registry).findByMetadata)),
	at("subjects/*/versions", map[string]handler{http.MethodGet: (*Registry).listVersions, http.MethodPost: (*Registry).register}),
	at("subjects/*/versions/*", map[string]handler{http.MethodGet: (*Registry).getVersion, http.MethodDelete: (*Registry).deleteVersion}),
	at("subjects/*/versions/*/schema", get((*Registry).getVersionText)),
	at("subjects/*/versions/*/referencedby", get((*Registry).listReferrers)),
	at("schemas", get((*Registry).listSchemas)),
	at("schemas/types", get((*Registry).listTypes)),
	at("schemas/ids/*", get((*Registry).getByID)),
	at("schemas/ids/*/schema", get((*Registry).getTextByID)),
	at("schemas/ids/*/subjects", get((*Registry).listSubjectsByID)),
	at("schemas/ids/*/versions", get((*Registry).listVersionsByID)),
	at("schemas/guids/*", get((*Registry).getByGUID)),
	at("schemas/guids/*/ids", get((*Registry).listIDsByGUID)),
	at("config", map[string]handler{http.MethodGet: (*Registry).getConfig, http.MethodPut: (*Registry).setConfig, http.MethodDelete: (*Registry).deleteConfig}),
	at("config/*", map[string]handler{http.MethodGet: (*Registry).getConfig, http.MethodPut: (*Registry).setConfig, http.MethodDelete: (*Registry).deleteConfig}),
	at("mode", map[string]handler{http.MethodGet: (*Registry).getMode, http.MethodPut: (*Registry).setMode, http.MethodDelete: (*Registry).deleteMode}),
	at("mode/*", map[string]handler{http.MethodGet: (*Registry).getMode, http.MethodPut: (*Registry).setMode, http.MethodDelete: (*Registry).deleteMode}),
	at("compatibility/subjects/*/versions", map[string]handler{http.MethodPost: (*Registry).checkAll}),
	at("compatibility/subjects/*/versions/*", map[string]handler{http.MethodPost: (*Registry).checkOne}),
	at("contexts", get((*Registry).listContexts)),
	at("contexts/*", map[string]handler{http.MethodDelete: (*Registry).deleteContext}),
	at("v1/metadata/id", get((*Registry).getClusterID)),
	at("v1/metadata/version", get((*Registry).getServerVersion)),
	at("v1/metadata/deployment", get((*Registry).getDeployment)),
}

// findRoute takes a request apart. "/contexts/.c/..." is "..." inside of context .c.
func findRoute(req *http.Request) (handler, *call, error) {
	segments, err := splitPath(req.URL.EscapedPath())
	if err != nil {
		return nil, nil, err
	}
	query, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil {
		return nil, nil, errBadPath
	}
	c := &call{method: req.Method, context: defaultContext, query: query}
	if c.method == http.MethodHead {
		c.method = http.MethodGet
	}
	if len(segments) > 2 && segments[0] == "contexts" {
		c.context = contextName(segments[1])
		segments = segments[2:]
	}
	for _, candidate := range routes {
		vars, ok := candidate.match(segments)
		if !ok {
			continue
		}
		c.vars, c.methods = vars, candidate.methods()
		if c.method == http.MethodOptions {
			return allow, c, nil
		}
		h := candidate.handlers[c.method]
		if h == nil {
			return nil, nil, &methodError{errMethodNotAllowed, c.methods}
		}
		return h, c, nil
	}
	return nil, nil, errNotFound
}

// methodError is a 405, which tells the methods that are there.
type methodError struct {
	*failure
	methods []string
}

func (r route) methods() []string {
	names := []string{http.MethodOptions}
	for name := range r.handlers {
		names = append(names, name)
		if name == http.MethodGet {
			names = append(names, http.MethodHead)
		}
	}
	slices.Sort(names)
	return names
}

// splitPath unescapes a path's segments. It refuses what the real server's
// front refuses: empty segments, encoded dots, control characters, bad UTF-8.
func splitPath(escaped string) ([]string, error) {
	parts := strings.Split(strings.TrimSuffix(strings.TrimPrefix(escaped, "/"), "/"), "/")
	for i, part := range parts {
		part, _, _ = strings.Cut(part, ";")
		text, err := url.PathUnescape(part)
		if err != nil || text == "" && len(parts) > 1 || text == "." || text == ".." || !cleanText(text) {
			return nil, errBadPath
		}
		parts[i] = text
	}
	return parts, nil
}

func (r route) match(segments []string) (vars []string, ok bool) {
	if len(segments) != len(r.path) {
		return nil, false
	}
	for i, want := range r.path {
		switch want {
		case segments[i]:
		case "*":
			vars = append(vars, segments[i])
		default:
			return nil, false
		}
	}
	return vars, true
}
