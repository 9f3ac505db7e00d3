package schemas

import (
	_ "embed"
	"fmt"
	"time"

	"github.com/magicbyte-go/magicbyte/serde/hamba"
)

// OrderEventSchema is the text of order_event.avsc, as it is registered: with docs and defaults.
//
//go:embed order_event.avsc
var OrderEventSchema string

// OrderEvents is the codec of [OrderEvent]: it carries the type and the schema to serde.NewSerializer and
// serde.NewDeserializer. It is safe for concurrent use.
var OrderEvents = hamba.MustForView(OrderEventSchema, toWire, fromWire)

// OrderEvent is something that happened to an order: record com.pipeline.events.OrderEvent.
//
// Fields that are pointers, slices or maps may be null in Avro, which is nil here; an empty slice or map is not null.
type OrderEvent struct {
	// EventID is the UUID of this event. It is not checked on reading, since older writers put other identifiers here.
	EventID string `avro:"event_id" json:"event_id"`
	// EventType says what happened.
	EventType EventType `avro:"event_type" json:"event_type"`
	// OrderID is the order that the event is about, and the Kafka partition key.
	OrderID string `avro:"order_id" json:"order_id"`
	// Timestamp is the event time in UTC. Only whole milliseconds are written.
	Timestamp time.Time `avro:"timestamp" json:"timestamp"`
	// Source is the system that wrote the event. Default in the contract: "order-service".
	Source string `avro:"source" json:"source"`
	// Version is the version of the payload's meaning. Default in the contract: "1.0".
	Version string `avro:"version" json:"version"`
	// Payload is what is known about the order.
	Payload OrderEventPayload `avro:"payload" json:"payload"`
}

// OrderEventPayload is what is known about the order at an event: record com.pipeline.events.OrderEventPayload.
type OrderEventPayload struct {
	// UserID is the customer who placed the order.
	UserID *string `avro:"user_id" json:"user_id"`
	// TotalAmount is the amount that the event is about, in units of Currency.
	TotalAmount *float64 `avro:"total_amount" json:"total_amount"`
	// Currency of every amount in the payload, an ISO 4217 alphabetic code. Default in the contract: "USD".
	Currency string `avro:"currency" json:"currency"`
	// Status says where the order stands after the event.
	Status *OrderStatus `avro:"status" json:"status"`
	// Items are the lines that the event is about.
	Items []OrderItem `avro:"items" json:"items"`
	// ShippingAddress is where the order is shipped to.
	ShippingAddress *Address `avro:"shipping_address" json:"shipping_address"`
	// PaymentMethod is how the order is paid.
	PaymentMethod *PaymentMethod `avro:"payment_method" json:"payment_method"`
	// PaymentID identifies the payment at the payment provider.
	PaymentID *string `avro:"payment_id" json:"payment_id"`
	// Metadata is free text by key.
	Metadata map[string]string `avro:"metadata" json:"metadata"`
}

// OrderItem is one line of an order: record com.pipeline.events.OrderItem.
type OrderItem struct {
	// SKU identifies the article.
	SKU string `avro:"sku" json:"sku"`
	// ProductName is the article's name as the customer saw it.
	ProductName *string `avro:"product_name" json:"product_name"`
	// Quantity is the number of pieces, at least 1.
	Quantity int32 `avro:"quantity" json:"quantity"`
	// UnitPrice is the price of one piece in the payload's currency.
	UnitPrice float64 `avro:"unit_price" json:"unit_price"`
	// Category is the article's category in the catalogue.
	Category *string `avro:"category" json:"category"`
}

// Address is a postal address: record com.pipeline.events.Address.
type Address struct {
	// Street and house number.
	Street string `avro:"street" json:"street"`
	// City or town.
	City string `avro:"city" json:"city"`
	// State, province or region, where the country has them.
	State *string `avro:"state" json:"state"`
	// PostalCode in the country's own form.
	PostalCode string `avro:"postal_code" json:"postal_code"`
	// Country is an ISO 3166-1 alpha-2 code. Default in the contract: "US".
	Country string `avro:"country" json:"country"`
}

// EventType says what happened to an order: enum com.pipeline.events.EventType. The zero value is unset: it cannot be
// written.
type EventType int

// The symbols of EventType.
const (
	EventTypeOrderCreated EventType = iota + 1
	EventTypeOrderUpdated
	EventTypeOrderCancelled
	EventTypePaymentAuthorized
	EventTypePaymentCaptured
	EventTypePaymentFailed
	EventTypeOrderShipped
	EventTypeOrderDelivered
	EventTypeOrderReturned
)

var eventTypeSymbols = []string{
	"ORDER_CREATED", "ORDER_UPDATED", "ORDER_CANCELLED", "PAYMENT_AUTHORIZED", "PAYMENT_CAPTURED", "PAYMENT_FAILED",
	"ORDER_SHIPPED", "ORDER_DELIVERED", "ORDER_RETURNED",
}

// ParseEventType returns the EventType of an Avro symbol such as "ORDER_CREATED".
func ParseEventType(symbol string) (EventType, error) {
	return parseSymbol[EventType]("EventType", eventTypeSymbols, symbol)
}

