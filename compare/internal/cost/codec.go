package cost

import (
	"time"

	"github.com/magicbyte-go/magicbyte/schemas"
)

// codecTime is how long one sample of the codec lasts, roughly.
const codecTime = 100 * time.Millisecond

// Encode is what the codec alone needs for an event: the check of its values and its Avro.
func Encode(records Records) (Sample, error) {
	encode, err := schemas.OrderEvents.Encoder(nil)
	if err != nil {
		return Sample{}, err
	}
	buf := make([]byte, 0, 4096)
	return repeat(len(records.Events), func(i int) error {
		if err := records.Events[i].Validate(); err != nil {
			return err
		}
		buf, err = encode(buf[:0], records.Events[i])
		return err
	})
}

// Decode is what the codec alone needs to read an event into a new value. Bodies are payloads without what is in front of the Avro.
func Decode(bodies [][]byte) (Sample, error) {
	decode, err := schemas.OrderEvents.Decoder(nil, nil)
	if err != nil {
		return Sample{}, err
	}
	return repeat(len(bodies), func(i int) error { return decode(bodies[i], new(schemas.OrderEvent)) })
}

// repeat calls f with 0 to n-1 again and again.
func repeat(n int, f func(i int) error) (Sample, error) {
	m := startMeter()
	for calls := 0; ; {
		for i := range n {
			if err := f(i); err != nil {
				return Sample{}, err
			}
		}
		if calls += n; time.Since(m.clock) >= codecTime {
			return m.since(calls), nil
		}
	}
}
