package integration_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

// mover copies order events from one topic to another in transactions.
type mover struct {
	handled atomic.Int64
	cancel  context.CancelFunc
	result  chan error
}

// move starts a member of a group. Some records fail once after they were sent, some for good.
func move(t *testing.T, env *integration.Env, from, to, group string, order consumer.Order) *mover {
	t.Helper()
	tx, err := producer.NewTransactions(kafka.ConfigMap{"bootstrap.servers": env.Brokers}, integration.Unique("mover"), producer.WithLogger(testLog(t)))
	if err != nil {
		t.Fatal(err)
	}
	moved, err := producer.Join(tx, to, producer.KeyOf(serde.StringKey(), func(e *schemas.OrderEvent) string { return e.OrderID }),
		serde.NewSerializer(schemas.OrderEvents, newRegistry(t, env.RegistryURL)))
	if err != nil {
		t.Fatal(err)
	}
	c, err := consumer.New(memberConfig(env.Brokers, group), []string{from}, serde.StringKey(), typedOrders(t, env),
		consumer.WithLogger(testLog(t)), consumer.WithOrder(order), consumer.WithDeadLetters(), consumer.WithCreateTopics())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	m := &mover{cancel: cancel, result: make(chan error, 1)}
	go func() {
		m.result <- c.RunTransactions(ctx, tx, func(ctx context.Context, rec *consumer.Record[string, schemas.OrderEvent]) error {
			m.handled.Add(1)
			if _, err := moved.Send(ctx, &rec.Value); err != nil {
				return err
			}
			switch {
			case rec.Offset%97 == 13:
				return consumer.Permanent(errors.New("condemned"))
			case rec.Offset%100 == 7 && rec.Attempt == 1:
				return errors.New("not yet")
			}
			return nil
		})
	}()
	t.Cleanup(func() { m.stop(t) })
	return m
}

func (m *mover) stop(t *testing.T) {
	t.Helper()
	m.cancel()
	select {
	case err := <-m.result:
		m.result <- nil
		if err != nil {
			t.Errorf("RunTransactions = %v", err)
		}
	case <-time.After(patience):
		t.Fatal("RunTransactions did not end")
	}
}

// testExactlyOnce lets a second member join and the first one leave, while handlers fail. Who reads committed records sees each record once,
// in one of two topics.
func testExactlyOnce(t *testing.T, env *integration.Env) {
	const partitions, total = 4, 400
	for _, order := range []consumer.Order{consumer.ByPartition(), consumer.ByKey(8)} {
		t.Run(order.String(), func(t *testing.T) {
			t.Parallel()
			from, to, group := env.CreateTopic(t, "orders", partitions), env.CreateTopic(t, "moved", 2), integration.Unique("movers")
			orders := startOrders(t, env, from)
			var want []string
			for i := range total {
				id := fmt.Sprint("ORD-", i)
				want = append(want, id)
				orders.SendAsync(t.Context(), producer.Message[string, schemas.OrderEvent]{Value: schemas.NewOrderUpdated(id)}, func(_ producer.Receipt, err error) {
					if err != nil {
						t.Error(err)
					}
				})
			}
			if err := orders.Flush(within(t)); err != nil {
				t.Fatal(err)
			}
			busy := func(m *mover) {
				t.Helper()
				for deadline := time.Now().Add(patience); m.handled.Load() == 0; {
					if time.Now().After(deadline) {
						t.Fatalf("a member got nothing within %v", patience)
					}
					<-time.After(5 * time.Millisecond)
				}
			}
			first := move(t, env, from, to, group, order)
			busy(first)
			second := move(t, env, from, to, group, order)
			env.AwaitMembers(t, group, 2)
			first.stop(t)
			env.AwaitCommitted(t, group, from, env.EndOffsets(t, from))
			second.stop(t)

			var got []string
			for _, topic := range []string{to, letters(from, group)} {
				for _, rec := range env.ReadAll(t, topic) {
					got = append(got, string(rec.Key))
				}
			}
			slices.Sort(want)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("orders in both topics (-want +got):\n%s", diff)
			}
			t.Logf("%d calls of handlers for %d records", first.handled.Load()+second.handled.Load(), total)
		})
	}
}
