package schemas_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/magicbyte-go/magicbyte/schemas"
)

func TestJSONForm(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		event *schemas.OrderEvent
		want  string
	}{
		{"minimal", minimalEvent(), `{"event_id":"01956f3e-8a7b-7c3d-9e4f-5a6b7c8d9e0f","event_type":"ORDER_UPDATED","order_id":"ORD-001",` +
			`"timestamp":1772625600123,"source":"order-service","version":"1.0","payload":{"user_id":null,"total_amount":null,` +
			`"currency":"USD","status":null,"items":null,"shipping_address":null,"payment_method":null,"payment_id":null,"metadata":null}}`},
		{"full", fullEvent(), `{"event_id":"01956f3e-8a7b-7c3d-9e4f-5a6b7c8d9e0f","event_type":"ORDER_CREATED","order_id":"ORD-001",` +
			`"timestamp":1772625600123,"source":"order-service","version":"1.0","payload":{"user_id":"USR-123","total_amount":59.97,` +
			`"currency":"CHF","status":"PENDING","items":[` +
			`{"sku":"BOOK-1","product_name":"Über Kafka","quantity":2,"unit_price":24.99,"category":"books"},` +
			`{"sku":"PEN-7","product_name":null,"quantity":1,"unit_price":9.99,"category":null}],` +
			`"shipping_address":{"street":"Rämistrasse 101","city":"Zürich","state":"ZH","postal_code":"8092","country":"CH"},` +
			`"payment_method":"CREDIT_CARD","payment_id":"PAY-1","metadata":{"campaign":"spring"}}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text, err := json.Marshal(tt.event)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(text)); diff != "" {
				t.Errorf("JSON (-want +got):\n%s", diff)
			}
			got := fullEvent() // all of it is replaced
			got.EventID = "another"
			if err := json.Unmarshal(text, got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.event, got); diff != "" {
				t.Errorf("round trip (-want +got):\n%s", diff)
			}
		})
	}
}

func TestJSONDefaults(t *testing.T) {
	t.Parallel()
	want := factory.OrderUpdated("ORD-001", schemas.WithItems(schemas.OrderItem{SKU: "A", Quantity: 1, UnitPrice: 2}), schemas.ShipTo(address))
	for name, text := range map[string]string{
		"absent": `{"event_id":"01956f3e-8a7b-7c3d-9e4f-5a6b7c8d9e0f","event_type":"ORDER_UPDATED","order_id":"ORD-001",` +
			`"timestamp":1772625600123,"payload":{"items":[{"sku":"A","quantity":1,"unit_price":2}],` +
			`"shipping_address":{"street":"1 Main St","city":"Springfield","postal_code":"12345"}}}`,
		"null": `{"event_id":"01956f3e-8a7b-7c3d-9e4f-5a6b7c8d9e0f","event_type":"ORDER_UPDATED","order_id":"ORD-001","source":null,` +
			`"timestamp":1772625600123,"version":null,"payload":{"currency":null,"items":[{"sku":"A","quantity":1,"unit_price":2}],` +
			`"shipping_address":{"street":"1 Main St","city":"Springfield","postal_code":"12345","country":null}}}`,
	} {
		got := new(schemas.OrderEvent)
		if err := json.Unmarshal([]byte(text), got); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestJSONRefused(t *testing.T) {
	t.Parallel()
	const head = `{"event_id":"i","event_type":"ORDER_UPDATED","order_id":"o","timestamp":1,"payload":`
	tests := []struct{ name, text, want string }{
		{"nothing there", `{}`, "schemas: JSON of OrderEvent lacks event_id, event_type, order_id, timestamp, payload"},
		{"bare item", head + `{"items":[{}]}}`, "schemas: JSON of OrderItem lacks sku, quantity, unit_price"},
		{"bare address", head + `{"shipping_address":{}}}`, "schemas: JSON of Address lacks street, city, postal_code"},
		{"unknown symbol", strings.Replace(head, "UPDATED", "ARCHIVED", 1) + `{}}`, `schemas: EventType has no symbol "ORDER_ARCHIVED"`},
		{"timestamp as text", strings.Replace(head, `:1,`, `:"2026-03-04",`, 1) + `{}}`, "timestamp"},
		{"quantity out of range", head + `{"items":[{"sku":"A","quantity":3000000000,"unit_price":1}]}}`, "quantity"},
		{"null", `null`, ""},
		{"array", `[]`, "cannot unmarshal array"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := json.Unmarshal([]byte(tt.text), new(schemas.OrderEvent))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Unmarshal(%s) = %v, want %q", tt.text, err, tt.want)
			}
		})
	}
	for name, change := range map[string]func(*schemas.OrderEvent){
		"unset enum":   func(e *schemas.OrderEvent) { e.EventType = 0 },
		"not a number": func(e *schemas.OrderEvent) { e.Payload.TotalAmount = &nan },
	} {
		e := fullEvent()
		change(e)
		if text, err := json.Marshal(e); err == nil {
			t.Errorf("%s: Marshal = %s, want an error", name, text)
		}
	}
}
