package consumer_test

import (
	"context"
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
