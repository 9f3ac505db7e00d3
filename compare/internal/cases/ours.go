package cases

import (
	"github.com/magicbyte-go/magicbyte/compare/event"
	"github.com/magicbyte-go/magicbyte/compare/hand"
	"github.com/magicbyte-go/magicbyte/compare/internal/measure"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// The names of the implementations.
const (
	Generated    = "magicbyte-generated"
	Plan         = "magicbyte-plan"
	Empty        = "magicbyte-empty"
	NoShared     = "no-shared-state"
	Hand         = "hand"
	Avrov2       = "ckg-avrov2"
	Avrov2Latest = "ckg-avrov2-latest"
	Hamba        = "hamba"
	Twmb         = "twmb"
	Goavro       = "goavro"
	Franz        = "franz-sr-hamba"
	JSON         = "json"
)

// The kinds of work.
const (
	Encode            = "encode"
	DecodeFresh       = "decode-fresh"
	DecodeReused      = "decode-reused"
	DecodeEvolved     = "decode-evolved"
	DecodeEqualFields = "decode-equal-fields"
	SerdeEncode       = "serde-encode"
	SerdeDecode       = "serde-decode"
	Validate          = "validate"
)

// Event has the fields of an order event and none of its methods: its codec works by the plan, and its serializer validates nothing, as
// the serializers of others do not.
type Event schemas.OrderEvent

func toEvent(e *schemas.OrderEvent) *Event { return (*Event)(e) }
func ofEvent(e *Event) *schemas.OrderEvent { return (*schemas.OrderEvent)(e) }

// codec is one of ours, for events without methods.
type codec struct {
	name string
	serde.Codec[Event]
}

// codecs returns the plan, and the generated code where the contract's codec has it.
func codecs() ([]codec, error) {
	plan, err := avro.For[Event](schemas.OrderEventSchema)
	if err != nil {
		return nil, err
	}
	all := []codec{{Plan, plan}}
	if IsGenerated() {
		all = append(all, codec{Generated, bare{schemas.OrderEvents}})
	}
	return all, nil
}

// IsGenerated reports whether the contract's codec has generated methods.
func IsGenerated() bool {
	_, ok := any(new(schemas.OrderEvent)).(interface {
		AppendAvro(dst []byte) ([]byte, error)
		DecodeAvro(src []byte) (rest []byte, err error)
	})
	return ok
}

// bare is the codec of the contract for events without methods.
type bare struct {
	serde.Codec[schemas.OrderEvent]
}

func (b bare) Encoder(schema []string) (func([]byte, *Event) ([]byte, error), error) {
	encode, err := b.Codec.Encoder(schema)
	return func(dst []byte, v *Event) ([]byte, error) { return encode(dst, ofEvent(v)) }, err
}

func (b bare) Decoder(writer, reader []string) (func([]byte, *Event) error, error) {
	decode, err := b.Codec.Decoder(writer, reader)
	return func(src []byte, v *Event) error { return decode(src, ofEvent(v)) }, err
}

// ours returns the cases of the bare codecs and of the hand-written one.
func ours(set event.Set) ([]measure.Case, error) {
	list := builder{set: set}
	list.add(Encode, Hand, func() measure.Loop { return measure.Encode(set, self, 0, hand.Append) })
	list.add(DecodeFresh, Hand, func() measure.Loop { return measure.Decode(set, set.Bodies, hand.Decode, self) })
	list.add(DecodeReused, Hand, func() measure.Loop { return measure.DecodeReused(set, set.Bodies, hand.Decode, self) })
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
		list.add(Encode, c.name, func() measure.Loop { return measure.Encode(set, toEvent, 0, encode) })
		list.add(DecodeFresh, c.name, func() measure.Loop { return measure.Decode(set, set.Bodies, decode, ofEvent) })
		if c.name == Plan {
			continue
		}
		list.add(DecodeReused, c.name, func() measure.Loop { return measure.DecodeReused(set, set.Bodies, decode, ofEvent) })
	}
	// Codecs that write over what a value held, as those of others do, work by the plan.
	reusing, err := avro.For[Event](schemas.OrderEventSchema, avro.WithReuse())
	if err != nil {
		return nil, err
	}
	list.add(DecodeReused, Plan, func() measure.Loop { return measure.DecodeOver(set, set.Bodies, reusing.Decode, ofEvent) })
	list.add(Validate, Generated, func() measure.Loop {
		next := 0
		return measure.Loop{Run: func(n int) error {
			for range n {
				if err := set.Events[next].Validate(); err != nil {
					return err
				}
				if next++; next == len(set.Events) {
					next = 0
				}
			}
			return nil
		}}
	})
	return list.cases, nil
}

func self(e *schemas.OrderEvent) *schemas.OrderEvent { return e }

// builder collects cases of one set of events.
type builder struct {
	set   event.Set
	cases []measure.Case
}

func (b *builder) add(work, impl string, loop func() measure.Loop) {
	b.addProcs(work, impl, 1, loop)
}

func (b *builder) addProcs(work, impl string, procs int, loop func() measure.Loop) {
	b.cases = append(b.cases, measure.Case{
		Work: work, Event: b.set.Name, Impl: impl, Procs: procs,
		New: func() (measure.Loop, error) { return loop(), nil },
	})
}
