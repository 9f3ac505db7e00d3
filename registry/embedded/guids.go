package embedded

import (
	"crypto/md5"
	"encoding/hex"
	"strings"
)

// parseGUID takes upper case and a GUID without dashes.
func parseGUID(text string) (string, bool) {
	b, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	if err != nil || len(b) != md5.Size {
		return "", false
	}
	return formatGUID([md5.Size]byte(b)), true
}

func (r *Registry) getByGUID(c *call) (any, error) {
	guid, ok := parseGUID(c.vars[0])
	if !ok {
		return nil, errNoSuchSchema(c.vars[0])
	}
	for _, name := range r.state.contextNames() {
		context := r.state.contexts[name]
		users := context.ids[context.guids[guid]]
		if len(users) == 0 {
			continue
		}
		v := users[len(users)-1]
		a := r.formatted(c, v, read(v))
		a.Subject, a.ID, a.Version = "", 0, 0
		return a, nil
	}
	return nil, errNoSuchSchema(guid)
}

type contextID struct {
	Context string `json:"context"`
	ID      int    `json:"id"`
}

func (r *Registry) listIDsByGUID(c *call) (any, error) {
	list := []contextID{}
	if guid, ok := parseGUID(c.vars[0]); ok {
		for _, name := range r.state.contextNames() {
			if id, ok := r.state.contexts[name].guids[guid]; ok {
				list = append(list, contextID{name, id})
			}
		}
	}
	return list, nil
}
