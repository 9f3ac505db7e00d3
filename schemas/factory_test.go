package schemas_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/magicbyte-go/magicbyte/schemas"
)

var (
	items   = []schemas.OrderItem{{SKU: "A", Quantity: 2, UnitPrice: 10.25}, {SKU: "B", Quantity: 1, UnitPrice: 4}}
	address = schemas.Address{Street: "1 Main St", City: "Springfield", PostalCode: "12345"}
	inUS    = schemas.Address{Street: "1 Main St", City: "Springfield", PostalCode: "12345", Country: "US"}
)

func TestConstructorsFillWhatTheTypeImplies(t *testing.T) {
	t.Parallel()
	paid := schemas.OrderEventPayload{
		Currency: "USD", Status: new(schemas.OrderStatusPaid), TotalAmount: new(24.5),
		PaymentID: new("PAY-1"), PaymentMethod: new(schemas.PaymentMethodPaypal),
	}
	failed := paid
	failed.Status = new(schemas.OrderStatusPending)
	status := func(s schemas.OrderStatus) schemas.OrderEventPayload {
		return schemas.OrderEventPayload{Currency: "USD", Status: &s}
	}
	tests := []struct {
		fromFactory, fromPackage *schemas.OrderEvent
		wantType                 schemas.EventType
		want                     schemas.OrderEventPayload
	}{
		{
			factory.OrderCreated("ORD-1", "USR-1", items), schemas.NewOrderCreated("ORD-1", "USR-1", items),
			schemas.EventTypeOrderCreated,
			schemas.OrderEventPayload{
				UserID: new("USR-1"), Items: items, TotalAmount: new(24.5), Currency: "USD", Status: new(schemas.OrderStatusPending),
			},
		},
		{
			factory.OrderUpdated("ORD-1"), schemas.NewOrderUpdated("ORD-1"),
			schemas.EventTypeOrderUpdated,
			schemas.OrderEventPayload{Currency: "USD"},
		},
		{
			factory.OrderCancelled("ORD-1"), schemas.NewOrderCancelled("ORD-1"),
			schemas.EventTypeOrderCancelled, status(schemas.OrderStatusCancelled),
		},
		{
			factory.PaymentAuthorized("ORD-1", "PAY-1", 24.5, schemas.PaymentMethodPaypal),
			schemas.NewPaymentAuthorized("ORD-1", "PAY-1", 24.5, schemas.PaymentMethodPaypal),
			schemas.EventTypePaymentAuthorized, paid,
		},
		{
			factory.PaymentCaptured("ORD-1", "PAY-1", 24.5, schemas.PaymentMethodPaypal),
			schemas.NewPaymentCaptured("ORD-1", "PAY-1", 24.5, schemas.PaymentMethodPaypal),
			schemas.EventTypePaymentCaptured, paid,
		},
		{
			factory.PaymentFailed("ORD-1", "PAY-1", 24.5, schemas.PaymentMethodPaypal),
			schemas.NewPaymentFailed("ORD-1", "PAY-1", 24.5, schemas.PaymentMethodPaypal),
			schemas.EventTypePaymentFailed, failed,
		},
		{
			factory.OrderShipped("ORD-1", address), schemas.NewOrderShipped("ORD-1", address), schemas.EventTypeOrderShipped,
			schemas.OrderEventPayload{Currency: "USD", Status: new(schemas.OrderStatusShipped), ShippingAddress: &inUS},
		},
		{
			factory.OrderDelivered("ORD-1"), schemas.NewOrderDelivered("ORD-1"),
			schemas.EventTypeOrderDelivered, status(schemas.OrderStatusDelivered),
		},
		{
			factory.OrderReturned("ORD-1", items[:1]), schemas.NewOrderReturned("ORD-1", items[:1]),
			schemas.EventTypeOrderReturned,
			schemas.OrderEventPayload{
				Currency: "USD", Status: new(schemas.OrderStatusReturned), Items: items[:1], TotalAmount: new(20.5),
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.wantType.String(), func(t *testing.T) {
			t.Parallel()
			want := &schemas.OrderEvent{
				EventID: factory.NewID(), EventType: tt.wantType, OrderID: "ORD-1", Timestamp: noon,
				Source: "order-service", Version: "1.0", Payload: tt.want,
			}
			if diff := cmp.Diff(want, tt.fromFactory); diff != "" {
				t.Errorf("factory (-want +got):\n%s", diff)
			}
			if err := tt.fromFactory.ValidateAt(noon); err != nil {
				t.Error(err)
			}
			want.EventID, want.Timestamp = tt.fromPackage.EventID, tt.fromPackage.Timestamp
			if diff := cmp.Diff(want, tt.fromPackage); diff != "" {
				t.Errorf("package function (-want +got):\n%s", diff)
			}
			if err := tt.fromPackage.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 678_999_999, time.FixedZone("CET", 3600))
	tests := []struct {
		name   string
		option schemas.Option
		change func(*schemas.OrderEvent)
	}{
		{"ShipTo", schemas.ShipTo(address), func(e *schemas.OrderEvent) { e.Payload.ShippingAddress = &inUS }},
		{"PaidBy", schemas.PaidBy(schemas.PaymentMethodApplePay), func(e *schemas.OrderEvent) {
			e.Payload.PaymentMethod = new(schemas.PaymentMethodApplePay)
		}},
		{"WithPaymentID", schemas.WithPaymentID("PAY-9"), func(e *schemas.OrderEvent) { e.Payload.PaymentID = new("PAY-9") }},
		{"ForUser", schemas.ForUser("USR-9"), func(e *schemas.OrderEvent) { e.Payload.UserID = new("USR-9") }},
		{"WithItems", schemas.WithItems(items...), func(e *schemas.OrderEvent) { e.Payload.Items = items }},
		{"TotalOf", schemas.TotalOf(9), func(e *schemas.OrderEvent) { e.Payload.TotalAmount = new(9.0) }},
		{"InCurrency", schemas.InCurrency("EUR"), func(e *schemas.OrderEvent) { e.Payload.Currency = "EUR" }},
		{"InStatus", schemas.InStatus(schemas.OrderStatusConfirmed), func(e *schemas.OrderEvent) {
			e.Payload.Status = new(schemas.OrderStatusConfirmed)
		}},
		{"WithMetadata", schemas.WithMetadata(map[string]string{"a": "b"}), func(e *schemas.OrderEvent) {
			e.Payload.Metadata = map[string]string{"a": "b"}
		}},
		{"At drops what is finer than a millisecond", schemas.At(at), func(e *schemas.OrderEvent) {
			e.Timestamp = time.Date(2026, 1, 2, 2, 4, 5, 678_000_000, time.UTC)
		}},
		{"WithEventID", schemas.WithEventID("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"), func(e *schemas.OrderEvent) {
			e.EventID = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
		}},
		{"FromSource", schemas.FromSource("billing"), func(e *schemas.OrderEvent) { e.Source = "billing" }},
		{"InVersion", schemas.InVersion("2.0"), func(e *schemas.OrderEvent) { e.Version = "2.0" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := factory.OrderUpdated("ORD-1")
			tt.change(want)
			if diff := cmp.Diff(want, factory.OrderUpdated("ORD-1", tt.option)); diff != "" {
				t.Errorf("OrderUpdated (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTotalOfWinsOverTheSum(t *testing.T) {
	t.Parallel()
	e := factory.OrderCreated("ORD-1", "USR-1", items, schemas.TotalOf(20))
	if got := *e.Payload.TotalAmount; got != 20 {
		t.Errorf("total_amount = %v, want 20", got)
	}
}

func TestParametersWinOverOptions(t *testing.T) {
	t.Parallel()
	e := factory.PaymentCaptured("ORD-1", "PAY-1", 5, schemas.PaymentMethodPaypal,
		schemas.TotalOf(6), schemas.WithPaymentID("PAY-2"), schemas.PaidBy(schemas.PaymentMethodCreditCard))
	p := e.Payload
	if *p.TotalAmount != 5 || *p.PaymentID != "PAY-1" || *p.PaymentMethod != schemas.PaymentMethodPaypal {
		t.Errorf("payload = %v, %v, %v, want the parameters", *p.TotalAmount, *p.PaymentID, *p.PaymentMethod)
	}
}

// One option value may serve several events, so no two of them may share what it gives.
func TestOptionsDoNotShareMemory(t *testing.T) {
	t.Parallel()
	metadata := map[string]string{"a": "1"}
	opts := []schemas.Option{
		schemas.ShipTo(address), schemas.WithMetadata(metadata), schemas.WithItems(items...), schemas.TotalOf(1),
		schemas.PaidBy(schemas.PaymentMethodPaypal), schemas.ForUser("u"), schemas.WithPaymentID("p"), schemas.InStatus(schemas.OrderStatusPaid),
	}
	first, second := factory.OrderUpdated("ORD-1", opts...), factory.OrderUpdated("ORD-1", opts...)
	p := &first.Payload
	p.Metadata["a"], p.ShippingAddress.City, p.Items[0].SKU = "2", "Elsewhere", "Z"
	*p.TotalAmount, *p.PaymentMethod, *p.UserID, *p.PaymentID, *p.Status = 2, 1, "v", "q", 1
	if diff := cmp.Diff(factory.OrderUpdated("ORD-1", opts...), second); diff != "" {
		t.Errorf("second event after the first was changed (-fresh +second):\n%s", diff)
	}
	if metadata["a"] != "1" || items[0].SKU != "A" {
		t.Errorf("metadata = %v, items = %v: the caller's values were changed", metadata, items)
	}
}

func TestMetadataAddsUp(t *testing.T) {
	t.Parallel()
	e := factory.OrderUpdated("ORD-1", schemas.WithMetadata(map[string]string{"a": "1", "b": "1"}), schemas.WithMetadata(map[string]string{"b": "2"}))
	if diff := cmp.Diff(map[string]string{"a": "1", "b": "2"}, e.Payload.Metadata); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
}

func TestFactoryNamesItsSystem(t *testing.T) {
	t.Parallel()
	f := schemas.Factory{Source: "billing", Version: "2.0"}
	e := f.OrderDelivered("ORD-1")
	if e.Source != "billing" || e.Version != "2.0" {
		t.Errorf("source, version = %q, %q, want billing, 2.0", e.Source, e.Version)
	}
}

func TestZeroFactoryGivesFreshIDsAndThePresent(t *testing.T) {
	t.Parallel()
	v7 := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	before := time.Now().Truncate(time.Millisecond)
	seen := map[string]bool{}
	for range 1000 {
		e := schemas.NewOrderUpdated("ORD-1")
		if !v7.MatchString(e.EventID) || seen[e.EventID] {
			t.Fatalf("event_id = %q, want a fresh UUID of version 7", e.EventID)
		}
		seen[e.EventID] = true
		if e.Timestamp.Before(before) || e.Timestamp.After(time.Now()) || e.Timestamp.Location() != time.UTC {
			t.Fatalf("timestamp = %v, want the present in UTC", e.Timestamp)
		}
	}
}
