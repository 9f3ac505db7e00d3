package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// evolve plays a service that is one version ahead: its schema has a field more. The registry lets it in, since the subject's level is
// BACKWARD and the field has a default; a schema whose new field has none is refused.
func (d *demo) evolve(ctx context.Context) error {
	subject := demoTopic + "-value"
	without, err := withField(map[string]any{"name": "channel", "type": "string"})
	if err != nil {
		return err
	}
	refusal := d.reg.refuse(ctx, subject, serde.Schema{Type: serde.TypeAvro, Text: without})
	if refusal == nil {
		return errors.New("the registry took a field without a default under BACKWARD")
	}
	d.printf("2. Evolution. A version with a new field that has no default is refused:\n\n   %v\n\n", refusal)

	newer, err := withField(map[string]any{"name": "channel", "type": []any{"null", "string"}, "default": nil})
	if err != nil {
		return err
	}
	codec, err := avro.For[avro.Record](newer) // a record without a Go type
	if err != nil {
		return err
	}
	ahead, err := producer.New(kafka.ConfigMap{"bootstrap.servers": d.brokers}, demoTopic,
		producer.KeyOf(serde.StringKey(), func(r *avro.Record) string {
			id, _ := r.Get("order_id")
			return fmt.Sprint(id)
		}),
		serde.NewSerializer(codec, d.reg.BatchRegistry))
	if err != nil {
		return err
	}
	if err := ahead.Start(ctx); err != nil {
		return err
	}
	event := schemas.NewOrderDelivered("ORD-1003")
	plain, err := json.Marshal(event)
	if err != nil {
		return err
	}
	record, err := widened(event, codec)
	if err != nil {
		return err
	}
	if err := record.Set("channel", "mobile"); err != nil {
		return err
	}
	receipt, err := ahead.Send(ctx, record)
	if err != nil {
		return errors.Join(err, ahead.Close(ctx))
	}
	d.sent = append(d.sent, sent{receipt, "ORDER_DELIVERED (v2)", "ORD-1003", len(plain)})
	d.printf("   With a default it is version 2, schema id %v, and its event goes out on the same topic.\n\n", receipt.ValueSchema)
	d.printf("3. Poison. %q goes onto the topic behind a valid frame.\n\n", poison)
	return ahead.Close(ctx)
}

// widened returns an event as a record of a newer schema, as its readers see it: new fields have their defaults.
func widened(event *schemas.OrderEvent, codec avro.Codec[avro.Record]) (*avro.Record, error) {
	body, err := schemas.OrderEvents.Append(nil, event)
	if err != nil {
		return nil, err
	}
	decode, err := codec.Decoder([]string{schemas.OrderEventSchema}, nil)
	if err != nil {
		return nil, err
	}
	record := new(avro.Record)
	return record, decode(body, record)
}

// withField returns the order event's schema with one field more.
func withField(field map[string]any) (string, error) {
	var schema map[string]any
	if err := json.Unmarshal([]byte(schemas.OrderEventSchema), &schema); err != nil {
		return "", err
	}
	fields, ok := schema["fields"].([]any)
	if !ok {
		return "", errors.New("the order event has no fields")
	}
	schema["fields"] = append(fields, field)
	text, err := json.Marshal(schema)
	return string(text), err
}
