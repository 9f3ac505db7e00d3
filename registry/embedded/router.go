package embedded

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// operation is what a method does on a path.
type operation struct {
	answer func(*Registry, *call) (any, error)
	writes bool   // it runs alone
	schema string // what the real server calls the body, where that is a schema
}

func reads(answer func(*Registry, *call) (any, error)) operation {
	return operation{answer: answer}
}

func writes(answer func(*Registry, *call) (any, error)) operation {
	return operation{answer: answer, writes: true}
}

// of is the same operation for a body that is a schema.
func (o operation) of(schema string) operation {
	o.schema = schema
	return o
}

// methods are a path's operations.
type methods map[string]operation

func get(answer func(*Registry, *call) (any, error)) methods {
	return methods{http.MethodGet: reads(answer)}
}

// route is a path, with * for a variable, and what can be done there.
type route struct {
	path    []string
	methods methods
}

func at(path string, m methods) route { return route{strings.Split(path, "/"), m} }

var (
	configMethods = methods{
		http.MethodGet: reads((*Registry).getConfig), http.MethodPut: writes((*Registry).setConfig), http.MethodDelete: writes((*Registry).deleteConfig),
	}
	modeMethods = methods{
		http.MethodGet: reads((*Registry).getMode), http.MethodPut: writes((*Registry).setMode), http.MethodDelete: writes((*Registry).deleteMode),
	}
)

var routes = []route{
	at("", get((*Registry).getRoot)),
	at("schemas/ids/*", get((*Registry).getByID)), // the most frequent one
	at("subjects", get((*Registry).listSubjects)),
	at("subjects/*", methods{
		http.MethodPost: reads((*Registry).lookUp).of("lookUpSchemaUnderSubject.arg3"), http.MethodDelete: writes((*Registry).deleteSubject),
	}),
	at("subjects/*/metadata", get((*Registry).findByMetadata)),
	at("subjects/*/versions", methods{
		http.MethodGet: reads((*Registry).listVersions), http.MethodPost: writes((*Registry).register).of("register.arg5"),
	}),
	at("subjects/*/versions/*", methods{http.MethodGet: reads((*Registry).getVersion), http.MethodDelete: writes((*Registry).deleteVersion)}),
	at("subjects/*/versions/*/schema", get((*Registry).getVersionText)),
	at("subjects/*/versions/*/referencedby", get((*Registry).listReferrers)),
	at("schemas", get((*Registry).listSchemas)),
	at("schemas/types", get((*Registry).listTypes)),
	at("schemas/ids/*/schema", get((*Registry).getTextByID)),
	at("schemas/ids/*/subjects", get((*Registry).listSubjectsByID)),
	at("schemas/ids/*/versions", get((*Registry).listVersionsByID)),
	at("schemas/guids/*", get((*Registry).getByGUID)),
	at("schemas/guids/*/ids", get((*Registry).listIDsByGUID)),
	at("config", configMethods),
	at("config/*", configMethods),
	at("mode", modeMethods),
	at("mode/*", modeMethods),
	at("compatibility/subjects/*/versions", methods{http.MethodPost: reads((*Registry).checkAll).of("testCompatibilityBySubjectName.arg4")}),
	at("compatibility/subjects/*/versions/*", methods{http.MethodPost: reads((*Registry).checkOne).of("testCompatibilityBySubjectName.arg4")}),
	at("contexts", get((*Registry).listContexts)),
	at("contexts/*", methods{http.MethodDelete: writes((*Registry).deleteContext)}),
	at("v1/metadata/id", get((*Registry).getClusterID)),
	at("v1/metadata/version", get((*Registry).getServerVersion)),
	at("v1/metadata/deployment", get((*Registry).getDeployment)),
}

// findRoute takes a request apart. "/contexts/.c/..." is "..." inside of context .c.
func findRoute(req *http.Request) (o operation, c *call, err error) {
	segments, err := splitPath(req.URL.EscapedPath())
	if err != nil {
		return o, nil, err
	}
	query, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil {
		return o, nil, errBadRequest
	}
	c = &call{method: req.Method, context: defaultContext, query: query}
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
		c.vars, c.methods = vars, candidate.methods
		if c.method == http.MethodOptions {
			return reads(allow), c, nil
		}
		o, ok = c.methods[c.method]
		if !ok {
			return o, nil, &methodError{errMethodNotAllowed, c.methods.names()}
		}
		return o, c, nil
	}
	return o, nil, errNotFound
}

// methodError is a 405, which tells the methods that are there.
type methodError struct {
	*failure
	methods []string
}

func (m methods) names() []string {
	names := []string{http.MethodOptions}
	for name := range m {
		names = append(names, name)
		if name == http.MethodGet {
			names = append(names, http.MethodHead)
		}
	}
	slices.Sort(names)
	return names
}

// splitPath unescapes a path's segments. It refuses what the real server's
// front refuses: empty segments, encoded dots, control characters, bad UTF-8,
// and a bracket that is not escaped.
func splitPath(escaped string) ([]string, error) {
	if strings.Contains(escaped, "[") {
		return nil, errBadURI
	}
	parts := strings.Split(strings.TrimSuffix(strings.TrimPrefix(escaped, "/"), "/"), "/")
	for i, part := range parts {
		part, _, _ = strings.Cut(part, ";")
		text, err := url.PathUnescape(part)
		if err != nil || text == "" && len(parts) > 1 || text == "." || text == ".." || !cleanText(text) {
			return nil, errBadURI
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
		case "*": // first: it may be the name of a subject, too
			vars = append(vars, segments[i])
		case segments[i]:
		default:
			return nil, false
		}
	}
	return vars, true
}
