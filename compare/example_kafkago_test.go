package compare_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

// The serde under kafka-go.
func Example_kafkaGo() {
	reg, brokers, stop := services()
	defer stop()
	ctx := context.Background()
	ser, deser := serde.NewSerializer(schemas.OrderEvents, reg), serde.NewDeserializer(schemas.OrderEvents, reg)

	writer := &kafka.Writer{Addr: kafka.TCP(brokers...), Topic: "orders", BatchTimeout: time.Millisecond}
	defer writer.Close()

	event := order()
	out, err := ser.Serialize(ctx, "orders", event)
	if err != nil {
		log.Fatal(err)
	}
	if err := writer.WriteMessages(ctx, kafka.Message{Key: []byte(event.OrderID), Value: out.Bytes}); err != nil {
		log.Fatal(err)
	}

	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: brokers, Topic: "orders", MaxWait: 100 * time.Millisecond})
	defer reader.Close()
	m, err := reader.ReadMessage(ctx)
	if err != nil {
		log.Fatal(err)
	}
	got, meta, err := deser.Deserialize(ctx, serde.Input{Topic: m.Topic, Payload: m.Value})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(got.EventType, got.OrderID, "schema", meta.Schema)
	// Output: ORDER_CREATED ORD-001 schema 1
}
