package registrytest

import (
	"net/http"
	"strings"
)

// Versions that follow `first` under some levels and not under others.
var (
	first    = record(fieldA, optionalC)
	reads    = record(fieldA, optionalC, optionalD) // reads first, and first reads it
	forward  = record(fieldA, optionalC, fieldB)    // first reads it
	backward = record(optionalC)                    // reads first
	neither  = record(`{"name":"a","type":"string"}`)
)

// levelChecks are a check for each level: what may follow first under it.
func levelChecks() []check {
	allowed := map[string][]string{
		"NONE":                {reads, forward, backward, neither},
		"BACKWARD":            {reads, backward},
		"BACKWARD_TRANSITIVE": {reads, backward},
		"FORWARD":             {reads, forward},
		"FORWARD_TRANSITIVE":  {reads, forward},
		"FULL":                {reads},
		"FULL_TRANSITIVE":     {reads},
	}
	var list []check
	for _, level := range []string{"NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE"} {
		list = append(list, check{"level " + level, func(p *probe) {
			s := p.subject("s")
			p.level(s, level)
			p.register(s, first)
			for name, candidate := range map[string]string{"reads": reads, "forward": forward, "backward": backward, "neither": neither} {
				may := false
				for _, a := range allowed[level] {
					may = may || a == candidate
				}
				if got := p.compatible("/compatibility/subjects/"+s+"/versions/latest", candidate); got != may {
					p.failf("%s, candidate %q: got compatible %t, want %t", level, name, got, may)
				}
				r := p.ask(http.MethodPost, "/subjects/"+p.copied(name, level)+"/versions", request(candidate))
				if may != (r.status == http.StatusOK) || !may && r.status != http.StatusConflict {
					p.failf("%s, register %q: got %d %s, want it allowed: %t", level, name, r.status, r.body, may)
				}
			}
		}})
	}
	return list
}

// copied returns another subject with the level and first, for one registration.
func (p *probe) copied(name, level string) string {
	own := p.subject(strings.ToLower(name))
	p.level(own, level)
	p.register(own, first)
	return own
}

func (p *probe) compatible(path, candidate string) bool {
	var answer struct {
		Compatible *bool `json:"is_compatible"`
	}
	p.must(http.MethodPost, path, request(candidate), &answer)
	if answer.Compatible == nil {
		p.failf("POST %s: the answer has no is_compatible", path)
		return false
	}
	return *answer.Compatible
}

var compatibilityChecks = append(levelChecks(), []check{
	{"transitive levels ask all versions", func(p *probe) {
		for level, may := range map[string]bool{"BACKWARD": true, "BACKWARD_TRANSITIVE": false} {
			s := p.subject(strings.ToLower(level))
			p.level(s, level)
			p.register(s, record(`{"name":"a","type":"int"}`))
			p.register(s, record(optionalC))
			// It reads the second version, but not the first, where a is an int.
			r := p.ask(http.MethodPost, "/subjects/"+s+"/versions", request(record(optionalC, `{"name":"a","type":"string","default":""}`)))
			if may != (r.status == http.StatusOK) || !may && r.status != http.StatusConflict {
				p.failf("%s: got %d %s, want it allowed: %t", level, r.status, r.body, may)
			}
		}
	}},
	{"a new registry checks backward compatibility", func(p *probe) {
		var global struct {
			Level string `json:"compatibilityLevel"`
		}
		if p.must(http.MethodGet, "/config", "", &global); global.Level != "BACKWARD" {
			return // it was changed, so it says nothing
		}
		s := p.subject("s")
		p.register(s, first)
		if r := p.ask(http.MethodPost, "/subjects/"+s+"/versions", request(neither)); r.status != http.StatusConflict {
			p.failf("got %d %s, want 409", r.status, r.body)
		}
	}},
	{"an incompatible schema is 40901", func(p *probe) {
		s := p.subject("s")
		p.level(s, "BACKWARD")
		p.register(s, first)
		p.refused(http.MethodPost, "/subjects/"+s+"/versions", request(forward), 409, 40901)
	}},
	{"verbose checks say why", func(p *probe) {
		s := p.subject("s")
		p.level(s, "BACKWARD")
		p.register(s, first)
		var answer struct {
			Compatible bool     `json:"is_compatible"`
			Messages   []string `json:"messages"`
		}
		p.must(http.MethodPost, "/compatibility/subjects/"+s+"/versions/latest?verbose=true", request(forward), &answer)
		all := strings.Join(answer.Messages, "\n")
		if answer.Compatible || !strings.Contains(all, "READER_FIELD_MISSING_DEFAULT_VALUE") || !strings.Contains(all, "/fields/2") {
			p.failf("got %+v, want READER_FIELD_MISSING_DEFAULT_VALUE at /fields/2", answer)
		}
	}},
	{"one version can be checked against", func(p *probe) {
		s := p.subject("s")
		p.level(s, "BACKWARD")
		p.register(s, record(fieldA))
		p.register(s, record(fieldA, optionalC))
		if p.compatible("/compatibility/subjects/"+s+"/versions/1", record(fieldB)) {
			p.failf("a schema that version 1 clashes with: got compatible")
		}
		p.refused(http.MethodPost, "/compatibility/subjects/"+s+"/versions/9", request(record(fieldA)), 404, 40402)
	}},
	{"a check against an unknown subject is true", func(p *probe) {
		if !p.compatible("/compatibility/subjects/"+p.subject("unknown")+"/versions/latest", record(fieldA)) {
			p.failf("got incompatible")
		}
	}},
}...)

