package consumer_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/magicbyte-go/magicbyte/consumer"
)

// TestTransactions has records handled and written to two topics, in each order.
func TestTransactions(t *testing.T) {
	t.Parallel()
	const partitions, each = 3, 150
	for _, order := range []consumer.Order{consumer.ByPartition(), consumer.ByKey(8), consumer.Unordered(8)} {
		t.Run(order.String(), func(t *testing.T) {
			t.Parallel()
			c := txCluster(t, partitions)
			for p := range int32(partitions) {
				produce(t, c, keyed(p, each)...)
			}
			var calls atomic.Int64
			o := newOutlet(t, c, "billing-0")
			r := startTransactions(t, newText(t, config(c), consumer.WithOrder(order)), o, func(ctx context.Context, rec *textRecord) error {
				calls.Add(1)
				o.audit.SendAsync(ctx, auditOf(rec), nil)
				return o.send(ctx, rec)
			})
			done(t, c, partitions, each)
			r.stop()
			diffSeen(t, c, invoices, places(partitions, each))
			diffSeen(t, c, audit, places(partitions, each))
			if got := calls.Load(); got != partitions*each {
				t.Errorf("the handler was called %d times for %d records", got, partitions*each)
			}
		})
	}
}

// TestTransactionsOrder has attempts fail while records are handled at once: what is seen keeps the order, and no more handlers run than are allowed.
func TestTransactionsOrder(t *testing.T) {
	t.Parallel()
	const partitions, each = 2, 80
	for _, tt := range []struct {
		name   string
		option consumer.Option
		keys   int // that have an order of their own in a partition
		limit  int64
	}{
		{"WithMaxHandlers(1)", consumer.WithMaxHandlers(1), 1, 1},
		{"ByPartition()", consumer.WithOrder(consumer.ByPartition()), 1, partitions},
		{"ByKey(4)", consumer.WithOrder(consumer.ByKey(4)), 7, 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := txCluster(t, partitions)
			for p := range int32(partitions) {
				produce(t, c, keyed(p, each)...)
			}
			var running, most atomic.Int64
			o := newOutlet(t, c, "billing-0")
			r := startTransactions(t, newText(t, config(c), tt.option, soon), o, func(ctx context.Context, rec *textRecord) error {
				for n := running.Add(1); ; {
					if was := most.Load(); n <= was || most.CompareAndSwap(was, n) {
						break
					}
				}
				defer running.Add(-1)
				if rec.Offset%40 == 11 && rec.Attempt == 1 {
					return errors.New("before")
				}
				if err := o.send(ctx, rec); err != nil {
					return err
				}
				if rec.Offset%40 == 23 && rec.Attempt == 1 {
					return errors.New("after")
				}
				return nil
			})
			done(t, c, partitions, each)
			r.stop()
			diffSeen(t, c, invoices, places(partitions, each))
			last := map[string]int{}
			for _, invoice := range seenInOrder(t, c, invoices) {
				var partition, n int
				if _, err := fmt.Sscanf(invoice, "%d/%d", &partition, &n); err != nil {
					t.Fatal(err)
				}
				sequence := fmt.Sprint(partition, " ", n%tt.keys)
				if before, ok := last[sequence]; ok && n < before {
					t.Errorf("%s came behind %d", invoice, before)
				}
				last[sequence] = n
			}
			if got := most.Load(); got > tt.limit {
				t.Errorf("%d handlers ran at once, want at most %d", got, tt.limit)
			}
		})
	}
}
