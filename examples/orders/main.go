// Command orders is the program of the README: one typed event out, and in again.
package main

import (
	"context"
	"log"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	reg := must(registry.New("http://localhost:8081")) // opens nothing yet
	orders := must(producer.New(kafka.ConfigMap{"bootstrap.servers": "localhost:9092"}, "orders.raw",
		producer.KeyOf(serde.StringKey(), func(e *schemas.OrderEvent) string { return e.OrderID }),
		serde.NewSerializer(schemas.OrderEvents, reg)))
	must(0, orders.Start(ctx)) // registers the schema: a wrong one fails here
	log.Printf("sent: %+v", must(orders.Send(ctx, schemas.NewOrderCreated("ORD-001", "USR-123",
		[]schemas.OrderItem{{SKU: "LAMP-01", Quantity: 2, UnitPrice: 39.90}}))))
	must(0, orders.Close(ctx)) // flushes
	billing := must(consumer.New(kafka.ConfigMap{"bootstrap.servers": "localhost:9092", "group.id": "billing", "auto.offset.reset": "earliest"},
		[]string{"orders.raw"}, serde.StringKey(), serde.NewDeserializer(schemas.OrderEvents, reg)))
	must(0, billing.Run(ctx, func(_ context.Context, rec *consumer.Record[string, schemas.OrderEvent]) error {
		log.Printf("received: %s %v, %v %s", rec.Key, rec.Value.EventType, *rec.Value.Payload.TotalAmount, rec.Value.Payload.Currency)
		cancel() // one is enough: Run drains, commits, leaves the group and returns nil
		return nil
	}))
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
