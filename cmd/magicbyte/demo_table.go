package main

import (
	"cmp"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/schemas"
)

// table prints what was received beside what was sent, in the order of the topic.
func (d *demo) table(received <-chan *consumer.Record[string, schemas.OrderEvent]) {
	type place struct {
		partition int32
		offset    int64
	}
	records := map[place]*consumer.Record[string, schemas.OrderEvent]{}
	for rec := range received {
		records[place{rec.Partition, rec.Offset}] = rec
	}
	slices.SortStableFunc(d.sent, func(a, b sent) int {
		return cmp.Or(cmp.Compare(a.receipt.Partition, b.receipt.Partition), cmp.Compare(a.receipt.Offset, b.receipt.Offset))
	})

	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "   partition\toffset\tschema id\tkey\tsent\treceived\tstatus\ttotal\tbytes\tas JSON")
	var wire, plain int
	for _, s := range d.sent {
		got, status, total := "(dead letter)", "", ""
		if rec := records[place{s.receipt.Partition, s.receipt.Offset}]; rec != nil {
			got, status, total = describe(&rec.Value)
			wire += s.receipt.ValueSize
			plain += s.json
		}
		size := "-"
		if s.json > 0 {
			size = fmt.Sprint(s.json)
		}
		fmt.Fprintf(w, "   %d\t%d\t%v\t%s\t%s\t%s\t%s\t%s\t%d\t%s\n",
			s.receipt.Partition, s.receipt.Offset, s.receipt.ValueSchema, s.order, s.event, got, status, total, s.receipt.ValueSize, size)
	}
	_ = w.Flush()
	d.printf("\n   %d bytes on the wire, %d as JSON: %.0f %% of it.\n", wire, plain, 100*float64(wire)/float64(plain))
}

func describe(e *schemas.OrderEvent) (event, status, total string) {
	if e.Payload.Status != nil {
		status = e.Payload.Status.String()
	}
	if e.Payload.TotalAmount != nil {
		total = fmt.Sprintf("%.2f %s", *e.Payload.TotalAmount, e.Payload.Currency)
	}
	return e.EventType.String(), status, total
}
