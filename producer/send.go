package producer

import (
	"context"
	"errors"
	"log/slog"
)

// Send writes value and waits for the broker's acknowledgement. nil is refused: Delete writes tombstones. An error is an [*Error].
func (p *Producer[K, V]) Send(ctx context.Context, value *V) (Receipt, error) {
	if value == nil {
		return Receipt{}, p.refused(errors.New("the value is nil: Delete writes tombstones"))
	}
	return p.SendMessage(ctx, Message[K, V]{Value: value})
}

// Delete writes a tombstone for key: a record with a null value, upon which a compacted topic forgets the key. It waits for the broker's
// acknowledgement.
func (p *Producer[K, V]) Delete(ctx context.Context, key K) (Receipt, error) {
	return p.SendMessage(ctx, Message[K, V]{Key: &key})
}

// SendMessage writes msg and waits for the broker's acknowledgement. While librdkafka's queue is full it waits, too. When ctx ends
// before the record was queued, the record is not written; when it ends later, the error is [ErrIndeterminate]. An error is
// an [*Error].
func (p *Producer[K, V]) SendMessage(ctx context.Context, msg Message[K, V]) (Receipt, error) {
	r := newWaiting()
	c, err := p.enqueue(ctx, &msg, r)
	if err != nil {
		r.release()
		return Receipt{}, err
	}
	return c.await(ctx, r)
}

// SendAsync serializes and queues msg, and returns. It blocks only while librdkafka's queue is full, until ctx ends; after that ctx does
// not matter. done is called exactly once with the outcome: on the calling goroutine, before SendAsync returns, where the record was not
// queued; else on the goroutine that receives all delivery reports, which it must not block, neither by waiting for other records nor by
// Flush or Close, nor by SendAsync with a ctx that never ends while the queue is full. The callbacks of records that a failed client or Close gives up run on
// another goroutine, one after the other. Panics of done are logged, and so is one that ends its goroutine, as testing.T.FailNow does. A nil done leaves failures to the log.
//
// msg.Value and msg.Key are read before SendAsync returns; the pointers are kept, for [CloseError], until done.
func (p *Producer[K, V]) SendAsync(ctx context.Context, msg Message[K, V], done func(Receipt, error)) {
	if done == nil {
		done = p.logFailure
	}
	if err := p.sendAsync(ctx, &msg, done); err != nil {
		if tx := transactionOf(ctx); tx != nil && tx.of == p.joined {
			tx.refuse(err)
		}
	}
}

// sendAsync is SendAsync; the error is that of a record that was not queued, which done has, too.
func (p *Producer[K, V]) sendAsync(ctx context.Context, msg *Message[K, V], done func(Receipt, error)) error {
	r := newCallback(done)
	_, err := p.enqueue(ctx, msg, r)
	if err != nil {
		r.release()
		guard(p.options.logger, "callback of SendAsync", func() { done(Receipt{}, err) })
	}
	return err
}

// logFailure is the callback of records that nobody waits for.
func (p *Producer[K, V]) logFailure(_ Receipt, err error) {
	if err != nil {
		p.options.logger.Error("record not acknowledged", slog.String(logTopic, p.topic), slog.Any(logError, err))
	}
}
