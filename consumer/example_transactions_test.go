package consumer_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/serde"
)

// Each order gets an invoice and an entry in the ledger, exactly once: together with the order's offset, or not at all.
func ExampleConsumer_RunTransactions() {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "orders", "invoices", "ledger"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cluster.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	brokers := cluster.ListenAddrs()[0]

	tx, err := producer.NewTransactions(kafka.ConfigMap{"bootstrap.servers": brokers}, "billing-0") // of this instance alone
	if err != nil {
		fmt.Println(err)
		return
	}
	invoices, err1 := producer.Join(tx, "invoices", producer.NoKey[string](), serde.StringValue())
	ledger, err2 := producer.Join(tx, "ledger", producer.NoKey[string](), serde.StringValue())
	billing, err3 := consumer.New(kafka.ConfigMap{"bootstrap.servers": brokers, "group.id": "billing", "auto.offset.reset": "earliest"},
		[]string{"orders"}, serde.StringKey(), serde.StringValue())
	if err := errors.Join(err1, err2, err3, place3Orders(ctx, brokers)); err != nil {
		fmt.Println(err)
		return
	}

	run, stop := context.WithCancel(ctx)
	defer stop()
	err = billing.RunTransactions(run, tx, func(ctx context.Context, rec *consumer.Record[string, string]) error {
		invoice, entry := "invoice for "+rec.Value, "due for "+rec.Value
		if _, err := invoices.Send(ctx, &invoice); err != nil { // this ctx, in which the senders find the transaction
			return err
		}
		if rec.Offset == 1 && rec.Attempt == 1 {
			return errors.New("no rate of exchange") // nobody sees this invoice: the record is handled again
		}
		if _, err := ledger.Send(ctx, &entry); err != nil {
			return err
		}
		if rec.Offset == 2 {
			stop() // RunTransactions commits, leaves the group and returns nil
		}
		return nil
	})
	fmt.Println("ended:", err)

	// Consumers read committed records alone.
	reader, err := consumer.New(kafka.ConfigMap{"bootstrap.servers": brokers, "group.id": "audit", "auto.offset.reset": "earliest"},
		[]string{"invoices", "ledger"}, serde.StringKey(), serde.StringValue(), consumer.WithMaxHandlers(1))
	if err != nil {
		fmt.Println(err)
		return
	}
	err = reader.RunToEnd(ctx, func(_ context.Context, rec *consumer.Record[string, string]) error {
		fmt.Println(rec.Value)
		return nil
	})
	fmt.Println("read:", err)

	// Unordered output:
	// ended: <nil>
	// invoice for order 0
	// invoice for order 1
	// invoice for order 2
	// due for order 0
	// due for order 1
	// due for order 2
	// read: <nil>
}

func place3Orders(ctx context.Context, brokers string) error {
	orders, err := producer.New(kafka.ConfigMap{"bootstrap.servers": brokers}, "orders", producer.NoKey[string](), serde.StringValue())
	if err != nil {
		return err
	}
	if err := orders.Start(ctx); err != nil {
		return err
	}
	defer orders.Close(ctx)
	for i := range 3 {
		order := fmt.Sprint("order ", i)
		if _, err := orders.Send(ctx, &order); err != nil {
			return err
		}
	}
	return nil
}
