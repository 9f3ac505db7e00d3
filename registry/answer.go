package registry

import (
	"math"

	"github.com/magicbyte-go/magicbyte/serde"
)

// schemaAnswer is a schema as the registry sends it. Which members are there depends on the request and on the registry's
// generation: 7.x has neither GUID nor, for Avro, schemaType, and answers a registration with the id alone.
type schemaAnswer struct {
	dropped
	ID         int         `json:"id"`
	Version    int         `json:"version"`
	Text       string      `json:"schema"`
	SchemaType string      `json:"schemaType"`
	References []reference `json:"references"`
}

// dropped are the members that srclient does not read.
type dropped struct {
	Subject string   `json:"subject"`
	GUID    string   `json:"guid"`
	RuleSet *ruleSet `json:"ruleSet"`
}

type reference struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

// schema returns the schema itself; status is the answer's, for errors.
func (a *schemaAnswer) schema(status int, ignoredRules bool) (serde.Schema, error) {
	if a.Text == "" {
		return serde.Schema{}, malformed(status, "the answer has no schema")
	}
	if err := a.RuleSet.check(); err != nil && !ignoredRules {
		return serde.Schema{}, &Error{HTTPStatus: status, Err: err}
	}
	s := serde.Schema{Type: schemaType(a.SchemaType), Text: a.Text}
	for _, r := range a.References {
		s.References = append(s.References, serde.Reference(r))
	}
	return s, nil
}

// registered returns the schema with its place in the registry, under the name that the caller asked for.
func (a *schemaAnswer) registered(status int, subject string, ignoredRules bool) (serde.RegisteredSchema, error) {
	s, err := a.schema(status, ignoredRules)
	if err != nil {
		return serde.RegisteredSchema{}, err
	}
	return a.place(status, subject, s)
}

func (a *schemaAnswer) place(status int, subject string, s serde.Schema) (serde.RegisteredSchema, error) {
	if a.ID < 1 || a.ID > math.MaxInt32 || a.Version < 0 {
		return serde.RegisteredSchema{}, malformed(status, "the answer has id %d and version %d", a.ID, a.Version)
	}
	guid, err := serde.ParseGUID(a.GUID)
	if err != nil {
		guid = serde.SchemaID{} // absent, or something else than a GUID under that name
	}
	return serde.RegisteredSchema{Schema: s, ID: serde.NumberID(int32(a.ID)), GUID: guid, Subject: subject, Version: a.Version}, nil
}

func schemaType(t string) string {
	if t == "" {
		return serde.TypeAvro
	}
	return t
}

// schemaRequest is a schema as the registry takes it. The type is left out for Avro, as registries before 5.5 do not know it.
type schemaRequest struct {
	Schema     string      `json:"schema"`
	SchemaType string      `json:"schemaType,omitempty"`
	References []reference `json:"references,omitempty"`
}

func newSchemaRequest(s serde.Schema) schemaRequest {
	r := schemaRequest{Schema: s.Text}
	if t := schemaType(s.Type); t != serde.TypeAvro {
		r.SchemaType = t
	}
	for _, ref := range s.References {
		r.References = append(r.References, reference(ref))
	}
	return r
}
