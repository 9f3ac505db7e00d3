package producer

import (
	"context"
	"errors"

	"github.com/magicbyte-go/magicbyte/serde"
)

// Key says how records get their keys: [KeyOf], [Keys] or [NoKey]. The zero Key is refused by New.
type Key[K, V any] struct {
	serializer Serializer[K]
	of         func(*V) K
	err        error // of KeyOf; New reports it
}

// KeyOf derives the key from the value, where a message does not name one itself. The function must not change the value, and is
// called on the goroutine that sends.
func KeyOf[K, V any](serializer Serializer[K], key func(*V) K) Key[K, V] {
	k := Key[K, V]{serializer: serializer, of: key}
	if key == nil {
		k.err = errors.New("producer: KeyOf: the function is nil: Keys takes keys from messages alone")
	}
	return k
}

// Keys takes keys from messages alone; a message that names none has a null key. The value's type stands in the call, as nothing else
// here carries it: producer.Keys[schemas.OrderEvent](serde.StringKey()).
func Keys[V, K any](serializer Serializer[K]) Key[K, V] {
	return Key[K, V]{serializer: serializer}
}

// None is the key type of records without keys.
type None struct{}

// NoKey gives every record a null key, so that the partitioner spreads them.
func NoKey[V any]() Key[None, V] {
	return Key[None, V]{serializer: noKey{}}
}

// noKey serializes every key as null.
type noKey struct{}

func (noKey) Part() serde.Part                    { return serde.Key }
func (noKey) Err() error                          { return nil }
func (noKey) Start(context.Context, string) error { return nil }

func (noKey) AppendSerialize(_ context.Context, dst []byte, _ string, _ *None) (serde.Encoded, error) {
	return serde.Encoded{Bytes: dst, Tombstone: true, Encoding: serde.EncodingPlain}, nil
}