// String returns the Avro symbol, "unset" for zero, or "EventType(n)" where there is no such symbol.
func (e EventType) String() string { return symbolString("EventType", eventTypeSymbols, e) }

// MarshalText returns the Avro symbol. An unset or unknown value is an error.
func (e EventType) MarshalText() ([]byte, error) {
	return symbolText("EventType", eventTypeSymbols, e)
}

// UnmarshalText sets e to the value of an Avro symbol.
func (e *EventType) UnmarshalText(symbol []byte) (err error) {
	*e, err = ParseEventType(string(symbol))
	return err
}

// OrderStatus says where an order stands: enum com.pipeline.events.OrderStatus. The zero value is unset: it cannot be
// written.
type OrderStatus int

// The symbols of OrderStatus.
const (
	OrderStatusPending OrderStatus = iota + 1
	OrderStatusConfirmed
	OrderStatusPaid
	OrderStatusProcessing
	OrderStatusShipped
	OrderStatusDelivered
	OrderStatusCancelled
	OrderStatusReturned
)

var orderStatusSymbols = []string{
	"PENDING", "CONFIRMED", "PAID", "PROCESSING", "SHIPPED", "DELIVERED", "CANCELLED", "RETURNED",
}

// ParseOrderStatus returns the OrderStatus of an Avro symbol such as "PENDING".
func ParseOrderStatus(symbol string) (OrderStatus, error) {
	return parseSymbol[OrderStatus]("OrderStatus", orderStatusSymbols, symbol)
}

// String returns the Avro symbol, "unset" for zero, or "OrderStatus(n)" where there is no such symbol.
func (s OrderStatus) String() string { return symbolString("OrderStatus", orderStatusSymbols, s) }

// MarshalText returns the Avro symbol. An unset or unknown value is an error.
func (s OrderStatus) MarshalText() ([]byte, error) {
	return symbolText("OrderStatus", orderStatusSymbols, s)
}

// UnmarshalText sets s to the value of an Avro symbol.
func (s *OrderStatus) UnmarshalText(symbol []byte) (err error) {
	*s, err = ParseOrderStatus(string(symbol))
	return err
}

// PaymentMethod says how an order is paid: enum com.pipeline.events.PaymentMethod. The zero value is unset: it cannot
// be written.
type PaymentMethod int

// The symbols of PaymentMethod.
const (
	PaymentMethodCreditCard PaymentMethod = iota + 1
	PaymentMethodDebitCard
	PaymentMethodPaypal
	PaymentMethodApplePay
	PaymentMethodGooglePay
	PaymentMethodBankTransfer
	PaymentMethodCashOnDelivery
)

var paymentMethodSymbols = []string{
	"CREDIT_CARD", "DEBIT_CARD", "PAYPAL", "APPLE_PAY", "GOOGLE_PAY", "BANK_TRANSFER", "CASH_ON_DELIVERY",
}

// ParsePaymentMethod returns the PaymentMethod of an Avro symbol such as "CREDIT_CARD".
func ParsePaymentMethod(symbol string) (PaymentMethod, error) {
	return parseSymbol[PaymentMethod]("PaymentMethod", paymentMethodSymbols, symbol)
}

// String returns the Avro symbol, "unset" for zero, or "PaymentMethod(n)" where there is no such symbol.
func (m PaymentMethod) String() string {
	return symbolString("PaymentMethod", paymentMethodSymbols, m)
}

// MarshalText returns the Avro symbol. An unset or unknown value is an error.
func (m PaymentMethod) MarshalText() ([]byte, error) {
	return symbolText("PaymentMethod", paymentMethodSymbols, m)
}

// UnmarshalText sets m to the value of an Avro symbol.
func (m *PaymentMethod) UnmarshalText(symbol []byte) (err error) {
	*m, err = ParsePaymentMethod(string(symbol))
	return err
}

// maxSymbol bounds what an error quotes of an unknown symbol.
const maxSymbol = 64

func parseSymbol[E ~int](name string, symbols []string, symbol string) (E, error) {
	for i, s := range symbols {
		if s == symbol {
			return E(i + 1), nil
		}
	}
	if len(symbol) > maxSymbol {
		return 0, fmt.Errorf("schemas: %s has no symbol of %d bytes", name, len(symbol))
	}
	return 0, fmt.Errorf("schemas: %s has no symbol %q", name, symbol)
}

func symbolString[E ~int](name string, symbols []string, e E) string {
	switch i := int(e); {
	case i == 0:
		return "unset"
	case i < 0 || i > len(symbols):
		return fmt.Sprintf("%s(%d)", name, i)
	default:
		return symbols[i-1]
	}
}

func symbolText[E ~int](name string, symbols []string, e E) ([]byte, error) {
	switch i := int(e); {
	case i == 0:
		return nil, fmt.Errorf("schemas: %s is unset", name)
	case i < 0 || i > len(symbols):
		return nil, fmt.Errorf("schemas: %s has no value %d", name, i)
	default:
		return []byte(symbols[i-1]), nil
	}
}
