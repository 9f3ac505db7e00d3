package measure_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/compare/internal/measure"
)

// logged returns a case that notes each batch of its own.
func logged(name string, log *[]string) measure.Case {
	return measure.Case{Work: "encode", Event: "typical", Impl: name, Procs: 1, New: func() (measure.Loop, error) {
		*log = append(*log, name)
		return measure.Loop{Run: func(int) error { return nil }}, nil
	}}
}

func TestRoundsAreInterleaved(t *testing.T) {
	const rounds = 5
	var log []string
	names := []string{"a", "b", "c", "d"}
	var list []measure.Case
	for _, name := range names {
		list = append(list, logged(name, &log))
	}
	rows, err := measure.Run(list, measure.Options{Rounds: rounds, Batch: time.Microsecond, GOGC: 100}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	orders := map[string]bool{}
	for round := range rounds {
		order := slices.Clone(log[round*len(names) : (round+1)*len(names)])
		orders[strings.Join(order, "")] = true
		if slices.Sort(order); !slices.Equal(order, names) {
			t.Errorf("round %d has %v, want each case once", round, order)
		}
	}
	if len(orders) == 1 {
		t.Errorf("all rounds have the order %v", orders)
	}
	for i, row := range rows {
		if row.Impl != names[i] || row.Procs != 1 || row.GOGC != 100 || row.Min > row.NS || row.NS > row.Max {
			t.Errorf("row %d is %+v", i, row)
		}
	}
}

func TestAllocationsAreCounted(t *testing.T) {
	var keep [][]byte
	list := []measure.Case{{Work: "encode", Event: "typical", Impl: "a", Procs: 1, New: func() (measure.Loop, error) {
		return measure.Loop{Run: func(n int) error {
			keep = keep[:0]
			for range n {
				keep = append(keep[:0], make([]byte, 1024))
			}
			return nil
		}}, nil
	}}}
	rows, err := measure.Run(list, measure.Options{Rounds: 3, Batch: time.Millisecond, GOGC: 100}, func(string) {})
	if err != nil || rows[0].Allocs < 0.9 || rows[0].Allocs > 1.2 || rows[0].Bytes < 1000 || rows[0].Bytes > 1400 {
		t.Errorf("got %+v, %v, want 1 allocation of 1024 bytes", rows, err)
	}
}

func TestWhatWasMeasuredIsChecked(t *testing.T) {
	wrong := errors.New("wrong")
	for name, loop := range map[string]measure.Loop{
		"a run that fails":   {Run: func(int) error { return wrong }},
		"a check that fails": {Run: func(int) error { return nil }, Check: func() error { return wrong }},
	} {
		list := []measure.Case{{Work: "encode", Event: "typical", Impl: "a", Procs: 2, New: func() (measure.Loop, error) { return loop, nil }}}
		_, err := measure.Run(list, measure.Options{Rounds: 1, Batch: time.Microsecond, GOGC: 100}, func(string) {})
		if !errors.Is(err, wrong) || !strings.Contains(err.Error(), "encode typical a") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func results() *measure.Results {
	row := func(impl string, procs int, ns float64) measure.Row {
		return measure.Row{Work: "encode", Event: "typical", Impl: impl, Procs: procs, GOGC: 100, NS: ns, Min: ns - 1, Max: ns + 1}
	}
	other := row("ours", 1, 1)
	other.GOGC = 1000
	return &measure.Results{Commit: "c", Go: "go", CPU: "cpu", Rounds: 11, Rows: []measure.Row{
		other, row("ours", 1, 100), row("ours", 2, 55), row("slow", 1, 900), row("fast", 1, 400), row("hand", 1, 80),
	}}
}

func TestGateVerdicts(t *testing.T) {
	ratio, times := measure.Ratio("encode", "ours", "hand"), measure.Times("encode", "ours", "slow", "fast")
	never := func(*measure.Results) bool { return false }
	for _, c := range []struct {
		name string
		gate measure.Gate
		want measure.Verdict
	}{
		{"at the limit", measure.Gate{Name: "g", Most: true, Limit: 1.25, Value: ratio}, measure.Verdict{Gate: "g", Limit: "<= 1.25", Value: 1.25, Verdict: "passed"}},
		{"over it", measure.Gate{Name: "g", Most: true, Limit: 1.24, Value: ratio}, measure.Verdict{Gate: "g", Limit: "<= 1.24", Value: 1.25, Verdict: "missed"}},
		{"the fastest rival counts", measure.Gate{Name: "g", Limit: 4, Value: times}, measure.Verdict{Gate: "g", Limit: ">= 4", Value: 4, Verdict: "passed"}},
		{"under it", measure.Gate{Name: "g", Limit: 4.1, Value: times}, measure.Verdict{Gate: "g", Limit: ">= 4.1", Value: 4, Verdict: "missed"}},
		{"a miss that does not count", measure.Gate{Name: "g", Limit: 5, Value: times, Counts: never}, measure.Verdict{Gate: "g", Limit: ">= 5", Value: 4, Verdict: "shown only"}},
		{"no such row", measure.Gate{Name: "g", Limit: 5, Value: measure.Times("decode", "ours", "fast")}, measure.Verdict{Gate: "g", Limit: ">= 5", Verdict: "not measured"}},
		{"no rival", measure.Gate{Name: "g", Limit: 5, Value: measure.Times("encode", "ours", "nobody")}, measure.Verdict{Gate: "g", Limit: ">= 5", Verdict: "not measured"}},
		{"not measured, and would not count", measure.Gate{Name: "g", Limit: 5, Value: measure.Times("decode", "ours", "fast"), Counts: never}, measure.Verdict{Gate: "g", Limit: ">= 5", Verdict: "not measured"}},
	} {
		if got := measure.Judge(results(), []measure.Gate{c.gate})[0]; got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
	if got, ok := measure.SpeedUp(results(), "encode", "ours"); !ok || fmt.Sprintf("%.2f", got) != "1.82" {
		t.Errorf("SpeedUp = %v, %v", got, ok)
	}
}

func TestResultsAreReadAsTheyWereWritten(t *testing.T) {
	want := results()
	want.Gates = measure.Judge(want, []measure.Gate{{Name: "g", Limit: 4, Value: measure.Times("encode", "ours", "fast")}})
	path := filepath.Join(t.TempDir(), "results.json")
	if err := want.Write(path); err != nil {
		t.Fatal(err)
	}
	got, err := measure.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var b bytes.Buffer
	if err := got.Print(&b, "hand", "slow", "fast"); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"11 rounds", "encode, typical, procs 1, GOGC 100", "1.25", "passed"} {
		if !strings.Contains(b.String(), part) {
			t.Errorf("the table has no %q:\n%s", part, b.String())
		}
	}
	if fast, slow := strings.Index(b.String(), "\n fast"), strings.Index(b.String(), "\n slow"); fast > slow {
		t.Errorf("the faster one comes later:\n%s", b.String())
	}
}
