package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/spf13/cobra"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/internal/local"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

func newDemoCommand() *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Send a life of orders round an embedded broker and registry, and show what happened",
		Long: `Sends a life of orders round an embedded broker and registry, and shows what happened. With --registry glue the schemas are in AWS Glue Schema
Registry: region and credentials are taken from the environment and the files of AWS's tools. With --endpoint a stand-in for AWS does as well, such
as moto (python -m moto.server); where there are no credentials, it gets dummy ones.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return runDemo(cmd.Context(), cmd.OutOrStdout(), o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.registry, "registry", embeddedRegistry, "where the schemas are: "+embeddedRegistry+" or "+glueRegistry)
	flags.StringVar(&o.endpoint, "endpoint", "", "with --registry glue, the URL of a stand-in for AWS")
	flags.StringVar(&o.name, "name", "", "with --registry glue, the registry's name; Glue's own, default-registry, where it is left out")
	return cmd
}

const (
	demoTopic = "orders.raw"
	demoGroup = "billing"
)

// demo is one run: its parts, and what it sent.
type demo struct {
	out     io.Writer
	brokers string
	reg     *demoRegistry
	sent    []sent
}

// sent is one record that went out, for the table.
type sent struct {
	receipt producer.Receipt
	event   string
	order   string
	json    int // bytes of the same value as JSON
}

// errInterrupted is the end of a demonstration that was stopped.
var errInterrupted = errors.New("demo: interrupted")

// poison has the right frame and a body that no schema fits: the id that follows is the order event's.
var poison = []byte("not an order event")

func runDemo(ctx context.Context, out io.Writer, o demoOptions) (err error) {
	services, err := local.Start(ctx, local.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, services.Close()) }()
	if err := createTopics(ctx, services.Brokers, 3, demoTopic); err != nil {
		return err
	}
	reg, err := o.open(ctx, services.RegistryURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reg.Close()) }()
	page := &page{to: out}
	d := &demo{out: page, brokers: services.Brokers, reg: reg}
	d.printf("An embedded broker on %s, %s.\n\n", services.Brokers, reg.what)
	for _, step := range []func(context.Context) error{d.life, d.evolve, d.poison, d.lastOne, d.consume, d.deadLetters} {
		if err := step(ctx); ctx.Err() != nil {
			return errInterrupted // what else went wrong is its consequence
		} else if err != nil {
			return err
		}
	}
	d.printf("\nDone.\n")
	return page.err
}

func (d *demo) printf(format string, args ...any) { fmt.Fprintf(d.out, format, args...) }

// orders returns a started producer of order events.
func (d *demo) orders(ctx context.Context) (*producer.Producer[string, schemas.OrderEvent], error) {
	orders, err := producer.New(kafka.ConfigMap{"bootstrap.servers": d.brokers}, demoTopic,
		producer.KeyOf(serde.StringKey(), func(e *schemas.OrderEvent) string { return e.OrderID }),
		serde.NewSerializer(schemas.OrderEvents, d.reg.BatchRegistry))
	if err != nil {
		return nil, err
	}
	return orders, orders.Start(ctx)
}

// life sends what can happen to orders.
func (d *demo) life(ctx context.Context) error {
	d.printf("1. The producer starts: order_event.avsc is registered as %s %s-value.\n", d.reg.kept, demoTopic)
	d.printf("   Then the life of three orders goes out, each event validated, serialized and keyed by its order_id.\n\n")
	return d.send(ctx, lifeOfOrders()...)
}

// lastOne shows that the topic goes on behind the poison record.
func (d *demo) lastOne(ctx context.Context) error {
	return d.send(ctx, schemas.NewOrderUpdated("ORD-1003", schemas.InStatus(schemas.OrderStatusProcessing)))
}

func (d *demo) send(ctx context.Context, events ...*schemas.OrderEvent) error {
	orders, err := d.orders(ctx)
	if err != nil {
		return err
	}
	for _, event := range events {
		receipt, err := orders.Send(ctx, event)
		if err != nil {
			return errors.Join(err, orders.Close(ctx))
		}
		plain, err := json.Marshal(event)
		if err != nil {
			return errors.Join(err, orders.Close(ctx))
		}
		d.sent = append(d.sent, sent{receipt, event.EventType.String(), event.OrderID, len(plain)})
	}
	return orders.Close(ctx)
}

// poison puts bytes on the topic that no consumer of order events can read.
func (d *demo) poison(ctx context.Context) error {
	raw, err := producer.New(kafka.ConfigMap{"bootstrap.servers": d.brokers}, demoTopic, producer.Keys[[]byte](serde.StringKey()), serde.BytesValue())
	if err != nil {
		return err
	}
	if err := raw.Start(ctx); err != nil {
		return err
	}
	key, value := "ORD-1002", serde.AppendFrame(nil, d.sent[0].receipt.ValueSchema)
	value = append(value, poison...)
	receipt, err := raw.SendMessage(ctx, producer.Message[string, []byte]{Key: &key, Value: &value})
	if err != nil {
		return errors.Join(err, raw.Close(ctx))
	}
	d.sent = append(d.sent, sent{receipt: receipt, event: "(poison)", order: key})
	return raw.Close(ctx)
}

// consume reads everything typed, by the schema that this program was built with.
func (d *demo) consume(ctx context.Context) error {
	d.printf("4. The consumer group %q reads the topic as typed order events of version 1:\n\n", demoGroup)
	billing, err := consumer.New(
		kafka.ConfigMap{"bootstrap.servers": d.brokers, "group.id": demoGroup, "auto.offset.reset": "earliest"},
		[]string{demoTopic}, serde.StringKey(), serde.NewDeserializer(schemas.OrderEvents, d.reg.BatchRegistry),
		consumer.WithDeadLetters(), consumer.WithCreateTopics())
	if err != nil {
		return err
	}
	// Partitions are handled at once: the channel brings their records together.
	received := make(chan *consumer.Record[string, schemas.OrderEvent], len(d.sent))
	if err := billing.RunToEnd(ctx, func(_ context.Context, rec *consumer.Record[string, schemas.OrderEvent]) error {
		received <- rec
		return nil
	}); err != nil || ctx.Err() != nil {
		return err
	}
	close(received)
	d.table(received)
	return nil
}

// deadLetters shows where the poison record went.
func (d *demo) deadLetters(ctx context.Context) error {
	topic := demoTopic + "." + demoGroup + ".dlq"
	letters, err := consumer.New(
		kafka.ConfigMap{"bootstrap.servers": d.brokers, "group.id": "operations", "auto.offset.reset": "earliest"},
		[]string{topic}, serde.StringKey(), serde.BytesValue())
	if err != nil {
		return err
	}
	var letter *consumer.Record[string, []byte]
	if err := letters.RunToEnd(ctx, func(_ context.Context, rec *consumer.Record[string, []byte]) error {
		letter = rec
		return nil
	}); err != nil || ctx.Err() != nil {
		return err
	}
	if letter == nil {
		return fmt.Errorf("no dead letter on %s", topic)
	}
	d.printf("\n5. The poison record did not stop the partition. It is on %s, key %s, %d bytes", topic, letter.Key, len(letter.Value))
	if bytes.HasSuffix(letter.Value, poison) {
		d.printf(" as they were sent")
	}
	d.printf(":\n\n")
	for _, h := range letter.Headers {
		d.printf("   %-22s %s\n", h.Key, h.Value)
	}
	return nil
}
