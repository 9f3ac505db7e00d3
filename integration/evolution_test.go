package integration_test

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

// testEvolution upgrades a writer from v1 to v2, which has two optional fields more. Services of either version read events
// of either version.
func testEvolution(t *testing.T, env *integration.Env) {
	topic := env.CreateTopic(t, "evolution", 1)
	subject := contract(t, env, topic)

	older := schemas.NewPaymentCaptured("ORD-001", "PAY-1", 10.5, schemas.PaymentMethodPaypal)
	v1 := send(t, startOrders(t, env, topic), older)
	newer := generic{
		"event_id": older.EventID, "event_type": "ORDER_SHIPPED", "order_id": "ORD-001", "timestamp": older.Timestamp,
		"source": "shipping", "version": "1.0", "correlation_id": "REQ-1",
		"payload": generic{
			"user_id": nil, "total_amount": nil, "currency": "USD", "status": nil, "items": nil, "shipping_address": nil,
			"payment_method": nil, "payment_id": nil, "tracking_number": "TRK-1", "metadata": nil,
		},
	}
	v2 := send(t, started(t, newGeneric(t, env, topic, "v2")), &newer)
	if diff := cmp.Diff([]int{1, 2}, env.Versions(t, subject)); diff != "" {
		t.Fatalf("versions (-want +got):\n%s", diff)
	}
	ids := []serde.SchemaID{v1.ValueSchema, v2.ValueSchema}

	behind := read(t, env, topic, integration.Unique("v1"), typedOrders(t, env)).take(t, 2)
	shipped := schemas.NewOrderShipped("ORD-001", schemas.Address{}, schemas.At(older.Timestamp), schemas.FromSource("shipping"), schemas.WithEventID(older.EventID))
	shipped.Payload.Status, shipped.Payload.ShippingAddress = nil, nil
	for i, want := range []*schemas.OrderEvent{older, shipped} {
		if diff := cmp.Diff(*want, behind[i].Value); diff != "" {
			t.Errorf("a reader of v1, event of v%d (-want +got):\n%s", i+1, diff)
		}
		if behind[i].SchemaID != ids[i] {
			t.Errorf("a reader of v1, event of v%d: schema id %v, want %v", i+1, behind[i].SchemaID, ids[i])
		}
	}

	reg := newRegistry(t, env.RegistryURL)
	ahead := read(t, env, topic, integration.Unique("v2"), serde.NewDeserializer(genericCodec(t, "v2"), reg)).take(t, 2)
	payload := maps.Clone(newer["payload"].(generic)) //nolint:errcheck // see above
	payload["total_amount"], payload["payment_id"] = 10.5, "PAY-1"
	payload["status"] = generic{"com.pipeline.events.OrderStatus": "PAID"}
	payload["payment_method"] = generic{"com.pipeline.events.PaymentMethod": "PAYPAL"}
	payload["tracking_number"] = nil
	captured := maps.Clone(newer)
	captured["event_type"], captured["source"], captured["payload"], captured["correlation_id"] = "PAYMENT_CAPTURED", schemas.DefaultSource, payload, nil
	for i, want := range []generic{captured, newer} {
		if diff := cmp.Diff(want, ahead[i].Value, sameInstant); diff != "" {
			t.Errorf("a reader of v2, event of v%d (-want +got):\n%s", i+1, diff)
		}
	}
}

var sameInstant = cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })
