package cases

import (
	"context"

	"github.com/magicbyte-go/magicbyte/compare/event"
	"github.com/magicbyte-go/magicbyte/compare/hand"
	"github.com/magicbyte-go/magicbyte/compare/internal/measure"
	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/serde"
)

// cores returns the cases that run on two cores, and what a loop without shared state reaches there. That is the hand-written codec,
// in the serde's rows too: each goroutine has bytes and values of its own, and what they share is the allocator and collector of the
// runtime, as in every Go program.
func cores(ctx context.Context, url string, set event.Set) ([]measure.Case, error) {
	list := builder{set: set}
	for _, procs := range []int{1, 2} {
		for _, work := range []string{Encode, SerdeEncode} {
			list.addProcs(work, NoShared, procs, func() measure.Loop { return measure.Encode(set, self, 0, hand.Append) })
		}
		for _, work := range []string{DecodeFresh, SerdeDecode} {
			list.addProcs(work, NoShared, procs, func() measure.Loop { return measure.Decode(set, set.Bodies, hand.Decode, self) })
		}
	}
	reg, err := registry.New(url)
	if err != nil {
		return nil, err
	}
	all, err := codecs()
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		encode, err := c.Encoder(nil)
		if err != nil {
			return nil, err
		}
		decode, err := c.Decoder(nil, nil)
		if err != nil {
			return nil, err
		}
		registered, err := reg.Register(ctx, topic+"-value", serde.Schema{Type: serde.TypeAvro, Text: c.Schema()})
		if err != nil {
			return nil, err
		}
		id, _ := registered.ID.Number()
		payloads := framed(id, set.Bodies)
		ser, deser := serde.NewSerializer[Event](c, reg), serde.NewDeserializer[Event](c, reg)
		list.addProcs(Encode, c.name, 2, func() measure.Loop { return measure.Encode(set, toEvent, 0, encode) })
		list.addProcs(DecodeFresh, c.name, 2, func() measure.Loop { return measure.Decode(set, set.Bodies, decode, ofEvent) })
		list.addProcs(SerdeEncode, c.name, 2, func() measure.Loop { return measure.Encode(set, toEvent, frame, serializing(ctx, ser)) })
		list.addProcs(SerdeDecode, c.name, 2, func() measure.Loop { return measure.Decode(set, payloads, deserializing(ctx, deser), ofEvent) })
	}
	return list.cases, nil
}
