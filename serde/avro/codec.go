package avro

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"unsafe"
)

// Codec writes and reads values of T under Avro schemas. It is made by [For], [MustFor] and [Generic], is immutable, and like the
// functions that it returns safe for concurrent use. It satisfies the Codec interface of package serde. The zero Codec must not be used.
type Codec[T any] struct{ state *codecState }

// codecState is what the copies of a codec share.
type codecState struct {
	cfg    *config
	schema *Schema // nil for generic codecs without one
	text   string
	name   string
	enums  map[string]*Schema
	// fingerprint of the schema, computed when it is first asked for
	fingerprint func() uint64
	generated   bool // *T has methods that write and read the codec's own schema
	encode      *encodePlan
	decode      *decodePlan
}

// generated is what the methods of generated types are. They write and read values of the schema that they were generated from, with the
// limits that a codec has without options. DecodeAvro leaves nothing of what the value held, and keeps no reference to src.
type generated interface {
	AppendAvro(dst []byte) ([]byte, error)
	DecodeAvro(src []byte) (rest []byte, err error)
}

// For returns the codec of T for a schema. Everything that can go wrong with the pair does so here: a text that [Parse] refuses, a Go
// type that cannot hold what the schema says, and fields without a Go field, which are all listed.
//
// Fields of structs are found by their avro tag, as in `avro:"order_id"`, or by their Go name where there is none; `avro:"-"` hides one. The
// fields of embedded structs count as the struct's own. Fields that the schema does not have are left alone when values are written,
// and zero when they are read. The package documentation tells which Go types go with which schemas.
func For[T any](schemaText string, opts ...Option) (Codec[T], error) {
	c, err := newCodec[T](opts)
	if err != nil {
		return Codec[T]{}, err
	}
	s := c.state
	schema, err := s.cfg.parse(schemaText)
	if err != nil {
		return Codec[T]{}, fmt.Errorf("avro: codec of %v: %w", reflect.TypeFor[T](), err)
	}
	s.schema, s.text, s.name, s.enums = schema, schemaText, schema.name, map[string]*Schema{}
	s.fingerprint = sync.OnceValue(schema.CRC64)
	eachNamed(schema, func(named *Schema) { s.enums[named.name] = named })
	s.generated = s.cfg.behaviour == defaultBehaviour && isGenerated[T](s.cfg, schema)
	if s.encode, err = s.encoding(schema, reflect.TypeFor[T]()); err == nil {
		s.decode, err = s.decoding(schema, schema, reflect.TypeFor[T]())
	}
	if err != nil {
		return Codec[T]{}, fmt.Errorf("avro: codec of %v: %w", reflect.TypeFor[T](), err)
	}
	return c, nil
}

// parse reads the codec's own schema, after those that it refers to.
func (c *config) parse(text string) (*Schema, error) {
	known := make([]*Schema, 0, len(c.references))
	for i, reference := range c.references {
		schema, err := Parse(reference, c.limits, WithTypes(known...))
		if err != nil {
			return nil, fmt.Errorf("reference %d: %w", i, err)
		}
		known = append(known, schema)
	}
	return Parse(text, c.limits, WithTypes(known...))
}

// MustFor is [For] for package variables: it panics where For returns an error.
func MustFor[T any](schemaText string, opts ...Option) Codec[T] {
	c, err := For[T](schemaText, opts...)
	if err != nil {
		panic(err)
	}
	return c
}

// Generic returns a codec of records without a Go type that has no schema of its own: it reads each record as the schema says that it
// was written with, and writes with a given schema only. A codec of records for one schema is For[Record](schemaText).
func Generic(opts ...Option) (Codec[Record], error) { return newCodec[Record](opts) }

func newCodec[T any](opts []Option) (Codec[T], error) {
	cfg, err := newConfig(opts)
	return Codec[T]{&codecState{cfg: cfg}}, err
}

// SchemaType returns "AVRO".
func (c Codec[T]) SchemaType() string { return "AVRO" }

// Schema returns the text that the codec was made with.
func (c Codec[T]) Schema() string { return c.state.text }

// Name returns the full name of the schema, or "" where it has none.
func (c Codec[T]) Name() string { return c.state.name }

// Append appends the bytes of v under the codec's own schema to dst and returns the grown slice. On an error the content of
// dst beyond its length is undefined. Nothing is allocated but the room that dst lacks.
func (c Codec[T]) Append(dst []byte, v *T) ([]byte, error) {
	s := c.state
	if s.generated && v != nil {
		return any(v).(generated).AppendAvro(dst) //nolint:errcheck // isGenerated said so
	}
	return appendWith(s.encode, dst, v)
}

// Decode reads what was written with the codec's own schema, all of src. Whatever v held before is gone; on an error v is zero.
//
// Strings share one copy of src, and optional fields one block of memory: holding one of them keeps the others in memory.
// [WithAliasedInput] does without the copy.
func (c Codec[T]) Decode(src []byte, v *T) error {
	s := c.state
	if s.generated && v != nil {
		return decodeGenerated(s.name, src, v)
	}
	return decodeWith(s.decode, src, v)
}

// Encoder compiles the way from T to the bytes of a schema, given as texts in the order of reference: each may name types that earlier ones
// define, and the last is the schema itself. nil means the codec's own. All fields of the schema need a Go field; its enums'
// symbols are matched by name.
func (c Codec[T]) Encoder(schema []string) (func(dst []byte, v *T) ([]byte, error), error) {
	s := c.state
	parsed, own, err := s.parse(schema)
	if err == nil && own {
		return c.Append, nil
	}
	var plan *encodePlan
	if err == nil {
		plan, err = s.encoding(parsed, reflect.TypeFor[T]())
	}
	if err != nil {
		return nil, fmt.Errorf("avro: encoder of %v: %w", reflect.TypeFor[T](), err)
	}
	return func(dst []byte, v *T) ([]byte, error) { return appendWith(plan, dst, v) }, nil
}

// Decoder compiles the way from bytes that were written with the schema writer to T as the schema reader sees it; each is given
// as texts in the order of reference, and nil means the codec's own (for a codec without one, the writer's). Schemas that can never
// resolve are an [Error] with Unresolvable() true. What a union or an enum lacks is an error of the records that have it.
//
// Errors of the function are of type [*Error].
func (c Codec[T]) Decoder(writer, reader []string) (func(src []byte, v *T) error, error) {
	s := c.state
	plan, own, err := s.resolve(writer, reader, reflect.TypeFor[T]())
	if err != nil {
		return nil, fmt.Errorf("avro: decoder of %v: %w", reflect.TypeFor[T](), err)
	}
	if own {
		return c.Decode, nil
	}
	return func(src []byte, v *T) error { return decodeWith(plan, src, v) }, nil
}

// resolve returns the plan for two schemas, or that both are as good as the codec's own.
func (s *codecState) resolve(writer, reader []string, t reflect.Type) (plan *decodePlan, own bool, err error) {
	if s.schema == nil && len(reader) == 0 {
		reader = writer
	}
	w, ownWriter, err := s.parse(writer)
	if err != nil {
		return nil, false, fmt.Errorf("writer: %w", err)
	}
	r, ownReader, err := s.parse(reader)
	if err != nil {
		return nil, false, fmt.Errorf("reader: %w", err)
	}
	if ownWriter && ownReader {
		return nil, true, nil
	}
	plan, err = s.decoding(w, r, t)
	return plan, false, err
}

// parse reads a schema given as texts, and reports whether its bytes are those of the codec's own.
func (s *codecState) parse(texts []string) (schema *Schema, own bool, err error) {
	if len(texts) == 0 || len(texts) == 1 && s.schema != nil && texts[0] == s.text {
		if s.schema == nil {
			return nil, false, errors.New("no schema is given, and the codec has none of its own")
		}
		return s.schema, true, nil
	}
	known := make([]*Schema, 0, len(texts))
	for _, text := range texts {
		if schema, err = Parse(text, Lenient(), s.cfg.limits, WithTypes(known...)); err != nil {
			return nil, false, err
		}
		known = append(known, schema)
	}
	return schema, s.schema != nil && equalSchemas(schema, s.schema), nil
}

// encoding compiles the plan of writing.
func (s *codecState) encoding(schema *Schema, t reflect.Type) (*encodePlan, error) {
	w := newWriter(s.cfg, s.enums)
	root, err := w.written(schema, t)
	if missing := w.tell(); err == nil && missing != nil {
		err = missing
	}
	if err != nil {
		err.name = schema.name
		return nil, err
	}
	return &encodePlan{cfg: s.cfg, name: schema.name, root: root}, nil
}

// decoding compiles the plan of reading.
func (s *codecState) decoding(w, r *Schema, t reflect.Type) (*decodePlan, error) {
	c := newCompiler(s.cfg, w, r, s.enums)
	root, err := c.program(w, r, t)
	if c.match.steps > maxComparisons {
		err = unmapped("", "the unions of the schemas have so many records of other names that to find those with the same fields takes more than %d steps; give the reader's aliases", maxComparisons)
	}
	if missing := c.tell(); err == nil && missing != nil {
		err = missing
	}
	if err != nil {
		err.name = r.name
		return nil, err
	}
	return newDecoding(c, r.name, root, t), nil
}

func newCompiler(cfg *config, w, r *Schema, own map[string]*Schema) *compiler {
	return &compiler{
		cfg: cfg, ownEnums: own, match: newResolver(r), least: newLeastSizes(w, r),
		programs: map[programKey]*program{}, failed: map[programKey]*Error{}, open: map[programKey]bool{},
	}
}

func appendWith[T any](plan *encodePlan, dst []byte, v *T) ([]byte, error) {
	switch {
	case plan == nil:
		return dst, errors.New("avro: the codec has no schema of its own; use Encoder")
	case v == nil:
		return dst, nilPointer()
	}
	return plan.encode(dst, unsafe.Pointer(v))
}

func decodeWith[T any](plan *decodePlan, src []byte, v *T) error {
	switch {
	case plan == nil:
		return errors.New("avro: the codec has no schema of its own; use Decoder")
	case v == nil:
		return &Error{op: "decode", offset: -1, problem: "a nil pointer cannot be read into"}
	}
	var zero T
	if !plan.cfg.reuse {
		*v = zero
	}
	err := plan.decode(src, unsafe.Pointer(v))
	if err != nil {
		*v = zero
	}
	return err
}

// isGenerated reports whether *T itself has generated methods for the schema. Methods of an embedded type do not count: they would
// leave out what is around it.
func isGenerated[T any](cfg *config, schema *Schema) bool {
	var v any = new(T)
	if _, ok := v.(generated); !ok {
		return false
	}
	if embeds(reflect.TypeFor[T](), generatedType) {
		return false
	}
	if of, ok := v.(interface{ AvroSchema() string }); ok {
		own, err := Parse(of.AvroSchema(), cfg.limits)
		return err == nil && equalSchemas(own, schema)
	}
	return true
}

var generatedType = reflect.TypeFor[generated]()

func decodeGenerated[T any](name string, src []byte, v *T) error {
	rest, err := any(v).(generated).DecodeAvro(src) //nolint:errcheck // isGenerated said so
	if err == nil && len(rest) > 0 {
		err = leftOver(name, src, len(src)-len(rest))
	}
	if err != nil {
		var zero T
		*v = zero
	}
	return err
}
