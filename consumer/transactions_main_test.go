package consumer_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/serde"
)

const (
	invoices = "invoices"
	audit    = "audit"
)

// txCluster is cluster with topics to write to, of one partition each.
func txCluster(t *testing.T, partitions int32, opts ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	return cluster(t, partitions, append([]kfake.Opt{
		kfake.SeedTopics(1, invoices, audit),
		// A farewell that a slow machine loses must not outlast the test.
		kfake.BrokerConfigs(map[string]string{"group.consumer.session.timeout.ms": "5000"}),
	}, opts...)...)
}

// outlet is a transactional producer with two senders.
type outlet struct {
	*producer.Transactions
	invoices, audit producer.Sender[producer.None, string]
}

// newOutlet returns one that is not started. more are properties.
func newOutlet(t *testing.T, c *kfake.Cluster, id string, more ...string) outlet {
	t.Helper()
	cfg := kafka.ConfigMap{"bootstrap.servers": strings.Join(c.ListenAddrs(), ",")}
	for i := 0; i < len(more); i += 2 {
		cfg[more[i]] = more[i+1]
	}
	tx, err := producer.NewTransactions(cfg, id, producer.WithLogger(logger(t)))
	if err != nil {
		t.Fatal(err)
	}
	o := outlet{Transactions: tx}
	o.invoices, err = producer.Join(tx, invoices, producer.NoKey[string](), serde.StringValue())
	if err != nil {
		t.Fatal(err)
	}
	o.audit, err = producer.Join(tx, audit, producer.NoKey[string](), serde.StringValue())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// place is what an invoice says of the record that it is for.
func place(rec *textRecord) string { return fmt.Sprintf("%d/%s", rec.Partition, rec.Value) }

// places are those of records 0 to n-1 of each partition.
func places(partitions int32, n int) []string {
	var list []string
	for p := range partitions {
		for i := range n {
			list = append(list, fmt.Sprintf("%d/%d", p, i))
		}
	}
	slices.Sort(list)
	return list
}

// send writes the invoice of a record, and returns what a handler returns.
func (o outlet) send(ctx context.Context, rec *textRecord) error {
	invoice := place(rec)
	_, err := o.invoices.Send(ctx, &invoice)
	return err
}

// startTransactions is start for RunTransactions.
func startTransactions(t *testing.T, c *text, tx consumer.Transactions, handler func(context.Context, *textRecord) error) *running {
	t.Helper()
	return begin(t, func(ctx context.Context) error { return c.RunTransactions(ctx, tx, handler) })
}

// seen returns the values that a reader of committed records sees in a topic's partition 0, sorted.
func seen(t *testing.T, c *kfake.Cluster, topic string) []string {
	t.Helper()
	return sorted(seenInOrder(t, c, topic))
}

// seenInOrder is seen in the order of the log. It waits for open transactions.
func seenInOrder(t *testing.T, c *kfake.Cluster, topic string) []string {
	t.Helper()
	end := length(c, topic, 0)
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(),
		kgo.FetchMaxWait(100*time.Millisecond), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var values []string
	for next := int64(0); next < end; {
		fetches := client.PollFetches(within(t, 20*time.Second))
		if err := fetches.Err(); err != nil {
			t.Fatalf("read %s: %v at offset %d of %d", topic, err, next, end)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			next = r.Offset + 1
			if !r.Attrs.IsControl() {
				values = append(values, string(r.Value))
			}
		})
	}
	return values
}

// diffSeen compares what is seen in a topic with what is wanted, in any order.
func diffSeen(t *testing.T, c *kfake.Cluster, topic string, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, seen(t, c, topic)); diff != "" {
		t.Errorf("committed records of %s (-want +got):\n%s", topic, diff)
	}
}

// done waits until all partitions are committed up to n.
func done(t *testing.T, c *kfake.Cluster, partitions int32, n int64) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d records of each partition are committed", n), func() bool {
		for p := range partitions {
			if committed(c, p) != n {
				return false
			}
		}
		return true
	})
}

func auditOf(rec *textRecord) producer.Message[producer.None, string] {
	entry := place(rec)
	return producer.Message[producer.None, string]{Value: &entry}
}

// keyed is numbered with seven keys.
func keyed(partition int32, n int) []*kgo.Record {
	records := numbered(partition, 0, n)
	for i, r := range records {
		r.Key = fmt.Append(nil, "k", i%7)
	}
	return records
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}
