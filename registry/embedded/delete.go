package embedded

// deleteSubject hides all live versions, or drops the hidden ones for good.
func (r *Registry) deleteSubject(c *call) (any, error) {
	subject := r.state.real(c.subject())
	if err := r.writable(subject); err != nil {
		return nil, err
	}
	permanent := c.flag("permanent")
	if !r.state.exists(subject, true) {
		return nil, errSubjectNotFound(subject)
	}
	live := r.state.exists(subject, false)
	if !permanent && !live {
		return nil, errSubjectSoftDeleted(subject)
	}
	numbers, changes := []int{}, []change{}
	for _, v := range r.state.versions(subject) {
		if v.deleted && !permanent {
			continue
		}
		if r.state.referenced(v, permanent) {
			return nil, errReferenced(v.versionKey)
		}
		numbers = append(numbers, v.number)
		if permanent {
			changes = append(changes, dropVersion{Key: v.versionKey})
		} else {
			changes = append(changes, hideVersion{v.versionKey})
		}
	}
	if permanent && live {
		return nil, errSubjectNotSoftDeleted(subject)
	}
	return numbers, r.commit(changes...)
}

func (r *Registry) deleteVersion(c *call) (any, error) {
	number, err := c.version(1)
	if err != nil {
		return nil, err
	}
	subject := r.state.real(c.subject())
	if err := r.writable(subject); err != nil {
		return nil, err
	}
	if !r.state.exists(subject, true) {
		return nil, errSubjectNotFound(subject)
	}
	v := r.state.find(versionKey{subject, number})
	if number == latestVersion {
		v = r.state.latest(subject)
	}
	permanent := c.flag("permanent")
	switch {
	case v == nil:
		return nil, errVersionNotFound(number)
	case v.deleted && !permanent:
		return nil, errVersionSoftDeleted(v.versionKey)
	case !v.deleted && permanent:
		return nil, errVersionNotSoftDeleted(v.versionKey)
	case r.state.referenced(v, permanent):
		return nil, errReferenced(v.versionKey)
	case permanent:
		return v.number, r.commit(dropVersion{Key: v.versionKey})
	}
	return v.number, r.commit(hideVersion{v.versionKey})
}

// referenced reports whether a schema refers to v, a live one unless deleted.
func (s *state) referenced(v *version, deleted bool) bool {
	for user := range s.referrers[v.versionKey] {
		if !user.deleted || deleted {
			return true
		}
	}
	return false
}
