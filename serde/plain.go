package serde

import (
	"context"
	"encoding/binary"
	"fmt"
)

// Plain serializes one part of a record without schema and registry: strings, bytes and integers as Kafka's own Java
// serializers write them. It has the methods of [Serializer] and of [Deserializer], so one value serves producers and consumers.
type Plain[T any] struct {
	part   Part
	append func(dst []byte, v *T) []byte
	read   func(src []byte, v *T) error
	null   func(v *T) bool // nil where no value is null
}

// StringKey reads and writes keys as UTF-8 strings, the bytes as they are.
func StringKey() *Plain[string] { return plainString(Key) }

// StringValue reads and writes values as UTF-8 strings, the bytes as they are.
func StringValue() *Plain[string] { return plainString(Value) }

// BytesKey passes keys through; a nil slice is a null key. A deserialized slice is the record's own memory.
func BytesKey() *Plain[[]byte] { return plainBytes(Key) }

// BytesValue passes values through; a nil slice is a tombstone. A deserialized slice is the record's own memory.
func BytesValue() *Plain[[]byte] { return plainBytes(Value) }

// Int64Key reads and writes keys as 8 bytes, big-endian, as Kafka's LongSerializer does.
func Int64Key() *Plain[int64] {
	return &Plain[int64]{
		part:   Key,
		append: func(dst []byte, v *int64) []byte { return binary.BigEndian.AppendUint64(dst, uint64(*v)) },
		read: func(src []byte, v *int64) error {
			if len(src) != 8 {
				return fmt.Errorf("an int64 has 8 bytes, not %d", len(src))
			}
			*v = int64(binary.BigEndian.Uint64(src))
			return nil
		},
	}
}

func plainString(part Part) *Plain[string] {
	return &Plain[string]{
		part:   part,
		append: func(dst []byte, v *string) []byte { return append(dst, *v...) },
		read:   func(src []byte, v *string) error { *v = string(src); return nil },
	}
}

func plainBytes(part Part) *Plain[[]byte] {
	return &Plain[[]byte]{
		part:   part,
		append: func(dst []byte, v *[]byte) []byte { return append(dst, *v...) },
		read:   func(src []byte, v *[]byte) error { *v = src; return nil },
		null:   func(v *[]byte) bool { return *v == nil },
	}
}

// Part says whether this serializes keys or values.
func (p *Plain[T]) Part() Part { return p.part }

// Err returns nil: there is nothing to configure.
func (p *Plain[T]) Err() error { return nil }

// Start does nothing.
func (p *Plain[T]) Start(context.Context, string) error { return nil }

// AppendSerialize appends v to dst; a nil v is a null payload.
func (p *Plain[T]) AppendSerialize(_ context.Context, dst []byte, _ string, v *T) (Encoded, error) {
	if v == nil || p.null != nil && p.null(v) {
		return Encoded{Bytes: dst, Tombstone: true, Encoding: EncodingPlain}, nil
	}
	return Encoded{Bytes: p.append(dst, v), Encoding: EncodingPlain}, nil
}

// DeserializeInto reads in.Payload into v; a nil payload is a tombstone and the zero value.
func (p *Plain[T]) DeserializeInto(_ context.Context, in Input, v *T) (Meta, error) {
	if in.Payload == nil {
		var zero T
		*v = zero
		return Meta{Tombstone: true, Encoding: EncodingPlain}, nil
	}
	if err := p.read(in.Payload, v); err != nil {
		return Meta{}, &Error{Op: opDeserialize, Class: ClassCorrupt, Topic: in.Topic, Err: err}
	}
	return Meta{Encoding: EncodingPlain}, nil
}
