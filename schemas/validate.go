package schemas

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxAhead is how far the timestamp of an event may lie in the future: clocks differ, and schedules are announced.
const maxAhead = 24 * time.Hour

// earliest is the first instant that no event may be older than or equal to.
var earliest = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

// Violation is one broken rule of the contract.
type Violation struct {
	// Field is the path of the field: "payload.items[2].quantity".
	Field string
	// Problem is the rule, and the value where it is a number: "must be > 0, is -1". It never quotes strings.
	Problem string
}

// String returns field and problem: "payload.items[2].quantity: must be > 0, is -1".
func (v Violation) String() string { return v.Field + ": " + v.Problem }

// ValidationError holds everything that is wrong with a value, in the order of the schema's fields.
type ValidationError struct {
	Violations []Violation
}

// Error lists all violations, separated by semicolons.
func (e *ValidationError) Error() string {
	var b strings.Builder
	b.WriteString("schemas: invalid order event: ")
	for i, v := range e.Violations {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(v.String())
	}
	return b.String()
}

// Validate checks the event against the rules of the contract and returns a [*ValidationError] with all violations, or nil:
// event_id is a UUID; order_id, source, version, sku, street, city and postal_code are not empty; enums are set; timestamp is
// after 2000-01-01 and at most 24 hours ahead of the clock; currency is an ISO 4217 code, country an ISO 3166-1 alpha-2 one;
// quantity is above 0; prices and amounts are finite and not negative; all strings are valid UTF-8.
//
// A valid event costs no allocation.
func (e *OrderEvent) Validate() error { return e.ValidateAt(time.Now()) }

// ValidateAt is [OrderEvent.Validate] at another time than now.
func (e *OrderEvent) ValidateAt(now time.Time) error {
	var v violations
	v.uuid("event_id", e.EventID)
	v.symbol("event_type", int(e.EventType), len(eventTypeSymbols))
	v.required("order_id", e.OrderID)
	v.timestamp("timestamp", e.Timestamp, now)
	v.required("source", e.Source)
	v.required("version", e.Version)
	v.payload(&e.Payload)
	if v == nil {
		return nil
	}
	return &ValidationError{Violations: v}
}

// violations collects what is wrong. Its methods build strings only once something is.
type violations []Violation

func (v *violations) add(field, format string, args ...any) {
	*v = append(*v, Violation{Field: field, Problem: fmt.Sprintf(format, args...)})
}

func (v *violations) payload(p *OrderEventPayload) {
	v.text("payload.user_id", p.UserID)
	if p.TotalAmount != nil {
		v.amount("payload.total_amount", *p.TotalAmount)
	}
	if !currencies.has(p.Currency) {
		v.add("payload.currency", "must be an ISO 4217 code%s", lengthOf(p.Currency))
	}
	if p.Status != nil {
		v.symbol("payload.status", int(*p.Status), len(orderStatusSymbols))
	}
	for i := range p.Items {
		v.item(i, &p.Items[i])
	}
	if p.ShippingAddress != nil {
		v.address(p.ShippingAddress)
	}
	if p.PaymentMethod != nil {
		v.symbol("payload.payment_method", int(*p.PaymentMethod), len(paymentMethodSymbols))
	}
	v.text("payload.payment_id", p.PaymentID)
	v.metadata(p.Metadata)
}

func (v *violations) item(i int, item *OrderItem) {
	before := len(*v)
	v.required("sku", item.SKU)
	v.text("product_name", item.ProductName)
	if item.Quantity <= 0 {
		v.add("quantity", "must be > 0, is %d", item.Quantity)
	}
	v.amount("unit_price", item.UnitPrice)
	v.text("category", item.Category)
	if len(*v) > before {
		v.inside("payload.items["+strconv.Itoa(i)+"].", before)
	}
}

func (v *violations) address(a *Address) {
	before := len(*v)
	v.required("street", a.Street)
	v.required("city", a.City)
	v.text("state", a.State)
	v.required("postal_code", a.PostalCode)
	if !countries.has(a.Country) {
		v.add("country", "must be an ISO 3166-1 alpha-2 code%s", lengthOf(a.Country))
	}
	if len(*v) > before {
		v.inside("payload.shipping_address.", before)
	}
}

// inside puts prefix before the fields of all violations from the given one on.
func (v *violations) inside(prefix string, from int) {
	for i := range (*v)[from:] {
		(*v)[from+i].Field = prefix + (*v)[from+i].Field
	}
}

// metadata counts the bad entries: their keys are payload, and a map has no order to number them by.
func (v *violations) metadata(m map[string]string) {
	bad := 0
	for key, value := range m {
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			bad++
		}
	}
	if bad > 0 {
		v.add("payload.metadata", "must be valid UTF-8, %d of %d entries are not", bad, len(m))
	}
}

func (v *violations) required(field, s string) {
	if s == "" {
		v.add(field, "must not be empty")
		return
	}
	v.utf8(field, s)
}

func (v *violations) text(field string, s *string) {
	if s != nil {
		v.utf8(field, *s)
	}
}

func (v *violations) utf8(field, s string) {
	if !utf8.ValidString(s) {
		v.add(field, "must be valid UTF-8")
	}
}

func (v *violations) uuid(field, s string) {
	if !isUUID(s) {
		v.add(field, "must be a UUID%s", lengthOf(s))
	}
}

func (v *violations) symbol(field string, value, symbols int) {
	switch {
	case value == 0:
		v.add(field, "must be set")
	case value < 0 || value > symbols:
		v.add(field, "must be a known symbol, is %d", value)
	}
}

func (v *violations) timestamp(field string, t, now time.Time) {
	switch {
	case t.IsZero():
		v.add(field, "must be set")
	case !t.After(earliest):
		v.add(field, "must be after 2000-01-01, is %s", t.UTC().Format(time.RFC3339Nano))
	case t.After(now.Add(maxAhead)):
		v.add(field, "must not be more than 24h ahead, is %s ahead", t.Sub(now).Round(time.Second))
	}
}

func (v *violations) amount(field string, f float64) {
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		v.add(field, "must be finite, is %v", f)
	case f < 0:
		v.add(field, "must be >= 0, is %v", f)
	}
}

// lengthOf says what may be told of a string that is payload.
func lengthOf(s string) string {
	if s == "" {
		return ", is empty"
	}
	return fmt.Sprintf(", is a string of %d bytes", len(s))
}

// isUUID reports whether s has the form of RFC 9562, section 4: 8-4-4-4-12 hexadecimal digits of either case.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
				return false
			}
		}
	}
	return true
}
