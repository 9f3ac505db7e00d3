package hamba

import (
	"io"
	"reflect"
	"sync"

	"github.com/hamba/avro/v2"
)

// MaxBody is the largest body that is written or read, in bytes: 64 MiB.
const MaxBody = 64 << 20

// newAPI freezes a configuration for one pair of writer and reader: hamba keys its caches by the writer alone, so two
// readers of one writer in one cache take each other's decoders and lose fields.
func newAPI() avro.API {
	return avro.Config{
		DisableBlockSizeHeader: true,
		MaxByteSliceSize:       MaxBody,
		MaxSliceAllocSize:      MaxBody,
	}.Freeze()
}

// encoder appends values to buffers in the form of one schema.
type encoder struct {
	api     avro.API
	schema  avro.Schema
	layout  *node
	target  reflect.Type
	writers sync.Pool
}

func newEncoder(schema avro.Schema, target reflect.Type) (*encoder, error) {
	layout, err := layoutOf(schema)
	if err != nil {
		return nil, err
	}
	e := &encoder{api: newAPI(), schema: schema, layout: layout, target: target}
	return e, e.probe()
}

// append writes obj, a pointer to the target type, behind dst. What hamba has written is walked through like any input: so
// strings that are not UTF-8 are found, and values that hamba writes in a form that nobody can read.
func (e *encoder) append(dst []byte, obj any) (out []byte, err error) {
	w, ok := e.writers.Get().(*avro.Writer)
	if !ok {
		w = avro.NewWriter(io.Discard, 512, avro.WithWriterConfig(e.api))
	}
	w.Reset(io.Discard)
	w.Error = nil
	defer func() {
		if r := recover(); r != nil {
			// The writer is not put back: nobody knows what state it is in.
			out, err = dst, refused("hamba/avro failed with a %T", r)
		}
	}()
	if e.schema.Type() != avro.Record {
		obj = reflect.ValueOf(obj).Elem().Interface() // hamba takes pointers to records only
	}
	w.WriteVal(e.schema, obj)
	body := w.Buffer()
	switch {
	case w.Error != nil:
		err = translate(w.Error, e.target)
	case len(body) > MaxBody:
		err = refused("the body has %d bytes, at most %d are allowed", len(body), MaxBody)
	default:
		err = check(e.layout, body)
	}
	if err == nil {
		dst = append(dst, body...)
	}
	if cap(body) <= maxPooled {
		e.writers.Put(w)
	}
	return dst, err
}

// maxPooled keeps the buffer of one huge value from living for ever.
const maxPooled = 1 << 20
