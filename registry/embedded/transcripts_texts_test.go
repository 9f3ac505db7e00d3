package embedded_test

// differentTexts counts, for each scenario, the steps that agree by codes while
// a text of a message differs: the wording of JSON errors and of invalid schemas.
var differentTexts = map[string]int{
	"body-malformed":            13,
	"body-missing-or-odd":       4,
	"ids-not-burnt-by-failures": 1,
	"json-and-protobuf":         1,
	"metadata-and-rules":        1,
	"refs-errors":               2,
	"text-invalid":              5,
	"text-primitives":           4,
}
