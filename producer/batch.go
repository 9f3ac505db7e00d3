package producer

import (
	"context"
	"sync"
)

// SendBatch writes msgs in their order and waits for all acknowledgements, so that linger.ms and the way to the broker are paid once. The
// receipts are those of the messages, by index. Where some were not acknowledged, the error is a [*BatchError] that holds an error for
// each of them, and their receipts are zero. When ctx ends, the records that are under way are [ErrIndeterminate].
func (p *Producer[K, V]) SendBatch(ctx context.Context, msgs []Message[K, V]) ([]Receipt, error) {
	if len(msgs) == 0 {
		return nil, nil
	}
	b := &batch{
		receipts: make([]Receipt, len(msgs)), errs: make([]error, len(msgs)), settled: make([]bool, len(msgs)),
		open: len(msgs), done: make(chan struct{}),
	}
	for i := range msgs {
		_ = p.sendAsync(ctx, &msgs[i], func(receipt Receipt, err error) { b.settle(i, receipt, err) })
	}
	select {
	case <-b.done:
	case <-ctx.Done():
		b.abandon(&Error{Topic: p.topic, Indeterminate: true, Err: ctx.Err()})
	}
	if b.failed {
		return b.receipts, &BatchError{Errs: b.errs}
	}
	return b.receipts, nil
}

// batch collects the outcomes of SendBatch. It changes no more once done is closed or abandon has returned.
type batch struct {
	mu       sync.Mutex
	receipts []Receipt
	errs     []error
	settled  []bool
	open     int // messages without outcome
	failed   bool
	done     chan struct{}
}

func (b *batch) settle(i int, receipt Receipt, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.settled[i] {
		return // abandoned before
	}
	b.settled[i], b.receipts[i], b.errs[i] = true, receipt, err
	b.failed = b.failed || err != nil
	if b.open--; b.open == 0 {
		close(b.done)
	}
}

// abandon makes err the outcome of all messages that have none.
func (b *batch) abandon(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, settled := range b.settled {
		if !settled {
			b.settled[i], b.errs[i], b.failed = true, err, true
		}
	}
}
