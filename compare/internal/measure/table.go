package measure

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// Print writes the rows, the fastest first in each group, and the verdicts. hand and rivals are what ratios are given to: the time over
// hand's, and the time of the fastest rival over the row's.
func (r *Results) Print(w io.Writer, hand string, rivals ...string) error {
	fmt.Fprintf(w, "commit %s, %s, %s, %d rounds\n", r.Commit, r.Go, r.CPU, r.Rounds)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	var last Row
	for _, row := range r.sorted() {
		if row.Work != last.Work || row.Event != last.Event || row.Procs != last.Procs || row.GOGC != last.GOGC {
			fmt.Fprintf(t, "\n%s, %s, procs %d, GOGC %d\tns\tmin\tmax\tbytes\tallocs\tx %s\tavrov2 / it\t\n", row.Work, row.Event, row.Procs, row.GOGC, hand)
		}
		last = row
		fmt.Fprintf(t, "%s\t%.0f\t%.0f\t%.0f\t%.0f\t%.1f\t%s\t%s\t\n", row.Impl, row.NS, row.Min, row.Max, row.Bytes, row.Allocs,
			r.ratio(row, true, hand), r.ratio(row, false, rivals...))
	}
	fmt.Fprintf(t, "\ngate\tlimit\tvalue\tverdict\t\n")
	for _, v := range r.Gates {
		fmt.Fprintf(t, "%s\t%s\t%.2f\t%s\t\n", v.Gate, v.Limit, v.Value, v.Verdict)
	}
	return t.Flush()
}

// ratio returns the row's time over that of the fastest of others in its group, or the other way round.
func (r *Results) ratio(row Row, over bool, impls ...string) string {
	best := 0.0
	for _, other := range r.Rows {
		if other.Work == row.Work && other.Event == row.Event && other.Procs == row.Procs && other.GOGC == row.GOGC &&
			slices.Contains(impls, other.Impl) && (best == 0 || other.NS < best) {
			best = other.NS
		}
	}
	switch {
	case best == 0 || row.NS == 0:
		return ""
	case over:
		return fmt.Sprintf("%.2f", row.NS/best)
	default:
		return fmt.Sprintf("%.1f", best/row.NS)
	}
}

func (r *Results) sorted() []Row {
	order := map[string]int{}
	for _, row := range r.Rows {
		if _, ok := order[row.Work]; !ok {
			order[row.Work] = len(order)
		}
	}
	events := []string{"typical", "minimal", "large"}
	rows := slices.Clone(r.Rows)
	slices.SortStableFunc(rows, func(a, b Row) int {
		return cmp.Or(
			cmp.Compare(a.GOGC, b.GOGC),
			cmp.Compare(slices.Index(events, a.Event), slices.Index(events, b.Event)),
			cmp.Compare(order[a.Work], order[b.Work]),
			cmp.Compare(a.Procs, b.Procs),
			cmp.Compare(a.NS, b.NS),
		)
	})
	return rows
}
