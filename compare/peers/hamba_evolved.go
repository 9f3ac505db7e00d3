package peers

import (
	"time"

	"github.com/magicbyte-go/magicbyte/schemas"
)

// HambaEvolvedEvent is what hamba/avro can read evolved events into: where the reader has a union around the writer's type, it takes
// the bare Go type and refuses a pointer.
type HambaEvolvedEvent struct {
	EventID   string    `avro:"event_id"`
	EventType string    `avro:"event_type"`
	OrderID   string    `avro:"order_id"`
	Timestamp time.Time `avro:"timestamp"`
	Source    string    `avro:"source"`
	Version   string    `avro:"version"`
	Payload   struct {
		UserID          string            `avro:"user_id"`
		TotalAmount     float64           `avro:"total_amount"`
		Currency        string            `avro:"currency"`
		Status          *string           `avro:"status"`
		Items           []hambaItem       `avro:"items"`
		ShippingAddress Address           `avro:"shipping_address"`
		PaymentMethod   *string           `avro:"payment_method"`
		PaymentID       *string           `avro:"payment_id"`
		Metadata        map[string]string `avro:"metadata"`
	} `avro:"payload"`
}

type hambaItem struct {
	SKU         string  `avro:"sku"`
	ProductName string  `avro:"product_name"`
	Quantity    int32   `avro:"quantity"`
	UnitPrice   float64 `avro:"unit_price"`
	Category    *string `avro:"category"`
}

func (v *HambaEvolvedEvent) back() *schemas.OrderEvent {
	p := &v.Payload
	e := HambaEvent{
		v.EventID, v.EventType, v.OrderID, v.Timestamp, v.Source, v.Version,
		Payload[string, *map[string]string]{
			&p.UserID, &p.TotalAmount, p.Currency, p.Status, make([]Item, len(p.Items)), &p.ShippingAddress, p.PaymentMethod, p.PaymentID, &p.Metadata,
		},
	}
	for i := range p.Items {
		from := &p.Items[i]
		e.Payload.Items[i] = Item{from.SKU, &from.ProductName, from.Quantity, from.UnitPrice, from.Category}
	}
	return hambaForm.back(&e)
}
