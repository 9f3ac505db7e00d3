package registrytest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// checks are the suite. Their names are keys of the table of differences.
var checks = slices.Concat(schemaChecks, errorChecks, deleteChecks, referenceChecks, compatibilityChecks, settingChecks, contextChecks)

var schemaChecks = []check{
	{"registered schemas can be read", func(p *probe) {
		s := p.subject("s")
		r := p.register(s, record(fieldA))
		if r.ID < 1 {
			p.failf("register: got id %d, want one above 0", r.ID)
		}
		var byID, byVersion, latest registered
		p.must(http.MethodGet, fmt.Sprintf("/schemas/ids/%d", r.ID), "", &byID)
		p.must(http.MethodGet, "/subjects/"+s+"/versions/1", "", &byVersion)
		p.must(http.MethodGet, "/subjects/"+s+"/versions/latest", "", &latest)
		p.sameJSON("schema by id", byID.Schema, record(fieldA))
		p.sameJSON("schema by version", byVersion.Schema, record(fieldA))
		if latest != byVersion || latest.ID != r.ID || latest.Version != 1 {
			p.failf("got %+v as latest and %+v as version 1, want both to be id %d", latest, byVersion, r.ID)
		}
		want(p, "/subjects/"+s+"/versions", []int{1})
	}},
	{"registration answers the version", func(p *probe) {
		s := p.subject("s")
		if r := p.register(s, record(fieldA)); r.Version != 1 {
			p.failf("got %+v, want version 1", r)
		}
	}},
	{"equal schemas have one id", func(p *probe) {
		s, other := p.subject("s"), p.subject("other")
		first := p.register(s, record(fieldA))
		spelled := `{ "name":"Event", "type" : "record", "namespace":"com.example", "fields" : [ {"type":{"type":"int"},"name":"a"} ] }`
		for _, r := range []registered{p.register(s, record(fieldA)), p.register(s, spelled), p.register(other, record(fieldA))} {
			if r.ID != first.ID {
				p.failf("got id %d for an equal schema, want %d", r.ID, first.ID)
			}
		}
		want(p, "/subjects/"+s+"/versions", []int{1})
	}},
	{"a doc makes another version", func(p *probe) {
		s := p.subject("s")
		first := p.register(s, record(fieldA))
		second := p.register(s, strings.Replace(record(fieldA), `"fields"`, `"doc":"d","fields"`, 1))
		if second.ID == first.ID {
			p.failf("got id %d for both", first.ID)
		}
		want(p, "/subjects/"+s+"/versions", []int{1, 2})
	}},
	{"look-up finds a version by its schema", func(p *probe) {
		s := p.subject("s")
		r := p.register(s, record(fieldA))
		p.register(s, record(fieldA, optionalC))
		var found registered
		p.must(http.MethodPost, "/subjects/"+s, request(record(fieldA)), &found)
		if found.ID != r.ID || found.Version != 1 {
			p.failf("got %+v, want id %d, version 1", found, r.ID)
		}
		want(p, "/subjects/"+s+"/versions", []int{1, 2})
	}},
	{"schema texts can be read alone", func(p *probe) {
		s := p.subject("s")
		r := p.register(s, record(fieldA))
		for _, path := range []string{fmt.Sprintf("/schemas/ids/%d/schema", r.ID), "/subjects/" + s + "/versions/1/schema"} {
			got := p.ask(http.MethodGet, path, "")
			p.sameJSON(got.request, string(got.body), record(fieldA))
		}
	}},
	{"an id tells its subjects and versions", func(p *probe) {
		s := p.subject("s")
		r := p.register(s, record(fieldA, `{"name":"`+strings.ReplaceAll(p.prefix, "-", "_")+`","type":"int"}`))
		want(p, fmt.Sprintf("/schemas/ids/%d/subjects", r.ID), []string{s})
		want(p, fmt.Sprintf("/schemas/ids/%d/versions", r.ID), []map[string]any{{"subject": s, "version": 1.0}})
	}},
	{"normalize sorts properties", func(p *probe) {
		first := p.register(p.subject("sorted"), `{"type":"string","x":1,"y":2}`)
		var other registered
		p.must(http.MethodPost, "/subjects/"+p.subject("other")+"/versions?normalize=true", request(`{"type":"string","y":2,"x":1}`), &other)
		if other.ID != first.ID || other.ID == 0 {
			p.failf("registration with normalize: got id %d, want %d", other.ID, first.ID)
		}
	}},
	{"lists have pages", func(p *probe) {
		s := p.subject("s")
		p.register(s, record(fieldA))
		p.register(s, record(fieldA, optionalC))
		p.register(s, record(fieldA, optionalC, optionalD))
		want(p, "/subjects/"+s+"/versions?offset=1&limit=1", []int{2})
		want(p, "/subjects/"+s+"/versions?offset=9", []int{})
	}},
	{"subjects are found by prefix", func(p *probe) {
		s, t := p.subject("p1"), p.subject("p2")
		p.register(s, record(fieldA))
		p.register(t, record(fieldA))
		p.register(p.subject("q"), record(fieldA))
		want(p, "/subjects?subjectPrefix="+s[:len(s)-1], []string{s, t})
		want(p, "/subjects?subjectPrefix="+s[:len(s)-1]+"&offset=1", []string{t})
		want(p, "/subjects?subjectPrefix="+s[:len(s)-1]+"&limit=1", []string{s})
	}},
	{"GUIDs name schemas", func(p *probe) {
		s := p.subject("s")
		r := p.register(s, record(fieldA))
		var got registered
		p.must(http.MethodGet, "/schemas/guids/"+r.GUID, "", &got)
		p.sameJSON("schema by GUID", got.Schema, record(fieldA))
	}},
	{"schema types have Avro", func(p *probe) {
		var types []string
		p.must(http.MethodGet, "/schemas/types", "", &types)
		if !slices.Contains(types, "AVRO") {
			p.failf("got %v, want AVRO among them", types)
		}
	}},
	{"answers have the asked type", func(p *probe) {
		for _, media := range []string{"application/vnd.schemaregistry.v1+json", "application/vnd.schemaregistry+json", "application/json"} {
			r := p.ask(http.MethodGet, "/config", "", "Accept", media)
			if got, _, _ := strings.Cut(r.contentType, ";"); r.status != http.StatusOK || got != media {
				p.failf("Accept %s: got %d of type %s", media, r.status, r.contentType)
			}
		}
	}},
}

