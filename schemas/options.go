package schemas

import (
	"maps"
	"slices"
	"time"
)

// Option adds to an event what its constructor does not ask for. Options apply in the order given; what a constructor takes as a
// parameter wins over them.
type Option interface {
	apply(*OrderEvent)
}

type option func(*OrderEvent)

func (o option) apply(e *OrderEvent) { o(e) }

// ShipTo says where the order is shipped to. An empty country means DefaultCountry.
func ShipTo(address Address) Option {
	return option(func(e *OrderEvent) { e.Payload.ShippingAddress = address.withDefaults() })
}

// PaidBy says how the order is paid.
func PaidBy(method PaymentMethod) Option {
	return option(func(e *OrderEvent) { e.Payload.PaymentMethod = &method })
}

// WithPaymentID names the payment at the payment provider.
func WithPaymentID(id string) Option {
	return option(func(e *OrderEvent) { e.Payload.PaymentID = &id })
}

// ForUser says which customer the order belongs to.
func ForUser(id string) Option {
	return option(func(e *OrderEvent) { e.Payload.UserID = &id })
}

// WithItems gives the lines of the order, which are copied. It does not compute a total: say it with [TotalOf].
func WithItems(items ...OrderItem) Option {
	return option(func(e *OrderEvent) { e.Payload.Items = slices.Clone(items) })
}

// TotalOf gives the amount that the event is about, in place of the sum of its items.
func TotalOf(amount float64) Option {
	return option(func(e *OrderEvent) { e.Payload.TotalAmount = &amount })
}

// InCurrency gives the currency of all amounts, an ISO 4217 code. Without it, it is DefaultCurrency.
func InCurrency(code string) Option {
	return option(func(e *OrderEvent) { e.Payload.Currency = code })
}

// InStatus says where the order stands, in place of the status that follows from the event's name.
func InStatus(status OrderStatus) Option {
	return option(func(e *OrderEvent) { e.Payload.Status = &status })
}

// WithMetadata adds free text by key. The map is copied; of equal keys the last one counts.
func WithMetadata(metadata map[string]string) Option {
	return option(func(e *OrderEvent) {
		if e.Payload.Metadata == nil {
			e.Payload.Metadata = make(map[string]string, len(metadata))
		}
		maps.Copy(e.Payload.Metadata, metadata)
	})
}

// At gives the time of the event, in place of the present. What is finer than a millisecond is dropped.
func At(t time.Time) Option {
	return option(func(e *OrderEvent) { e.Timestamp = wholeMillis(t) })
}

// WithEventID gives the id of the event, a UUID, in place of a new one: an event that is sent again keeps its id.
func WithEventID(id string) Option {
	return option(func(e *OrderEvent) { e.EventID = id })
}

// FromSource names the system that writes the event. Without it, it is the factory's, or DefaultSource.
func FromSource(source string) Option {
	return option(func(e *OrderEvent) { e.Source = source })
}

// InVersion gives the version of the payload's meaning. Without it, it is the factory's, or DefaultVersion.
func InVersion(version string) Option {
	return option(func(e *OrderEvent) { e.Version = version })
}

// withDefaults returns a copy of the address in the country that the contract assumes where none is named.
func (a Address) withDefaults() *Address {
	a.Country = orDefault(a.Country, DefaultCountry)
	return &a
}
