package avro_test

import (
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

const benchEvents = 256

func benchOrders(b *testing.B) (events []*orderEvent, inputs [][]byte) {
	c := orderCodec(b)
	for n := range benchEvents {
		e := typicalOrder(n)
		in, err := c.Append(nil, e)
		if err != nil {
			b.Fatal(err)
		}
		events, inputs = append(events, e), append(inputs, in)
	}
	return events, inputs
}

func BenchmarkEncodeOrder(b *testing.B) {
	events, inputs := benchOrders(b)
	c := orderCodec(b)
	buf := make([]byte, 0, 1024)
	b.SetBytes(int64(len(inputs[0])))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		var err error
		if buf, err = c.Append(buf[:0], events[i%benchEvents]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

func BenchmarkDecodeOrder(b *testing.B) {
	_, inputs := benchOrders(b)
	c := orderCodec(b)
	b.SetBytes(int64(len(inputs[0])))
	b.ReportAllocs()
	var ring [64]*orderEvent
	i := 0
	for b.Loop() {
		v := new(orderEvent)
		if err := c.Decode(inputs[i%benchEvents], v); err != nil {
			b.Fatal(err)
		}
		ring[i%len(ring)] = v
		i++
	}
}

// The writer of an evolved event has fields that the reader drops, lacks some that it fills with defaults, and has
// others in another order, under another name, and narrower.
func BenchmarkDecodeEvolved(b *testing.B) {
	in := evolvedInput(b)
	decode, err := avro.MustFor[evolved](evolvedReader).Decoder([]string{evolvedWriter}, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if err := decode(in, new(evolved)); err != nil {
			b.Fatal(err)
		}
	}
}

// An order event as an older writer wrote it, with one field more and two optional ones less, against the same fields under
// the reader's own schema.
func BenchmarkDecodeOlderOrder(b *testing.B) {
	reader := orderSchema(b)
	writer := strings.NewReplacer(`"name": "payment_id"`, `"name": "dropped_id"`, `"name": "state"`, `"name": "dropped_state"`).Replace(reader)
	if writer == reader {
		b.Fatal("the schema has other fields")
	}
	c := orderCodec(b)
	evolved, err := c.Decoder([]string{writer}, nil)
	if err != nil {
		b.Fatal(err)
	}
	var older, equal [][]byte
	for n := range benchEvents {
		e := typicalOrder(n)
		in, err := c.Append(nil, e) // the same bytes; what is in them has another name
		if err != nil {
			b.Fatal(err)
		}
		older = append(older, in)
		e.Payload.PaymentID, e.Payload.ShippingAddress.State = nil, nil
		if in, err = c.Append(nil, e); err != nil {
			b.Fatal(err)
		}
		equal = append(equal, in)
	}
	for name, run := range map[string]struct {
		decode func([]byte, *orderEvent) error
		inputs [][]byte
	}{"evolved": {evolved, older}, "equal fields": {c.Decode, equal}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if err := run.decode(run.inputs[i%benchEvents], new(orderEvent)); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}
