package producer_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

// Every line "user message" goes to the user's partition. With a Schema Registry, serde.NewSerializer(codec, registry) stands in the place
// of serde.StringValue(); no type argument is written either way.
func Example_send() {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "lines"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cluster.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	lines, err := producer.New(kafka.ConfigMap{"bootstrap.servers": cluster.ListenAddrs()[0]}, "lines",
		producer.KeyOf(serde.StringKey(), func(line *string) string { user, _, _ := strings.Cut(*line, " "); return user }),
		serde.StringValue())
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := lines.Start(ctx); err != nil {
		fmt.Println(err)
		return
	}
	for _, line := range []string{"ada hello", "bob hi"} {
		receipt, err := lines.Send(ctx, &line)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s %d@%d: key %d bytes, value %d bytes\n", receipt.Topic, receipt.Partition, receipt.Offset, receipt.KeySize, receipt.ValueSize)
	}
	fmt.Println("closed:", lines.Close(ctx))

	// Output:
	// lines 0@0: key 3 bytes, value 9 bytes
	// lines 0@1: key 3 bytes, value 6 bytes
	// closed: <nil>
}

// The types of a producer of registered events are inferred, too: this compiles.
var _ = func(brokers string, registry serde.SchemaRegistry) (producer.Sender[string, schemas.OrderEvent], error) {
	return producer.New(kafka.ConfigMap{"bootstrap.servers": brokers}, "orders.raw",
		producer.KeyOf(serde.StringKey(), func(e *schemas.OrderEvent) string { return e.OrderID }),
		serde.NewSerializer(schemas.OrderEvents, registry))
}
