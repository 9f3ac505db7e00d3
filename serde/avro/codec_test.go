package avro_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOrderEventComesBack(t *testing.T) {
	t.Parallel()
	c := orderCodec(t)
	events := []*orderEvent{minimalOrder()}
	for n := range 8 {
		events = append(events, typicalOrder(n))
	}
	for i, want := range events {
		out, err := c.Append([]byte("prefix"), want)
		if err != nil {
			t.Fatalf("event %d: %v", i, err)
		}
		in, ok := bytes.CutPrefix(out, []byte("prefix"))
		if !ok {
			t.Fatalf("event %d: Append overwrote %x", i, out)
		}
		got := new(orderEvent)
		if err := c.Decode(in, got); err != nil {
			t.Fatalf("event %d: %v", i, err)
		}
		clear(in)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("event %d (-want +got):\n%s", i, diff)
		}
	}
}
