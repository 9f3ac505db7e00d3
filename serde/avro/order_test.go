package avro_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// The order event, in the shape that generated types have.

type orderEvent struct {
	EventID   string       `avro:"event_id"`
	EventType eventType    `avro:"event_type"`
	OrderID   string       `avro:"order_id"`
	Timestamp time.Time    `avro:"timestamp"`
	Source    string       `avro:"source"`
	Version   string       `avro:"version"`
	Payload   orderPayload `avro:"payload"`
}

type orderPayload struct {
	UserID          *string           `avro:"user_id"`
	TotalAmount     *float64          `avro:"total_amount"`
	Currency        string            `avro:"currency"`
	Status          *orderStatus      `avro:"status"`
	Items           []orderItem       `avro:"items"`
	ShippingAddress *address          `avro:"shipping_address"`
	PaymentMethod   *paymentMethod    `avro:"payment_method"`
	PaymentID       *string           `avro:"payment_id"`
	Metadata        map[string]string `avro:"metadata"`
}

type orderItem struct {
	SKU         string  `avro:"sku"`
	ProductName *string `avro:"product_name"`
	Quantity    int32   `avro:"quantity"`
	UnitPrice   float64 `avro:"unit_price"`
	Category    *string `avro:"category"`
}

type address struct {
	Street     string  `avro:"street"`
	City       string  `avro:"city"`
	State      *string `avro:"state"`
	PostalCode string  `avro:"postal_code"`
	Country    string  `avro:"country"`
}

type (
	eventType     int
	orderStatus   int
	paymentMethod int
)

func orderSchema(tb testing.TB) string {
	tb.Helper()
	text, err := os.ReadFile("../../schemas/order_event.avsc")
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

func orderCodec(tb testing.TB, opts ...avro.Option) avro.Codec[orderEvent] {
	tb.Helper()
	c, err := avro.For[orderEvent](orderSchema(tb), opts...)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// typicalOrder returns event n of a typical kind: all optional parts are filled.
func typicalOrder(n int) *orderEvent {
	e := &orderEvent{
		EventID:   fmt.Sprintf("0190b3c4-7d2e-7a31-9f00-%012x", n),
		EventType: eventType(1 + n%9),
		OrderID:   fmt.Sprintf("ORD-%06d", n),
		Timestamp: time.UnixMilli(1_760_000_000_000 + int64(n)*977).UTC(),
		Source:    "order-service",
		Version:   "1.0",
		Payload: orderPayload{
			UserID:      new(fmt.Sprintf("USR-%05d", n%1000)),
			TotalAmount: new(float64(n) + 0.25),
			Currency:    "EUR",
			Status:      new(orderStatus(1 + n%8)),
			Items:       make([]orderItem, 2+n%3),
			ShippingAddress: &address{
				"Hauptstrasse 12", "Berlin", new("BE"), "10115", "DE",
			},
			PaymentMethod: new(paymentMethod(1 + n%7)),
			PaymentID:     new(fmt.Sprintf("pay_%08d", n)),
			Metadata:      map[string]string{"channel": "web", "campaign": "autumn", "trace": fmt.Sprintf("%016x", n)},
		},
	}
	for i := range e.Payload.Items {
		e.Payload.Items[i] = orderItem{
			fmt.Sprintf("SKU-%04d", i+n), new("Noise cancelling headphones"), int32(1 + i), 19.99 * float64(i+1), new("Electronics"),
		}
	}
	return e
}

// minimalOrder returns an event without optional parts.
func minimalOrder() *orderEvent {
	return &orderEvent{
		EventID: "0190b3c4-7d2e-7a31-9f00-000000000001", EventType: 1, OrderID: "ORD-1", Timestamp: time.UnixMilli(1_760_000_000_000).UTC(),
		Source: "order-service", Version: "1.0", Payload: orderPayload{Currency: "USD"},
	}
}
