package compare_test

import (
	"context"
	"fmt"
	"log"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

// The serde under franz-go.
func Example_franz() {
	reg, brokers, stop := services()
	defer stop()
	ctx := context.Background()
	ser, deser := serde.NewSerializer(schemas.OrderEvents, reg), serde.NewDeserializer(schemas.OrderEvents, reg)

	client, err := kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.ConsumeTopics("orders"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	event := order()
	out, err := ser.Serialize(ctx, "orders", event)
	if err != nil {
		log.Fatal(err)
	}
	record := &kgo.Record{Topic: "orders", Key: []byte(event.OrderID), Value: out.Bytes}
	if err := client.ProduceSync(ctx, record).FirstErr(); err != nil {
		log.Fatal(err)
	}

	for _, r := range client.PollFetches(ctx).Records() {
		got, meta, err := deser.Deserialize(ctx, serde.Input{Topic: r.Topic, Payload: r.Value})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(got.EventType, got.OrderID, "schema", meta.Schema)
	}
	// Output: ORDER_CREATED ORD-001 schema 1
}
