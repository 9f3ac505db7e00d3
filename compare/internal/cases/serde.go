package cases

import (
	"context"
	"encoding/binary"
	"slices"

	"github.com/magicbyte-go/magicbyte/compare/event"
	"github.com/magicbyte-go/magicbyte/compare/internal/measure"
	"github.com/magicbyte-go/magicbyte/compare/peers"
	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

// frame is the number of bytes in front of the Avro: 0 and the id of the schema.
const frame = 5

const topic = "orders"

// serdes returns the cases of whole serdes, with a registry at url.
func serdes(ctx context.Context, url string, set event.Set) ([]measure.Case, error) {
	list := builder{set: set}
	reg, err := registry.New(url)
	if err != nil {
		return nil, err
	}
	all, err := codecs()
	if err != nil {
		return nil, err
	}
	var id int32
	for _, c := range all {
		ser, deser := serde.NewSerializer[Event](c, reg), serde.NewDeserializer[Event](c, reg)
		registered, err := reg.Register(ctx, topic+"-value", serde.Schema{Type: serde.TypeAvro, Text: c.Schema()})
		if err != nil {
			return nil, err
		}
		id, _ = registered.ID.Number()
		payloads := framed(id, set.Bodies)
		list.add(SerdeEncode, c.name, func() measure.Loop { return measure.Encode(set, toEvent, frame, serializing(ctx, ser)) })
		list.add(SerdeDecode, c.name, func() measure.Loop {
			return measure.Decode(set, payloads, deserializing(ctx, deser), ofEvent)
		})
	}
	if err := emptySerde(ctx, &list, reg); err != nil {
		return nil, err
	}

	payloads := framed(id, set.Bodies)
	franz, err := peers.Franz(int(id))
	if err != nil {
		return nil, err
	}
	addSerde(&list, Franz, franz, payloads)
	// What it registers has lost its defaults, and must not become the newest schema of the subject that others read with.
	auto, err := peers.Avrov2(url, topic+"-auto")
	if err != nil {
		return nil, err
	}
	addSerde(&list, Avrov2, auto, payloads)
	latest, err := peers.Avrov2Latest(url, topic)
	if err != nil {
		return nil, err
	}
	addSerde(&list, Avrov2Latest, latest, payloads)
	return list.cases, nil
}

func serializing[T any](ctx context.Context, ser *serde.Serializer[T]) func([]byte, *T) ([]byte, error) {
	return func(dst []byte, v *T) ([]byte, error) {
		out, err := ser.AppendSerialize(ctx, dst, topic, v)
		return out.Bytes, err
	}
}

func deserializing[T any](ctx context.Context, deser *serde.Deserializer[T]) func([]byte, *T) error {
	return func(src []byte, v *T) error {
		_, err := deser.DeserializeInto(ctx, serde.Input{Topic: topic, Payload: src}, v)
		return err
	}
}

// addSerde adds a serde among the serdes, and among the codecs as well: there it is what they are held against.
func addSerde[T any](list *builder, impl string, c peers.Codec[T], payloads [][]byte) {
	set := list.set
	for _, work := range []string{Encode, SerdeEncode} {
		list.add(work, impl, func() measure.Loop { return measure.Encode(set, c.Of, frame, c.Append) })
	}
	for _, work := range []string{DecodeFresh, SerdeDecode} {
		list.add(work, impl, func() measure.Loop { return measure.Decode(set, payloads, c.Decode, c.Back) })
	}
}

// framed returns the bodies with a schema id in front.
func framed(id int32, bodies [][]byte) [][]byte {
	payloads := make([][]byte, len(bodies))
	for i, body := range bodies {
		payloads[i] = slices.Concat(binary.BigEndian.AppendUint32([]byte{0}, uint32(id)), body)
	}
	return payloads
}

// nothing is a codec whose values have no bytes: what is measured with it is the serde alone.
type nothing struct{}

func (nothing) SchemaType() string { return serde.TypeAvro }
func (nothing) Schema() string {
	return `{"type":"record","name":"Nothing","namespace":"compare","fields":[]}`
}
func (nothing) Name() string { return "compare.Nothing" }

func (nothing) Encoder([]string) (func([]byte, *struct{}) ([]byte, error), error) {
	return func(dst []byte, _ *struct{}) ([]byte, error) { return dst, nil }, nil
}

func (nothing) Decoder(_, _ []string) (func([]byte, *struct{}) error, error) {
	return func([]byte, *struct{}) error { return nil }, nil
}

func emptySerde(ctx context.Context, list *builder, reg *registry.Client) error {
	const topic = "nothing"
	ser, deser := serde.NewSerializer(nothing{}, reg), serde.NewDeserializer(nothing{}, reg)
	first, err := ser.Serialize(ctx, topic, new(struct{}))
	if err != nil {
		return err
	}
	buf, v, in := make([]byte, 0, 64), new(struct{}), serde.Input{Topic: topic, Payload: first.Bytes}
	list.add(SerdeEncode, Empty, func() measure.Loop {
		return measure.Loop{Run: func(n int) error {
			for range n {
				if _, err := ser.AppendSerialize(ctx, buf, topic, v); err != nil {
					return err
				}
			}
			return nil
		}}
	})
	list.add(SerdeDecode, Empty, func() measure.Loop {
		return measure.Loop{Run: func(n int) error {
			for range n {
				if _, err := deser.DeserializeInto(ctx, in, v); err != nil {
					return err
				}
			}
			return nil
		}}
	})
	return nil
}

var _ serde.Codec[schemas.OrderEvent] = schemas.OrderEvents
