package registry

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/magicbyte-go/magicbyte/serde"
)

// Contract is a version of a subject with all that the registry keeps beside the schema. Its rules are shown, never run.
type Contract struct {
	serde.RegisteredSchema
	Metadata *Metadata       // nil for none
	RuleSet  json.RawMessage // as the registry has it; nil for none
	Deleted  bool            // softly
}

// Metadata describes a schema. Confluent's registry takes two equal schemas with different metadata for different ones.
type Metadata struct {
	Tags       map[string][]string `json:"tags,omitempty"` // by path: "**.email"
	Properties map[string]string   `json:"properties,omitempty"`
	Sensitive  []string            `json:"sensitive,omitempty"` // names of properties
}

// Contract returns a version of subject, the newest for [serde.LatestVersion], with its metadata and rules. It always asks the registry. A rule set that
// changes values is no error here, as no values are read or written with it.
func (c *Client) Contract(ctx context.Context, subject string, version int, opts ...ListOption) (Contract, error) {
	attempt := Error{Op: opContract, Subject: subject, Version: version}
	if err := checkVersion(subject, version); err != nil {
		return Contract{}, attempt.because(err)
	}
	var answer struct {
		schemaAnswer
		Metadata *Metadata       `json:"metadata"`
		Rules    json.RawMessage `json:"ruleSet"` // hides that of schemaAnswer, which would be checked
		Deleted  bool            `json:"deleted"`
	}
	if err := c.get(ctx, versionPath(subject, version)+listQuery(opts), &answer); err != nil {
		return Contract{}, attempt.because(err)
	}
	registered, err := answer.registered(http.StatusOK, subject, c.ignoredRules)
	if err == nil {
		err = c.checkContext(subject, answer.Subject)
	}
	if err != nil {
		return Contract{}, attempt.because(err)
	}
	contract := Contract{RegisteredSchema: registered, Metadata: answer.Metadata, Deleted: answer.Deleted}
	if rules := answer.Rules; len(rules) > 0 && string(rules) != "null" {
		contract.RuleSet = rules
	}
	return contract, nil
}

// RegisterContract registers a schema with metadata and rules under subject: Schema, Metadata and RuleSet of contract count. It does not look up first, since a
// look-up cannot name rules. What comes back is what the registry made of it; registries without data contracts drop both silently.
func (c *Client) RegisterContract(ctx context.Context, subject string, contract Contract) (serde.RegisteredSchema, error) {
	attempt := Error{Op: opRegister, Subject: subject}
	if err := checkSubject(subject); err != nil {
		return serde.RegisteredSchema{}, attempt.because(err)
	}
	if contract.Text == "" {
		return serde.RegisteredSchema{}, attempt.because(errEmptySchema)
	}
	request := struct {
		schemaRequest
		Metadata *Metadata       `json:"metadata,omitempty"`
		RuleSet  json.RawMessage `json:"ruleSet,omitempty"`
	}{newSchemaRequest(contract.Schema), contract.Metadata, contract.RuleSet}
	if len(contract.RuleSet) > 0 && !json.Valid(contract.RuleSet) {
		return serde.RegisteredSchema{}, attempt.because(errors.New("the rule set is not valid JSON"))
	}
	defer c.forgetSubject(ctx, subject) // the newest version, and what a look-up of the bare schema finds
	var answer schemaAnswer
	if err := c.rest(ctx, http.MethodPost, subjectPath(subject)+"/versions"+c.normalizeQuery(), request, &answer); err != nil {
		return serde.RegisteredSchema{}, attempt.because(err)
	}
	schema := contract.Schema
	schema.Type = schemaType(schema.Type)
	registered, err := answer.place(http.StatusOK, subject, schema)
	if err != nil {
		return serde.RegisteredSchema{}, attempt.because(err)
	}
	return registered, nil
}