var errorChecks = []check{
	{"unknown subject is 40401", func(p *probe) {
		s := p.subject("unknown")
		p.refused(http.MethodGet, "/subjects/"+s+"/versions", "", 404, 40401)
		p.refused(http.MethodGet, "/subjects/"+s+"/versions/latest", "", 404, 40401)
		p.refused(http.MethodDelete, "/subjects/"+s, "", 404, 40401)
		p.refused(http.MethodPost, "/subjects/"+s, request(record(fieldA)), 404, 40401)
	}},
	{"unknown version is 40402", func(p *probe) {
		s := p.subject("s")
		p.register(s, record(fieldA))
		p.refused(http.MethodGet, "/subjects/"+s+"/versions/7", "", 404, 40402)
	}},
	{"unknown schema is 40403", func(p *probe) {
		s := p.subject("s")
		p.register(s, record(fieldA))
		p.refused(http.MethodGet, "/schemas/ids/2147483000", "", 404, 40403)
		p.refused(http.MethodPost, "/subjects/"+s, request(record(fieldB)), 404, 40403)
	}},
	{"invalid schema is 42201", func(p *probe) {
		s := p.subject("s")
		for _, schema := range []string{`{`, `"nosuch"`, `{"type":"record","name":"R"}`} {
			p.refused(http.MethodPost, "/subjects/"+s+"/versions", request(schema), 422, 42201)
		}
	}},
	{"empty schema is 42201", func(p *probe) {
		p.refused(http.MethodPost, "/subjects/"+p.subject("s")+"/versions", request(""), 422, 42201)
	}},
	{"default of the wrong type is 42201", func(p *probe) {
		p.refused(http.MethodPost, "/subjects/"+p.subject("s")+"/versions", request(record(`{"name":"a","type":"int","default":"x"}`)), 422, 42201)
	}},
	{"invalid version is 42202", func(p *probe) {
		s := p.subject("s")
		p.register(s, record(fieldA))
		p.refused(http.MethodGet, "/subjects/"+s+"/versions/abc", "", 422, 42202)
		p.refused(http.MethodGet, "/subjects/"+s+"/versions/0", "", 422, 42202)
	}},
	{"broken JSON is 400", func(p *probe) {
		p.refused(http.MethodPost, "/subjects/"+p.subject("s")+"/versions", `{"schema":`, 400, 0)
	}},
	{"missing body is 422", func(p *probe) {
		r := p.ask(http.MethodPost, "/subjects/"+p.subject("s")+"/versions", "", "Content-Type", "application/vnd.schemaregistry.v1+json")
		if r.status != 422 {
			p.failf("%s without a body: got %d %s, want 422", r.request, r.status, r.body)
		}
	}},
}

var contextChecks = []check{
	{"contexts have ids and subjects of their own", func(p *probe) {
		context := p.context()
		s := p.subjectIn(context, "s")
		r := p.register(s, record(fieldA))
		if r.ID != 1 {
			p.failf("the first id in a new context is %d, want 1", r.ID)
		}
		var found registered
		p.must(http.MethodGet, "/schemas/ids/1?subject="+s, "", &found)
		p.sameJSON("schema by id in the context", found.Schema, record(fieldA))
		want(p, "/contexts/"+context+"/subjects", []string{":" + context + ":" + strings.TrimPrefix(s, ":"+context+":")})
		var contexts []string
		p.must(http.MethodGet, "/contexts", "", &contexts)
		if !slices.Contains(contexts, context) || !slices.Contains(contexts, ".") {
			p.failf("contexts: got %v, want . and %s among them", contexts, context)
		}
	}},
}
