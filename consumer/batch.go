package consumer

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Batch says how [Consumer.RunBatch] gathers records. Fields that are zero have their default.
type Batch struct {
	// Max is how many records of one partition a batch has at most. Default: 500.
	Max int
	// Linger is how long the first record of a batch waits for others. Default: 100 ms. Negative does not wait.
	Linger time.Duration
}

// RunBatch is [Consumer.Run] with a handler that takes several records at once: of one partition, in order, one batch of a partition at a
// time. A record that cannot be decoded ends the batch before it. The order must be [ByPartition], whose [WithMaxHandlers] bounds the
// batches at once, and batch.Max must fit into [WithPartitionQueue].
//
// nil settles the whole batch, and so do the other results decide about the whole; the same records come again in the same batch. A
// [BatchError] settles the records before its index and decides about that one; those behind it come again. The slice belongs to
// the handler until it returns.
func (c *Consumer[K, V]) RunBatch(ctx context.Context, batch Batch, handler func(ctx context.Context, recs []*Record[K, V]) error) error {
	if batch.Max == 0 {
		batch.Max = min(500, c.set.queueRecords)
	}
	if batch.Linger == 0 {
		batch.Linger = 100 * time.Millisecond
	}
	switch {
	case handler == nil:
		return errNoHandler
	case batch.Max < 1 || batch.Max > c.set.queueRecords:
		return fmt.Errorf("consumer: a batch of %d records: at least 1, and at most the %d of WithPartitionQueue", batch.Max, c.set.queueRecords)
	case c.set.order.kind != byPartition:
		return fmt.Errorf("consumer: batches with %v: they need ByPartition", c.set.order)
	case len(c.set.middleware) > 0:
		return errors.New("consumer: batches with middleware, which sees one record: use Run")
	}
	return c.run(ctx, nil, batch, func(ctx context.Context, unit []*task) error {
		recs := make([]*Record[K, V], len(unit))
		for i, t := range unit {
			recs[i] = t.rec.(*Record[K, V]) //nolint:errcheck // the decoder made it
		}
		return handler(ctx, recs)
	})
}
