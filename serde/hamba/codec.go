package hamba

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/hamba/avro/v2"
)

// Codec writes and reads values of T with hamba/avro. It satisfies serde.Codec[T]. Codecs, and the functions they return, are
// safe for concurrent use.
type Codec[T any] struct {
	text   string
	name   string
	viewer viewer[T]
}

// For returns the codec of T for one schema, mapped by `avro:"name"` tags as hamba/avro maps them. The schema must define
// every type that it names. All of these are errors: a schema that does not parse, a field of the schema that a struct lacks,
// and a Go type that hamba cannot map to the schema's.
func For[T any](schemaText string) (*Codec[T], error) {
	return newCodec(schemaText, viewer[T](direct[T]{}))
}

// MustFor is [For] for package variables: it panics where For returns an error.
func MustFor[T any](schemaText string) *Codec[T] {
	return must(For[T](schemaText))
}

// ForView returns the codec of T for one schema where hamba sees a T as a W. It is for the types that hamba cannot map: it
// reads a nullable map through a pointer only, for example. encode fills a zero *W before it is written, and decode fills a zero *T
// with what was read. A *W is reused: neither may keep it.
func ForView[T, W any](schemaText string, encode func(w *W, v *T), decode func(v *T, w *W)) (*Codec[T], error) {
	return newCodec(schemaText, viewer[T](newView(encode, decode)))
}

// MustForView is [ForView] for package variables: it panics where ForView returns an error.
func MustForView[T, W any](schemaText string, encode func(w *W, v *T), decode func(v *T, w *W)) *Codec[T] {
	return must(ForView(schemaText, encode, decode))
}

// Generic returns a codec of records as maps by field name, for programs that learn their schemas at run time. Values are
// hamba's: a branch of a union other than null and the primitive types is a map of one entry, by the name of the branch.
// For the empty schemaText the codec has no schema of its own: it reads each record with the schema that it was written with, and
// writes with a given schema only.
func Generic(schemaText string) (*Codec[map[string]any], error) {
	if schemaText == "" {
		return &Codec[map[string]any]{viewer: direct[map[string]any]{}}, nil
	}
	return For[map[string]any](schemaText)
}

func newCodec[T any](text string, v viewer[T]) (*Codec[T], error) {
	c := &Codec[T]{text: text, viewer: v}
	schema, err := parse([]string{text})
	if err != nil {
		return nil, fmt.Errorf("hamba: codec of %s: %w", reflect.TypeFor[T](), err)
	}
	c.name = fullName(schema)
	if err := c.holds(schema); err != nil {
		return nil, fmt.Errorf("hamba: codec of %s: %w", reflect.TypeFor[T](), err)
	}
	if _, err := c.Encoder(nil); err != nil {
		return nil, err
	}
	if _, err := c.Decoder(nil, nil); err != nil {
		return nil, err
	}
	return c, nil
}

// holds reports the fields of a schema that the Go type has none for: hamba would write their defaults, and drop what it reads.
func (c *Codec[T]) holds(schema avro.Schema) error {
	if missing := missingFields(schema, c.viewer.target()); len(missing) > 0 {
		return fmt.Errorf("no Go field for %s: give each a field with its avro tag, or take it out of the schema", listed(missing))
	}
	return nil
}

func must[T any](c *Codec[T], err error) *Codec[T] {
	if err != nil {
		panic(err)
	}
	return c
}

// SchemaType returns "AVRO".
func (c *Codec[T]) SchemaType() string { return "AVRO" }

// Schema returns the text that the codec was made with.
func (c *Codec[T]) Schema() string { return c.text }

// Name returns the full name of the schema, or "" where it has none.
func (c *Codec[T]) Name() string { return c.name }

// Encoder returns the function that appends a value in the form of schema to dst. The schema is given as texts in the order of
// reference, nil means the codec's own. A value that does not fit is an [Error]. Struct fields that the schema does not have
// are left out; schema fields that the struct does not have are an error of Encoder itself.
func (c *Codec[T]) Encoder(schema []string) (func(dst []byte, v *T) ([]byte, error), error) {
	texts, err := c.orOwn(schema)
	if err != nil {
		return nil, fmt.Errorf("hamba: encoder of %s: %w", reflect.TypeFor[T](), err)
	}
	parsed, err := parse(texts)
	if err != nil {
		return nil, fmt.Errorf("hamba: encoder of %s: %w", reflect.TypeFor[T](), err)
	}
	if err := c.holds(parsed); err != nil {
		return nil, fmt.Errorf("hamba: encoder of %s: %w", reflect.TypeFor[T](), err)
	}
	e, err := newEncoder(parsed, c.viewer.target())
	if err != nil {
		return nil, fmt.Errorf("hamba: encoder of %s: %w", reflect.TypeFor[T](), err)
	}
	return func(dst []byte, v *T) ([]byte, error) {
		if v == nil {
			return dst, refused("a nil pointer cannot be written")
		}
		obj := c.viewer.encoding(v)
		defer c.viewer.release(obj)
		return e.append(dst, obj)
	}, nil
}

// Decoder returns the function that reads what was written with the schema writer as the schema reader sees it; each is given
// as texts in the order of reference, and nil means the codec's own. A reader schema with fields that the struct does not have is an
// error; schemas that hamba cannot resolve are one with Unresolvable() true. The function refuses bytes that do not fit the writer schema before hamba sees them, and leaves *v zero
// on an error.
func (c *Codec[T]) Decoder(writer, reader []string) (func(src []byte, v *T) error, error) {
	d, err := c.decoder(writer, reader)
	if err != nil {
		return nil, fmt.Errorf("hamba: decoder of %s: %w", reflect.TypeFor[T](), err)
	}
	return func(src []byte, v *T) error {
		if v == nil {
			return refused("a nil pointer cannot be read into")
		}
		var zero T
		*v = zero
		obj := c.viewer.decoding(v)
		defer c.viewer.release(obj)
		if err := d.read(src, obj); err != nil {
			*v = zero
			return err
		}
		c.viewer.decoded(obj, v)
		return nil
	}, nil
}

func (c *Codec[T]) decoder(writer, reader []string) (*decoder, error) {
	if c.text == "" && len(reader) == 0 {
		reader = writer
	}
	writer, err := c.orOwn(writer)
	if err != nil {
		return nil, err
	}
	if reader, err = c.orOwn(reader); err != nil {
		return nil, err
	}
	w, err := parse(writer)
	if err != nil {
		return nil, fmt.Errorf("writer: %w", err)
	}
	r, err := parse(reader)
	if err != nil {
		return nil, fmt.Errorf("reader: %w", err)
	}
	if err := c.holds(r); err != nil { // hamba cannot skip the fields of a recursive schema either: it overflows the stack
		return nil, unresolvable("reader: %v", err)
	}
	return newDecoder(w, r, c.viewer.target())
}

func (c *Codec[T]) orOwn(schema []string) ([]string, error) {
	if len(schema) > 0 {
		return schema, nil
	}
	if c.text == "" {
		return nil, errors.New("no schema given, and the codec has none of its own")
	}
	return []string{c.text}, nil
}

func fullName(schema avro.Schema) string {
	if named, ok := schema.(avro.NamedSchema); ok {
		return named.FullName()
	}
	return ""
}
