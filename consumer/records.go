package consumer

import (
	"context"
	"iter"
)

// Delivery is a record that [Consumer.Records] yields. It is unsettled until [Delivery.Settle] is called.
type Delivery[K, V any] struct {
	*Record[K, V]
	ctx     context.Context
	outcome chan error // has room for one
}

// Context ends as a handler's does: see [ErrShutdown], [ErrRevoked], [ErrLost], [ErrHandlerTimeout].
func (d *Delivery[K, V]) Context() context.Context { return d.ctx }

// Settle decides about the record as the result of a handler does: nil settles it, an error has it tried again, and so on. Any goroutine
// may call it; the first call counts. After the record's context has ended it changes nothing.
func (d *Delivery[K, V]) Settle(err error) {
	select {
	case d.outcome <- err:
	default:
	}
}

// Records is [Consumer.Run] for a loop that wants to have the records in its own hands. Each must be settled, in the loop or elsewhere:
//
//	for rec, err := range c.Records(ctx) {
//		if err != nil {
//			return err
//		}
//		rec.Settle(store(rec.Context(), rec.Value))
//	}
//
// The order decides how many unsettled records are out at once: with [ByPartition] one of each partition. The loop ends
// after ctx ended, or with an error as the last thing that it yields. Leaving it gives up the record of the last
// iteration if it is not settled, and waits for the others as a shutdown does; what Run would have returned then,
// [Consumer.Close] returns.
func (c *Consumer[K, V]) Records(ctx context.Context) iter.Seq2[*Delivery[K, V], error] {
	return func(yield func(*Delivery[K, V], error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		deliveries, ended := make(chan *Delivery[K, V]), make(chan struct{})
		var outcome error // of Run, once it ended
		go func() {
			defer close(ended)
			outcome = c.Run(ctx, func(handling context.Context, rec *Record[K, V]) error {
				d := &Delivery[K, V]{Record: rec, ctx: handling, outcome: make(chan error, 1)}
				select {
				case deliveries <- d:
				case <-ctx.Done():
					return errUntouched
				case <-handling.Done():
					return handling.Err()
				}
				select {
				case err := <-d.outcome:
					return err
				case <-handling.Done():
					return handling.Err()
				}
			})
		}()
		for {
			select {
			case d := <-deliveries:
				if !yield(d, nil) {
					d.Settle(errUntouched)
					cancel()
					<-ended
					return
				}
			case <-ended:
				if outcome != nil {
					yield(nil, outcome)
				}
				return
			}
		}
	}
}
