package embedded

import (
	"encoding/json"
	"errors"
	"fmt"
)

// change is one decision of the registry.
type change interface {
	apply(s *state)
	stored() storedChange
}

// storedChange is a change as the journal keeps it: an object with the kind as its only member. It is read in one go, as opening a large
// journal is little else than reading these.
type storedChange struct {
	Put         *storedVersion `json:"put,omitempty"`
	Hide        *hideVersion   `json:"hide,omitempty"`
	Drop        *dropVersion   `json:"drop,omitempty"`
	Config      *putConfig     `json:"config,omitempty"`
	Mode        *putMode       `json:"mode,omitempty"`
	Context     *putContext    `json:"context,omitempty"`
	DropContext *dropContext   `json:"dropContext,omitempty"`
}

func (h hideVersion) stored() storedChange { return storedChange{Hide: &h} }
func (d dropVersion) stored() storedChange { return storedChange{Drop: &d} }
func (p putConfig) stored() storedChange   { return storedChange{Config: &p} }
func (p putMode) stored() storedChange     { return storedChange{Mode: &p} }
func (p putContext) stored() storedChange  { return storedChange{Context: &p} }
func (d dropContext) stored() storedChange { return storedChange{DropContext: &d} }

func (c storedChange) change() (change, error) {
	switch {
	case c.Put != nil:
		return c.Put.put()
	case c.Hide != nil:
		return *c.Hide, nil
	case c.Drop != nil:
		return *c.Drop, nil
	case c.Config != nil:
		return *c.Config, nil
	case c.Mode != nil:
		return *c.Mode, nil
	case c.Context != nil:
		return *c.Context, nil
	case c.DropContext != nil:
		return *c.DropContext, nil
	}
	return nil, errors.New("a change of an unknown kind")
}

func encodeChanges(changes []change) ([]byte, error) {
	list := make([]storedChange, len(changes))
	for i, c := range changes {
		list[i] = c.stored()
	}
	return json.Marshal(list)
}

func decodeChanges(record []byte) ([]change, error) {
	var list []storedChange
	if err := json.Unmarshal(record, &list); err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	changes := make([]change, len(list))
	for i, one := range list {
		var err error
		if changes[i], err = one.change(); err != nil {
			return nil, fmt.Errorf("read changes: %w", err)
		}
	}
	return changes, nil
}

// MarshalJSON writes context and name: which contexts there may be is not the journal's business.
func (s subjectName) MarshalJSON() ([]byte, error) { return json.Marshal([]string{s.context, s.name}) }

func (s *subjectName) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&s.context, &s.name})
}

func (k versionKey) MarshalJSON() ([]byte, error) { return json.Marshal([]any{k.subject, k.number}) }

func (k *versionKey) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&k.subject, &k.number})
}

// storedVersion has beside a version's own members what is too expensive to compute again.
type storedVersion struct {
	Key        versionKey  `json:"key"`
	ID         int         `json:"id"`
	Type       string      `json:"type"`
	Text       string      `json:"text"`
	References []reference `json:"references,omitempty"`
	Metadata   *metadata   `json:"metadata,omitempty"`
	Structure  []byte      `json:"structure"`
	TS         int64       `json:"ts"`
	Deleted    bool        `json:"deleted,omitempty"`
}

func (p putVersion) stored() storedChange {
	v, s := &p.version, p.version.schema
	return storedChange{Put: &storedVersion{
		Key: v.versionKey, ID: v.id, Type: s.kind, Text: s.text, References: s.references, Metadata: s.metadata,
		Structure: s.structure[:], TS: v.ts, Deleted: v.deleted,
	}}
}

func (v *storedVersion) put() (change, error) {
	s := &schema{kind: v.Type, text: v.Text, references: v.References, metadata: v.Metadata}
	if len(v.Structure) != len(s.structure) {
		return nil, fmt.Errorf("the structure's hash has %d bytes", len(v.Structure))
	}
	s.identify()
	copy(s.structure[:], v.Structure)
	return putVersion{version{versionKey: v.Key, id: v.ID, schema: s, ts: v.TS, deleted: v.Deleted}}, nil
}

// UnmarshalJSON reads the members as a request's are read.
func (c *config) UnmarshalJSON(b []byte) error {
	var members map[string]json.RawMessage
	err := json.Unmarshal(b, &members)
	if err != nil || members == nil {
		return err
	}
	*c, err = merge(nil, members)
	return err
}
