package schemas_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// The versions in testdata/evolution: v1 is the contract; v2 adds the optional fields correlation_id and payload.tracking_number; v3 adds
// the symbol ORDER_ARCHIVED to v2's EventType and drops the optional payload.payment_id; breaks-backward adds the required field
// payload.channel to v1; breaks-forward drops the required unit_price of v1's items.
var versions = []string{"v1", "v2", "v3", "breaks-backward", "breaks-forward"}

func version(t *testing.T, name string) []string {
	t.Helper()
	return []string{string(readFile(t, "testdata", "evolution", name+".avsc"))}
}

// generic holds a value for every field of every version; each version writes those that it has.
func generic() map[string]any {
	return map[string]any{
		"event_id": "01956f3e-8a7b-7c3d-9e4f-5a6b7c8d9e0f", "event_type": "ORDER_CREATED", "order_id": "ORD-1", "timestamp": noon,
		"correlation_id": "REQ-1", "source": "checkout", "version": "1.0",
		"payload": map[string]any{
			"user_id": "USR-1", "total_amount": 10.5, "channel": "web", "currency": "EUR", "status": "PENDING",
			"items":            []any{map[string]any{"sku": "A", "product_name": nil, "quantity": int32(1), "unit_price": 10.5, "category": nil}},
			"shipping_address": nil, "payment_method": nil, "payment_id": "PAY-1", "tracking_number": "TRK-1", "metadata": nil,
		},
	}
}

// plain returns a value in generic form with maps in place of records.
func plain(t *testing.T, v any) any {
	t.Helper()
	switch v := v.(type) {
	case *avro.Record:
		fields := map[string]any{}
		for _, f := range v.Schema().Fields() {
			value, err := v.Get(f.Name())
			if err != nil {
				t.Fatal(err)
			}
			fields[f.Name()] = plain(t, value)
		}
		return fields
	case []any:
		items := make([]any, len(v))
		for i := range v {
			items[i] = plain(t, v[i])
		}
		return items
	default:
		return v
	}
}

