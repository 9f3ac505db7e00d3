package compare_test

import (
	"context"
	"fmt"
	"log"

	"github.com/IBM/sarama"

	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

// The serde under sarama.
func Example_sarama() {
	reg, brokers, stop := services()
	defer stop()
	ctx := context.Background()
	ser, deser := serde.NewSerializer(schemas.OrderEvents, reg), serde.NewDeserializer(schemas.OrderEvents, reg)

	config := sarama.NewConfig()
	config.Version = sarama.V2_8_0_0
	config.Producer.Return.Successes = true
	producer, err := sarama.NewSyncProducer(brokers, config)
	if err != nil {
		log.Fatal(err)
	}
	defer producer.Close()

	event := order()
	out, err := ser.Serialize(ctx, "orders", event)
	if err != nil {
		log.Fatal(err)
	}
	_, _, err = producer.SendMessage(&sarama.ProducerMessage{
		Topic: "orders", Key: sarama.StringEncoder(event.OrderID), Value: sarama.ByteEncoder(out.Bytes),
	})
	if err != nil {
		log.Fatal(err)
	}

	consumer, err := sarama.NewConsumer(brokers, config)
	if err != nil {
		log.Fatal(err)
	}
	defer consumer.Close()
	partition, err := consumer.ConsumePartition("orders", 0, sarama.OffsetOldest)
	if err != nil {
		log.Fatal(err)
	}
	defer partition.Close()
	m := <-partition.Messages()
	got, meta, err := deser.Deserialize(ctx, serde.Input{Topic: m.Topic, Payload: m.Value})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(got.EventType, got.OrderID, "schema", meta.Schema)
	// Output: ORDER_CREATED ORD-001 schema 1
}
