package schemas_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hamba/avro/v2"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

var _ serde.Codec[schemas.OrderEvent] = schemas.OrderEvents

var _ serde.Validator = (*schemas.OrderEvent)(nil)

func TestSchemaIsEmbeddedInFull(t *testing.T) {
	t.Parallel()
	want := string(readFile(t, "order_event.avsc"))
	if schemas.OrderEventSchema != want {
		t.Error("OrderEventSchema is not the text of order_event.avsc")
	}
	if got := schemas.OrderEvents.Schema(); got != want {
		t.Error("OrderEvents.Schema() is not the text of order_event.avsc")
	}
	if got, want := schemas.OrderEvents.Name(), "com.pipeline.events.OrderEvent"; got != want {
		t.Errorf("OrderEvents.Name() = %q, want %q", got, want)
	}
	if got, want := schemas.OrderEvents.SchemaType(), serde.TypeAvro; got != want {
		t.Errorf("OrderEvents.SchemaType() = %q, want %q", got, want)
	}
}

// The names, their order and the types decide the bytes that other systems read and write.
func TestSchemaHasTheContractsShape(t *testing.T) {
	t.Parallel()
	const want = `{"name":"com.pipeline.events.OrderEvent","type":"record","fields":[` +
		`{"name":"event_id","type":{"type":"string","logicalType":"uuid"}},` +
		`{"name":"event_type","type":{"name":"com.pipeline.events.EventType","type":"enum","symbols":["ORDER_CREATED","ORDER_UPDATED",` +
		`"ORDER_CANCELLED","PAYMENT_AUTHORIZED","PAYMENT_CAPTURED","PAYMENT_FAILED","ORDER_SHIPPED","ORDER_DELIVERED","ORDER_RETURNED"]}},` +
		`{"name":"order_id","type":"string"},` +
		`{"name":"timestamp","type":{"type":"long","logicalType":"timestamp-millis"}},` +
		`{"name":"source","type":"string"},{"name":"version","type":"string"},` +
		`{"name":"payload","type":{"name":"com.pipeline.events.OrderEventPayload","type":"record","fields":[` +
		`{"name":"user_id","type":["null","string"]},{"name":"total_amount","type":["null","double"]},{"name":"currency","type":"string"},` +
		`{"name":"status","type":["null",{"name":"com.pipeline.events.OrderStatus","type":"enum","symbols":["PENDING","CONFIRMED","PAID",` +
		`"PROCESSING","SHIPPED","DELIVERED","CANCELLED","RETURNED"]}]},` +
		`{"name":"items","type":["null",{"type":"array","items":{"name":"com.pipeline.events.OrderItem","type":"record","fields":[` +
		`{"name":"sku","type":"string"},{"name":"product_name","type":["null","string"]},{"name":"quantity","type":"int"},` +
		`{"name":"unit_price","type":"double"},{"name":"category","type":["null","string"]}]}}]},` +
		`{"name":"shipping_address","type":["null",{"name":"com.pipeline.events.Address","type":"record","fields":[` +
		`{"name":"street","type":"string"},{"name":"city","type":"string"},{"name":"state","type":["null","string"]},` +
		`{"name":"postal_code","type":"string"},{"name":"country","type":"string"}]}]},` +
		`{"name":"payment_method","type":["null",{"name":"com.pipeline.events.PaymentMethod","type":"enum","symbols":["CREDIT_CARD",` +
		`"DEBIT_CARD","PAYPAL","APPLE_PAY","GOOGLE_PAY","BANK_TRANSFER","CASH_ON_DELIVERY"]}]},` +
		`{"name":"payment_id","type":["null","string"]},{"name":"metadata","type":["null",{"type":"map","values":"string"}]}]}}]}`
	schema, err := avro.ParseWithCache(schemas.OrderEventSchema, "", &avro.SchemaCache{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(want, "},"), strings.Split(schema.String(), "},")); diff != "" {
		t.Errorf("canonical form with logical types (-want +got):\n%s", diff)
	}
}

// Avro ignores a default inside a type and a logical type beside one, so both must stand where they count.
func TestSchemaIsWrittenInFull(t *testing.T) {
	t.Parallel()
	defaults := map[string]any{}
	var visit func(path string, v any)
	visit = func(path string, v any) {
		switch v := v.(type) {
		case []any:
			for _, v := range v {
				visit(path, v)
			}
		case map[string]any:
			kind, _ := v["type"].(string)
			isField := kind == "" || !slices.Contains([]string{"record", "enum", "array", "map"}, kind) && v["name"] != nil
			named := v["name"] != nil
			if doc, _ := v["doc"].(string); named && len(doc) < 10 {
				t.Errorf("%s.%v: doc is %q", path, v["name"], doc)
			}
			if name, ok := v["name"].(string); ok {
				path = strings.TrimPrefix(path+"."+name, ".")
			}
			if def, ok := v["default"]; ok {
				if !isField {
					t.Errorf("%s: default inside a type", path)
				}
				defaults[path] = def
			}
			if v["logicalType"] != nil && named {
				t.Errorf("%s: logicalType beside a type", path)
			}
			for _, member := range []string{"type", "fields", "items", "values"} {
				if member == "items" && kind != "array" {
					continue
				}
				visit(path, v[member])
			}
		}
	}
	var schema any
	if err := json.Unmarshal([]byte(schemas.OrderEventSchema), &schema); err != nil {
		t.Fatal(err)
	}
	visit("", schema)
	const payload = "OrderEvent.payload.OrderEventPayload."
	want := map[string]any{
		"OrderEvent.source":                          "order-service",
		"OrderEvent.version":                         "1.0",
		payload + "user_id":                          nil,
		payload + "total_amount":                     nil,
		payload + "currency":                         "USD",
		payload + "status":                           nil,
		payload + "items":                            nil,
		payload + "items.OrderItem.product_name":     nil,
		payload + "items.OrderItem.category":         nil,
		payload + "shipping_address":                 nil,
		payload + "shipping_address.Address.state":   nil,
		payload + "shipping_address.Address.country": "US",
		payload + "payment_method":                   nil,
		payload + "payment_id":                       nil,
		payload + "metadata":                         nil,
	}
	if diff := cmp.Diff(want, defaults); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
}

func TestDefaultConstantsAreTheContracts(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"source": schemas.DefaultSource, "version": schemas.DefaultVersion,
		"currency": schemas.DefaultCurrency, "country": schemas.DefaultCountry,
	} {
		var found bool
		for _, field := range strings.Split(schemas.OrderEventSchema, `"name": `) {
			if strings.HasPrefix(field, `"`+name+`"`) {
				found = strings.Contains(field, `"default": "`+value+`"`)
			}
		}
		if !found {
			t.Errorf("the schema's default of %s is not %q", name, value)
		}
	}
}
