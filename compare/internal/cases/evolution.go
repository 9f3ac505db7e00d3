package cases

import (
	"context"

	"github.com/magicbyte-go/magicbyte/compare/evolved"
	"github.com/magicbyte-go/magicbyte/compare/internal/measure"
	"github.com/magicbyte-go/magicbyte/compare/peers"
	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// evolution returns the cases of events that were written with another schema, and of events with the same fields filled that were
// written with the reader's.
func evolution(ctx context.Context, url string) ([]measure.Case, error) {
	set, err := evolved.Typical()
	if err != nil {
		return nil, err
	}
	plan, err := avro.For[Event](evolved.Reader)
	if err != nil {
		return nil, err
	}
	decode, err := plan.Decoder([]string{evolved.Writer}, nil)
	if err != nil {
		return nil, err
	}
	equal := make([][]byte, len(set.Events))
	for i, e := range set.Events {
		if equal[i], err = plan.Append(nil, toEvent(e)); err != nil {
			return nil, err
		}
	}
	list := builder{set: set}
	list.add(DecodeEvolved, Plan, func() measure.Loop { return measure.Decode(set, set.Bodies, decode, ofEvent) })
	list.add(DecodeEqualFields, Plan, func() measure.Loop { return measure.Decode(set, equal, plan.Decode, ofEvent) })

	hamba, err := peers.HambaEvolved(evolved.Writer, evolved.Reader)
	if err != nil {
		return nil, err
	}
	list.add(DecodeEvolved, Hamba, func() measure.Loop { return measure.Decode(set, set.Bodies, hamba.Decode, hamba.Back) })
	twmb, err := peers.TwmbEvolved(evolved.Writer, evolved.Reader)
	if err != nil {
		return nil, err
	}
	list.add(DecodeEvolved, Twmb, func() measure.Loop { return measure.Decode(set, set.Bodies, twmb.Decode, twmb.Back) })

	const topic = "evolved"
	reg, err := registry.New(url)
	if err != nil {
		return nil, err
	}
	written, err := reg.Register(ctx, topic+"-value", serde.Schema{Type: serde.TypeAvro, Text: evolved.Writer})
	if err != nil {
		return nil, err
	}
	if _, err := reg.Register(ctx, topic+"-value", serde.Schema{Type: serde.TypeAvro, Text: evolved.Reader}); err != nil {
		return nil, err
	}
	id, _ := written.ID.Number()
	latest, err := peers.Avrov2Evolved(url, topic)
	if err != nil {
		return nil, err
	}
	payloads := framed(id, set.Bodies)
	list.add(DecodeEvolved, Avrov2Latest, func() measure.Loop { return measure.Decode(set, payloads, latest.Decode, latest.Back) })
	return list.cases, nil
}
