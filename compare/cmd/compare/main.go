// Command compare measures the codec and the serde side by side with other libraries, prints what came out and whether it is what it has to be, and
// writes results.json and the README's plot.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/magicbyte-go/magicbyte/compare/internal/cases"
	"github.com/magicbyte-go/magicbyte/compare/internal/measure"
	"github.com/magicbyte-go/magicbyte/compare/internal/plot"
	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

func main() {
	var (
		full   = flag.Bool("full", false, "measure minimal and large events and GOGC=1000 as well")
		rounds = flag.Int("rounds", 31, "rounds")
		batch  = flag.Duration("batch", 40*time.Millisecond, "time of each row in each round")
		only   = flag.String("only", "", "measure only rows whose name contains this, and write nothing")
		out    = flag.String("out", "results.json", "where results go, and the plot as .svg beside it")
		prof   = flag.String("cpuprofile", "", "write a CPU profile")
		redraw = flag.Bool("plot", false, "measure nothing: print and draw what the results file has")
	)
	flag.Parse()
	if *prof != "" {
		stop, err := profile(*prof)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		defer stop()
	}
	if err := run(context.Background(), *full, *rounds, *batch, *only, *out, *redraw); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func profile(path string) (stop func(), err error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		if err := file.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}, nil
}

func run(ctx context.Context, full bool, rounds int, batch time.Duration, only, out string, redraw bool) error {
	if redraw {
		r, err := measure.Read(out)
		if err != nil {
			return err
		}
		return show(r, out)
	}
	r := &measure.Results{Commit: measure.Commit(ctx), Go: runtime.Version(), CPU: measure.CPU(), Rounds: rounds}
	srv := httptest.NewServer(embedded.New())
	defer srv.Close()
	list, err := cases.Gated(ctx, srv.URL)
	if err != nil {
		return err
	}
	gogc := []int{100}
	if full {
		rest, err := cases.Rest(ctx, srv.URL)
		if err != nil {
			return err
		}
		list, gogc = append(list, rest...), append(gogc, 1000)
	}
	if only != "" {
		kept := list[:0]
		for _, c := range list {
			if strings.Contains(c.String(), only) {
				kept = append(kept, c)
			}
		}
		list = kept
	}
	for _, percent := range gogc {
		rows, err := measure.Run(list, measure.Options{Rounds: rounds, Batch: batch, GOGC: percent}, func(what string) {
			fmt.Fprintln(os.Stderr, what)
		})
		if err != nil {
			return err
		}
		r.Rows = append(r.Rows, rows...)
	}
	r.Gates = measure.Judge(r, cases.Gates())
	if only != "" {
		return r.Print(os.Stdout, cases.Hand, cases.Rivals...)
	}
	if err := r.Write(out); err != nil {
		return err
	}
	return show(r, out)
}

func show(r *measure.Results, out string) error {
	if err := r.Print(os.Stdout, cases.Hand, cases.Rivals...); err != nil {
		return err
	}
	return plot.Draw(r, strings.TrimSuffix(out, ".json")+".svg")
}
