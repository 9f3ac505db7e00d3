package registrytest

import "maps"

// Implementation is a registry that speaks the API.
type Implementation string

// The registries that are known here.
const (
	Confluent Implementation = "confluent"
	Apicurio  Implementation = "apicurio" // its API at /apis/ccompat/v7
	Karapace  Implementation = "karapace"
	Redpanda  Implementation = "redpanda"
)

// Differences returns what is known to be different, by the name of the check
// and with the reason. The map is the caller's.
func Differences(i Implementation) map[string]string { return maps.Clone(differences[i]) }

var differences = map[Implementation]map[string]string{}
