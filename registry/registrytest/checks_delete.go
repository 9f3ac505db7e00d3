package registrytest

import (
	"fmt"
	"net/http"
)

var deleteChecks = []check{
	{"deleted subjects are hidden", func(p *probe) {
		s := p.subject("s")
		r := p.register(s, record(fieldA))
		p.register(s, record(fieldA, optionalC))
		var numbers []int
		p.must(http.MethodDelete, "/subjects/"+s, "", &numbers)
		if fmt.Sprint(numbers) != "[1 2]" {
			p.failf("delete: got %v, want versions 1 and 2", numbers)
		}
		p.refused(http.MethodGet, "/subjects/"+s+"/versions", "", 404, 40401)
		if p.lists("/subjects", s) {
			p.failf("%s is listed after its deletion", s)
		}
		var byID registered // data that was written with it stays readable
		p.must(http.MethodGet, fmt.Sprintf("/schemas/ids/%d", r.ID), "", &byID)
		p.sameJSON("schema by id", byID.Schema, record(fieldA))
	}},
	{"deleted versions can be listed", func(p *probe) {
		s := p.subject("s")
		p.register(s, record(fieldA))
		p.must(http.MethodDelete, "/subjects/"+s, "", nil)
		if !p.lists("/subjects?deleted=true", s) {
			p.failf("%s is not listed as deleted", s)
		}
		want(p, "/subjects/"+s+"/versions?deleted=true", []int{1})
	}},
	{"deleted twice is 40404", func(p *probe) {
		s := p.subject("s")
		p.register(s, record(fieldA))
		p.must(http.MethodDelete, "/subjects/"+s, "", nil)
		p.refused(http.MethodDelete, "/subjects/"+s, "", 404, 40404)
	}},
	{"permanent delete needs a soft one", func(p *probe) {
		s := p.subject("s")
		p.register(s, record(fieldA))
		p.refused(http.MethodDelete, "/subjects/"+s+"?permanent=true", "", 404, 40405)
		p.refused(http.MethodDelete, "/subjects/"+s+"/versions/1?permanent=true", "", 404, 40407)
		p.must(http.MethodDelete, "/subjects/"+s, "", nil)
		p.must(http.MethodDelete, "/subjects/"+s+"?permanent=true", "", nil)
		p.refused(http.MethodGet, "/subjects/"+s+"/versions?deleted=true", "", 404, 40401)
	}},
	{"one version can be deleted", func(p *probe) {
		s := p.subject("s")
		p.register(s, record(fieldA))
		p.register(s, record(fieldA, optionalC))
		var number int
		p.must(http.MethodDelete, "/subjects/"+s+"/versions/latest", "", &number)
		if number != 2 {
			p.failf("delete latest: got %d, want 2", number)
		}
		want(p, "/subjects/"+s+"/versions", []int{1})
		p.refused(http.MethodGet, "/subjects/"+s+"/versions/2", "", 404, 40402)
	}},
	{"what was deleted comes back under its id", func(p *probe) {
		s := p.subject("s")
		first := p.register(s, record(fieldA))
		p.must(http.MethodDelete, "/subjects/"+s, "", nil)
		if again := p.register(s, record(fieldA)); again.ID != first.ID {
			p.failf("got id %d, want %d", again.ID, first.ID)
		}
		want(p, "/subjects/"+s+"/versions", []int{2})
	}},
	{"deleted versions do not count for compatibility", func(p *probe) {
		s := p.subject("s")
		p.level(s, "BACKWARD")
		p.register(s, record(fieldA))
		p.must(http.MethodDelete, "/subjects/"+s, "", nil)
		p.register(s, `"string"`)
	}},
}

var referenceChecks = []check{
	{"schemas refer to others", func(p *probe) {
		base, user := p.subject("base"), p.subject("user")
		p.register(base, record(fieldA))
		r := p.register(user, userSchema, reference(base, 1))
		var got struct {
			References []struct {
				Name, Subject string
				Version       int
			}
		}
		p.must(http.MethodGet, fmt.Sprintf("/schemas/ids/%d", r.ID), "", &got)
		if len(got.References) != 1 || got.References[0].Subject != base || got.References[0].Version != 1 {
			p.failf("references of id %d: got %+v, want %s version 1", r.ID, got.References, base)
		}
		want(p, "/subjects/"+base+"/versions/1/referencedby", []int{r.ID})
	}},
	{"what is referred to cannot be deleted", func(p *probe) {
		base, user := p.subject("base"), p.subject("user")
		p.register(base, record(fieldA))
		p.register(user, userSchema, reference(base, 1))
		p.refused(http.MethodDelete, "/subjects/"+base, "", 422, 42206)
		p.refused(http.MethodDelete, "/subjects/"+base+"/versions/1", "", 422, 42206)
		p.must(http.MethodDelete, "/subjects/"+user, "", nil)
		p.must(http.MethodDelete, "/subjects/"+base, "", nil)
	}},
	{"a missing reference is 42201", func(p *probe) {
		user := p.subject("user")
		p.refused(http.MethodPost, "/subjects/"+user+"/versions", request(userSchema, reference(p.subject("none"), 1)), 422, 42201)
		p.refused(http.MethodPost, "/subjects/"+user+"/versions", request(userSchema), 422, 42201)
	}},
}

const userSchema = `{"type":"record","name":"User","fields":[{"name":"event","type":"com.example.Event"}]}`

func reference(subject string, version int) string {
	return fmt.Sprintf(`"references":[{"name":"com.example.Event","subject":%q,"version":%d}]`, subject, version)
}
