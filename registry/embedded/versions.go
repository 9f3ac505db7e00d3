package embedded

import (
	"maps"
	"slices"
)

func (r *Registry) listVersions(c *call) (any, error) {
	subject := r.state.real(c.subject())
	only, negative := c.flag("deletedOnly"), c.flag("deletedAsNegative")
	deleted := c.flag("deleted") || only || negative
	if !r.state.exists(subject, deleted) {
		return nil, errSubjectNotFound(subject)
	}
	numbers := []int{}
	for _, v := range r.state.versions(subject) {
		switch {
		case v.deleted && negative:
			numbers = append(numbers, -v.number)
		case v.deleted && deleted, !v.deleted && !only:
			numbers = append(numbers, v.number)
		}
	}
	return page(c, numbers)
}

// pick finds the version that the path names, a soft-deleted one only if asked for.
func (r *Registry) pick(c *call, deleted bool) (*version, error) {
	number, err := c.version(1)
	if err != nil {
		return nil, err
	}
	subject := r.state.real(c.subject())
	for _, place := range r.state.places(subject) {
		if !r.state.exists(place, deleted) {
			continue
		}
		v := r.state.find(versionKey{place, number})
		if number == latestVersion {
			v = r.state.latest(place)
		}
		if v == nil || v.deleted && !deleted {
			return nil, errVersionNotFound(number)
		}
		return v, nil
	}
	return nil, errSubjectNotFound(subject)
}

func (r *Registry) getVersion(c *call) (any, error) {
	v, err := r.pick(c, c.flag("deleted"))
	if err != nil {
		return nil, err
	}
	return r.formatted(c, v, read(v)), nil
}

// formatted applies the query's wishes about how an answer spells a schema.
func (r *Registry) formatted(c *call, v *version, a versionAnswer) versionAnswer {
	if c.query.Get("format") == "resolved" {
		a.Schema = r.state.inlined(v)
	}
	if c.query.Get("referenceFormat") == "qualified" {
		a.References = slices.Clone(a.References)
		for i, key := range v.references() {
			a.References[i].Subject = key.subject.String()
		}
		a.GUID = formatGUID(contentHash(v.schema.text, a.References, v.schema.metadata))
	}
	return a
}

// inlined is the text with references written out, or as it is where that fails.
func (s *state) inlined(v *version) string {
	texts, err := s.referenceTexts(v.subject, v.schema.references)
	if err != nil {
		return v.schema.text
	}
	return v.schema.inlined(texts)
}

func (r *Registry) getVersionText(c *call) (any, error) {
	v, err := r.pick(c, c.flag("deleted"))
	if err != nil {
		return nil, err
	}
	return r.text(c, v), nil
}

func (r *Registry) text(c *call, v *version) rawJSON {
	return rawJSON(r.formatted(c, v, read(v)).Schema)
}

// listReferrers answers the ids of schemas that refer to a version, be that
// soft-deleted or not.
func (r *Registry) listReferrers(c *call) (any, error) {
	v, err := r.pick(c, true)
	if err != nil {
		return nil, err
	}
	ids := map[int]bool{}
	for user := range r.state.referrers[v.versionKey] {
		if !user.deleted || c.flag("deleted") {
			ids[user.id] = true
		}
	}
	return page(c, slices.Sorted(maps.Keys(ids)))
}

// findByMetadata answers the newest version that has all the asked properties.
func (r *Registry) findByMetadata(c *call) (any, error) {
	subject := r.state.real(c.subject())
	deleted := c.flag("deleted")
	if !r.state.exists(subject, deleted) {
		return nil, errSubjectNotFound(subject)
	}
	keys, values := c.query["key"], c.query["value"]
	for _, v := range slices.Backward(r.state.versions(subject)) {
		if v.deleted && !deleted {
			continue
		}
		fits := true
		for i, key := range keys {
			fits = fits && i < len(values) && v.schema.metadata.property(key) == values[i]
		}
		if fits {
			return r.formatted(c, v, read(v)), nil
		}
	}
	return nil, errSchemaNotFound
}
