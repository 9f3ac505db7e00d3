package schemas_test

import (
	"encoding"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hamba/avro/v2"
	"github.com/magicbyte-go/magicbyte/schemas"
)

func symbolsOf(t *testing.T, name string) []string {
	t.Helper()
	cache := &avro.SchemaCache{}
	if _, err := avro.ParseWithCache(schemas.OrderEventSchema, "", cache); err != nil {
		t.Fatal(err)
	}
	ref, ok := cache.Get("com.pipeline.events." + name).(*avro.RefSchema)
	if !ok {
		t.Fatalf("the schema has no type %s", name)
	}
	return ref.Schema().(*avro.EnumSchema).Symbols()
}

func TestEnumsHaveTheSchemasSymbols(t *testing.T) {
	t.Parallel()
	t.Run("EventType", func(t *testing.T) {
		testEnum(t, "EventType", schemas.EventTypeOrderReturned, schemas.ParseEventType)
	})
	t.Run("OrderStatus", func(t *testing.T) {
		testEnum(t, "OrderStatus", schemas.OrderStatusReturned, schemas.ParseOrderStatus)
	})
	t.Run("PaymentMethod", func(t *testing.T) {
		testEnum(t, "PaymentMethod", schemas.PaymentMethodCashOnDelivery, schemas.ParsePaymentMethod)
	})
}

func testEnum[E interface {
	~int
	fmt.Stringer
	encoding.TextMarshaler
}](t *testing.T, name string, last E, parse func(string) (E, error),
) {
	t.Helper()
	var got []string
	for e := E(1); e <= last; e++ {
		text, err := e.MarshalText()
		if err != nil || string(text) != e.String() {
			t.Errorf("%s(%d).MarshalText() = %q, %v, want %q", name, e, text, err, e.String())
		}
		if back, err := parse(e.String()); err != nil || back != e {
			t.Errorf("Parse(%q) = %v, %v, want %v", e.String(), back, err, e)
		}
		if err := any(&e).(encoding.TextUnmarshaler).UnmarshalText(text); err != nil {
			t.Errorf("UnmarshalText(%q): %v", text, err)
		}
		got = append(got, e.String())
	}
	if diff := cmp.Diff(symbolsOf(t, name), got); diff != "" {
		t.Errorf("symbols (-schema +Go):\n%s", diff)
	}
	for e, want := range map[E]string{0: "unset", last + 1: fmt.Sprintf("%s(%d)", name, last+1), -1: name + "(-1)"} {
		if got := e.String(); got != want {
			t.Errorf("String() = %q, want %q", got, want)
		}
		if text, err := e.MarshalText(); err == nil {
			t.Errorf("%s.MarshalText() = %q, want an error", want, text)
		}
	}
	for symbol, want := range map[string]string{
		"ORDER_ARCHIVED": `schemas: ` + name + ` has no symbol "ORDER_ARCHIVED"`, "": `schemas: ` + name + ` has no symbol ""`,
		strings.Repeat("A", 1000): "schemas: " + name + " has no symbol of 1000 bytes",
	} {
		if e, err := parse(symbol); err == nil || err.Error() != want || e != 0 {
			t.Errorf("Parse = %v, %v, want %s", e, err, want)
		}
	}
}
