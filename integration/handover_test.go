package integration_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/schemas"
)

// place is where a record stands.
type place struct {
	Partition int32
	Offset    int64
}

// testHandover lets a second member join and the first one leave while records come in. Every record is handled once.
func testHandover(t *testing.T, env *integration.Env) {
	const third, partitions = 1000, 4
	topic, group := env.CreateTopic(t, "handover", partitions), integration.Unique("handover")
	orders := startOrders(t, env, topic)
	sent := 0
	sendThird := func() {
		t.Helper()
		for i := range third {
			sent++
			orders.SendAsync(t.Context(), producer.Message[string, schemas.OrderEvent]{Value: schemas.NewOrderUpdated(fmt.Sprint("ORD-", i%100))},
				func(_ producer.Receipt, err error) {
					if err != nil {
						t.Error(err)
					}
				})
		}
	}
	handled := map[place]int{}
	first := read(t, env, topic, group, typedOrders(t, env))
	sendThird()
	for _, rec := range first.take(t, third/2) {
		handled[place{rec.Partition, rec.Offset}]++
	}
	second := read(t, env, topic, group, typedOrders(t, env))
	for deadline := time.Now().Add(patience); len(second.records) == 0; { // until it has partitions of its own
		if time.Now().After(deadline) {
			t.Fatalf("the second member got nothing within %v", patience)
		}
		send(t, orders, schemas.NewOrderUpdated(fmt.Sprint("ORD-", sent)))
		sent++
	}
	sendThird()
	for _, rec := range first.stop(t) {
		handled[place{rec.Partition, rec.Offset}]++
	}
	env.AwaitMembers(t, group, 1)
	sendThird()
	timeout := time.After(patience)
	for len(handled) < sent {
		select {
		case rec := <-second.records:
			handled[place{rec.Partition, rec.Offset}]++
		case <-timeout:
			t.Fatalf("%d of %d records within %v", len(handled), sent, patience)
		}
	}
	for _, rec := range second.stop(t) {
		handled[place{rec.Partition, rec.Offset}]++
	}
	for at, times := range handled {
		if times != 1 {
			t.Errorf("partition %d, offset %d was handled %d times", at.Partition, at.Offset, times)
		}
	}
	env.AwaitMembers(t, group, 0)
	if diff := cmp.Diff(env.EndOffsets(t, topic), env.Committed(t, group, topic)); diff != "" {
		t.Errorf("committed in the end (-end of the topic +got):\n%s", diff)
	}
}
