package peers

import (
	"io"

	"github.com/hamba/avro/v2"
	"github.com/twmb/franz-go/pkg/sr"

	"github.com/magicbyte-go/magicbyte/schemas"
)

// Franz returns the Serde of franz-go's schema registry package around hamba/avro, for the schema of the given id.
func Franz(id int) (Codec[HambaEvent], error) {
	schema, err := avro.Parse(schemas.OrderEventSchema)
	if err != nil {
		return Codec[HambaEvent]{}, err
	}
	w, read := avro.NewWriter(io.Discard, 1024), hambaReader[HambaEvent](schema)
	serde := sr.NewSerde()
	serde.Register(id, &HambaEvent{},
		sr.AppendEncodeFn(func(dst []byte, v any) ([]byte, error) {
			w.Reset(io.Discard)
			w.WriteVal(schema, v)
			return append(dst, w.Buffer()...), w.Error
		}),
		sr.DecodeFn(func(src []byte, v any) error { return read(src, v.(*HambaEvent)) }),
	)
	return Codec[HambaEvent]{
		Of: hambaForm.of, Back: hambaForm.back,
		Append: func(dst []byte, v *HambaEvent) ([]byte, error) { return serde.AppendEncode(dst, v) },
		Decode: func(src []byte, v *HambaEvent) error { return serde.Decode(src, v) },
	}, nil
}
