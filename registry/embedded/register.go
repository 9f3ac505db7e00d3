package embedded

import (
	"math"
	"strconv"
	"strings"
)

// versionProperty is where a version that the client asked for is noted.
const versionProperty = "confluent:version"

func (r *Registry) register(c *call) (any, error) {
	if c.requestErr != nil {
		return nil, c.requestErr
	}
	q, subject := c.request, c.subject()
	if !subject.registrable() || subject.name == "" && subject.context == defaultContext {
		return nil, errSubjectName(c.vars[0])
	}
	subject = r.state.real(subject)
	mode := r.state.modeOf(subject)
	p, err := r.candidate(subject, q, c, mode)
	if err != nil {
		return nil, err
	}
	if existing, exact := r.state.match(subject, p.schema, false); existing != nil && repeats(q, existing) {
		return registered(existing, exact), nil
	}
	if err := checkMode(subject, q, mode); err != nil {
		return nil, err
	}
	if mode == importMode {
		return r.importVersion(subject, q, p)
	}
	return r.addVersion(subject, q, p, c)
}

// candidate reads the schema; an empty one stands for the latest version's.
func (r *Registry) candidate(subject subjectName, q schemaRequest, c *call, mode string) (*prepared, error) {
	if latest := r.state.latest(subject); latest != nil && mode != importMode && strings.TrimSpace(q.text) == "" {
		q.kind, q.text = latest.schema.kind, latest.schema.text
		q.references = nil
		for _, ref := range latest.schema.references {
			q.references = append(q.references, sentReference{&ref.Name, &ref.Subject, &ref.Version})
		}
	}
	return r.prepare(subject, q, c)
}

// repeats reports whether the request asks for nothing but what exists.
func repeats(q schemaRequest, v *version) bool {
	return (q.id == nil || *q.id < 0 || *q.id == v.id) && (q.version == nil || q.givenID() && *q.version == v.number)
}

// givenID reports whether the request chooses an id.
func (q schemaRequest) givenID() bool { return q.id != nil && *q.id >= 0 }

func checkMode(subject subjectName, q schemaRequest, mode string) error {
	switch {
	case mode == readOnly || mode == readOnlyOverride:
		return errNotPermitted(subject, "in read-only mode")
	case q.givenID() && mode != importMode:
		return errNotPermitted(subject, "not in import mode")
	case !q.givenID() && mode == importMode:
		return errNotPermitted(subject, "not in read-write mode")
	}
	return nil
}

// addVersion registers the next version with an id of the registry's own.
func (r *Registry) addVersion(subject subjectName, q schemaRequest, p *prepared, c *call) (any, error) {
	next := r.state.nextNumber(subject)
	if q.version != nil {
		if *q.version > 0 && *q.version != next {
			return nil, errNextVersion
		}
		p.metadata = p.metadata.with(versionProperty, strconv.Itoa(next))
		p.identify()
	}
	if details, err := r.clashes(subject, p, c); err != nil {
		return nil, err
	} else if len(details) > 0 {
		return nil, errIncompatible(subject, strings.Join(details, ", "))
	}
	context := r.state.peek(subject.context)
	id, known := context.guids[p.guid]
	if !known {
		id = context.lastID + 1
	}
	if id > math.MaxInt32 || next > math.MaxInt32 {
		r.logger.Error("the numbers of 32 bits are used up", logSubject, subject.String())
		return nil, errStore
	}
	v := r.newVersion(subject, next, id, p.schema)
	changes := []change{putVersion{v}}
	for _, old := range r.state.versions(subject) {
		if old.deleted && old.id == id && len(r.state.referrers[old.versionKey]) == 0 {
			changes = append(changes, dropVersion{Key: old.versionKey})
		}
	}
	return registered(&v, true), r.commit(changes...)
}

// importVersion puts a version with the id, and the number if any, of the request.
func (r *Registry) importVersion(subject subjectName, q schemaRequest, p *prepared) (any, error) {
	if users := r.state.peek(subject.context).ids[*q.id]; len(users) > 0 && users[len(users)-1].schema.guid != p.guid {
		return nil, errOverwriteID(*q.id, subject)
	}
	number := r.state.nextNumber(subject)
	if q.version != nil && *q.version > 0 {
		number = *q.version
	}
	v := r.newVersion(subject, number, *q.id, p.schema)
	return registered(&v, true), r.commit(putVersion{v})
}

func (r *Registry) newVersion(subject subjectName, number, id int, s *schema) version {
	return version{versionKey: versionKey{subject, number}, id: id, schema: s, ts: r.now().UnixMilli()}
}

// nextNumber is one more than the highest version, soft-deleted ones included.
func (s *state) nextNumber(subject subjectName) int {
	versions := s.versions(subject)
	if len(versions) == 0 {
		return 1
	}
	return versions[len(versions)-1].number + 1
}