var settingChecks = []check{
	{"subjects have levels of their own", func(p *probe) {
		s := p.subject("s")
		var put struct{ Compatibility string }
		p.must(http.MethodPut, "/config/"+s, `{"compatibility":"FULL"}`, &put)
		if put.Compatibility != "FULL" {
			p.failf("PUT: got %+v, want FULL", put)
		}
		want(p, "/config/"+s, map[string]string{"compatibilityLevel": "FULL"})
	}},
	{"a subject without a level is 40408", func(p *probe) {
		s := p.subject("s")
		p.register(s, record(fieldA))
		p.refused(http.MethodGet, "/config/"+s, "", 404, 40408)
	}},
	{"defaultToGlobal answers what rules", func(p *probe) {
		s := p.subject("s")
		p.register(s, record(fieldA))
		var global, own map[string]any
		p.must(http.MethodGet, "/config", "", &global)
		p.must(http.MethodGet, "/config/"+s+"?defaultToGlobal=true", "", &own)
		if own["compatibilityLevel"] == nil || own["compatibilityLevel"] != global["compatibilityLevel"] {
			p.failf("got %v, want the global level %v", own, global)
		}
	}},
	{"levels can be removed", func(p *probe) {
		s := p.subject("s")
		p.level(s, "NONE")
		p.must(http.MethodDelete, "/config/"+s, "", nil)
		if r := p.ask(http.MethodGet, "/config/"+s, ""); r.status != http.StatusNotFound {
			p.failf("after the removal: got %d %s, want 404", r.status, r.body)
		}
	}},
	{"an invalid level is 42203", func(p *probe) {
		p.refused(http.MethodPut, "/config/"+p.subject("s"), `{"compatibility":"SIDEWAYS"}`, 422, 42203)
	}},
	{"read-only subjects refuse schemas", func(p *probe) {
		s := p.subject("s")
		p.register(s, record(fieldA))
		p.must(http.MethodPut, "/mode/"+s, `{"mode":"READONLY"}`, nil)
		p.refused(http.MethodPost, "/subjects/"+s+"/versions", request(record(fieldA, optionalC)), 422, 42205)
		want(p, "/mode/"+s, map[string]string{"mode": "READONLY"})
	}},
	{"imported schemas keep id and version", func(p *probe) {
		s := p.subjectIn(p.context(), "s")
		p.must(http.MethodPut, "/mode/"+s, `{"mode":"IMPORT"}`, nil)
		if r := p.register(s, record(fieldA), `"id":4711`, `"version":3`); r.ID != 4711 {
			p.failf("import: got %+v, want id 4711", r)
		}
		want(p, "/subjects/"+s+"/versions", []int{3})
	}},
	{"an invalid mode is 42204", func(p *probe) {
		p.refused(http.MethodPut, "/mode/"+p.subject("s"), `{"mode":"SIDEWAYS"}`, 422, 42204)
	}},
}
