package schemas

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"time"
)

// The defaults of the contract, as in order_event.avsc.
const (
	DefaultSource   = "order-service"
	DefaultVersion  = "1.0"
	DefaultCurrency = "USD"
	DefaultCountry  = "US"
)

// Factory makes order events with a clock, an id source and a name of its own. The zero Factory is ready to use, and it is what the
// functions of this package use. Its methods are safe for concurrent use if Now and NewID are.
//
//	billing := schemas.Factory{Source: "billing"}
//	event := billing.PaymentCaptured("ORD-001", "PAY-7", 19.0, schemas.PaymentMethodPaypal)
type Factory struct {
	// Now gives the timestamp of each event. nil means time.Now.
	Now func() time.Time
	// NewID gives the id of each event. nil means a random UUID of version 7, which begins with the current time.
	NewID func() string
	// Source is the system that writes the events. "" means DefaultSource.
	Source string
	// Version is the version of the payload's meaning. "" means DefaultVersion.
	Version string
}

// OrderCreated returns the event of a new order: status PENDING, and the total of the items unless [TotalOf] says otherwise.
func (f Factory) OrderCreated(orderID, userID string, items []OrderItem, opts ...Option) *OrderEvent {
	e := f.event(EventTypeOrderCreated, orderID, OrderStatusPending, opts)
	e.Payload.UserID = &userID
	e.withItems(items)
	return e
}

// OrderUpdated returns the event of a changed order; the options say what changed. An update by itself does not move the order
// on, so status is null unless [InStatus] gives one.
func (f Factory) OrderUpdated(orderID string, opts ...Option) *OrderEvent {
	return f.event(EventTypeOrderUpdated, orderID, 0, opts)
}

// OrderCancelled returns the event of a cancelled order: status CANCELLED.
func (f Factory) OrderCancelled(orderID string, opts ...Option) *OrderEvent {
	return f.event(EventTypeOrderCancelled, orderID, OrderStatusCancelled, opts)
}

// PaymentAuthorized returns the event of an authorized payment: status PAID.
func (f Factory) PaymentAuthorized(orderID, paymentID string, amount float64, method PaymentMethod, opts ...Option) *OrderEvent {
	return f.payment(EventTypePaymentAuthorized, orderID, paymentID, amount, method, OrderStatusPaid, opts)
}

// PaymentCaptured returns the event of a captured payment: status PAID.
func (f Factory) PaymentCaptured(orderID, paymentID string, amount float64, method PaymentMethod, opts ...Option) *OrderEvent {
	return f.payment(EventTypePaymentCaptured, orderID, paymentID, amount, method, OrderStatusPaid, opts)
}

// PaymentFailed returns the event of a failed payment: the order is waiting for its money again, status PENDING.
func (f Factory) PaymentFailed(orderID, paymentID string, amount float64, method PaymentMethod, opts ...Option) *OrderEvent {
	return f.payment(EventTypePaymentFailed, orderID, paymentID, amount, method, OrderStatusPending, opts)
}

// OrderShipped returns the event of an order on its way to an address: status SHIPPED.
func (f Factory) OrderShipped(orderID string, to Address, opts ...Option) *OrderEvent {
	e := f.event(EventTypeOrderShipped, orderID, OrderStatusShipped, opts)
	e.Payload.ShippingAddress = to.withDefaults()
	return e
}

// OrderDelivered returns the event of an order that has arrived: status DELIVERED.
func (f Factory) OrderDelivered(orderID string, opts ...Option) *OrderEvent {
	return f.event(EventTypeOrderDelivered, orderID, OrderStatusDelivered, opts)
}

// OrderReturned returns the event of items that came back: status RETURNED, and the total of these items unless [TotalOf] says
// otherwise.
func (f Factory) OrderReturned(orderID string, items []OrderItem, opts ...Option) *OrderEvent {
	e := f.event(EventTypeOrderReturned, orderID, OrderStatusReturned, opts)
	e.withItems(items)
	return e
}

func (f Factory) payment(t EventType, orderID, paymentID string, amount float64, method PaymentMethod, s OrderStatus, opts []Option) *OrderEvent {
	e := f.event(t, orderID, s, opts)
	e.Payload.PaymentID = &paymentID
	e.Payload.TotalAmount = &amount
	e.Payload.PaymentMethod = &method
	return e
}

// event fills in what all events have, then what the options say. The status 0 stands for none.
func (f Factory) event(t EventType, orderID string, status OrderStatus, opts []Option) *OrderEvent {
	e := &OrderEvent{
		EventType: t,
		OrderID:   orderID,
		Source:    orDefault(f.Source, DefaultSource),
		Version:   orDefault(f.Version, DefaultVersion),
		Payload:   OrderEventPayload{Currency: DefaultCurrency},
	}
	if status != 0 {
		e.Payload.Status = &status
	}
	for _, opt := range opts {
		opt.apply(e)
	}
	if e.Timestamp.IsZero() {
		e.Timestamp = wholeMillis(f.now())
	}
	if e.EventID == "" {
		e.EventID = f.newID()
	}
	return e
}

func (f Factory) now() time.Time {
	if f.Now == nil {
		return time.Now()
	}
	return f.Now()
}

func (f Factory) newID() string {
	if f.NewID == nil {
		return newUUID(time.Now())
	}
	return f.NewID()
}

// withItems sets a copy of the items, and the total where there is none.
func (e *OrderEvent) withItems(items []OrderItem) {
	e.Payload.Items = slices.Clone(items)
	if e.Payload.TotalAmount == nil {
		total := 0.0
		for _, item := range items {
			total += float64(item.Quantity) * item.UnitPrice
		}
		e.Payload.TotalAmount = &total
	}
}

// wholeMillis drops what the schema has no room for, so that an event equals itself after a round trip.
func wholeMillis(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli()).UTC() }

func orDefault(s, def string) string {
	if s == "" {
		return def
	}
	return s
}

// newUUID returns a UUID of version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, the rest random.
func newUUID(now time.Time) string {
	var id [16]byte
	rand.Read(id[6:])
	ms := uint64(now.UnixMilli())
	binary.BigEndian.PutUint16(id[0:], uint16(ms>>32))
	binary.BigEndian.PutUint32(id[2:], uint32(ms))
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80

	text := make([]byte, 36)
	hex.Encode(text, id[:4])
	hex.Encode(text[9:], id[4:6])
	hex.Encode(text[14:], id[6:8])
	hex.Encode(text[19:], id[8:10])
	hex.Encode(text[24:], id[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text)
}
