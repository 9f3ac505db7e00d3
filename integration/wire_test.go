package integration_test

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

// fullOrder returns an event with a value in every optional part of the payload.
func fullOrder(id string) *schemas.OrderEvent {
	return schemas.NewOrderCreated(id, "USR-123",
		[]schemas.OrderItem{{SKU: "BOOK-1", ProductName: new("Über Kafka"), Quantity: 2, UnitPrice: 24.99, Category: new("books")}},
		schemas.ShipTo(schemas.Address{Street: "Rämistrasse 101", City: "Zürich", State: new("ZH"), PostalCode: "8092", Country: "CH"}),
		schemas.PaidBy(schemas.PaymentMethodPaypal), schemas.WithPaymentID("PAY-1"), schemas.InCurrency("CHF"),
		schemas.WithMetadata(map[string]string{"campaign": "spring"}))
}

// encoded returns the Avro body of an event.
func encoded(t *testing.T, e *schemas.OrderEvent) []byte {
	t.Helper()
	encode, err := schemas.OrderEvents.Encoder(nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := encode(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// framed puts the prefix of Confluent's wire format before a body.
func framed(id int32, body []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0}, uint32(id)), body...)
}

// testWire looks at the bytes on the topic with a plain consumer, for ids in the frame and in a header, and reads both typed.
func testWire(t *testing.T, env *integration.Env) {
	for _, test := range []struct {
		name string
		opts []serde.SerializerOption
		// on says what is on the topic: the value, and the header after the event's own.
		on func(id int32, body []byte) (value []byte, header []integration.Header)
	}{
		{
			name: "Frame",
			on:   func(id int32, body []byte) ([]byte, []integration.Header) { return framed(id, body), nil },
		},
		{
			name: "Header",
			opts: []serde.SerializerOption{serde.WithFraming(serde.FrameHeader)},
			on: func(id int32, body []byte) ([]byte, []integration.Header) {
				return body, []integration.Header{{Key: "__value_schema_id", Value: framed(id, nil)}}
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			topic := env.CreateTopic(t, "wire", 2)
			orders := startOrders(t, env, topic, test.opts...)
			event := fullOrder("ORD-001")
			receipt, err := orders.SendMessage(within(t), producer.Message[string, schemas.OrderEvent]{
				Value:     event,
				Headers:   []kafka.Header{{Key: "trace", Value: []byte("1")}, {Key: "trace", Value: []byte("2")}, {Key: "null"}},
				Timestamp: time.UnixMilli(1_700_000_000_123),
				Partition: new(int32(1)),
			})
			if err != nil {
				t.Fatal(err)
			}
			id := env.RegisterAvro(t, topic+"-value", schemas.OrderEventSchema) // which it has already
			value, header := test.on(id, encoded(t, event))
			want := []integration.Record{{
				Topic: topic, Partition: 1, Timestamp: time.UnixMilli(1_700_000_000_123),
				Key: []byte("ORD-001"), Value: value,
				Headers: slices.Concat([]integration.Header{
					{Key: "trace", Value: []byte("1")}, {Key: "trace", Value: []byte("2")}, {Key: "null"},
				}, header),
			}}
			if diff := cmp.Diff(want, env.Consume(t, topic, 1)); diff != "" {
				t.Errorf("on the topic (-want +got):\n%s", diff)
			}
			wantReceipt := producer.Receipt{
				Topic: topic, Partition: 1, Timestamp: time.UnixMilli(1_700_000_000_123), KeySize: 7, ValueSize: len(value),
				ValueSchema: serde.NumberID(id), Encoding: serde.EncodingAvro,
			}
			if diff := cmp.Diff(wantReceipt, receipt, compareIDs); diff != "" {
				t.Errorf("receipt (-want +got):\n%s", diff)
			}

			rec := read(t, env, topic, integration.Unique("wire"), typedOrders(t, env)).take(t, 1)[0]
			if diff := cmp.Diff(*event, rec.Value); diff != "" {
				t.Errorf("typed (-want +got):\n%s", diff)
			}
			if rec.Key != "ORD-001" || rec.SchemaID != serde.NumberID(id) || rec.Encoding != serde.EncodingAvro {
				t.Errorf("key %q, schema id %v, encoding %v; want ORD-001, %d, avro", rec.Key, rec.SchemaID, rec.Encoding, id)
			}
		})
	}
}

// compareIDs compares schema ids, whose fields cmp may not see.
var compareIDs = cmp.Comparer(func(a, b serde.SchemaID) bool { return a == b })
