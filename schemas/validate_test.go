package schemas_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/magicbyte-go/magicbyte/schemas"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	address := func(e *schemas.OrderEvent) *schemas.Address { return e.Payload.ShippingAddress }
	tests := []struct {
		name   string
		change func(*schemas.OrderEvent)
		want   []string
	}{
		{"full event", func(*schemas.OrderEvent) {}, nil},
		{"minimal event", func(e *schemas.OrderEvent) { *e = *minimalEvent() }, nil},
		{"UUID in capitals", func(e *schemas.OrderEvent) { e.EventID = "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6" }, nil},
		{"empty lists", func(e *schemas.OrderEvent) {
			e.Payload.Items, e.Payload.Metadata = []schemas.OrderItem{}, map[string]string{}
		}, nil},
		{"free item", func(e *schemas.OrderEvent) { e.Payload.Items[0].UnitPrice = 0 }, nil},
		{"empty optional strings", func(e *schemas.OrderEvent) { e.Payload.UserID, e.Payload.PaymentID = new(""), new("") }, nil},

		{"zero event", func(e *schemas.OrderEvent) { *e = schemas.OrderEvent{} }, []string{
			"event_id: must be a UUID, is empty",
			"event_type: must be set",
			"order_id: must not be empty",
			"timestamp: must be set",
			"source: must not be empty",
			"version: must not be empty",
			"payload.currency: must be an ISO 4217 code, is empty",
		}},
		{"id of another form", func(e *schemas.OrderEvent) { e.EventID = "evt-17" }, []string{"event_id: must be a UUID, is a string of 6 bytes"}},
		{
			"UUID without dashes", func(e *schemas.OrderEvent) { e.EventID = strings.ReplaceAll(e.EventID, "-", "") },
			[]string{"event_id: must be a UUID, is a string of 32 bytes"},
		},
		{
			"UUID with a letter too far", func(e *schemas.OrderEvent) { e.EventID = "g" + e.EventID[1:] },
			[]string{"event_id: must be a UUID, is a string of 36 bytes"},
		},
		{
			"UUID with dashes elsewhere", func(e *schemas.OrderEvent) { e.EventID = "0-" + e.EventID[2:] },
			[]string{"event_id: must be a UUID, is a string of 36 bytes"},
		},
		{"unknown event type", func(e *schemas.OrderEvent) { e.EventType = 10 }, []string{"event_type: must be a known symbol, is 10"}},
		{"negative event type", func(e *schemas.OrderEvent) { e.EventType = -1 }, []string{"event_type: must be a known symbol, is -1"}},
		{"unset enums in the payload", func(e *schemas.OrderEvent) {
			e.Payload.Status, e.Payload.PaymentMethod = new(schemas.OrderStatus(0)), new(schemas.PaymentMethod(0))
		}, []string{"payload.status: must be set", "payload.payment_method: must be set"}},
		{"unknown symbols in the payload", func(e *schemas.OrderEvent) {
			e.Payload.Status, e.Payload.PaymentMethod = new(schemas.OrderStatus(9)), new(schemas.PaymentMethod(8))
		}, []string{"payload.status: must be a known symbol, is 9", "payload.payment_method: must be a known symbol, is 8"}},

		{
			"start of 2000", func(e *schemas.OrderEvent) { e.Timestamp = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) },
			[]string{"timestamp: must be after 2000-01-01, is 2000-01-01T00:00:00Z"},
		},
		{"just after the start of 2000", func(e *schemas.OrderEvent) { e.Timestamp = time.Date(2000, 1, 1, 0, 0, 0, 1e6, time.UTC) }, nil},
		{"24 h ahead", func(e *schemas.OrderEvent) { e.Timestamp = noon.Add(24 * time.Hour) }, nil},
		{
			"more than 24 h ahead", func(e *schemas.OrderEvent) { e.Timestamp = noon.Add(24*time.Hour + time.Millisecond) },
			[]string{"timestamp: must not be more than 24h ahead, is 24h0m0s ahead"},
		},

		{
			"currency in small letters", func(e *schemas.OrderEvent) { e.Payload.Currency = "usd" },
			[]string{"payload.currency: must be an ISO 4217 code, is a string of 3 bytes"},
		},
		{
			"currency of the past", func(e *schemas.OrderEvent) { e.Payload.Currency = "DEM" },
			[]string{"payload.currency: must be an ISO 4217 code, is a string of 3 bytes"},
		},
		{
			"country of three letters", func(e *schemas.OrderEvent) { address(e).Country = "CHE" },
			[]string{"payload.shipping_address.country: must be an ISO 3166-1 alpha-2 code, is a string of 3 bytes"},
		},
		{"empty address", func(e *schemas.OrderEvent) { *address(e) = schemas.Address{} }, []string{
			"payload.shipping_address.street: must not be empty",
			"payload.shipping_address.city: must not be empty",
			"payload.shipping_address.postal_code: must not be empty",
			"payload.shipping_address.country: must be an ISO 3166-1 alpha-2 code, is empty",
		}},

		{"third item", func(e *schemas.OrderEvent) {
			e.Payload.Items = append(e.Payload.Items, schemas.OrderItem{Quantity: -1, UnitPrice: -0.5})
		}, []string{
			"payload.items[2].sku: must not be empty",
			"payload.items[2].quantity: must be > 0, is -1",
			"payload.items[2].unit_price: must be >= 0, is -0.5",
		}},
		{"amounts that are no numbers", func(e *schemas.OrderEvent) {
			e.Payload.TotalAmount = new(math.Inf(1))
			e.Payload.Items[0].UnitPrice, e.Payload.Items[1].UnitPrice = nan, math.Inf(-1)
		}, []string{
			"payload.total_amount: must be finite, is +Inf",
			"payload.items[0].unit_price: must be finite, is NaN",
			"payload.items[1].unit_price: must be finite, is -Inf",
		}},
		{
			"negative total", func(e *schemas.OrderEvent) { e.Payload.TotalAmount = new(-1.0) },
			[]string{"payload.total_amount: must be >= 0, is -1"},
		},

		{"strings that are not UTF-8", func(e *schemas.OrderEvent) {
			bad := "secret\xff"
			e.OrderID, e.Source, e.Version = bad, bad, bad
			p := &e.Payload
			p.UserID, p.PaymentID, p.Metadata = &bad, &bad, map[string]string{bad: "a", "b": bad, "c": "c"}
			p.Items[0] = schemas.OrderItem{SKU: bad, ProductName: &bad, Quantity: 1, Category: &bad}
			p.ShippingAddress = &schemas.Address{Street: bad, City: bad, State: &bad, PostalCode: bad, Country: "US"}
		}, []string{
			"order_id: must be valid UTF-8",
			"source: must be valid UTF-8",
			"version: must be valid UTF-8",
			"payload.user_id: must be valid UTF-8",
			"payload.items[0].sku: must be valid UTF-8",
			"payload.items[0].product_name: must be valid UTF-8",
			"payload.items[0].category: must be valid UTF-8",
			"payload.shipping_address.street: must be valid UTF-8",
			"payload.shipping_address.city: must be valid UTF-8",
			"payload.shipping_address.state: must be valid UTF-8",
			"payload.shipping_address.postal_code: must be valid UTF-8",
			"payload.payment_id: must be valid UTF-8",
			"payload.metadata: must be valid UTF-8, 2 of 3 entries are not",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := fullEvent()
			tt.change(e)
			err := e.ValidateAt(noon)
			if tt.want == nil {
				if err != nil {
					t.Fatalf("ValidateAt: %v, want nil", err)
				}
				return
			}
			var invalid *schemas.ValidationError
			if !errors.As(err, &invalid) {
				t.Fatalf("ValidateAt: %v, want a *ValidationError", err)
			}
			var got []string
			for _, v := range invalid.Violations {
				got = append(got, v.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
			if want := "schemas: invalid order event: " + strings.Join(tt.want, "; "); err.Error() != want {
				t.Errorf("Error() = %q, want %q", err, want)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("Error() = %q quotes the payload", err)
			}
		})
	}
}

