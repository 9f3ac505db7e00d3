package avro_test

import "testing"

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
