package serde_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/serdetest"
)

// note is a record with one string: enough to see what the serde does around a codec.
type note struct {
	Text string `json:"text"`
}

// Validate refuses one text, so that tests can meet a refusal.
func (n *note) Validate() error {
	if n.Text == "refused" {
		return errors.New("text: is the one that is refused")
	}
	return nil
}

// noteCodec is a codec by hand for note that records what it was asked to compile.
type noteCodec struct {
	schema, name string
	mu           sync.Mutex
	encoders     [][]string
	decoders     []compiled
	refuse       error
}

type compiled struct{ writer, reader []string }

func newNoteCodec() *noteCodec { return namedNoteCodec("test.Note") }

func namedNoteCodec(name string) *noteCodec {
	return &noteCodec{schema: fmt.Sprintf(`{"type":"record","name":%q,"fields":[{"name":"text","type":"string"}]}`, name), name: name}
}

func (c *noteCodec) SchemaType() string { return serde.TypeAvro }
func (c *noteCodec) Schema() string     { return c.schema }
func (c *noteCodec) Name() string       { return c.name }

func (c *noteCodec) Encoder(schema []string) (func([]byte, *note) ([]byte, error), error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.encoders = append(c.encoders, schema)
	if c.refuse != nil {
		return nil, c.refuse
	}
	return func(dst []byte, v *note) ([]byte, error) {
		if v.Text == "unencodable" {
			return dst, noteError{field: "text"}
		}
		return append(binary.AppendVarint(dst, int64(len(v.Text))), v.Text...), nil
	}, nil
}

func (c *noteCodec) Decoder(writer, reader []string) (func([]byte, *note) error, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.decoders = append(c.decoders, compiled{writer, reader})
	if c.refuse != nil {
		return nil, c.refuse
	}
	return func(src []byte, v *note) error {
		length, n := binary.Varint(src)
		if n <= 0 || length != int64(len(src)-n) {
			return noteError{field: "text"}
		}
		v.Text = string(src[n:])
		if v.Text == "unresolvable" {
			return noteError{field: "text", unresolvable: true}
		}
		return nil
	}, nil
}

type noteError struct {
	field        string
	unresolvable bool
}

func (e noteError) Error() string      { return e.field + ": does not fit" }
func (e noteError) FieldPath() string  { return e.field }
func (e noteError) Unresolvable() bool { return e.unresolvable }

func TestNoteCodec(t *testing.T) {
	serdetest.Codec(t, newNoteCodec(), []*note{{Text: "a"}, {Text: "longer"}}, nil)
}

func TestMemoryRegistry(t *testing.T) {
	serdetest.SchemaRegistry(t, new(serdetest.MemoryRegistry), "suite")
}

// register puts a schema text under a subject and returns its registration.
func register(t *testing.T, reg serde.SchemaRegistry, subject, text string, refs ...serde.Reference) serde.RegisteredSchema {
	t.Helper()
	registered, err := reg.Register(t.Context(), subject, serde.Schema{Type: serde.TypeAvro, Text: text, References: refs})
	if err != nil {
		t.Fatalf("register %s: %v", subject, err)
	}
	return registered
}

// errOutage is an error as a registry client returns it while its registry does not answer.
var errOutage = fmt.Errorf("connection refused: %w", serde.ErrRegistryUnavailable)
