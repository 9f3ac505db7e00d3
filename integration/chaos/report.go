package chaos

import (
	"fmt"
	"strings"
	"time"
)

// Report is what became of a run.
type Report struct {
	Seed    uint64
	Took    time.Duration
	Entries int // in the ledger

	Groups    []GroupReport
	Total     Verdict
	Faults    *tally  // those that had their effect count
	Changes   *tally  // graceful ones, in calms
	Forgotten int     // sessions of dead members that the embedded brokers did not end, and the harness did
	Ghosts    int     // members that the brokers still listed when their process had ended gracefully, in calms
	Deaths    []error // of members that ended otherwise than they were told to
}

// GroupReport is the verdict on one group.
type GroupReport struct {
	Name    string
	Verdict *Verdict
}

// String is a few lines for people; the last one is for scripts, too.
func (r *Report) String() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("seed %d, %v, %d entries in the ledger", r.Seed, r.Took.Round(time.Second), r.Entries)
	for _, g := range append(r.Groups, GroupReport{"all", &r.Total}) {
		v := g.Verdict
		line("%-12s %d records acknowledged, %d indeterminate (%d arrived), %d refused, %d poison; %d deliveries, %d duplicates, %d retries, %d overlaps of expired sessions, %d rewinds by the client, %d dead letters; longest standstill in a calm %v",
			g.Name, v.Acked, v.Indeterminate, v.Arrived, v.Refused, v.Poisoned, v.Deliveries, v.Duplicates, v.Retries, v.Overlaps, v.Rewinds, v.Letters,
			v.LongestStall.Round(time.Millisecond))
	}
	for _, t := range []struct {
		what string
		*tally
	}{{"faults", r.Faults}, {"graceful changes", r.Changes}} {
		for _, name := range t.names {
			c := t.counts[name]
			without := ""
			if c.without > 0 {
				without = fmt.Sprintf(", and %d without effect", c.without)
			}
			line("%s: %4d %s%s", t.what, c.effective, name, without)
		}
	}
	for _, err := range r.Deaths {
		line("a member ended otherwise than it was told to: %v", err)
	}
	if n := r.Total.Resent; n > 0 {
		line("records in the log twice because their client had given others up and started a new epoch: %d", n)
	}
	if n := r.Total.Repeated; n > 0 {
		line("commits that went back in a storm, as the client repeated one whose answer was lost: %d", n)
	}
	if n := r.Total.Expelled; n > 0 {
		line("members that the brokers gave up while they worked: %d, of these in a calm: %d", n, r.Total.Fallen)
	}
	if n := r.Total.Halts / len(r.Groups); n > 0 {
		line("times that the machine stood still for %v and longer: %d, duplicates in calms of what was lost by that: %d", halt, n, r.Total.Halting)
	}
	if r.Forgotten > 0 {
		line("sessions of dead members that the embedded brokers did not end, so the harness did: %d", r.Forgotten)
	}
	if r.Ghosts > 0 {
		line("members still listed when their processes had ended: %d", r.Ghosts)
	}
	v := &r.Total
	line("dead letters that differ: %d, dead letters without cause: %d, records in the log twice: %d, commits that went back: %d, duplicates without reason: %d, standstills: %d",
		v.LettersDiffer, v.LettersUncaused, v.Doubled, v.Backward, v.Unexplained, v.Stalls)
	line("lost: %d, order violations: %d, committed beyond unsettled: %d, duplicates: %d (graceful %d), faults: %d",
		v.Lost, v.Order, v.Beyond, v.Duplicates, v.GracefulDuplicates, r.Faults.total())
	return b.String()
}
