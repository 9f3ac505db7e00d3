package embedded_test

// differentTexts counts, for each scenario, the steps that agree by codes while
// a text of a message differs: paths and further problems of the compatibility
// checker, and the wording of JSON errors.
var differentTexts = map[string]int{
	"body-malformed":                13,
	"body-missing-or-odd":           4,
	"compat-recursive":              2,
	"config-compat-group":           1,
	"config-inherit":                2,
	"contexts-basic":                1,
	"delete-compat-ignores-deleted": 1,
	"delete-then-reregister-other":  1,
	"ids-not-burnt-by-failures":     2,
	"json-and-protobuf":             1,
	"level-backward":                12,
	"level-backward-transitive":     15,
	"level-forward":                 9,
	"level-forward-transitive":      11,
	"level-full":                    16,
	"level-full-transitive":         19,
	"metadata-and-rules":            1,
	"mode-readonly-subject":         1,
	"msg-enum":                      14,
	"msg-fixed":                     10,
	"msg-forward-and-full":          9,
	"msg-missing-default":           16,
	"msg-name-mismatch":             6,
	"msg-transitive-many-versions":  11,
	"msg-type-mismatch":             12,
	"msg-union":                     16,
	"normalize-unions-and-refs":     1,
	"refs-errors":                   2,
	"refs-transitive-and-compat":    3,
	"text-invalid":                  5,
	"text-primitives":               4,
}