func genericCodec(t *testing.T, schema []string) avro.Codec[any] {
	t.Helper()
	c, err := avro.For[any](schema[0])
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func genericBytes(t *testing.T, schema []string, value map[string]any) []byte {
	t.Helper()
	var v any = value
	body, err := genericCodec(t, schema).Append(nil, &v)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestWhichVersionReadsWhich(t *testing.T) {
	t.Parallel()
	const (
		noChannel = "payload: record com.pipeline.events.OrderEventPayload was written without channel"
		noPrice   = "record com.pipeline.events.OrderItem was written without unit_price"
	)
	// want[writer][reader] is "" where the writer's events are read, and else what stands against it: for all events of the writer,
	// or (noPrice, within a union) for those that have items.
	want := map[string]map[string]string{
		"v1":              {"breaks-backward": noChannel},
		"v2":              {"breaks-backward": noChannel},
		"v3":              {"breaks-backward": noChannel},
		"breaks-backward": {},
		"breaks-forward":  {"v1": noPrice, "v2": noPrice, "v3": noPrice, "breaks-backward": noChannel},
	}
	for _, writer := range versions {
		for _, reader := range versions {
			t.Run(writer+" to "+reader, func(t *testing.T) {
				t.Parallel()
				testPair(t, writer, reader, want[writer][reader])
			})
		}
	}
}

func testPair(t *testing.T, writer, reader, problem string) {
	t.Helper()
	var got any
	dec, err := genericCodec(t, version(t, reader)).Decoder(version(t, writer), nil)
	if err == nil {
		err = dec(genericBytes(t, version(t, writer), generic()), &got)
	}
	if problem != "" {
		var unresolvable interface{ Unresolvable() bool }
		if err == nil || !strings.Contains(err.Error(), problem) || !errors.As(err, &unresolvable) || !unresolvable.Unresolvable() {
			t.Errorf("got %v, want it unresolvable: %s", err, problem)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	// What the reader has and the writer has not is null, and what the reader has not is not there.
	want := generic()
	payload := want["payload"].(map[string]any)
	absent := map[string][]string{
		"v1": {"correlation_id", "tracking_number", "channel"}, "v2": {"channel"}, "v3": {"payment_id", "channel"},
		"breaks-backward": {"correlation_id", "tracking_number"}, "breaks-forward": {"correlation_id", "tracking_number", "channel", "unit_price"},
	}
	item := payload["items"].([]any)[0].(map[string]any)
	for _, record := range []map[string]any{want, payload, item} {
		for _, field := range absent[writer] {
			if _, ok := record[field]; ok {
				record[field] = nil
			}
		}
		for _, field := range absent[reader] {
			delete(record, field)
		}
	}
	if diff := cmp.Diff(any(want), plain(t, got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What a registry says to each version as the next one after v1. It asks for more than reading does: a symbol that older readers lack stands
// against v3, although only the events that hold it are lost to them.
func TestWhichVersionMayFollowTheContract(t *testing.T) {
	t.Parallel()
	const backward, forward, full = compat.Backward, compat.Forward, compat.Full
	want := map[string]map[compat.Level]bool{
		"v1":              {backward: true, forward: true, full: true},
		"v2":              {backward: true, forward: true, full: true},
		"v3":              {backward: true, forward: false, full: false},
		"breaks-backward": {backward: false, forward: true, full: false},
		"breaks-forward":  {backward: true, forward: false, full: false},
	}
	for next, levels := range want {
		for level, may := range levels {
			err := compat.Check(level, compat.Schema{Text: version(t, next)[0]}, []compat.Schema{{Version: 1, Text: schemas.OrderEventSchema}}).Err()
			if (err == nil) != may {
				t.Errorf("%s after v1 under %v: %v, want it to be allowed: %v", next, level, err, may)
			}
		}
	}
}

func TestV1IsTheContract(t *testing.T) {
	t.Parallel()
	if got := version(t, "v1")[0]; got != schemas.OrderEventSchema {
		t.Error("testdata/evolution/v1.avsc is not order_event.avsc: a change of the contract is a version of its own")
	}
}

// Services built on the contract read what newer services write, as typed events.
func TestTypedReaderOfNewerEvents(t *testing.T) {
	t.Parallel()
	got := decode(t, version(t, "v2"), genericBytes(t, version(t, "v2"), generic()))
	want := factory.OrderCreated("ORD-1", "USR-1", []schemas.OrderItem{{SKU: "A", Quantity: 1, UnitPrice: 10.5}},
		schemas.FromSource("checkout"), schemas.InCurrency("EUR"), schemas.WithPaymentID("PAY-1"))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A writer schema that lacks what has a default in the contract: the defaults are filled in.
func TestTypedReaderFillsDefaults(t *testing.T) {
	t.Parallel()
	writer := []string{`{"type":"record","name":"OrderEvent","namespace":"com.pipeline.events","fields":[
		{"name":"event_id","type":"string"},
		{"name":"event_type","type":{"type":"enum","name":"EventType","symbols":["ORDER_SHIPPED"]}},
		{"name":"order_id","type":"string"},
		{"name":"timestamp","type":"long"},
		{"name":"payload","type":{"type":"record","name":"OrderEventPayload","fields":[
			{"name":"shipping_address","type":["null",{"type":"record","name":"Address","fields":[
				{"name":"street","type":"string"},{"name":"city","type":"string"},{"name":"postal_code","type":"string"}
			]}]}
		]}}
	]}`}
	body := genericBytes(t, writer, map[string]any{
		"event_id": factory.NewID(), "event_type": "ORDER_SHIPPED", "order_id": "ORD-1", "timestamp": noon.UnixMilli(),
		"payload": map[string]any{"shipping_address": map[string]any{
			"street": "1 Main St", "city": "Springfield", "postal_code": "12345",
		}},
	})
	want := factory.OrderShipped("ORD-1", address)
	want.Payload.Status = nil
	if diff := cmp.Diff(want, decode(t, writer, body)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Avro resolves a symbol late: of the events of v3, only those that hold ORDER_ARCHIVED are unreadable for v1.
func TestNewSymbolOfAWriterFailsItsEventsAlone(t *testing.T) {
	t.Parallel()
	dec, err := schemas.OrderEvents.Decoder(version(t, "v3"), nil)
	if err != nil {
		t.Fatal(err)
	}
	value := generic()
	if err := dec(genericBytes(t, version(t, "v3"), value), new(schemas.OrderEvent)); err != nil {
		t.Errorf("an event without the symbol: %v", err)
	}
	value["event_type"] = "ORDER_ARCHIVED"
	err = dec(genericBytes(t, version(t, "v3"), value), new(schemas.OrderEvent))
	var typed *avro.Error
	if !errors.As(err, &typed) || !typed.Unresolvable() || typed.FieldPath() != "event_type" || !strings.Contains(err.Error(), "ORDER_ARCHIVED") {
		t.Errorf("an event with the symbol: %v, want event_type unresolvable, naming the symbol", err)
	}
}

// Where the writer schema is the contract itself, there is no name for a symbol beyond its last one, only an index.
func TestUnknownSymbolOfABareEventIsNamedByItsIndex(t *testing.T) {
	t.Parallel()
	value := generic()
	value["event_type"] = "ORDER_ARCHIVED"
	body := genericBytes(t, version(t, "v3"), value)
	dec, err := schemas.OrderEvents.Decoder(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = dec(body, new(schemas.OrderEvent))
	const want = "avro: decode com.pipeline.events.OrderEvent: event_type at byte 37: there is no symbol 9 in an enum of 9"
	if err == nil || err.Error() != want {
		t.Errorf("decode = %v, want %s", err, want)
	}
}

// The reader schema may know a symbol that the Go type does not: a consumer that reads with the newest version of a subject.
func TestSymbolThatTheGoTypeLacks(t *testing.T) {
	t.Parallel()
	newer := []string{strings.Replace(schemas.OrderEventSchema, `"ORDER_RETURNED"`, `"ORDER_RETURNED", "ORDER_ARCHIVED"`, 1)}
	dec, err := schemas.OrderEvents.Decoder(newer, newer)
	if err != nil {
		t.Fatal(err)
	}
	value := generic()
	if err := dec(genericBytes(t, newer, value), new(schemas.OrderEvent)); err != nil {
		t.Errorf("an event without the symbol: %v", err)
	}
	value["event_type"] = "ORDER_ARCHIVED"
	err = dec(genericBytes(t, newer, value), new(schemas.OrderEvent))
	var typed *avro.Error
	if !errors.As(err, &typed) || !typed.Unresolvable() || typed.FieldPath() != "event_type" || !strings.Contains(err.Error(), "ORDER_ARCHIVED") {
		t.Errorf("decode = %v, want event_type unresolvable, naming the symbol", err)
	}
}

// A reader schema with a field that the Go type lacks would lose it in silence.
func TestReaderFieldsThatTheGoTypeLacks(t *testing.T) {
	t.Parallel()
	_, err := schemas.OrderEvents.Decoder(version(t, "v2"), version(t, "v2"))
	if err == nil || !strings.Contains(err.Error(), "no Go field for correlation_id, payload.tracking_number") {
		t.Errorf("Decoder = %v, want it to name the fields", err)
	}
}
