package measure

import (
	"encoding/json"
	"fmt"
	"os"
)

// Row is what was measured of one case: nanoseconds, bytes and allocations per call.
type Row struct {
	Work   string  `json:"work"`
	Event  string  `json:"event"`
	Impl   string  `json:"impl"`
	Procs  int     `json:"procs"`
	GOGC   int     `json:"gogc"`
	NS     float64 `json:"ns"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
	Bytes  float64 `json:"bytes"`
	Allocs float64 `json:"allocs"`
}

// Results is a whole run.
type Results struct {
	Commit string    `json:"commit"`
	Go     string    `json:"go"`
	CPU    string    `json:"cpu"`
	Rounds int       `json:"rounds"`
	Rows   []Row     `json:"rows"`
	Gates  []Verdict `json:"gates"`
}

// Find returns the row of a case at GOGC=100.
func (r *Results) Find(work, event, impl string, procs int) (Row, bool) {
	for _, row := range r.Rows {
		if row.Work == work && row.Event == event && row.Impl == impl && row.Procs == procs && row.GOGC == 100 {
			return row, true
		}
	}
	return Row{}, false
}

// Write writes the results to a file, one row per line.
func (r *Results) Write(path string) error {
	head, err := json.Marshal(struct {
		Commit string `json:"commit"`
		Go     string `json:"go"`
		CPU    string `json:"cpu"`
		Rounds int    `json:"rounds"`
	}{r.Commit, r.Go, r.CPU, r.Rounds})
	if err != nil {
		return err
	}
	out := append(head[:len(head)-1], ",\n\"rows\":"...)
	if out, err = appendLines(out, r.Rows); err == nil {
		out, err = appendLines(append(out, ",\n\"gates\":"...), r.Gates)
	}
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(out, "}\n"...), 0o644)
}

func appendLines[T any](out []byte, items []T) ([]byte, error) {
	out = append(out, '[')
	for i, item := range items {
		if i > 0 {
			out = append(out, ',')
		}
		line, err := json.Marshal(item)
		if err != nil {
			return nil, err
		}
		out = append(append(out, '\n'), line...)
	}
	return append(out, "\n]"...), nil
}

// Read reads what [Results.Write] wrote.
func Read(path string) (*Results, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := new(Results)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("measure: %s: %w", path, err)
	}
	return r, nil
}
