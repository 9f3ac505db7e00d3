package chaos

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Verdict is what Check found. All but what is said to be a violation are plain counts.
type Verdict struct {
	Acked, Indeterminate, Arrived, Refused, Poisoned int // records; Arrived are the indeterminate ones that are in the log

	Deliveries, Retries int // calls of handlers, and those of them that repeat one that failed, wherever the partition is by then
	Letters             int
	Duplicates          int // deliveries of what was delivered before and did not fail each time
	Rewinds             int // partitions whose client went back by itself: their records are delivered again
	Repeated            int // commits that went back in a storm, as the client repeated an earlier one of the same assignment, or one that it can have asked for
	Resent              int // records in the log twice because their client had given others up, see resent
	Overlaps            int // two at once in a strand, by members of which one had lost its session
	Halts, Halting      int // times that the machine stood still, and duplicates in calms of what was lost by that
	Expelled, Fallen    int // members that the brokers gave up while they worked, and those of them in a calm
	LongestStall        time.Duration

	// Violations, each a number of cases.
	Lost               int // not settled, not dead-lettered, or gone from the log
	Order              int
	Beyond             int // committed beyond what is unsettled
	Backward           int // the committed offset went back
	GracefulDuplicates int // in calms
	Unexplained        int // duplicates of what had been committed, or within one assignment
	Doubled            int // records that stand in the log twice, or stand there although they were refused
	LettersDiffer      int // dead letters whose bytes are not those of their origin
	LettersUncaused    int // dead letters that nothing called for
	Stalls             int // longer than 5 s in a calm

	// Cases describes the first violations.
	Cases []string
}

// maxCases is how many violations are described.
const maxCases = 20

func (v *Verdict) report(count *int, format string, args ...any) {
	v.reportMany(count, 1, format, args...)
}

func (v *Verdict) reportMany(count *int, n int, format string, args ...any) {
	*count += n
	if len(v.Cases) < maxCases {
		v.Cases = append(v.Cases, fmt.Sprintf(format, args...))
	}
}

// Add adds another verdict to this one.
func (v *Verdict) Add(o *Verdict) {
	for i, count := range v.counts() {
		*count += *o.counts()[i]
	}
	v.LongestStall = max(v.LongestStall, o.LongestStall)
	v.Cases = append(v.Cases, o.Cases...)
}

func (v *Verdict) counts() []*int {
	return append(v.violations(), &v.Acked, &v.Indeterminate, &v.Arrived, &v.Refused, &v.Poisoned,
		&v.Repeated, &v.Resent, &v.Deliveries, &v.Retries, &v.Letters, &v.Duplicates, &v.Rewinds, &v.Overlaps, &v.Expelled, &v.Fallen, &v.Halts, &v.Halting)
}

func (v *Verdict) violations() []*int {
	return []*int{
		&v.Lost, &v.Order, &v.Beyond, &v.Backward, &v.GracefulDuplicates, &v.Unexplained, &v.Doubled,
		&v.LettersDiffer, &v.LettersUncaused, &v.Stalls,
	}
}

// Err returns the violations as an error, or nil.
func (v *Verdict) Err() error {
	total := 0
	for _, count := range v.violations() {
		total += *count
	}
	if total == 0 {
		return nil
	}
	return errors.New(fmt.Sprintf("%d violations, among them:\n", total) + strings.Join(v.Cases, "\n"))
}
