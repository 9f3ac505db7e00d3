package schemas_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/magicbyte-go/magicbyte/schemas"
)

func ExampleNewOrderCreated() {
	items := []schemas.OrderItem{
		{SKU: "BOOK-1", ProductName: new("Kafka in Practice"), Quantity: 2, UnitPrice: 24.5},
		{SKU: "PEN-7", Quantity: 1, UnitPrice: 9},
	}
	address := schemas.Address{Street: "1 Main St", City: "Springfield", PostalCode: "12345"}

	event := schemas.NewOrderCreated("ORD-001", "USR-123", items,
		schemas.ShipTo(address), schemas.PaidBy(schemas.PaymentMethodCreditCard))

	p := event.Payload
	fmt.Println(event.EventType, event.OrderID, *p.Status, *p.TotalAmount, p.Currency, p.ShippingAddress.Country)
	// Output: ORDER_CREATED ORD-001 PENDING 58 USD US
}

func ExampleFactory() {
	billing := schemas.Factory{
		Source: "billing",
		Now:    func() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC) }, // in tests
		NewID:  func() string { return "01956f3e-8a7b-7c3d-9e4f-5a6b7c8d9e0f" },
	}
	event := billing.PaymentCaptured("ORD-001", "PAY-7", 58, schemas.PaymentMethodCreditCard)
	fmt.Println(event.Source, event.EventID, event.Timestamp.Format(time.RFC3339), *event.Payload.Status)
	// Output: billing 01956f3e-8a7b-7c3d-9e4f-5a6b7c8d9e0f 2026-03-04T12:00:00Z PAID
}

func ExampleOrderEvent_Validate() {
	event := schemas.NewOrderCreated("", "USR-123", []schemas.OrderItem{{SKU: "BOOK-1", Quantity: -1, UnitPrice: 24.5}},
		schemas.TotalOf(0), schemas.InCurrency("dollars"))

	var invalid *schemas.ValidationError
	if errors.As(event.Validate(), &invalid) {
		for _, v := range invalid.Violations {
			fmt.Println(v)
		}
	}
	// Output:
	// order_id: must not be empty
	// payload.currency: must be an ISO 4217 code, is a string of 7 bytes
	// payload.items[0].quantity: must be > 0, is -1
}
