package peers

import (
	"time"

	"github.com/magicbyte-go/magicbyte/schemas"
)

// Event is an order event with the Go types that a library likes best for a timestamp, an enum and a nullable map.
type Event[Time, Enum, Map any] struct {
	EventID   string             `avro:"event_id" json:"event_id"`
	EventType Enum               `avro:"event_type" json:"event_type"`
	OrderID   string             `avro:"order_id" json:"order_id"`
	Timestamp Time               `avro:"timestamp" json:"timestamp"`
	Source    string             `avro:"source" json:"source"`
	Version   string             `avro:"version" json:"version"`
	Payload   Payload[Enum, Map] `avro:"payload" json:"payload"`
}

// Payload is the payload of an [Event].
type Payload[Enum, Map any] struct {
	UserID          *string  `avro:"user_id" json:"user_id"`
	TotalAmount     *float64 `avro:"total_amount" json:"total_amount"`
	Currency        string   `avro:"currency" json:"currency"`
	Status          *Enum    `avro:"status" json:"status"`
	Items           []Item   `avro:"items" json:"items"`
	ShippingAddress *Address `avro:"shipping_address" json:"shipping_address"`
	PaymentMethod   *Enum    `avro:"payment_method" json:"payment_method"`
	PaymentID       *string  `avro:"payment_id" json:"payment_id"`
	Metadata        Map      `avro:"metadata" json:"metadata"`
}

// Item is a line of an [Event]: that of the contract, without its methods.
type Item struct {
	SKU         string  `avro:"sku" json:"sku"`
	ProductName *string `avro:"product_name" json:"product_name"`
	Quantity    int32   `avro:"quantity" json:"quantity"`
	UnitPrice   float64 `avro:"unit_price" json:"unit_price"`
	Category    *string `avro:"category" json:"category"`
}

// Address is an address of an [Event]: that of the contract, without its methods.
type Address struct {
	Street     string  `avro:"street" json:"street"`
	City       string  `avro:"city" json:"city"`
	State      *string `avro:"state" json:"state"`
	PostalCode string  `avro:"postal_code" json:"postal_code"`
	Country    string  `avro:"country" json:"country"`
}

// The forms that the libraries get.
type (
	// HambaEvent is the form for hamba/avro: it reads a nullable map through a pointer only, and enums as strings for nothing.
	HambaEvent = Event[time.Time, string, *map[string]string]
	// TwmbEvent is the form for twmb/avro: enums are indexes.
	TwmbEvent = Event[time.Time, int, map[string]string]
	// JSONEvent is the form for encoding/json.
	JSONEvent = Event[int64, string, map[string]string]
)

// form converts between the contract's Go types and a library's.
type form[Time, Enum, Map any] struct {
	time      func(time.Time) Time
	timeOf    func(Time) time.Time
	toEnum    func(index int, symbol string) Enum
	enumOf    func(Enum, []string) int // from 1
	toMap     func(map[string]string) Map
	mapOf     func(Map) map[string]string
	eventType []string
	status    []string
	method    []string
}

var (
	hambaForm = newForm(same[time.Time], same[time.Time], symbolOf, indexOf,
		func(m map[string]string) *map[string]string {
			if m == nil {
				return nil
			}
			return &m
		},
		func(m *map[string]string) map[string]string {
			if m == nil {
				return nil
			}
			return *m
		})
	twmbForm = newForm(same[time.Time], same[time.Time],
		func(i int, _ string) int { return i }, func(i int, _ []string) int { return i + 1 }, same[map[string]string], same[map[string]string])
	jsonForm = newForm(time.Time.UnixMilli, func(ms int64) time.Time { return time.UnixMilli(ms).UTC() },
		symbolOf, indexOf, same[map[string]string], same[map[string]string])
)

func same[T any](v T) T { return v }

func symbolOf(_ int, symbol string) string { return symbol }

func indexOf(symbol string, symbols []string) int {
	for i, s := range symbols {
		if s == symbol {
			return i + 1
		}
	}
	return 0
}

func newForm[Time, Enum, Map any](
	toTime func(time.Time) Time, timeOf func(Time) time.Time,
	toEnum func(int, string) Enum, enumOf func(Enum, []string) int,
	toMap func(map[string]string) Map, mapOf func(Map) map[string]string,
) form[Time, Enum, Map] {
	return form[Time, Enum, Map]{
		toTime, timeOf, toEnum, enumOf, toMap, mapOf,
		symbols(schemas.EventTypeOrderReturned), symbols(schemas.OrderStatusReturned), symbols(schemas.PaymentMethodCashOnDelivery),
	}
}

// symbols returns the symbols of an enum up to its last.
func symbols[E interface {
	~int
	String() string
}](last E) []string {
	var all []string
	for e := E(1); e <= last; e++ {
		all = append(all, e.String())
	}
	return all
}

// of returns an event of the contract in the library's form.
func (f *form[Time, Enum, Map]) of(e *schemas.OrderEvent) *Event[Time, Enum, Map] {
	p := &e.Payload
	v := &Event[Time, Enum, Map]{
		e.EventID, f.toEnum(int(e.EventType)-1, e.EventType.String()), e.OrderID, f.time(e.Timestamp), e.Source, e.Version,
		Payload[Enum, Map]{
			UserID: p.UserID, TotalAmount: p.TotalAmount, Currency: p.Currency, ShippingAddress: (*Address)(p.ShippingAddress),
			PaymentID: p.PaymentID, Metadata: f.toMap(p.Metadata),
		},
	}
	if p.Status != nil {
		v.Payload.Status = new(f.toEnum(int(*p.Status)-1, p.Status.String()))
	}
	if p.PaymentMethod != nil {
		v.Payload.PaymentMethod = new(f.toEnum(int(*p.PaymentMethod)-1, p.PaymentMethod.String()))
	}
	if p.Items != nil {
		v.Payload.Items = make([]Item, len(p.Items))
		for i := range p.Items {
			v.Payload.Items[i] = Item(p.Items[i])
		}
	}
	return v
}

// back returns an event in the library's form as one of the contract.
func (f *form[Time, Enum, Map]) back(v *Event[Time, Enum, Map]) *schemas.OrderEvent {
	p := &v.Payload
	e := &schemas.OrderEvent{
		EventID: v.EventID, EventType: schemas.EventType(f.enumOf(v.EventType, f.eventType)), OrderID: v.OrderID,
		Timestamp: f.timeOf(v.Timestamp), Source: v.Source, Version: v.Version,
		Payload: schemas.OrderEventPayload{
			UserID: p.UserID, TotalAmount: p.TotalAmount, Currency: p.Currency, ShippingAddress: (*schemas.Address)(p.ShippingAddress),
			PaymentID: p.PaymentID, Metadata: f.mapOf(p.Metadata),
		},
	}
	if p.Status != nil {
		e.Payload.Status = new(schemas.OrderStatus(f.enumOf(*p.Status, f.status)))
	}
	if p.PaymentMethod != nil {
		e.Payload.PaymentMethod = new(schemas.PaymentMethod(f.enumOf(*p.PaymentMethod, f.method)))
	}
	if p.Items != nil {
		e.Payload.Items = make([]schemas.OrderItem, len(p.Items))
		for i := range p.Items {
			e.Payload.Items[i] = schemas.OrderItem(p.Items[i])
		}
	}
	return e
}
