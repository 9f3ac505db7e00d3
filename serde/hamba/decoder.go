package hamba

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"sync"

	"github.com/hamba/avro/v2"
)

// decoder reads bodies of one writer schema as one reader schema sees them.
type decoder struct {
	api     avro.API
	schema  avro.Schema // the resolved one
	writer  avro.Schema
	layout  *node // of the writer
	target  reflect.Type
	readers sync.Pool
}

func newDecoder(writer, reader avro.Schema, target reflect.Type) (*decoder, error) {
	layout, err := layoutOf(writer)
	if err != nil {
		return nil, fmt.Errorf("writer: %w", err)
	}
	if _, err := layoutOf(reader); err != nil {
		return nil, fmt.Errorf("reader: %w", err)
	}
	schema, err := resolve(writer, reader)
	if err != nil {
		return nil, err
	}
	d := &decoder{api: newAPI(), schema: schema, writer: writer, layout: layout, target: target}
	return d, d.probe()
}

// resolve returns the schema that hamba reads the writer's bytes with.
func resolve(writer, reader avro.Schema) (schema avro.Schema, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = unresolvable("hamba/avro failed to resolve the schemas with a %T", r)
		}
	}()
	if writer.String() == reader.String() { // the canonical form with the logical types
		return reader, nil
	}
	if isRecursive(writer) || isRecursive(reader) {
		return nil, unresolvable("hamba/avro cannot resolve two different schemas where one is recursive")
	}
	schema, err = avro.NewSchemaCompatibility().Resolve(reader, writer)
	if err != nil {
		return nil, unresolvable("%s", trimPackage(err.Error()))
	}
	return schema, nil
}

// read decodes src into obj, a pointer to a zero value of the target type.
func (d *decoder) read(src []byte, obj any) error {
	if len(src) > MaxBody {
		return refused("the body has %d bytes, at most %d are allowed", len(src), MaxBody)
	}
	if err := check(d.layout, src); err != nil {
		return err
	}
	return d.decode(src, obj)
}

// decode lets hamba read src, which holds what the writer schema says.
func (d *decoder) decode(src []byte, obj any) (err error) {
	r, ok := d.readers.Get().(*avro.Reader)
	if !ok {
		r = avro.NewReader(nil, 0, avro.WithReaderConfig(d.api))
	}
	r.Reset(src)
	r.Error = nil
	defer func() {
		if p := recover(); p != nil {
			// The reader is not put back: nobody knows what state it is in.
			err = refused("hamba/avro failed with a %T", p)
			return
		}
		r.Reset(nil)
		d.readers.Put(r)
	}()
	r.ReadVal(d.schema, obj)
	if r.Error != nil {
		return translate(r.Error, d.target)
	}
	if r.Peek(); !errors.Is(r.Error, io.EOF) {
		return refused("bytes are left over behind the record")
	}
	return nil
}
