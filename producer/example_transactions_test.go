package producer_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/serde"
)

// An invoice and its entry in the ledger are written together, or not at all.
func Example_transactions() {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "invoices", "ledger"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cluster.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	tx, err := producer.NewTransactions(kafka.ConfigMap{"bootstrap.servers": cluster.ListenAddrs()[0]}, "billing-0")
	if err != nil {
		fmt.Println(err)
		return
	}
	invoices, err1 := producer.Join(tx, "invoices", producer.NoKey[string](), serde.StringValue())
	ledger, err2 := producer.Join(tx, "ledger", producer.NoKey[string](), serde.StringValue())
	if err := errors.Join(err1, err2, tx.Start(ctx)); err != nil {
		fmt.Println(err)
		return
	}

	bill := func(invoice, entry string) error {
		return tx.Do(ctx, func(ctx context.Context) error { // this ctx, in which the senders find the transaction
			if _, err := invoices.Send(ctx, &invoice); err != nil {
				return err
			}
			if entry == "" {
				return errors.New("no entry")
			}
			_, err := ledger.Send(ctx, &entry)
			return err
		})
	}
	fmt.Println(bill("invoice 1", "12.50 EUR"))
	fmt.Println(bill("invoice 2", "")) // nobody who reads committed records sees invoice 2
	fmt.Println("closed:", tx.Close(ctx))

	// Output:
	// <nil>
	// producer: transaction of billing-0: no entry
	// closed: <nil>
}
