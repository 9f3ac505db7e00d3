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

// What Apicurio 3.3 does was seen in runs of this suite. It was not run on Karapace
// and Redpanda yet: their rows are a beginning.
var differences = map[Implementation]map[string]string{
	Apicurio: {
		"registration answers the version":            "the answer is the id alone, as Confluent's was before 8.0",
		"a doc makes another version":                 "schemas are compared in canonical form, which has no doc",
		"normalize sorts properties":                  "properties keep their order",
		"subjects are found by prefix":                "the prefix is not obeyed",
		"GUIDs name schemas":                          "there are none",
		"empty schema is 42201":                       "it is registered",
		"invalid version is 42202":                    "it is an unknown version: 40402",
		"broken JSON is 400":                          "the answer to it is plain text",
		"permanent delete needs a soft one":           "the code comes with status 409",
		"what is referred to cannot be deleted":       "a soft-deleted schema still protects what it refers to",
		"an incompatible schema is 40901":             "the code is 409, as Confluent's was before 8.0.4",
		"verbose checks say why":                      "the answer has no messages",
		"a subject without a level is 40408":          "it answers the global level",
		"levels can be removed":                       "the subject has the global level then",
		"read-only subjects refuse schemas":           "the mode of a subject is kept and not obeyed",
		"imported schemas keep id and version":        "the mode of a subject is kept and not obeyed",
		"an invalid mode is 42204":                    "the code is 42201",
		"contexts have ids and subjects of their own": "there is one context",
	},
	Karapace: {"an incompatible schema is 40901": "the code is 409"},
	Redpanda: {"an incompatible schema is 40901": "the code is 409"},
}
