// Command cost measures producer and consumer side by side with confluent-kafka-go alone, prints what came out and whether it is what it has to
// be, and writes cost-produce.json and cost-consume.json.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"regexp"
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

// overhead is how many nanoseconds an order event may take beyond bytes and the codec.
const overhead = 300

func main() {
	if slices.Equal(os.Args[1:], []string{brokers}) {
		exitOn(cost.Serve(os.Stdin, os.Stdout))
		return
	}
	var (
		rounds  = flag.Int("rounds", 21, "rounds")
		records = flag.Int("records", 200_000, "records in each sample")
		work    = flag.String("work", "produce,consume", "what to measure")
		only    = flag.String("only", "", "run only contenders whose name matches this regular expression, and write nothing")
		prof    = flag.String("cpuprofile", "", "write a CPU profile")
	)
	flag.Parse()
	exitOn(run(context.Background(), options{*rounds, *records, *work, *only, *prof}))
}

type options struct {
	rounds, records  int
	work, only, prof string
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

	if o.prof != "" {
		file, err := os.Create(o.prof)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	if strings.Contains(o.work, "produce") {
		err := o.report(ctx, "produce", 0.90, []cost.Contender{
			{Name: cost.Bare, Run: func() (cost.Sample, error) { return cost.SendBare(ctx, b.Dropping, records, o.records) }},
			{Name: cost.Raw, Run: func() (cost.Sample, error) { return cost.SendRaw(ctx, b.Dropping, records, o.records) }},
			{Name: cost.Typed, Run: func() (cost.Sample, error) { return cost.SendTyped(ctx, b.Dropping, records, reg, o.records) }},
			{Name: cost.Codec, Run: func() (cost.Sample, error) { return cost.Encode(records) }},
		})
		if err != nil {
			return err
		}
	}
	if !strings.Contains(o.work, "consume") {
		return nil
	}
	if _, err := cost.SendRaw(ctx, b.Keeping, records, o.records); err != nil { // and a tenth more, to get warm
		return err
	}
	return o.report(ctx, "consume", 0.95, []cost.Contender{
		{Name: cost.Bare, Run: func() (cost.Sample, error) { return cost.ReadBare(ctx, b.Keeping, o.records) }},
		{Name: cost.Raw, Run: func() (cost.Sample, error) { return cost.ReadRaw(ctx, b.Keeping, o.records) }},
		{Name: cost.Typed, Run: func() (cost.Sample, error) { return cost.ReadTyped(ctx, b.Keeping, reg, o.records) }},
		{Name: cost.Codec, Run: func() (cost.Sample, error) { return cost.Decode(bodies) }},
	})
}

// report measures one kind of work, prints what came out, and writes it to a file of its own.
func (o options) report(ctx context.Context, work string, least float64, contenders []cost.Contender) error {
	only, err := regexp.Compile(o.only)
	if err != nil {
		return err
	}
	contenders = slices.DeleteFunc(contenders, func(c cost.Contender) bool { return !only.MatchString(c.Name) })
	rounds, err := cost.Run(contenders, o.rounds, func(what string) { fmt.Fprintln(os.Stderr, work, what) })
	if err != nil {
		return err
	}
	r := &cost.Report{Commit: measure.Commit(ctx), Go: runtime.Version(), CPU: measure.CPU(), Rounds: o.rounds, Records: o.records}
	r.Add(work, rounds, least, overhead)
	if err := r.Print(os.Stdout); err != nil || o.only != "" {
		return err
	}
	return r.Write("cost-" + work + ".json")
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
