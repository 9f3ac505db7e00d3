package cases

import (
	"testing" //nolint:depguard // allocations are gates as well, and it counts them

	"github.com/magicbyte-go/magicbyte/compare/event"
	"github.com/magicbyte-go/magicbyte/compare/internal/measure"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// Rivals are the ways of confluent-kafka-go's serde: it is held against us at its best.
var Rivals = []string{Avrov2, Avrov2Latest}

// enoughSpeedUp is what a loop without shared state has to gain from the second core for the machine to have two.
const enoughSpeedUp = 1.5

// Gates returns what has to be reached.
func Gates() []measure.Gate {
	// Hand-written code is a measure where it is good enough itself.
	handCounts := func(r *measure.Results) bool {
		times, ok := measure.Times(DecodeFresh, Hand, Rivals...)(r)
		return ok && times >= 4.1
	}
	gates := []measure.Gate{
		{Name: "hand against avrov2, decode: enough to judge by", Limit: 4.1, Value: measure.Times(DecodeFresh, Hand, Rivals...)},
		{Name: "generated over hand, encode", Most: true, Limit: 1.15, Value: measure.Ratio(Encode, Generated, Hand), Counts: handCounts},
		{Name: "generated over hand, decode", Most: true, Limit: 1.15, Value: measure.Ratio(DecodeFresh, Generated, Hand), Counts: handCounts},
		{Name: "plan over hand, encode", Most: true, Limit: 1.5, Value: measure.Ratio(Encode, Plan, Hand), Counts: handCounts},
		{Name: "plan over hand, decode", Most: true, Limit: 1.6, Value: measure.Ratio(DecodeFresh, Plan, Hand), Counts: handCounts},
		{Name: "generated against avrov2, encode", Limit: 15, Value: measure.Times(Encode, Generated, Rivals...)},
		{Name: "plan against avrov2, encode", Limit: 9, Value: measure.Times(Encode, Plan, Rivals...)},
		{Name: "generated against avrov2, decode", Limit: 3.5, Value: measure.Times(DecodeFresh, Generated, Rivals...)},
		{Name: "plan against avrov2, decode", Limit: 2.3, Value: measure.Times(DecodeFresh, Plan, Rivals...)},
		{Name: "plan against avrov2, decode evolved", Limit: 45, Value: measure.Times(DecodeEvolved, Plan, Rivals...)},
	}
	for _, peer := range []string{Hamba, Twmb} {
		gates = append(gates,
			measure.Gate{Name: "generated against " + peer + ", encode", Limit: 3, Value: measure.Times(Encode, Generated, peer)},
			measure.Gate{Name: "plan against " + peer + ", encode", Limit: 2, Value: measure.Times(Encode, Plan, peer)},
			measure.Gate{Name: "generated against " + peer + ", decode", Limit: 2.5, Value: measure.Times(DecodeFresh, Generated, peer)},
			measure.Gate{Name: "plan against " + peer + ", decode", Limit: 1.7, Value: measure.Times(DecodeFresh, Plan, peer)},
		)
	}
	gates = append(gates,
		measure.Gate{Name: "evolved over equal fields, plan", Most: true, Limit: 1.15, Value: func(r *measure.Results) (float64, bool) {
			evolved, ok := r.Find(DecodeEvolved, "typical", Plan, 1)
			equal, both := r.Find(DecodeEqualFields, "typical", Plan, 1)
			return evolved.NS / equal.NS, ok && both
		}},
		measure.Gate{Name: "serde over an empty codec, encode, ns", Most: true, Limit: 30, Value: nanoseconds(SerdeEncode, Empty)},
		measure.Gate{Name: "serde over an empty codec, decode, ns", Most: true, Limit: 30, Value: nanoseconds(SerdeDecode, Empty)},
	)
	impl := Plan
	if IsGenerated() {
		impl = Generated
	}
	for _, work := range []string{Encode, DecodeFresh, SerdeEncode, SerdeDecode} {
		gates = append(gates, measure.Gate{
			Name: "speed-up by a second core over that of a loop without shared state, " + work, Limit: 0.9,
			Value: func(r *measure.Results) (float64, bool) {
				got, ok := measure.SpeedUp(r, work, impl)
				possible, both := measure.SpeedUp(r, work, NoShared)
				return got / possible, ok && both
			},
			Counts: func(r *measure.Results) bool {
				possible, ok := measure.SpeedUp(r, work, NoShared)
				return ok && possible >= enoughSpeedUp
			},
		})
	}
	return append(gates, allocations()...)
}

func nanoseconds(work, impl string) func(*measure.Results) (float64, bool) {
	return func(r *measure.Results) (float64, bool) {
		row, ok := r.Find(work, "typical", impl, 1)
		return row.NS, ok
	}
}

// allocations returns the gates on what the fullest typical event allocates, besides the value that it is read into.
func allocations() []measure.Gate {
	var gates []measure.Gate
	for _, name := range []string{Generated, Plan} {
		gates = append(gates,
			allocating(name, "allocations, encode, "+name, 0, func(c codec, e *Event, body []byte) (func(), error) {
				encode, err := c.Encoder(nil)
				buf := make([]byte, 0, 2*len(body))
				return func() { _, err = encode(buf, e) }, err
			}),
			allocating(name, "allocations, decode fresh, "+name, 6, func(c codec, _ *Event, body []byte) (func(), error) {
				decode, err := c.Decoder(nil, nil)
				fresh, next := make([]Event, runs+1), 0
				return func() { err = decode(body, &fresh[next]); next++ }, err
			}),
		)
	}
	return append(gates,
		reusing("allocations, decode reused, WithReuse", 2, avro.WithReuse()),
		reusing("allocations, decode reused, WithReuse and WithAliasedInput", 1, avro.WithReuse(), avro.WithAliasedInput()),
	)
}

// reusing returns the gate on what reading into a used value of the generated type allocates. With options its codec works by the plan.
func reusing(name string, limit float64, opts ...avro.Option) measure.Gate {
	return allocating(Generated, name, limit, func(_ codec, _ *Event, body []byte) (func(), error) {
		c, err := avro.For[schemas.OrderEvent](schemas.OrderEventSchema, opts...)
		v := new(schemas.OrderEvent)
		return func() { err = c.Decode(body, v) }, err
	})
}

// runs is how often allocations are counted.
const runs = 200

func allocating(impl, name string, limit float64, open func(c codec, e *Event, body []byte) (func(), error)) measure.Gate {
	return measure.Gate{Name: name, Most: true, Limit: limit, Value: func(*measure.Results) (float64, bool) {
		set, err := event.Typical()
		if err != nil {
			return 0, false
		}
		all, err := codecs()
		if err != nil {
			return 0, false
		}
		for _, c := range all {
			if c.name != impl {
				continue
			}
			fullest := set.Fullest()
			once, err := open(c, toEvent(set.Events[fullest]), set.Bodies[fullest])
			if err != nil {
				return 0, false
			}
			return testing.AllocsPerRun(runs, once), true
		}
		return 0, false
	}}
}
