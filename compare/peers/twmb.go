package peers

import (
	"github.com/twmb/avro"

	"github.com/magicbyte-go/magicbyte/schemas"
)

// Twmb returns twmb/avro.
func Twmb() (Codec[TwmbEvent], error) {
	schema, err := avro.Parse(schemas.OrderEventSchema)
	if err != nil {
		return Codec[TwmbEvent]{}, err
	}
	return twmbCodec(schema), nil
}

// TwmbEvolved returns twmb/avro with two schemas that were resolved beforehand. It reads only.
func TwmbEvolved(writer, reader string) (Codec[TwmbEvent], error) {
	w, err := avro.Parse(writer)
	if err != nil {
		return Codec[TwmbEvent]{}, err
	}
	r, err := avro.Parse(reader)
	if err != nil {
		return Codec[TwmbEvent]{}, err
	}
	resolved, err := avro.Resolve(w, r)
	if err != nil {
		return Codec[TwmbEvent]{}, err
	}
	return twmbCodec(resolved), nil
}

func twmbCodec(schema *avro.Schema) Codec[TwmbEvent] {
	return Codec[TwmbEvent]{
		Of: twmbForm.of, Back: twmbForm.back, Reset: func(v *TwmbEvent) { clear(v.Payload.Metadata) },
		Append: func(dst []byte, v *TwmbEvent) ([]byte, error) { return schema.AppendEncode(dst, v) },
		Decode: func(src []byte, v *TwmbEvent) error {
			rest, err := schema.Decode(src, v)
			if err == nil && len(rest) > 0 {
				err = errLeft
			}
			return err
		},
	}
}
