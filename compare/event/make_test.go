package event_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/compare/event"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

var update = flag.Bool("update", false, "write the test data anew")

// plain has the fields of an event and none of its methods: its codec is the plan.
type plain schemas.OrderEvent

// The test data is what the functions below make of a fixed seed.
func TestEventsAreTheSeeds(t *testing.T) {
	codec := avro.MustFor[plain](schemas.OrderEventSchema, avro.WithSortedMaps())
	for _, kind := range []struct {
		name string
		n    int
		make func(*maker) *schemas.OrderEvent
	}{{"minimal", 256, (*maker).minimal}, {"typical", 256, (*maker).typical}, {"large", 8, (*maker).large}} {
		t.Run(kind.name, func(t *testing.T) {
			m := &maker{rand.New(rand.NewPCG(20260304, 7))}
			var texts, digits bytes.Buffer
			for range kind.n {
				e := kind.make(m)
				if err := e.Validate(); err != nil {
					t.Fatalf("%+v: %v", e, err)
				}
				text, err := json.Marshal(e)
				if err != nil {
					t.Fatal(err)
				}
				body, err := codec.Append(nil, (*plain)(e))
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&texts, "%s\n", text)
				fmt.Fprintf(&digits, "%x\n", body)
			}
			golden(t, kind.name+".jsonl", texts.Bytes())
			golden(t, kind.name+".hex", digits.Bytes())
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is not what the seed gives (-file +seed); -update writes it:\n%s", path, diff)
	}
}

func TestTypicalEventsAreTypical(t *testing.T) {
	set, err := event.Typical()
	if err != nil {
		t.Fatal(err)
	}
	seen, full, size := map[string]bool{}, 0, 0
	for i, e := range set.Events {
		seen[string(set.Bodies[i])] = true
		size += len(set.Bodies[i])
		p := &e.Payload
		if p.UserID != nil && p.TotalAmount != nil && p.Status != nil && p.Items != nil && p.ShippingAddress != nil &&
			p.PaymentMethod != nil && p.PaymentID != nil && p.Metadata != nil {
			full++
		}
	}
	if len(seen) != 256 {
		t.Errorf("%d distinct events, want 256", len(seen))
	}
	if full <= 128 {
		t.Errorf("%d of 256 events have all optional parts, want most", full)
	}
	if mean := size / 256; mean < 300 || mean > 400 {
		t.Errorf("an event takes %d bytes on average, want 300 to 400", mean)
	}
}

// maker makes events of random numbers.
type maker struct{ *rand.Rand }

func (m *maker) pick(from ...string) string { return from[m.IntN(len(from))] }

// mostly returns v, and nil one time in sixteen.
func mostly[T any](m *maker, v T) *T {
	if m.IntN(16) == 0 {
		return nil
	}
	return &v
}

func (m *maker) minimal() *schemas.OrderEvent {
	kinds := []schemas.EventType{schemas.EventTypeOrderUpdated, schemas.EventTypeOrderCancelled, schemas.EventTypeOrderDelivered}
	return &schemas.OrderEvent{
		EventID:   fmt.Sprintf("%08x-%04x-7%03x-%04x-%012x", m.Uint32(), m.IntN(1<<16), m.IntN(1<<12), 0x8000|m.IntN(1<<14), m.Uint64()>>16),
		EventType: kinds[m.IntN(len(kinds))],
		OrderID:   fmt.Sprintf("ORD-%08d", m.IntN(1e8)),
		Timestamp: time.UnixMilli(1_772_600_000_000 + m.Int64N(1e10)).UTC(),
		Source:    "order-service",
		Version:   "1.0",
		Payload:   schemas.OrderEventPayload{Currency: m.pick("USD", "EUR", "CHF", "GBP")},
	}
}

func (m *maker) typical() *schemas.OrderEvent {
	e := m.minimal()
	e.EventType = schemas.EventTypeOrderCreated + schemas.EventType(m.IntN(int(schemas.EventTypeOrderReturned)))
	p := &e.Payload
	p.UserID = mostly(m, fmt.Sprintf("USR-%06d", m.IntN(1e6)))
	p.Status = mostly(m, schemas.OrderStatusPending+schemas.OrderStatus(m.IntN(int(schemas.OrderStatusReturned))))
	p.PaymentMethod = mostly(m, schemas.PaymentMethodCreditCard+schemas.PaymentMethod(m.IntN(int(schemas.PaymentMethodCashOnDelivery))))
	p.PaymentID = mostly(m, fmt.Sprintf("pay_%016x", m.Uint64()))
	p.ShippingAddress = mostly(m, m.address())
	if m.IntN(16) > 0 {
		p.Metadata = map[string]string{
			"channel":  m.pick("web", "ios", "android", "shop"),
			"trace_id": fmt.Sprintf("%016x", m.Uint64()),
		}
		if m.IntN(2) == 0 {
			p.Metadata["campaign"] = m.pick("spring-sale", "newsletter-12", "friends")
		}
	}
	m.items(p, 1+m.IntN(4))
	return e
}

func (m *maker) large() *schemas.OrderEvent {
	e := m.typical()
	m.items(&e.Payload, 120)
	e.Payload.Metadata = map[string]string{}
	for i := range 40 {
		e.Payload.Metadata[fmt.Sprintf("attribute_%02d", i)] = fmt.Sprintf("%016x", m.Uint64())
	}
	return e
}

func (m *maker) items(p *schemas.OrderEventPayload, n int) {
	p.Items = make([]schemas.OrderItem, n)
	total := 0.0
	for i := range p.Items {
		item := schemas.OrderItem{
			SKU: fmt.Sprintf("SKU-%05d", m.IntN(1e5)),
			ProductName: mostly(m, m.pick("Wireless Mouse", "Über Kafka, 2. Auflage", "Noise cancelling headphones", "Desk lamp",
				"USB-C cable 2 m", "Espresso beans 1 kg", "Café crème")),
			Quantity:  int32(1 + m.IntN(5)),
			UnitPrice: math.Round(m.Float64()*50000) / 100,
			Category:  mostly(m, m.pick("electronics", "books", "home", "groceries")),
		}
		total += float64(item.Quantity) * item.UnitPrice
		p.Items[i] = item
	}
	p.TotalAmount = mostly(m, math.Round(total*100)/100)
}

func (m *maker) address() schemas.Address {
	to := []schemas.Address{
		{City: "Zürich", State: new("ZH"), PostalCode: "8092", Country: "CH"},
		{City: "Springfield", State: new("IL"), PostalCode: "62701", Country: "US"},
		{City: "Berlin", State: new("BE"), PostalCode: "10115", Country: "DE"},
		{City: "Portland", State: new("OR"), PostalCode: "97204-1234", Country: "US"},
	}[m.IntN(4)]
	to.Street = fmt.Sprintf("%s %d", m.pick("Rämistrasse", "Evergreen Terrace", "Hauptstrasse", "Main Street"), 1+m.IntN(200))
	return to
}
