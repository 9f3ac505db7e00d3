package measure

import (
	"fmt"
	"slices"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/compare/event"
	"github.com/magicbyte-go/magicbyte/compare/hand"
	"github.com/magicbyte-go/magicbyte/schemas"
)

// ringSize is how many results are kept, so that none can be written over what another left behind.
const ringSize = 64

// Loop does one thing again and again, each time with the next event.
type Loop struct {
	Run   func(n int) error
	Check func() error // of what the last run left behind; nil where there is nothing
}

// Encode is the loop of writing events. of is the event in the form that encode takes; prefix is the number of bytes in front of the Avro.
func Encode[T any](set event.Set, of func(*schemas.OrderEvent) *T, prefix int, encode func(dst []byte, v *T) ([]byte, error)) Loop {
	return encodeLoop(set, of, encode, func(got []byte, want *schemas.OrderEvent) error {
		e := new(schemas.OrderEvent)
		if len(got) < prefix {
			return fmt.Errorf("%d bytes were written", len(got))
		}
		if err := hand.Decode(got[prefix:], e); err != nil {
			return err
		}
		return differ(want, e)
	})
}

// EncodeOther is [Encode] of what is not Avro: back reads it.
func EncodeOther[T any](set event.Set, of func(*schemas.OrderEvent) *T, encode func(dst []byte, v *T) ([]byte, error), back func([]byte) (*schemas.OrderEvent, error)) Loop {
	return encodeLoop(set, of, encode, func(got []byte, want *schemas.OrderEvent) error {
		e, err := back(got)
		if err != nil {
			return err
		}
		return differ(want, e)
	})
}

func encodeLoop[T any](set event.Set, of func(*schemas.OrderEvent) *T, encode func([]byte, *T) ([]byte, error), check func([]byte, *schemas.OrderEvent) error) Loop {
	values := make([]*T, len(set.Events))
	for i, e := range set.Events {
		values[i] = of(e)
	}
	var ring [ringSize][]byte
	var which [ringSize]int
	next := 0
	return Loop{
		Run: func(n int) error {
			for i := range n {
				out, err := encode(ring[i%ringSize][:0], values[next])
				if err != nil {
					return err
				}
				ring[i%ringSize], which[i%ringSize] = out, next
				if next++; next == len(values) {
					next = 0
				}
			}
			return nil
		},
		Check: func() error {
			for i, got := range ring {
				if got == nil {
					continue
				}
				if err := check(got, set.Events[which[i]]); err != nil {
					return fmt.Errorf("event %d: %w", which[i], err)
				}
			}
			return nil
		},
	}
}

// Decode is the loop of reading events, each into a new value. The values are compared with the set's after the loop, when the bytes
// that they were read from are gone.
func Decode[T any](set event.Set, bodies [][]byte, decode func(src []byte, v *T) error, back func(*T) *schemas.OrderEvent) Loop {
	inputs := own(bodies)
	var ring [ringSize]*T
	var which [ringSize]int
	next := 0
	return Loop{
		Run: func(n int) error {
			for i := range n {
				v := new(T)
				if err := decode(inputs[next], v); err != nil {
					return err
				}
				ring[i%ringSize], which[i%ringSize] = v, next
				if next++; next == len(inputs) {
					next = 0
				}
			}
			return nil
		},
		Check: func() error {
			return overwritten(inputs, func() error {
				for i, v := range ring {
					if v == nil {
						continue
					}
					if err := differ(set.Events[which[i]], back(v)); err != nil {
						return fmt.Errorf("event %d: %w", which[i], err)
					}
				}
				return nil
			})
		},
	}
}

// DecodeReused is the loop of reading events into one value. Copies of the value are kept: what they point to must not
// change with the events that follow.
func DecodeReused[T any](set event.Set, bodies [][]byte, decode func(src []byte, v *T) error, back func(*T) *schemas.OrderEvent) Loop {
	var v T
	var ring [ringSize]T
	loop, which := reused(bodies, &v, decode, func(i int) { ring[i%ringSize] = v })
	loop.Check = func() error {
		return overwritten(loop.inputs, func() error {
			for i, at := range which {
				if at < 0 {
					continue
				}
				if err := differ(set.Events[at], back(&ring[i])); err != nil {
					return fmt.Errorf("event %d: %w", at, err)
				}
			}
			return nil
		})
	}
	return loop.Loop
}

// DecodeOver is [DecodeReused] for libraries that write over what earlier events pointed to: the last event alone is compared.
func DecodeOver[T any](set event.Set, bodies [][]byte, decode func(src []byte, v *T) error, back func(*T) *schemas.OrderEvent) Loop {
	var v T
	last := 0
	loop, which := reused(bodies, &v, decode, func(i int) { last = i % ringSize })
	loop.Check = func() error { return differ(set.Events[which[last]], back(&v)) }
	return loop.Loop
}

// DecodeAliased is [DecodeReused] for values that share memory with the bytes that they were read from.
func DecodeAliased[T any](set event.Set, bodies [][]byte, decode func(src []byte, v *T) error, back func(*T) *schemas.OrderEvent) Loop {
	return DecodeOver(set, bodies, decode, back)
}

type reusedLoop struct {
	Loop
	inputs [][]byte
}

func reused[T any](bodies [][]byte, v *T, decode func(src []byte, v *T) error, keep func(i int)) (*reusedLoop, *[ringSize]int) {
	inputs, which, next := own(bodies), new([ringSize]int), 0
	for i := range which {
		which[i] = -1
	}
	return &reusedLoop{inputs: inputs, Loop: Loop{Run: func(n int) error {
		for i := range n {
			if err := decode(inputs[next], v); err != nil {
				return err
			}
			which[i%ringSize] = next
			keep(i)
			if next++; next == len(inputs) {
				next = 0
			}
		}
		return nil
	}}}, which
}

// own returns copies of the bodies.
func own(bodies [][]byte) [][]byte {
	inputs := make([][]byte, len(bodies))
	for i, b := range bodies {
		inputs[i] = slices.Clone(b)
	}
	return inputs
}

// overwritten calls check while the inputs hold something else.
func overwritten(inputs [][]byte, check func() error) error {
	flip := func() {
		for _, in := range inputs {
			for i := range in {
				in[i] ^= 0xff
			}
		}
	}
	flip()
	defer flip()
	return check()
}

func differ(want, got *schemas.OrderEvent) error {
	if diff := cmp.Diff(want, got); diff != "" {
		return fmt.Errorf("the event is another one (-want +got):\n%s", diff)
	}
	return nil
}
