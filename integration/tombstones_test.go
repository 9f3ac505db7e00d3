package integration_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/schemas"
)

// testTombstones deletes an order from a compacted topic: on the topic that is a null value, not an empty one, and a consumer is told.
func testTombstones(t *testing.T, env *integration.Env) {
	topic := env.CreateTopic(t, "tombstones", 1, "cleanup.policy=compact")
	orders := startOrders(t, env, topic)
	send(t, orders, schemas.NewOrderUpdated("ORD-001"))
	receipt, err := orders.Delete(within(t), "ORD-001")
	if err != nil {
		t.Fatal(err)
	}
	want := producer.Receipt{Topic: topic, Offset: 1, Timestamp: receipt.Timestamp, KeySize: len("ORD-001")}
	if diff := cmp.Diff(want, receipt, compareIDs); diff != "" {
		t.Errorf("receipt of a tombstone (-want +got):\n%s", diff)
	}
	env.Produce(t, integration.Record{Topic: topic, Key: []byte("ORD-002")}) // another client's

	onTopic := env.ReadAll(t, topic)
	if len(onTopic) != 3 || string(onTopic[1].Key) != "ORD-001" || onTopic[1].Value != nil {
		t.Errorf("on the topic: %+v, want the second record to be ORD-001 with a null value", onTopic)
	}
	type seen struct {
		Key, OrderID string
		Tombstone    bool
	}
	var got []seen
	for _, rec := range read(t, env, topic, integration.Unique("view"), typedOrders(t, env)).take(t, 3) {
		got = append(got, seen{rec.Key, rec.Value.OrderID, rec.Tombstone})
	}
	if diff := cmp.Diff([]seen{{"ORD-001", "ORD-001", false}, {"ORD-001", "", true}, {"ORD-002", "", true}}, got); diff != "" {
		t.Errorf("handled (-want +got):\n%s", diff)
	}
}
