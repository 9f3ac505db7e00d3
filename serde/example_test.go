package serde_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/serdetest"
)

// A value on its way to a topic and back, without a Kafka client: registry.New takes the place of the registry in memory.
func Example() {
	ctx, reg := context.Background(), new(serdetest.MemoryRegistry)
	ser := serde.NewSerializer(schemas.OrderEvents, reg)
	if err := ser.Start(ctx, "orders.raw"); err != nil { // registers the schema, or finds it
		log.Fatal(err)
	}
	event := schemas.NewOrderShipped("ORD-001", schemas.Address{Street: "1 Main St", City: "Springfield", PostalCode: "12345"}, schemas.At(time.Now()))
	out, err := ser.AppendSerialize(ctx, nil, "orders.raw", event)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s, frame %x\n", out.Schema.Subject, out.Bytes[:5])

	deser := serde.NewDeserializer(schemas.OrderEvents, reg)
	got, meta, err := deser.Deserialize(ctx, serde.Input{Topic: "orders.raw", Payload: out.Bytes})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(got.EventType, got.OrderID, got.Payload.ShippingAddress.City, meta.Encoding, meta.Schema)

	_, _, err = deser.Deserialize(ctx, serde.Input{Topic: "orders.raw", Payload: out.Bytes[:20]})
	fmt.Println(serde.ClassOf(err), serde.ClassOf(err).Permanent())
	// Output:
	// orders.raw-value, frame 0000000001
	// ORDER_SHIPPED ORD-001 Springfield avro 1
	// corrupt true
}
