package measure

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// Case is one row to be measured.
type Case struct {
	Work, Event, Impl string
	Procs             int // goroutines, and GOMAXPROCS
	// New returns a loop for one goroutine. Where Procs is more than one it is called for each.
	New func() (Loop, error)
}

// String names the row.
func (c *Case) String() string {
	return fmt.Sprintf("%s %s %s, procs %d", c.Work, c.Event, c.Impl, c.Procs)
}

// Options says how long to measure.
type Options struct {
	Rounds int
	Batch  time.Duration // that a case runs for in each round
	GOGC   int
}

// contender is a case that runs.
type contender struct {
	*Case
	n                     int // calls per batch and goroutine
	times, bytes, mallocs []float64
}

// Run measures all cases. Each batch makes its loops anew: the heap holds what one case needs and nothing of the others, as in a process of its own,
// so that a case that is added changes nothing for the rest. A batch is to be long enough for the collector to run a few times.
func Run(cases []Case, o Options, progress func(string)) ([]Row, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(o.GOGC))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	contenders := make([]*contender, len(cases))
	for i := range cases {
		contenders[i] = &contender{Case: &cases[i]}
	}
	order := rand.New(rand.NewPCG(1, 2))
	for round := range o.Rounds {
		progress(fmt.Sprintf("round %d of %d, GOGC=%d", round+1, o.Rounds, o.GOGC))
		// No case always follows the same one: what one leaves behind in caches and in the kernel would fall on the other alone.
		for _, i := range order.Perm(len(contenders)) {
			c := contenders[i]
			if err := c.batch(o); err != nil {
				return nil, fmt.Errorf("measure: %v: %w", c.Case, err)
			}
		}
	}
	rows := make([]Row, len(contenders))
	for i, c := range contenders {
		rows[i] = c.row(o.GOGC)
	}
	return rows, nil
}

// batch runs the case once, after it is warm, and notes what it took.
func (c *contender) batch(o Options) error {
	runtime.GOMAXPROCS(c.Procs)
	loops := make([]Loop, c.Procs)
	for i := range loops {
		var err error
		if loops[i], err = c.New(); err != nil {
			return err
		}
	}
	if err := c.warm(loops, o.Batch); err != nil {
		return err
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	err := run(loops, c.n)
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if err == nil {
		err = check(loops)
	}
	calls := float64(c.n * c.Procs)
	c.times = append(c.times, float64(took)/calls)
	c.bytes = append(c.bytes, float64(after.TotalAlloc-before.TotalAlloc)/calls)
	c.mallocs = append(c.mallocs, float64(after.Mallocs-before.Mallocs)/calls)
	return err
}

// warm runs the loops for a quarter of a batch. The first time it finds out how many calls fill a batch.
func (c *contender) warm(loops []Loop, length time.Duration) error {
	if c.n > 0 {
		return run(loops, max(1, c.n/4))
	}
	for n := 1; ; n *= 4 {
		start := time.Now()
		if err := run(loops, n); err != nil {
			return err
		}
		if took := time.Since(start); took >= length/4 {
			c.n = max(1, int(float64(n)*float64(length)/float64(took)))
			return nil
		}
	}
}

// run runs all loops at once.
func run(loops []Loop, n int) error {
	if len(loops) == 1 {
		return loops[0].Run(n)
	}
	var wg sync.WaitGroup
	errs := make([]error, len(loops))
	for i, loop := range loops {
		wg.Go(func() { errs[i] = loop.Run(n) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func check(loops []Loop) error {
	for _, loop := range loops {
		if loop.Check == nil {
			continue
		}
		if err := loop.Check(); err != nil {
			return err
		}
	}
	return nil
}

func (c *contender) row(gogc int) Row {
	return Row{
		Work: c.Work, Event: c.Event, Impl: c.Impl, Procs: c.Procs, GOGC: gogc,
		NS: tenth(median(c.times)), Min: tenth(slices.Min(c.times)), Max: tenth(slices.Max(c.times)),
		Bytes: tenth(median(c.bytes)), Allocs: tenth(median(c.mallocs)),
	}
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// tenth rounds to one digit behind the point: more are noise.
func tenth(v float64) float64 { return float64(int64(v*10+0.5)) / 10 }
