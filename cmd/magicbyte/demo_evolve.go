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
	"github.com/magicbyte-go/magicbyte/serde/hamba"
)

// evolve plays a service that is one version ahead: its schema has a field more. The registry lets it in, since the subject's level is
// BACKWARD and the field has a default; a schema whose new field has none is refused.
func (d *demo) evolve(ctx context.Context) error {
	subject := demoTopic + "-value"
	without, err := withField(map[string]any{"name": "channel", "type": "string"})
	if err != nil {
		return err
	}
	_, refusal := d.reg.Register(ctx, subject, serde.Schema{Type: serde.TypeAvro, Text: without})
	if refusal == nil {
		return errors.New("the registry took a field without a default under BACKWARD")
	}
	d.printf("2. Evolution. A version with a new field that has no default is refused:\n\n   %v\n\n", refusal)

	newer, err := withField(map[string]any{"name": "channel", "type": []any{"null", "string"}, "default": nil})
	if err != nil {
		return err
	}
	codec, err := hamba.Generic(newer)
	if err != nil {
		return err
	}
	ahead, err := producer.New(kafka.ConfigMap{"bootstrap.servers": d.brokers}, demoTopic,
		producer.KeyOf(serde.StringKey(), func(e *map[string]any) string { return fmt.Sprint((*e)["order_id"]) }),
		serde.NewSerializer(codec, d.reg))
	if err != nil {
		return err
	}
	if err := ahead.Start(ctx); err != nil {
		return err
	}
	event, size, err := d.generic(schemas.NewOrderDelivered("ORD-1003"))
	if err != nil {
		return err
	}
	event["channel"] = map[string]any{"string": "mobile"}
	receipt, err := ahead.Send(ctx, &event)
	if err != nil {
		return errors.Join(err, ahead.Close(ctx))
	}
	d.sent = append(d.sent, sent{receipt, "ORDER_DELIVERED (v2)", "ORD-1003", size})
	d.printf("   With a default it is version 2, schema id %v, and its event goes out on the same topic.\n\n", receipt.ValueSchema)
	d.printf("3. Poison. %q goes onto the topic behind a valid frame.\n\n", poison)
	return ahead.Close(ctx)
}

// generic returns an event as a map by field name, as programs have it that learn their schemas at run time, and its size as JSON.
func (d *demo) generic(event *schemas.OrderEvent) (map[string]any, int, error) {
	encode, err := schemas.OrderEvents.Encoder(nil)
	if err != nil {
		return nil, 0, err
	}
	body, err := encode(nil, event)
	if err != nil {
		return nil, 0, err
	}
	codec, err := hamba.Generic(schemas.OrderEventSchema)
	if err != nil {
		return nil, 0, err
	}
	decode, err := codec.Decoder(nil, nil)
	if err != nil {
		return nil, 0, err
	}
	var fields map[string]any
	if err := decode(body, &fields); err != nil {
		return nil, 0, err
	}
	plain, err := json.Marshal(event)
	return fields, len(plain), err
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
