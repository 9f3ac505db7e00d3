package registrytest

import (
	"slices"
	"testing"
)

// TestDifferencesNameChecks: a check that is renamed takes its differences along.
func TestDifferencesNameChecks(t *testing.T) {
	t.Parallel()
	for implementation, list := range differences {
		for name, reason := range list {
			if !slices.ContainsFunc(checks, func(c check) bool { return c.name == name }) || reason == "" {
				t.Errorf("%s: %q, %q: no such check, or no reason", implementation, name, reason)
			}
		}
	}
}

func TestCheckNamesDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range checks {
		if seen[c.name] {
			t.Errorf("two checks are named %q", c.name)
		}
		seen[c.name] = true
	}
}
