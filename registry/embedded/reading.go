package embedded

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"

	"github.com/magicbyte-go/magicbyte/registry/embedded/internal/avsc"
)

// source is all that a schema is made from.
type source struct {
	kind, text         string
	references         []reference
	texts              []string // of all references, each after its own
	lenient, normalize bool
}

func (s source) equal(other source) bool {
	return s.kind == other.kind && s.text == other.text && s.lenient == other.lenient && s.normalize == other.normalize &&
		slices.Equal(s.references, other.references) && slices.Equal(s.texts, other.texts)
}

// reading is a source that was read, or the reason why it cannot be.
type reading struct {
	text, structure string // as stored; with references written out and sorted
	avro            *avsc.Schema
	err             error
}

// read takes long for long texts.
func (s source) read() reading {
	if s.kind != avroType {
		text, err := s.foreignText()
		return reading{text: text, structure: text, err: err}
	}
	avro, err := avsc.Parse(s.text, avsc.Options{References: s.texts, Lenient: s.lenient})
	if err != nil {
		return reading{err: err}
	}
	return reading{
		text:      avro.Text(avsc.Form{Sorted: s.normalize}),
		structure: avro.Text(avsc.Form{Inline: true, Sorted: true}),
		avro:      avro,
	}
}

// foreignText is the text of a schema that is not Avro: JSON without white space, Protobuf laid out where it is plain.
func (s source) foreignText() (string, error) {
	if s.kind != jsonType {
		return protobufText(s.text), nil
	}
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(s.text)); err != nil {
		return "", errors.New("the schema is not JSON")
	}
	return b.String(), nil
}

// inlined is a schema's text with its references written out, or as it is where
// that fails. texts are those of all references.
func (s *schema) inlined(texts []string) string {
	if s.kind != avroType || len(texts) == 0 {
		return s.text
	}
	avro, err := avsc.Parse(s.text, avsc.Options{References: texts, Lenient: true})
	if err != nil {
		return s.text
	}
	return avro.Text(avsc.Form{Inline: true})
}
