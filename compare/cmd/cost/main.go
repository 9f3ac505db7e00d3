// Command cost measures producer and consumer side by side with confluent-kafka-go alone, prints what came out and whether it is what it has to
// be, and writes cost.json.
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
	"slices"
	"strings"

	"github.com/magicbyte-go/magicbyte/compare/event"
	"github.com/magicbyte-go/magicbyte/compare/internal/cost"
	"github.com/magicbyte-go/magicbyte/compare/internal/measure"
	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/embedded"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

// brokers is the argument with which this program is the brokers.
const brokers = "brokers"

func main() {
	if slices.Equal(os.Args[1:], []string{brokers}) {
		exitOn(cost.Serve(os.Stdin, os.Stdout))
		return
	}
	var (
		rounds  = flag.Int("rounds", 21, "rounds")
		records = flag.Int("records", 200_000, "records in each sample")
		work    = flag.String("work", "produce,consume", "what to measure")
		only    = flag.String("only", "", "run only contenders whose name contains this, and write nothing")
		out     = flag.String("out", "cost.json", "where results go")
		prof    = flag.String("cpuprofile", "", "write a CPU profile")
	)
	flag.Parse()
	exitOn(run(context.Background(), options{*rounds, *records, *work, *only, *out, *prof}))
}

type options struct {
	rounds, records       int
	work, only, out, prof string
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	server := httptest.NewServer(embedded.New())
	defer server.Close()
	reg, err := registry.New(server.URL)
	if err != nil {
		return err
	}
	records, bodies, err := load(ctx, reg)
	if err != nil {
		return err
	}
	b, err := cost.StartBrokers(ctx, brokers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()

	report := &cost.Report{Commit: measure.Commit(ctx), Go: runtime.Version(), CPU: measure.CPU(), Rounds: o.rounds, Records: o.records}
	if o.prof != "" {
		file, err := os.Create(o.prof)
		if err != nil {
			return err
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	if strings.Contains(o.work, "produce") {
		rounds, err := o.measure([]cost.Contender{
			{Name: cost.Bare, Run: func() (cost.Sample, error) { return cost.SendBare(ctx, b.Dropping, records, o.records) }},
			{Name: cost.Raw, Run: func() (cost.Sample, error) { return cost.SendRaw(ctx, b.Dropping, records, o.records) }},
			{Name: cost.Typed, Run: func() (cost.Sample, error) { return cost.SendTyped(ctx, b.Dropping, records, reg, o.records) }},
			{Name: cost.Codec, Run: func() (cost.Sample, error) { return cost.Encode(records) }},
		})
		if err != nil {
			return err
		}
		report.Add("produce", rounds, 0.90, 300)
	}
	if strings.Contains(o.work, "consume") {
		if _, err := cost.SendRaw(ctx, b.Keeping, records, o.records); err != nil { // and a tenth more, to get warm
			return err
		}
		rounds, err := o.measure([]cost.Contender{
			{Name: cost.Bare, Run: func() (cost.Sample, error) { return cost.ReadBare(ctx, b.Keeping, o.records) }},
			{Name: cost.Raw, Run: func() (cost.Sample, error) { return cost.ReadRaw(ctx, b.Keeping, o.records) }},
			{Name: cost.Typed, Run: func() (cost.Sample, error) { return cost.ReadTyped(ctx, b.Keeping, reg, o.records) }},
			{Name: cost.Codec, Run: func() (cost.Sample, error) { return cost.Decode(bodies) }},
		})
		if err != nil {
			return err
		}
		report.Add("consume", rounds, 0.95, 300)
	}
	if err := report.Print(os.Stdout); err != nil || o.only != "" {
		return err
	}
	return report.Write(o.out)
}

// load returns the events, with their payloads under the id that the registry gives to the schema, and their Avro alone.
func load(ctx context.Context, reg *registry.Client) (records cost.Records, bodies [][]byte, err error) {
	set, err := event.Typical()
	if err != nil {
		return cost.Records{}, nil, err
	}
	serializer := serde.NewSerializer(schemas.OrderEvents, reg)
	for _, e := range set.Events {
		payload, err := serializer.AppendSerialize(ctx, nil, cost.Topic, e)
		if err != nil {
			return cost.Records{}, nil, err
		}
		records.Keys = append(records.Keys, []byte(e.OrderID))
		records.Payloads = append(records.Payloads, payload.Bytes)
	}
	records.Events = set.Events
	return records, set.Bodies, nil
}

func (o options) measure(contenders []cost.Contender) ([]cost.Round, error) {
	contenders = slices.DeleteFunc(contenders, func(c cost.Contender) bool { return !strings.Contains(c.Name, o.only) })
	return cost.Run(contenders, o.rounds, func(what string) { fmt.Fprintln(os.Stderr, what) })
}
