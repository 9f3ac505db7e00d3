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

// apply makes changes, in order.
func (s *state) apply(changes []change) {
	for _, c := range changes {
		c.apply(s)
	}
}

// putVersion adds a version or overwrites the one of the same number.
type putVersion struct{ version version }

func (p putVersion) apply(s *state) {
	v := &p.version
	c := s.context(v.subject.context)
	v.served = []int{v.id}
	if users := c.ids[c.guids[v.schema.guid]]; len(users) > 0 && users[0].schema.equal(v.schema) {
		v.schema = users[0].schema // one text in memory
	}
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
type hideVersion struct {
	Key versionKey `json:"key"`
}

func (h hideVersion) apply(s *state) {
	if v := s.find(h.Key); v != nil {
		v.deleted = true
	}
}

// dropVersion deletes for good, and with the last version the subject's settings.
type dropVersion struct {
	Key          versionKey `json:"key"`
	KeepSettings bool       `json:"keepSettings,omitempty"`
}

func (d dropVersion) apply(s *state) {
	c := s.context(d.Key.subject.context)
	versions := c.subjects[d.Key.subject.name]
	at, ok := position(versions, d.Key.number)
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
	c.subjects[d.Key.subject.name] = versions
	if len(versions) > 0 {
		return
	}
	delete(c.subjects, d.Key.subject.name)
	if !d.KeepSettings {
		delete(s.configs, d.Key.subject)
		delete(s.modes, d.Key.subject)
	}
}

// putConfig sets the config of a subject or context; nil removes it.
type putConfig struct {
	Scope  subjectName `json:"scope"`
	Config config      `json:"members"`
}

func (p putConfig) apply(s *state) {
	if p.Config == nil {
		delete(s.configs, p.Scope)
		return
	}
	s.configs[p.Scope] = p.Config
}

// putMode sets the mode of a subject or context; the empty one removes it.
type putMode struct {
	Scope subjectName `json:"scope"`
	Mode  string      `json:"mode"`
}

func (p putMode) apply(s *state) {
	if p.Mode == "" {
		delete(s.modes, p.Scope)
		return
	}
	s.modes[p.Scope] = p.Mode
}

// dropContext forgets an empty context.
type dropContext struct {
	Name string `json:"name"`
}

func (d dropContext) apply(s *state) { delete(s.contexts, d.Name) }
