package embedded_test

// differentTexts counts, for each scenario, the steps that agree by codes while
// a text of a message differs.
var differentTexts = map[string]int{
	"body-malformed": 1, // a body that begins as UTF-16 does, which the real one then reads as that
}
