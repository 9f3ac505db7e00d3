package cost

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"text/tabwriter"
)

// Names of contenders.
const (
	Bare  = "confluent-kafka-go"
	Raw   = "magicbyte, bytes"
	Typed = "magicbyte, order events"
	Codec = "codec alone"
)

// Report is what came out of a run.
type Report struct {
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	CPU     string `json:"cpu"`
	Rounds  int    `json:"rounds"`
	Records int    `json:"records"` // in each sample
	Rows    []Row  `json:"rows"`
	Gates   []Gate `json:"gates"`
}

// Row is what one contender needs for a record: medians in nanoseconds.
type Row struct {
	Work string  `json:"work"`
	Name string  `json:"name"`
	Wall float64 `json:"wall"`
	CPU  float64 `json:"cpu"`
}

// Gate is a figure that has to be reached.
type Gate struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Limit  float64 `json:"limit"`
	Most   bool    `json:"most"` // the limit is the most that the value may be, else the least
	Passed bool    `json:"passed"`
}

func gate(name string, value, limit float64, most bool) Gate {
	value = math.Round(value*1000) / 1000
	return Gate{Name: name, Value: value, Limit: limit, Most: most, Passed: most && value <= limit || !most && value >= limit}
}

// Add judges one kind of work: least is the part of the bare throughput that bytes must reach, and typed records may take the codec's time and
// overhead ns more than bytes.
func (r *Report) Add(work string, rounds []Round, least, overhead float64) {
	for _, name := range []string{Bare, Raw, Typed, Codec} {
		r.Rows = append(r.Rows, Row{
			Work: work, Name: name,
			Wall: math.Round(Median(rounds, func(o Round) float64 { return o[name].Wall })),
			CPU:  math.Round(Median(rounds, func(o Round) float64 { return o[name].CPU })),
		})
	}
	r.Gates = append(r.Gates,
		gate(work+": throughput of bytes, over that of "+Bare, Median(rounds, func(o Round) float64 { return o[Bare].Wall / o[Raw].Wall }), least, false),
		gate(work+": ns of an order event beyond bytes and the codec", Median(rounds, func(o Round) float64 {
			return o[Typed].Wall - o[Raw].Wall - o[Codec].Wall
		}), overhead, true))
}

// Print writes the report as tables.
func (r *Report) Print(w io.Writer) error {
	fmt.Fprintf(w, "commit %s, %s, %s, %d rounds of %d records\n", r.Commit, r.Go, r.CPU, r.Rounds, r.Records)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	last := ""
	for _, row := range r.Rows {
		if row.Work != last {
			fmt.Fprintf(t, "\n%s\tns\tCPU ns\t1000 records/s\t\n", row.Work)
		}
		last = row.Work
		fmt.Fprintf(t, "%s\t%.0f\t%.0f\t%.0f\t\n", row.Name, row.Wall, row.CPU, 1e6/row.Wall)
	}
	fmt.Fprintf(t, "\ngate\tlimit\tvalue\tverdict\t\n")
	for _, g := range r.Gates {
		sign, verdict := ">=", "missed"
		if g.Most {
			sign = "<="
		}
		if g.Passed {
			verdict = "passed"
		}
		fmt.Fprintf(t, "%s\t%s %v\t%.3f\t%s\t\n", g.Name, sign, g.Limit, g.Value, verdict)
	}
	return t.Flush()
}

// Write writes the report as JSON.
func (r *Report) Write(path string) error {
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
