package integration_test

import (
	"context"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

// placeOrder is the code of a service that is to be tested.
func placeOrder(ctx context.Context, brokers, registryURL, topic, orderID string) error {
	reg, err := registry.New(registryURL)
	if err != nil {
		return err
	}
	defer reg.Close()
	orders, err := producer.New(kafka.ConfigMap{"bootstrap.servers": brokers}, topic,
		producer.KeyOf(serde.StringKey(), func(e *schemas.OrderEvent) string { return e.OrderID }),
		serde.NewSerializer(schemas.OrderEvents, reg))
	if err != nil {
		return err
	}
	if err := orders.Start(ctx); err != nil {
		return err
	}
	if _, err := orders.Send(ctx, schemas.NewOrderUpdated(orderID)); err != nil {
		return err
	}
	return orders.Close(ctx)
}

// testPlaceOrder is its test: on embedded services by default, on containers with MAGICBYTE_SERVICES=containers.
func testPlaceOrder(t *testing.T) {
	env := integration.New(t)
	topic := env.CreateTopic(t, "orders", 3)
	if err := placeOrder(t.Context(), env.Brokers, env.RegistryURL, topic, "ORD-001"); err != nil {
		t.Fatal(err)
	}
	rec := env.Consume(t, topic, 1)[0]
	if string(rec.Key) != "ORD-001" {
		t.Errorf("key = %s, want ORD-001", rec.Key)
	}
	id, body, err := serde.ParseFrame(rec.Value)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes of Avro, schema id %v", len(body), id)
}

func Example() {
	_ = testPlaceOrder // in a test file it is func TestPlaceOrder(t *testing.T)
	// Output:
}
