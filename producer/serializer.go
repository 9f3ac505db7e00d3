package producer

import (
	"context"

	"github.com/magicbyte-go/magicbyte/serde"
)

// Serializer turns one part of records into bytes. *serde.Serializer and *serde.Plain implement it. It must be safe for concurrent use.
type Serializer[T any] interface {
	// Part says whether it is for keys or for values.
	Part() serde.Part
	// Err returns what is wrong with its configuration; New reports it.
	Err() error
	// Start resolves schemas for a topic, so that a wrong one fails before the first record.
	Start(ctx context.Context, topic string) error
	// AppendSerialize appends v to dst; a nil v is a null payload.
	AppendSerialize(ctx context.Context, dst []byte, topic string, v *T) (serde.Encoded, error)
}
