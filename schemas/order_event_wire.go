package schemas

import "time"

// hamba/avro reads a nullable map through a pointer only, where OrderEventPayload has a plain map whose nil is null. It sees
// events in the form below, which differs in that one field.

type wireOrderEvent struct {
	EventID   string      `avro:"event_id"`
	EventType EventType   `avro:"event_type"`
	OrderID   string      `avro:"order_id"`
	Timestamp time.Time   `avro:"timestamp"`
	Source    string      `avro:"source"`
	Version   string      `avro:"version"`
	Payload   wirePayload `avro:"payload"`
}

type wirePayload struct {
	UserID          *string            `avro:"user_id"`
	TotalAmount     *float64           `avro:"total_amount"`
	Currency        string             `avro:"currency"`
	Status          *OrderStatus       `avro:"status"`
	Items           []OrderItem        `avro:"items"`
	ShippingAddress *Address           `avro:"shipping_address"`
	PaymentMethod   *PaymentMethod     `avro:"payment_method"`
	PaymentID       *string            `avro:"payment_id"`
	Metadata        *map[string]string `avro:"metadata"`
}

func toWire(w *wireOrderEvent, e *OrderEvent) {
	p := &e.Payload
	*w = wireOrderEvent{
		e.EventID, e.EventType, e.OrderID, e.Timestamp, e.Source, e.Version,
		wirePayload{
			p.UserID, p.TotalAmount, p.Currency, p.Status, p.Items, p.ShippingAddress, p.PaymentMethod, p.PaymentID, nil,
		},
	}
	if p.Metadata != nil {
		w.Payload.Metadata = &p.Metadata
	}
}

func fromWire(e *OrderEvent, w *wireOrderEvent) {
	p := &w.Payload
	*e = OrderEvent{
		w.EventID, w.EventType, w.OrderID, w.Timestamp, w.Source, w.Version,
		OrderEventPayload{
			p.UserID, p.TotalAmount, p.Currency, p.Status, p.Items, p.ShippingAddress, p.PaymentMethod, p.PaymentID, nil,
		},
	}
	if p.Metadata != nil {
		e.Payload.Metadata = *p.Metadata
	}
}
