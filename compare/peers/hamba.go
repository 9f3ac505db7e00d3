package peers

import (
	"errors"
	"io"

	"github.com/hamba/avro/v2"

	"github.com/magicbyte-go/magicbyte/schemas"
)

// errLeft is the error of bytes that are left over behind an event, which not every library finds itself.
var errLeft = errors.New("peers: bytes are left over behind the event")

// Hamba returns hamba/avro with a Writer and a Reader that are kept: less than Marshal and Unmarshal do.
func Hamba() (Codec[HambaEvent], error) {
	schema, err := avro.Parse(schemas.OrderEventSchema)
	if err != nil {
		return Codec[HambaEvent]{}, err
	}
	w := avro.NewWriter(io.Discard, 1024)
	return Codec[HambaEvent]{
		Of: hambaForm.of, Back: hambaForm.back,
		Append: func(dst []byte, v *HambaEvent) ([]byte, error) {
			w.Reset(io.Discard)
			w.WriteVal(schema, v)
			return append(dst, w.Buffer()...), w.Error
		},
		Decode: hambaReader[HambaEvent](schema),
		Reset: func(v *HambaEvent) {
			if m := v.Payload.Metadata; m != nil {
				clear(*m)
			}
		},
	}, nil
}

func hambaReader[T any](schema avro.Schema) func([]byte, *T) error {
	r := avro.NewReader(nil, 0)
	return func(src []byte, v *T) error {
		r.Reset(src)
		r.ReadVal(schema, v)
		return r.Error
	}
}

// HambaEvolved returns hamba/avro with two schemas that were resolved beforehand. It reads only.
func HambaEvolved(writer, reader string) (Codec[HambaEvolvedEvent], error) {
	w, err := avro.Parse(writer)
	if err != nil {
		return Codec[HambaEvolvedEvent]{}, err
	}
	r, err := avro.Parse(reader)
	if err != nil {
		return Codec[HambaEvolvedEvent]{}, err
	}
	resolved, err := avro.NewSchemaCompatibility().Resolve(r, w)
	if err != nil {
		return Codec[HambaEvolvedEvent]{}, err
	}
	return Codec[HambaEvolvedEvent]{Back: (*HambaEvolvedEvent).back, Decode: hambaReader[HambaEvolvedEvent](resolved)}, nil
}
