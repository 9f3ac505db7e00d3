package main

import "github.com/magicbyte-go/magicbyte/schemas"

// lifeOfOrders returns all nine event types: an order that is delivered and comes back in part, one that is cancelled because it cannot be
// paid, and one that has just begun.
func lifeOfOrders() []*schemas.OrderEvent {
	name := func(s string) *string { return &s }
	lamp := schemas.OrderItem{SKU: "LAMP-01", ProductName: name("Desk lamp"), Quantity: 1, UnitPrice: 39.90, Category: name("lighting")}
	bulbs := schemas.OrderItem{SKU: "BULB-04", ProductName: name("Bulbs, four"), Quantity: 2, UnitPrice: 11.50}
	chair := schemas.OrderItem{SKU: "CHAIR-7", Quantity: 1, UnitPrice: 189}
	home := schemas.Address{Street: "12 Harbour Road", City: "Portland", State: name("OR"), PostalCode: "97201"}

	return []*schemas.OrderEvent{
		schemas.NewOrderCreated("ORD-1001", "USR-7", []schemas.OrderItem{lamp, bulbs}, schemas.ShipTo(home), schemas.PaidBy(schemas.PaymentMethodCreditCard)),
		schemas.NewOrderCreated("ORD-1002", "USR-8", []schemas.OrderItem{chair}, schemas.InCurrency("EUR")),
		schemas.NewPaymentAuthorized("ORD-1001", "PAY-501", 62.90, schemas.PaymentMethodCreditCard),
		schemas.NewPaymentFailed("ORD-1002", "PAY-502", 189, schemas.PaymentMethodBankTransfer, schemas.InCurrency("EUR")),
		schemas.NewPaymentCaptured("ORD-1001", "PAY-501", 62.90, schemas.PaymentMethodCreditCard),
		schemas.NewOrderCancelled("ORD-1002", schemas.WithMetadata(map[string]string{"reason": "payment failed"})),
		schemas.NewOrderShipped("ORD-1001", home, schemas.WithMetadata(map[string]string{"carrier": "post"})),
		schemas.NewOrderCreated("ORD-1003", "USR-7", []schemas.OrderItem{bulbs}, schemas.ShipTo(home)),
		schemas.NewOrderUpdated("ORD-1003", schemas.InStatus(schemas.OrderStatusConfirmed)),
		schemas.NewOrderDelivered("ORD-1001"),
		schemas.NewOrderReturned("ORD-1001", []schemas.OrderItem{bulbs}),
	}
}
