package cases

import (
	"encoding/json"

	"github.com/magicbyte-go/magicbyte/compare/event"
	"github.com/magicbyte-go/magicbyte/compare/internal/measure"
	"github.com/magicbyte-go/magicbyte/compare/peers"
	"github.com/magicbyte-go/magicbyte/schemas"
)

// others returns the cases of other codecs without a registry.
func others(set event.Set) ([]measure.Case, error) {
	list := builder{set: set}
	if err := bareCodec(&list, Hamba, peers.Hamba); err != nil {
		return nil, err
	}
	if err := bareCodec(&list, Twmb, peers.Twmb); err != nil {
		return nil, err
	}
	if err := bareCodec(&list, Goavro, peers.Goavro); err != nil {
		return nil, err
	}
	plain, texts := peers.JSON(), make([][]byte, len(set.Events))
	for i, e := range set.Events {
		var err error
		if texts[i], err = json.Marshal(e); err != nil {
			return nil, err
		}
	}
	list.add(Encode, JSON, func() measure.Loop {
		return measure.EncodeOther(set, plain.Of, plain.Append, func(text []byte) (*schemas.OrderEvent, error) {
			e := new(schemas.OrderEvent)
			return e, json.Unmarshal(text, e)
		})
	})
	list.add(DecodeFresh, JSON, func() measure.Loop { return measure.Decode(set, texts, plain.Decode, plain.Back) })
	return list.cases, nil
}

// bareCodec adds the cases of a codec; each goroutine has one of its own. All but goavro can read into a value that is there.
func bareCodec[T any](list *builder, impl string, open func() (peers.Codec[T], error)) error {
	c, err := open()
	if err != nil {
		return err
	}
	set := list.set
	list.add(Encode, impl, func() measure.Loop { return measure.Encode(set, c.Of, 0, c.Append) })
	list.add(DecodeFresh, impl, func() measure.Loop { return measure.Decode(set, set.Bodies, c.Decode, c.Back) })
	if impl != Goavro {
		decode := c.Decode
		if c.Reset != nil {
			decode = func(src []byte, v *T) error { c.Reset(v); return c.Decode(src, v) }
		}
		list.add(DecodeReused, impl, func() measure.Loop { return measure.DecodeOver(set, set.Bodies, decode, c.Back) })
	}
	return nil
}
