package registry

import (
	"fmt"
	"strings"
)

// ruleSet is a data contract's rules, as far as they decide whether values can be read and written without running them.
// Migration rules are not among them: they apply between versions of a schema, and never on the wire.
type ruleSet struct {
	DomainRules   []rule `json:"domainRules"`
	EncodingRules []rule `json:"encodingRules"`
}

type rule struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"` // CONDITION or TRANSFORM
	Type     string `json:"type"` // CEL, CEL_FIELD, JSONATA, ENCRYPT, ENCRYPT_PAYLOAD, ...
	Disabled bool   `json:"disabled"`
}

// check returns an error for the first rule that changes values. A condition only checks them. A kind that is not known counts as a
// change, since taking ciphertext for a value is the worse mistake.
func (s *ruleSet) check() error {
	if s == nil {
		return nil
	}
	for _, rules := range [][]rule{s.DomainRules, s.EncodingRules} {
		for _, r := range rules {
			encrypts := strings.HasPrefix(strings.ToUpper(r.Type), "ENCRYPT")
			if !r.Disabled && (encrypts || !strings.EqualFold(r.Kind, "CONDITION")) {
				return fmt.Errorf("%w: rule %.100q of type %.100q changes values (WithRulesIgnored takes them as they are on the wire)", ErrRules, r.Name, r.Type)
			}
		}
	}
	return nil
}
