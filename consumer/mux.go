package consumer

import (
	"context"
	"fmt"
)

// Route is a handler for one type of values; [On] makes one.
type Route[K any] struct {
	handle func(ctx context.Context, meta Meta, key K, value any) (handled bool, err error)
}

// On routes records whose value is a *T to handler.
func On[K, T any](handler func(ctx context.Context, rec *Record[K, *T]) error) Route[K] {
	return Route[K]{func(ctx context.Context, meta Meta, key K, value any) (bool, error) {
		typed, ok := value.(*T)
		if !ok {
			return false, nil
		}
		return true, handler(ctx, &Record[K, *T]{Key: key, Value: typed, Meta: meta})
	}}
}

// Mux makes a handler for topics that hold several types, of one for each. The values come from a serde.NewMultiDeserializer, which picks
// the Go type by the name of the record in the writer's schema; I is its interface type:
//
//	consumer.Mux[any](nil,
//		consumer.On(func(ctx context.Context, rec *consumer.Record[string, *schemas.OrderEvent]) error { ... }),
//		consumer.On(func(ctx context.Context, rec *consumer.Record[string, *refunds.Refund]) error { ... }))
//
// The first route whose type fits takes the record; otherwise takes what no route does, tombstones too. Where it is nil, such a record
// has failed for good, see [Permanent].
func Mux[I, K any](otherwise func(ctx context.Context, rec *Record[K, I]) error, routes ...Route[K]) func(ctx context.Context, rec *Record[K, I]) error {
	return func(ctx context.Context, rec *Record[K, I]) error {
		for _, route := range routes {
			if handled, err := route.handle(ctx, rec.Meta, rec.Key, rec.Value); handled {
				return err
			}
		}
		if otherwise == nil {
			return Permanent(fmt.Errorf("no route for a value of type %T", rec.Value))
		}
		return otherwise(ctx, rec)
	}
}
