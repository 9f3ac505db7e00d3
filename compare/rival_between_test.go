package compare_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/serde"
)

// between starts a member of a group that begins at the latest records, ends it, appends a record and starts the next one, which must return the first
// record that it gets: further ones come until it does.
func between(t *testing.T, member func(ctx context.Context, address string, joined func()) (first string)) string {
	t.Helper()
	cluster := newBroker(t)
	address := cluster.ListenAddrs()[0]
	p := newBytes(t, kafka.ConfigMap{"bootstrap.servers": address})
	send := func(text string) {
		if _, err := p.Send(t.Context(), ptr([]byte(text))); err != nil {
			t.Error(err)
		}
	}
	send("before")
	brief, leave := context.WithCancel(t.Context())
	if first := member(brief, address, leave); first != "" {
		t.Errorf("the first member gets %q", first)
	}
	send("between")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	got, joined := make(chan string, 1), make(chan struct{})
	go func() { got <- member(ctx, address, func() { close(joined) }) }()
	<-joined
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case first := <-got:
			return first
		case <-tick.C:
			send(fmt.Sprint("after ", n))
		}
	}
}

// TestRivalsRecordBetweenTwoMembers: a member of a group that begins at the latest records leaves before one came. What comes then is passed over if the next
// member begins at the end that it finds.
func TestRivalsRecordBetweenTwoMembers(t *testing.T) {
	t.Parallel()
	t.Run("confluent-kafka-go", func(t *testing.T) {
		t.Parallel()
		first := between(t, func(ctx context.Context, address string, joined func()) string {
			c, err := kafka.NewConsumer(&kafka.ConfigMap{"bootstrap.servers": address, "group.id": "audit", "auto.offset.reset": "latest"})
			if err != nil {
				t.Error(err)
				joined()
				return ""
			}
			defer func() { _ = c.Close() }()
			err = c.SubscribeTopics([]string{depotTopic}, func(c *kafka.Consumer, event kafka.Event) error {
				if assigned, ok := event.(kafka.AssignedPartitions); ok {
					defer joined()
					return c.Assign(assigned.Partitions)
				}
				return c.Unassign()
			})
			if err != nil {
				t.Error(err)
			}
			for ctx.Err() == nil {
				if m, ok := c.Poll(10).(*kafka.Message); ok {
					return string(m.Value)
				}
			}
			return ""
		})
		if first == "between" || first == "" {
			t.Errorf("the next member begins with %q: it has mended it", first)
		}
	})
	t.Run("magicbyte", func(t *testing.T) {
		t.Parallel()
		first := between(t, func(ctx context.Context, address string, joined func()) string {
			c, err := consumer.New(kafka.ConfigMap{"bootstrap.servers": address, "group.id": "audit", "auto.offset.reset": "latest"},
				[]string{depotTopic}, serde.BytesKey(), serde.BytesValue())
			if err != nil {
				t.Error(err)
				joined()
				return ""
			}
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			go func() {
				<-c.Ready()
				joined()
			}()
			first := ""
			err = c.Run(ctx, func(_ context.Context, r *consumer.Record[[]byte, []byte]) error {
				if first == "" {
					first = string(r.Value)
				}
				cancel()
				return nil
			})
			if err != nil {
				t.Error(err)
			}
			return first
		})
		if first != "between" {
			t.Errorf("the next member begins with %q", first)
		}
	})
}
