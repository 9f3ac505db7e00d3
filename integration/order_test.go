package integration_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/schemas"
)

// testOrder sends 10,000 events of a few orders as fast as it can. Those of one order are on one partition, the one that Java's
// partitioner gives it, and come out in the order in which they were sent.
func testOrder(t *testing.T, env *integration.Env) {
	const (
		events     = 10_000
		orders     = 8
		partitions = 4
	)
	topic := env.CreateTopic(t, "order", partitions)
	p := startOrders(t, env, topic)
	outcomes := make(chan error, events)
	for i := range events {
		// Its number among all events stands in the payment id.
		event := schemas.NewOrderUpdated(fmt.Sprintf("ORD-%d", i%orders), schemas.WithPaymentID(strconv.Itoa(i)))
		p.SendAsync(t.Context(), producer.Message[string, schemas.OrderEvent]{Value: event},
			func(_ producer.Receipt, err error) { outcomes <- err })
	}
	if err := p.Flush(within(t)); err != nil {
		t.Fatal(err)
	}
	for range events {
		if err := <-outcomes; err != nil {
			t.Fatal(err)
		}
	}

	used := make(map[int32]bool)
	java := kgo.StickyKeyPartitioner(nil).ForTopic(topic) // hashes keys as Java does
	onTopic := env.ReadAll(t, topic)
	if len(onTopic) != events {
		t.Errorf("%d records on the topic, want %d", len(onTopic), events)
	}
	for _, rec := range onTopic {
		used[rec.Partition] = true
		if want := java.Partition(&kgo.Record{Key: rec.Key}, partitions); int(rec.Partition) != want {
			t.Fatalf("order %s is on partition %d, want %d", rec.Key, rec.Partition, want)
		}
	}
	if len(used) < 2 {
		t.Errorf("all orders are on one partition: %v", used)
	}

	next := make(map[string]int)
	for i := range orders {
		next[fmt.Sprintf("ORD-%d", i)] = i
	}
	for _, rec := range read(t, env, topic, integration.Unique("order"), typedOrders(t, env)).take(t, events) {
		if got, want := *rec.Value.Payload.PaymentID, strconv.Itoa(next[rec.Key]); got != want || rec.Value.OrderID != rec.Key {
			t.Fatalf("%s[%d]@%d: event %s of order %s, want event %s of %s",
				topic, rec.Partition, rec.Offset, got, rec.Value.OrderID, want, rec.Key)
		}
		next[rec.Key] += orders
	}
}
