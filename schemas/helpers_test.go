package schemas_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/magicbyte-go/magicbyte/schemas"
)

// noon is the present of these tests.
var noon = time.Date(2026, time.March, 4, 12, 0, 0, 123_000_000, time.UTC)

// factory gives every event the same time and id.
var factory = schemas.Factory{
	Now:   func() time.Time { return noon },
	NewID: func() string { return "01956f3e-8a7b-7c3d-9e4f-5a6b7c8d9e0f" },
}

// fullEvent has a value in every field.
func fullEvent() *schemas.OrderEvent {
	return factory.OrderCreated("ORD-001", "USR-123",
		[]schemas.OrderItem{
			{SKU: "BOOK-1", ProductName: new("Über Kafka"), Quantity: 2, UnitPrice: 24.99, Category: new("books")},
			{SKU: "PEN-7", Quantity: 1, UnitPrice: 9.99},
		},
		schemas.ShipTo(schemas.Address{
			Street: "Rämistrasse 101", City: "Zürich", State: new("ZH"), PostalCode: "8092", Country: "CH",
		}),
		schemas.PaidBy(schemas.PaymentMethodCreditCard),
		schemas.WithPaymentID("PAY-1"),
		schemas.InCurrency("CHF"),
		schemas.WithMetadata(map[string]string{"campaign": "spring"}),
	)
}

func minimalEvent() *schemas.OrderEvent { return factory.OrderUpdated("ORD-001") }

func readFile(t *testing.T, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func encode(t *testing.T, e *schemas.OrderEvent) []byte {
	t.Helper()
	enc, err := schemas.OrderEvents.Encoder(nil)
	if err != nil {
		t.Fatalf("Encoder: %v", err)
	}
	b, err := enc(nil, e)
	if err != nil {
		t.Fatalf("encode %+v: %v", e, err)
	}
	return b
}

func decode(t *testing.T, writer []string, body []byte) *schemas.OrderEvent {
	t.Helper()
	dec, err := schemas.OrderEvents.Decoder(writer, nil)
	if err != nil {
		t.Fatalf("Decoder: %v", err)
	}
	e := new(schemas.OrderEvent)
	if err := dec(body, e); err != nil {
		t.Fatalf("decode %x: %v", body, err)
	}
	return e
}

var nan = math.NaN()
