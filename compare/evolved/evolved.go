// Package evolved holds order events that were written with another schema than they are read with: the writer has fields that the
// reader drops, lacks some that the reader fills with their defaults, and has others in another order, under another name, of
// a narrower type, and outside of the union that the reader has around them.
package evolved

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/magicbyte-go/magicbyte/compare/event"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// Writer is the schema that the bodies are written with.
//
//go:embed writer.avsc
var Writer string

// Reader is the contract, with the writer's names as aliases.
var Reader = strings.NewReplacer(
	`"name": "order_id",`, `"name": "order_id", "aliases": ["order_number"],`,
	`"name": "sku",`, `"name": "sku", "aliases": ["article"],`,
).Replace(schemas.OrderEventSchema)

// written is the writer's Go type.
type written struct {
	Timestamp int64             `avro:"timestamp"`
	Trace     trace             `avro:"trace"`
	Order     string            `avro:"order_number"`
	EventID   string            `avro:"event_id"`
	EventType schemas.EventType `avro:"event_type"`
	Payload   payload           `avro:"payload"`
}

type trace struct {
	Span  string  `avro:"span"`
	Flags []int32 `avro:"flags"`
}

type payload struct {
	UserID          string                 `avro:"user_id"`
	Coupons         []string               `avro:"coupons"`
	TotalAmount     float32                `avro:"total_amount"`
	Status          *schemas.OrderStatus   `avro:"status"`
	Items           []item                 `avro:"items"`
	ShippingAddress address                `avro:"shipping_address"`
	PaymentMethod   *schemas.PaymentMethod `avro:"payment_method"`
	Metadata        map[string]string      `avro:"metadata"`
}

type item struct {
	Article     string  `avro:"article"`
	Quantity    int32   `avro:"quantity"`
	Discount    float64 `avro:"discount"`
	UnitPrice   float32 `avro:"unit_price"`
	ProductName string  `avro:"product_name"`
	Category    *string `avro:"category"`
}

type address struct {
	PostalCode string `avro:"postal_code"`
	City       string `avro:"city"`
	Street     string `avro:"street"`
}

// Typical returns what the typical events are in the writer's schema, as the events that a reader sees.
func Typical() (event.Set, error) {
	codec, err := avro.For[written](Writer, avro.WithSortedMaps())
	if err != nil {
		return event.Set{}, fmt.Errorf("evolved: %w", err)
	}
	set, err := event.Typical()
	if err != nil {
		return event.Set{}, err
	}
	for i, e := range set.Events {
		if set.Bodies[i], err = codec.Append(nil, write(e)); err != nil {
			return event.Set{}, fmt.Errorf("evolved: event %d: %w", i, err)
		}
		see(e)
	}
	return set, nil
}

// write returns an event as the writer has it.
func write(e *schemas.OrderEvent) *written {
	p := &e.Payload
	w := &written{
		e.Timestamp.UnixMilli(),
		trace{e.EventID[:8], []int32{1, 2, 300}},
		e.OrderID, e.EventID, e.EventType,
		payload{
			UserID: or(p.UserID), Coupons: []string{"SPRING10"}, TotalAmount: float32(or(p.TotalAmount)), Status: p.Status,
			PaymentMethod: p.PaymentMethod, Metadata: p.Metadata,
		},
	}
	for _, i := range p.Items {
		w.Payload.Items = append(w.Payload.Items, item{i.SKU, i.Quantity, 0.1, float32(i.UnitPrice), or(i.ProductName), i.Category})
	}
	if a := p.ShippingAddress; a != nil {
		w.Payload.ShippingAddress = address{a.PostalCode, a.City, a.Street}
	}
	return w
}

// see changes an event to what a reader makes of the writer's form of it.
func see(e *schemas.OrderEvent) {
	p := &e.Payload
	e.Source, e.Version, p.Currency = schemas.DefaultSource, schemas.DefaultVersion, schemas.DefaultCurrency
	p.UserID, p.TotalAmount, p.PaymentID = new(or(p.UserID)), new(float64(float32(or(p.TotalAmount)))), nil
	for i := range p.Items {
		p.Items[i].UnitPrice = float64(float32(p.Items[i].UnitPrice))
		p.Items[i].ProductName = new(or(p.Items[i].ProductName))
	}
	if p.Items == nil {
		p.Items = []schemas.OrderItem{}
	}
	if p.ShippingAddress == nil {
		p.ShippingAddress = &schemas.Address{}
	}
	p.ShippingAddress.State, p.ShippingAddress.Country = nil, schemas.DefaultCountry
	if p.Metadata == nil {
		p.Metadata = map[string]string{}
	}
}

// or returns what p points to, or the zero value.
func or[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
