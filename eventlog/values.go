package eventlog

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

const (
	// unknownWait is for how long an id that the registry does not know is asked for: a lagging registry knows it a moment later.
	unknownWait = 30 * time.Second
	askAgain    = time.Second
)

// values tells which records can go into files of values. It is safe for concurrent use.
type values struct {
	schemas serde.SchemaReader // nil: all files are raw

	mu    sync.Mutex
	known map[serde.SchemaID]*writerSchema
}

// writerSchema is a schema that values were written with.
type writerSchema struct {
	text    string
	check   func(src []byte) error // nil where its values go into raw files
	unknown time.Time              // since when the registry says that it does not exist; zero where it does
}

func newValues(schemas serde.SchemaReader) *values {
	return &values{schemas: schemas, known: map[serde.SchemaID]*writerSchema{}}
}

// text is the schema of a kind of file.
func (v *values) text(k kind) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if s := v.known[k.schema]; s != nil {
		return s.text
	}
	return ""
}

// kindOf says which kind of file a record goes into. An error means that this cannot be told yet.
func (v *values) kindOf(ctx context.Context, rec *record) (kind, error) {
	if v.schemas == nil || rec.Tombstone {
		return kind{}, nil
	}
	e := Envelope{Value: rec.Value}
	for _, h := range rec.Headers {
		if h.Key == serde.ValueSchemaIDHeader {
			e.Headers = append(e.Headers, Header{Key: []byte(h.Key), Value: h.Value})
		}
	}
	id, body, framed := schemaOf(&e)
	if id.IsZero() {
		return kind{}, nil
	}
	s, err := v.schema(ctx, id)
	if err != nil {
		return kind{}, err
	}
	if s.check == nil || s.check(body) != nil {
		return kind{}, nil
	}
	return kind{schema: id, framed: framed}, nil
}

// schema returns a writer's schema, and asks the registry for one that was not seen yet.
func (v *values) schema(ctx context.Context, id serde.SchemaID) (*writerSchema, error) {
	v.mu.Lock()
	s := v.known[id]
	v.mu.Unlock()
	if s != nil && (s.unknown.IsZero() || time.Since(s.unknown) >= unknownWait) {
		return s, nil
	}
	got, err := v.schemas.SchemaByID(ctx, "", id)
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case err == nil:
		s = compile(got)
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case !errors.Is(err, serde.ErrUnknownSchema):
		return nil, consumer.RetryAfter(askAgain, fmt.Errorf("schema %v: %w", id, err))
	case s == nil:
		s = &writerSchema{unknown: time.Now()}
	}
	v.known[id] = s
	if !s.unknown.IsZero() {
		return nil, consumer.RetryAfter(askAgain, fmt.Errorf("schema %v: %w", id, err))
	}
	return s, nil
}

// compile makes what checks values of a schema, as their readers will read them.
func compile(got serde.Schema) *writerSchema {
	if got.Type != "" && got.Type != serde.TypeAvro || len(got.References) > 0 {
		return &writerSchema{}
	}
	generic, err := avro.Generic()
	if err != nil {
		return &writerSchema{}
	}
	if schema, err := avro.Parse(got.Text); err != nil || schema.Kind() != avro.KindRecord {
		return &writerSchema{} // other readers may not take what only lenient ones do
	}
	decode, err := generic.Decoder([]string{got.Text}, nil)
	if err != nil {
		return &writerSchema{}
	}
	return &writerSchema{text: got.Text, check: func(src []byte) error {
		var r avro.Record
		return decode(src, &r)
	}}
}
