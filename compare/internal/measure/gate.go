package measure

import (
	"fmt"
	"math"
)

// Verdict is what became of one gate.
type Verdict struct {
	Gate    string  `json:"gate"`
	Limit   string  `json:"limit"`
	Value   float64 `json:"value"`
	Verdict string  `json:"verdict"` // "passed", "missed", "shown only" or "not measured"
}

// Gate is a figure that has to be reached. Everything is measured with typical events at GOGC=100.
type Gate struct {
	Name  string
	Most  bool // Limit is the most that the value may be, else the least
	Limit float64
	Value func(*Results) (value float64, measured bool)
	// Counts says whether a miss counts. nil means always.
	Counts func(*Results) bool
}

// Judge returns the verdicts of all gates.
func Judge(r *Results, gates []Gate) []Verdict {
	verdicts := make([]Verdict, len(gates))
	for i, g := range gates {
		v := Verdict{Gate: g.Name, Limit: fmt.Sprintf(">= %v", g.Limit), Verdict: "passed"}
		if g.Most {
			v.Limit = fmt.Sprintf("<= %v", g.Limit)
		}
		value, ok := g.Value(r)
		if ok {
			v.Value = math.Round(value*100) / 100
		}
		switch {
		case !ok:
			v.Verdict = "not measured"
		case g.Counts != nil && !g.Counts(r):
			v.Verdict = "shown only"
		case g.Most && value > g.Limit, !g.Most && value < g.Limit:
			v.Verdict = "missed"
		}
		verdicts[i] = v
	}
	return verdicts
}

// Ratio is the time of one implementation over that of the fastest of others.
func Ratio(work, impl string, to ...string) func(*Results) (float64, bool) {
	return func(r *Results) (float64, bool) {
		row, ok := r.Find(work, "typical", impl, 1)
		best, found := Best(r, work, "typical", to...)
		return row.NS / best.NS, ok && found
	}
}

// Times is how many times faster one implementation is than the fastest of others.
func Times(work, impl string, than ...string) func(*Results) (float64, bool) {
	ratio := Ratio(work, impl, than...)
	return func(r *Results) (float64, bool) {
		value, ok := ratio(r)
		return 1 / value, ok
	}
}

// Best returns the fastest of some implementations on one core.
func Best(r *Results, work, event string, impls ...string) (best Row, found bool) {
	for _, impl := range impls {
		if row, ok := r.Find(work, event, impl, 1); ok && (!found || row.NS < best.NS) {
			best, found = row, true
		}
	}
	return best, found
}

// SpeedUp is how many times more one implementation gets done on two cores than on one.
func SpeedUp(r *Results, work, impl string) (float64, bool) {
	one, ok := r.Find(work, "typical", impl, 1)
	two, both := r.Find(work, "typical", impl, 2)
	return one.NS / two.NS, ok && both
}
