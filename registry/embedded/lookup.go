package embedded

import "slices"

// versionAnswer is a schema as most answers show it.
type versionAnswer struct {
	Subject    string      `json:"subject,omitempty"`
	ID         int         `json:"id,omitempty"`
	Version    int         `json:"version,omitempty"`
	GUID       string      `json:"guid"`
	SchemaType string      `json:"schemaType"`
	References []reference `json:"references,omitempty"`
	Metadata   *metadata   `json:"metadata,omitempty"`
	Schema     string      `json:"schema"`
	MaxID      int         `json:"maxId,omitempty"`
	TS         *int64      `json:"ts,omitempty"`
	Deleted    *bool       `json:"deleted,omitempty"`
}

// found is a version that was looked up by its schema.
func found(v *version) versionAnswer {
	return versionAnswer{
		Subject: v.subject.String(), ID: v.id, Version: v.number, GUID: v.schema.guid, SchemaType: v.schema.kind,
		References: v.schema.references, Metadata: v.schema.metadata, Schema: v.schema.text,
	}
}

// read is a version that was asked for by its number: it tells more.
func read(v *version) versionAnswer {
	a, ts, deleted := found(v), v.ts, v.deleted
	a.TS, a.Deleted = &ts, &deleted
	return a
}

// registered is the answer to a registration. One that was found only by its
// structure tells as much as a read version.
func registered(v *version, exact bool) versionAnswer {
	a := found(v)
	if !exact {
		a = read(v)
	}
	a.Subject = ""
	return a
}

// match finds the version of a subject that is the same schema: by text and
// references, else by structure, which is how a schema with its references
// written out is found. Without metadata any will do, the newest first.
func (s *state) match(subject subjectName, wanted *schema, deleted bool) (v *version, exact bool) {
	versions := s.versions(subject)
	var alike *version
	for i := len(versions) - 1; i >= 0; i-- {
		v := versions[i]
		if v.deleted && !deleted || v.schema.kind != wanted.kind {
			continue
		}
		if v.schema.content == wanted.content && (wanted.metadata == nil || v.schema.guid == wanted.guid) {
			return v, true
		}
		if alike == nil && v.schema.structure == wanted.structure && wanted.mayBe(v.schema) {
			alike = v
		}
	}
	return alike, false
}

// mayBe compares what stands beside the text. No references and no metadata ask
// for nothing.
func (s *schema) mayBe(have *schema) bool {
	if len(s.references) > 0 && !slices.Equal(s.references, have.references) {
		return false
	}
	return s.metadata == nil || contentHash("", nil, s.metadata) == contentHash("", nil, have.metadata)
}

// lookUp answers which version of a subject a schema is.
func (r *Registry) lookUp(c *call) (any, error) {
	if c.requestErr != nil {
		return nil, c.requestErr
	}
	subject := r.state.real(c.subject())
	p, err := r.candidate(subject, c.request, c, readWrite)
	if err != nil {
		return nil, err
	}
	deleted := c.flag("deleted")
	for _, s := range r.state.places(subject) {
		if v, exact := r.state.match(s, p.schema, deleted); v != nil {
			if exact {
				return found(v), nil
			}
			return read(v), nil
		}
	}
	if !r.state.exists(subject, deleted) {
		return nil, errSubjectNotFound(subject)
	}
	return nil, errSchemaNotFound
}

// places are the subjects that a name may mean: a bare name that is unknown in
// the default context is looked for in the other ones.
func (s *state) places(subject subjectName) []subjectName {
	if subject.context != defaultContext || s.versions(subject) != nil {
		return []subjectName{subject}
	}
	places := []subjectName{subject}
	for _, context := range s.contextNames() {
		if other := (subjectName{context, subject.name}); s.versions(other) != nil {
			places = append(places, other)
		}
	}
	return places
}

// exists reports whether a subject has a version, a live one unless deleted.
func (s *state) exists(subject subjectName, deleted bool) bool {
	if deleted {
		return len(s.versions(subject)) > 0
	}
	return s.latest(subject) != nil
}