func TestValidateUsesThePresent(t *testing.T) {
	t.Parallel()
	e := schemas.NewOrderUpdated("ORD-1", schemas.At(time.Now().Add(23*time.Hour)))
	if err := e.Validate(); err != nil {
		t.Errorf("23 h ahead: %v, want nil", err)
	}
	e.Timestamp = time.Now().Add(25 * time.Hour)
	if e.Validate() == nil {
		t.Error("25 h ahead: nil, want an error")
	}
}

func TestValidEventCostsNoAllocation(t *testing.T) {
	e := fullEvent()
	if got := testing.AllocsPerRun(100, func() {
		if err := e.ValidateAt(noon); err != nil {
			t.Fatal(err)
		}
	}); got != 0 {
		t.Errorf("ValidateAt of a valid event: %v allocations, want 0", got)
	}
}

func TestCodeTables(t *testing.T) {
	t.Parallel()
	valid := func(change func(*schemas.OrderEvent)) bool {
		e := fullEvent()
		change(e)
		return e.ValidateAt(noon) == nil
	}
	var currencies, countries []string
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if country := string([]rune{a, b}); valid(func(e *schemas.OrderEvent) { e.Payload.ShippingAddress.Country = country }) {
				countries = append(countries, country)
			}
			for c := 'A'; c <= 'Z'; c++ {
				if currency := string([]rune{a, b, c}); valid(func(e *schemas.OrderEvent) { e.Payload.Currency = currency }) {
					currencies = append(currencies, currency)
				}
			}
		}
	}
	if len(currencies) != 178 || len(countries) != 249 {
		t.Errorf("%d currencies and %d countries, want 178 and 249", len(currencies), len(countries))
	}
	for _, code := range []string{"USD", "EUR", "CHF", "JPY", "GBP", "CNY", "INR", "ZWG", "XCG", "AED", "XXX"} {
		if !slices.Contains(currencies, code) {
			t.Errorf("currency %s is missing", code)
		}
	}
	for _, code := range []string{"AD", "CH", "DE", "GB", "US", "SS", "ZW"} {
		if !slices.Contains(countries, code) {
			t.Errorf("country %s is missing", code)
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	e := fullEvent()
	b.ReportAllocs()
	for b.Loop() {
		if err := e.ValidateAt(noon); err != nil {
			b.Fatal(err)
		}
	}
}
