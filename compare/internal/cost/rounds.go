package cost

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Contender is one way of doing the work.
type Contender struct {
	Name string
	Run  func() (Sample, error)
}

// Round holds one sample of each contender, by name.
type Round map[string]Sample

// Run has all contenders work in turn, as often as rounds says, each time in another order: what else the machine does, and what one leaves behind
// for the next, falls on all alike.
func Run(contenders []Contender, rounds int, progress func(string)) ([]Round, error) {
	order := rand.New(rand.NewPCG(1, 2))
	all := make([]Round, rounds)
	for i := range all {
		all[i] = Round{}
		for _, at := range order.Perm(len(contenders)) {
			c := contenders[at]
			sample, err := c.Run()
			if err != nil {
				return nil, fmt.Errorf("cost: %s: %w", c.Name, err)
			}
			all[i][c.Name] = sample
		}
		progress(fmt.Sprintf("round %d of %d", i+1, rounds))
	}
	return all, nil
}

// Median returns the median over all rounds of what of says about one.
func Median(rounds []Round, of func(Round) float64) float64 {
	values := make([]float64, len(rounds))
	for i, round := range rounds {
		values[i] = of(round)
	}
	slices.Sort(values)
	if n := len(values); n%2 == 0 {
		return (values[n/2-1] + values[n/2]) / 2
	}
	return values[len(values)/2]
}
