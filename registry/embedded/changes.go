package embedded

import (
	"encoding/json"
	"fmt"
)

// change is one decision of the registry. What is exported in a change is what
// the journal keeps of it: an object with the kind as its only member.
type change interface {
	apply(s *state)
	kind() string
}

func (putVersion) kind() string  { return "put" }
func (hideVersion) kind() string { return "hide" }
func (dropVersion) kind() string { return "drop" }
func (putConfig) kind() string   { return "config" }
func (putMode) kind() string     { return "mode" }
func (putContext) kind() string  { return "context" }
func (dropContext) kind() string { return "dropContext" }

// changeKinds read a change by its kind.
var changeKinds = map[string]func(json.RawMessage) (change, error){
	putVersion{}.kind():  decodeChange[putVersion],
	hideVersion{}.kind(): decodeChange[hideVersion],
	dropVersion{}.kind(): decodeChange[dropVersion],
	putConfig{}.kind():   decodeChange[putConfig],
	putMode{}.kind():     decodeChange[putMode],
	putContext{}.kind():  decodeChange[putContext],
	dropContext{}.kind(): decodeChange[dropContext],
}

func decodeChange[C change](raw json.RawMessage) (change, error) {
	var c C
	err := json.Unmarshal(raw, &c)
	return c, err
}

func encodeChanges(changes []change) ([]byte, error) {
	list := make([]map[string]change, len(changes))
	for i, c := range changes {
		list[i] = map[string]change{c.kind(): c}
	}
	return json.Marshal(list)
}

func decodeChanges(record []byte) ([]change, error) {
	var list []map[string]json.RawMessage
	if err := json.Unmarshal(record, &list); err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	var changes []change
	for _, one := range list {
		for kind, raw := range one {
			read := changeKinds[kind]
			if read == nil {
				return nil, fmt.Errorf("a change of the unknown kind %q", kind)
			}
			c, err := read(raw)
			if err != nil {
				return nil, fmt.Errorf("read a change of kind %s: %w", kind, err)
			}
			changes = append(changes, c)
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

func (p putVersion) MarshalJSON() ([]byte, error) {
	v, s := &p.version, p.version.schema
	return json.Marshal(storedVersion{
		Key: v.versionKey, ID: v.id, Type: s.kind, Text: s.text, References: s.references, Metadata: s.metadata,
		Structure: s.structure[:], TS: v.ts, Deleted: v.deleted,
	})
}

func (p *putVersion) UnmarshalJSON(b []byte) error {
	var stored storedVersion
	if err := json.Unmarshal(b, &stored); err != nil {
		return err
	}
	s := &schema{kind: stored.Type, text: stored.Text, references: stored.References, metadata: stored.Metadata}
	if len(stored.Structure) != len(s.structure) {
		return fmt.Errorf("the structure's hash has %d bytes", len(stored.Structure))
	}
	s.identify()
	copy(s.structure[:], stored.Structure)
	p.version = version{versionKey: stored.Key, id: stored.ID, schema: s, ts: stored.TS, deleted: stored.Deleted}
	return nil
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
