package schemas

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Plain JSON of an event: the members of the schema by name, enums as their symbols, the timestamp as integer milliseconds
// since the epoch, and null for what is absent.
//
// The mirrors below have pointers where the contract has neither null nor a default, to tell absent from empty.

type jsonOrderEvent struct {
	EventID   *string            `json:"event_id"`
	EventType EventType          `json:"event_type"`
	OrderID   *string            `json:"order_id"`
	Timestamp *int64             `json:"timestamp"`
	Source    string             `json:"source"`
	Version   string             `json:"version"`
	Payload   *OrderEventPayload `json:"payload"`
}

type jsonOrderItem struct {
	SKU         *string  `json:"sku"`
	ProductName *string  `json:"product_name"`
	Quantity    *int32   `json:"quantity"`
	UnitPrice   *float64 `json:"unit_price"`
	Category    *string  `json:"category"`
}

type jsonAddress struct {
	Street     *string `json:"street"`
	City       *string `json:"city"`
	State      *string `json:"state"`
	PostalCode *string `json:"postal_code"`
	Country    string  `json:"country"`
}

// MarshalJSON writes the event as plain JSON. An unset enum, and an amount that is not finite, is an error.
func (e OrderEvent) MarshalJSON() ([]byte, error) {
	millis := e.Timestamp.UnixMilli()
	return json.Marshal(jsonOrderEvent{&e.EventID, e.EventType, &e.OrderID, &millis, e.Source, e.Version, &e.Payload})
}

// UnmarshalJSON reads plain JSON and replaces the whole event. What is absent or null takes the contract's default; where it has
// none, the error names it.
func (e *OrderEvent) UnmarshalJSON(data []byte) error {
	j := jsonOrderEvent{Source: DefaultSource, Version: DefaultVersion}
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	var m missing
	m.unless("event_id", j.EventID != nil)
	m.unless("event_type", j.EventType != 0)
	m.unless("order_id", j.OrderID != nil)
	m.unless("timestamp", j.Timestamp != nil)
	m.unless("payload", j.Payload != nil)
	if m != nil {
		return m.of("OrderEvent")
	}
	*e = OrderEvent{
		*j.EventID, j.EventType, *j.OrderID, time.UnixMilli(*j.Timestamp).UTC(), j.Source, j.Version, *j.Payload,
	}
	return nil
}

// UnmarshalJSON reads plain JSON and replaces the whole payload, as for [OrderEvent].
func (p *OrderEventPayload) UnmarshalJSON(data []byte) error {
	type plain OrderEventPayload // without this method
	j := plain{Currency: DefaultCurrency}
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	*p = OrderEventPayload(j)
	return nil
}

// UnmarshalJSON reads plain JSON and replaces the whole item, as for [OrderEvent].
func (i *OrderItem) UnmarshalJSON(data []byte) error {
	var j jsonOrderItem
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	var m missing
	m.unless("sku", j.SKU != nil)
	m.unless("quantity", j.Quantity != nil)
	m.unless("unit_price", j.UnitPrice != nil)
	if m != nil {
		return m.of("OrderItem")
	}
	*i = OrderItem{*j.SKU, j.ProductName, *j.Quantity, *j.UnitPrice, j.Category}
	return nil
}

// UnmarshalJSON reads plain JSON and replaces the whole address, as for [OrderEvent].
func (a *Address) UnmarshalJSON(data []byte) error {
	j := jsonAddress{Country: DefaultCountry}
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	var m missing
	m.unless("street", j.Street != nil)
	m.unless("city", j.City != nil)
	m.unless("postal_code", j.PostalCode != nil)
	if m != nil {
		return m.of("Address")
	}
	*a = Address{*j.Street, *j.City, j.State, *j.PostalCode, j.Country}
	return nil
}

// missing collects the members that a JSON object should have had.
type missing []string

func (m *missing) unless(member string, there bool) {
	if !there {
		*m = append(*m, member)
	}
}

func (m missing) of(record string) error {
	return fmt.Errorf("schemas: JSON of %s lacks %s", record, strings.Join(m, ", "))
}
