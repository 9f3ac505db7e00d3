package consumer_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/serde"
)

// txVictimBrokers makes the process one that handles in transactions until it is killed.
const txVictimBrokers = "CONSUMER_TEST_TX_VICTIM_BROKERS"

// txVictim writes invoices, and stalls at one record if nothing stops it before.
func txVictim() {
	brokers := os.Getenv(txVictimBrokers)
	tx, err1 := producer.NewTransactions(kafka.ConfigMap{"bootstrap.servers": brokers, "transaction.timeout.ms": 4000}, "billing-0")
	out, err2 := producer.Join(tx, invoices, producer.NoKey[string](), serde.StringValue())
	c, err3 := consumer.New(kafka.ConfigMap{
		"bootstrap.servers": brokers, "group.id": group, "auto.offset.reset": "earliest", "session.timeout.ms": 3000, "heartbeat.interval.ms": 300,
	}, []string{topic}, serde.StringKey(), serde.StringValue(), consumer.WithTransactionLimits(15, 50*time.Millisecond))
	err := errors.Join(err1, err2, err3)
	if err == nil {
		err = c.RunTransactions(context.Background(), tx, func(ctx context.Context, rec *textRecord) error {
			if err := (outlet{invoices: out}).send(ctx, rec); err != nil {
				return err
			}
			if rec.Offset == victimStalls {
				fmt.Fprintln(os.Stdout, "stalled")
				select {}
			}
			return nil
		})
	}
	fmt.Fprintln(os.Stdout, "ended:", err)
	os.Exit(1)
}

// TestTransactionsOfKilledProcess kills a process in a handler that has sent something, or between the offsets and the commit. Another one goes on: the same
// instance, which ends the transaction at once, or another, which waits until the brokers have ended it.
func TestTransactionsOfKilledProcess(t *testing.T) {
	t.Parallel()
	const each = 60
	for _, when := range []string{"in a handler", "before the commit"} {
		for _, id := range []string{"billing-0", "billing-1"} {
			t.Run(when+", then "+id, func(t *testing.T) {
				t.Parallel()
				c := txCluster(t, 1)
				produce(t, c, numbered(0, 0, each)...)
				reached := make(chan struct{}, 1)
				var dead atomic.Bool
				if when == "before the commit" {
					commits := 0
					c.ControlKey(int16(kmsg.EndTxn), func(kmsg.Request) (kmsg.Response, error, bool) {
						c.KeepControl()
						if commits++; commits < 2 || dead.Load() {
							return nil, nil, false
						}
						select {
						case reached <- struct{}{}:
						default:
						}
						return nil, errors.New("cut"), true
					})
				}
				cmd := exec.CommandContext(t.Context(), os.Args[0])
				cmd.Env = append(os.Environ(), txVictimBrokers+"="+strings.Join(c.ListenAddrs(), ","))
				out, err := cmd.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				ended := make(chan struct{})
				go func() {
					defer close(ended)
					for lines := bufio.NewScanner(out); lines.Scan(); {
						if lines.Text() == "stalled" && when == "in a handler" {
							reached <- struct{}{}
						}
					}
				}()
				receive(t, reached)
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				<-ended
				_ = cmd.Wait() // it says that it was killed
				dead.Store(true)

				o := newOutlet(t, c, id)
				r := startTransactions(t, newText(t, config(c)), o, o.send)
				done(t, c, 1, each)
				r.stop()
				diffSeen(t, c, invoices, places(1, each))
			})
		}
	}
}
