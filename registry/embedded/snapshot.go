package embedded

import (
	"iter"
	"maps"
	"slices"
)

// putContext makes a context, and says of its ids what the versions in it do
// not tell: in which order they were registered, and which ids were used up.
type putContext struct {
	Name   string               `json:"name"`
	LastID int                  `json:"lastID"`
	IDs    map[int][]versionKey `json:"ids"`
	GUIDs  map[string]int       `json:"guids"`
}

func (p putContext) apply(s *state) {
	c := s.context(p.Name)
	c.lastID, c.guids = p.LastID, p.GUIDs
	for _, versions := range c.subjects {
		for _, v := range versions {
			v.served = nil
		}
	}
	c.ids = map[int][]*version{}
	for id, keys := range p.IDs {
		for _, key := range keys {
			if v := s.find(key); v != nil {
				c.ids[id] = append(c.ids[id], v)
				v.served = append(v.served, id)
			}
		}
	}
}

// snapshot lists the changes that make an empty state into an equal one.
func (s *state) snapshot() iter.Seq[change] {
	return func(yield func(change) bool) {
		for _, name := range s.contextNames() {
			c := s.contexts[name]
			for _, subject := range slices.Sorted(maps.Keys(c.subjects)) {
				for _, v := range c.subjects[subject] {
					if !yield(putVersion{*v}) {
						return
					}
				}
			}
			p := putContext{name, c.lastID, make(map[int][]versionKey, len(c.ids)), c.guids}
			for id, users := range c.ids {
				for _, v := range users {
					p.IDs[id] = append(p.IDs[id], v.versionKey)
				}
			}
			if !yield(p) {
				return
			}
		}
		for scope, c := range s.configs {
			if !yield(putConfig{scope, c}) {
				return
			}
		}
		for scope, mode := range s.modes {
			if !yield(putMode{scope, mode}) {
				return
			}
		}
	}
}

// size is how many changes a snapshot has.
func (s *state) size() int {
	n := len(s.contexts) + len(s.configs) + len(s.modes)
	for _, c := range s.contexts {
		for _, versions := range c.subjects {
			n += len(versions)
		}
	}
	return n
}
