package embedded

import (
	"cmp"
	"slices"
	"strings"
)

// users returns the versions that an id serves, in the order of registration.
// The context is that of the query's subject.
func (r *Registry) users(c *call) (versions []*version, subject subjectName, id int, err error) {
	if id, err = c.id(); err != nil {
		return nil, subject, 0, err
	}
	subject = parseSubject(c.query.Get("subject"), c.context)
	if context := r.state.contexts[subject.context]; context != nil {
		versions = context.ids[id]
	}
	return versions, subject, id, nil
}

// pickByID finds the version that speaks for an id: that of the asked subject,
// else the one registered last. In a named context the subject must fit.
func (r *Registry) pickByID(c *call) (*version, error) {
	versions, subject, id, err := r.users(c)
	if err != nil {
		return nil, err
	}
	for _, v := range slices.Backward(versions) {
		if subject.name != "" && v.subject.name == subject.name {
			return v, nil
		}
	}
	if len(versions) == 0 || subject.name != "" && subject.context != defaultContext {
		return nil, errNoSuchSchema(id)
	}
	return versions[len(versions)-1], nil
}

func (r *Registry) getByID(c *call) (any, error) {
	v, err := r.pickByID(c)
	if err != nil {
		return nil, err
	}
	a := r.formatted(c, v, read(v))
	a.ID = 0
	if c.flag("fetchMaxId") {
		a.MaxID = r.state.contexts[v.subject.context].lastID
	}
	return a, nil
}

func (r *Registry) getTextByID(c *call) (any, error) {
	v, err := r.pickByID(c)
	if err != nil {
		return nil, err
	}
	return r.text(c, v), nil
}

// usersByID is users for the lists: sorted by subject and version, live ones unless asked otherwise.
func (r *Registry) usersByID(c *call) ([]*version, error) {
	versions, _, _, err := r.users(c)
	if err != nil {
		return nil, err
	}
	if len(versions) == 0 {
		return nil, errSchemaNotFound
	}
	versions = slices.Clone(versions)
	if !c.flag("deleted") {
		versions = slices.DeleteFunc(versions, func(v *version) bool { return v.deleted })
	}
	slices.SortFunc(versions, func(a, b *version) int {
		return cmp.Or(strings.Compare(a.subject.String(), b.subject.String()), cmp.Compare(a.number, b.number))
	})
	return slices.Compact(versions), nil
}

func (r *Registry) listSubjectsByID(c *call) (any, error) {
	versions, err := r.usersByID(c)
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, v := range versions {
		names = append(names, v.subject.String())
	}
	return page(c, slices.Compact(names))
}

type subjectVersion struct {
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

func (r *Registry) listVersionsByID(c *call) (any, error) {
	versions, err := r.usersByID(c)
	if err != nil {
		return nil, err
	}
	list := []subjectVersion{}
	for _, v := range versions {
		list = append(list, subjectVersion{v.subject.String(), v.number})
	}
	return page(c, list)
}
