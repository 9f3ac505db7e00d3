package producer

import "context"

// Sender is the part of a [Producer] that sends: what services depend on, so that their tests can put a recorder of package
// producertest in its place. The owner of the Producer starts and closes it.
type Sender[K, V any] interface {
	Send(ctx context.Context, value *V) (Receipt, error)
	SendMessage(ctx context.Context, msg Message[K, V]) (Receipt, error)
	SendAsync(ctx context.Context, msg Message[K, V], done func(Receipt, error))
	SendBatch(ctx context.Context, msgs []Message[K, V]) ([]Receipt, error)
	Delete(ctx context.Context, key K) (Receipt, error)
	Flush(ctx context.Context) error
}

var _ Sender[string, string] = (*Producer[string, string])(nil)
