package embedded

import (
	"cmp"
	"maps"
	"slices"
)

// state is everything a registry knows. It changes only through changes.
type state struct {
	contexts  map[string]*contextState
	configs   map[subjectName]config
	modes     map[subjectName]string
	referrers map[versionKey]map[*version]bool
}

// contextState is a space of ids and subjects of its own.
type contextState struct {
	subjects map[string][]*version // by name; versions in ascending order
	ids      map[int][]*version    // who is served under an id, in the order of registration; never empty
	guids    map[string]int        // the newest id of a content
	lastID   int
}

// versionKey names a version across contexts.
type versionKey struct {
	subject subjectName
	number  int
}

// version is one version of a subject.
type version struct {
	versionKey
	id      int
	schema  *schema
	ts      int64 // milliseconds since 1970
	deleted bool
	served  []int // all ids that lead here: overwriting in IMPORT mode leaves old ones
}

func newState() *state {
	s := &state{
		contexts:  map[string]*contextState{},
		configs:   map[subjectName]config{},
		modes:     map[subjectName]string{},
		referrers: map[versionKey]map[*version]bool{},
	}
	s.context(defaultContext)
	return s
}

// context returns a context, which it makes if there is none. Only changes call it.
func (s *state) context(name string) *contextState {
	c := s.peek(name)
	s.contexts[name] = c
	return c
}

// peek returns a context to read from, an empty one if there is none.
func (s *state) peek(name string) *contextState {
	if c := s.contexts[name]; c != nil {
		return c
	}
	return &contextState{subjects: map[string][]*version{}, ids: map[int][]*version{}, guids: map[string]int{}}
}

// contextNames returns the contexts in order; the default one comes first.
func (s *state) contextNames() []string { return slices.Sorted(maps.Keys(s.contexts)) }

// versions returns all versions of a subject, ascending. It is nil for an
// unknown subject; the slice is the state's.
func (s *state) versions(subject subjectName) []*version {
	c := s.contexts[subject.context]
	if c == nil {
		return nil
	}
	return c.subjects[subject.name]
}

// find returns a version, soft-deleted or not, or nil.
func (s *state) find(key versionKey) *version {
	versions := s.versions(key.subject)
	if at, ok := position(versions, key.number); ok {
		return versions[at]
	}
	return nil
}

func position(versions []*version, number int) (int, bool) {
	return slices.BinarySearchFunc(versions, number, func(v *version, n int) int { return cmp.Compare(v.number, n) })
}

// latest returns the newest version that is not deleted, or nil.
func (s *state) latest(subject subjectName) *version {
	for _, v := range slices.Backward(s.versions(subject)) {
		if !v.deleted {
			return v
		}
	}
	return nil
}

// references lists the versions that a schema in a context refers to.
func (v *version) references() []versionKey {
	keys := make([]versionKey, len(v.schema.references))
	for i, r := range v.schema.references {
		keys[i] = versionKey{parseSubject(r.Subject, v.subject.context), r.Version}
	}
	return keys
}

// putVersion adds a version or overwrites the one of the same number.
type putVersion struct{ version version }

func (p putVersion) apply(s *state) {
	v := &p.version
	c := s.context(v.subject.context)
	v.served = []int{v.id}
	versions := c.subjects[v.subject.name]
	at, found := position(versions, v.number)
	if found {
		v.served = c.replace(versions[at], v)
		s.unlink(versions[at])
		versions[at] = v
	} else {
		c.subjects[v.subject.name] = slices.Insert(versions, at, v)
		c.ids[v.id] = append(c.ids[v.id], v)
	}
	c.guids[v.schema.guid] = v.id
	c.lastID = max(c.lastID, v.id)
	for _, key := range v.references() {
		if s.referrers[key] == nil {
			s.referrers[key] = map[*version]bool{}
		}
		s.referrers[key][v] = true
	}
}

// replace lets every id that led to old lead to v, and v's own id too.
func (c *contextState) replace(old, v *version) []int {
	for _, id := range old.served {
		users := c.ids[id]
		users[slices.Index(users, old)] = v
	}
	if slices.Contains(old.served, v.id) {
		return old.served
	}
	c.ids[v.id] = append(c.ids[v.id], v)
	return append(old.served, v.id)
}

// unlink forgets what a version refers to.
func (s *state) unlink(v *version) {
	for _, key := range v.references() {
		delete(s.referrers[key], v)
		if len(s.referrers[key]) == 0 {
			delete(s.referrers, key)
		}
	}
}

// hideVersion soft-deletes.
type hideVersion struct{ key versionKey }

func (h hideVersion) apply(s *state) {
	if v := s.find(h.key); v != nil {
		v.deleted = true
	}
}

// dropVersion deletes for good, and with the last version the subject's settings.
type dropVersion struct {
	key          versionKey
	keepSettings bool
}

func (d dropVersion) apply(s *state) {
	c := s.context(d.key.subject.context)
	versions := c.subjects[d.key.subject.name]
	at, ok := position(versions, d.key.number)
	if !ok {
		return
	}
	v := versions[at]
	s.unlink(v)
	for _, id := range v.served {
		c.ids[id] = slices.DeleteFunc(c.ids[id], func(u *version) bool { return u == v })
		if len(c.ids[id]) > 0 {
			continue
		}
		delete(c.ids, id)
		if c.guids[v.schema.guid] == id {
			delete(c.guids, v.schema.guid)
		}
	}
	versions = slices.Delete(versions, at, at+1)
	c.subjects[d.key.subject.name] = versions
	if len(versions) > 0 {
		return
	}
	delete(c.subjects, d.key.subject.name)
	if !d.keepSettings {
		delete(s.configs, d.key.subject)
		delete(s.modes, d.key.subject)
	}
}

// putConfig sets the config of a subject or context; nil removes it.
type putConfig struct {
	scope  subjectName
	config config
}

func (p putConfig) apply(s *state) {
	if p.config == nil {
		delete(s.configs, p.scope)
		return
	}
	s.configs[p.scope] = p.config
}

// putMode sets the mode of a subject or context; the empty one removes it.
type putMode struct {
	scope subjectName
	mode  string
}

func (p putMode) apply(s *state) {
	if p.mode == "" {
		delete(s.modes, p.scope)
		return
	}
	s.modes[p.scope] = p.mode
}

// dropContext forgets an empty context.
type dropContext struct{ name string }

func (d dropContext) apply(s *state) { delete(s.contexts, d.name) }
