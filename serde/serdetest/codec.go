package serdetest

import (
	"bytes"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde"
)

// Codec checks what serde.Codec promises, on the given samples: that values come back equal, that reading starts from nothing, survives
// truncation and bytes left over with an error, and keeps no reference to its input, and that all of it holds for goroutines at
// once. Samples differ from each other; every truncation of their bytes must be an error (so no sample may end in a
// part that an empty rest can stand for). Options go to cmp.Diff.
func Codec[T any](t *testing.T, codec serde.Codec[T], samples []*T, opts []cmp.Option) {
	t.Helper()
	encode, err := codec.Encoder(nil)
	if err != nil {
		t.Fatalf("Encoder(nil): %v", err)
	}
	decode, err := codec.Decoder([]string{codec.Schema()}, nil)
	if err != nil {
		t.Fatalf("Decoder(own schema): %v", err)
	}
	bodies := make([][]byte, len(samples))
	for i, sample := range samples {
		if bodies[i], err = encode(nil, sample); err != nil {
			t.Fatalf("sample %d: encode: %v", i, err)
		}
	}
	check := func(t *testing.T, i int, got *T) {
		t.Helper()
		if diff := cmp.Diff(samples[i], got, opts...); diff != "" {
			t.Errorf("sample %d does not come back (-want +got):\n%s", i, diff)
		}
	}

	t.Run("own schema is named by nil", func(t *testing.T) {
		own, err := codec.Encoder([]string{codec.Schema()})
		if err != nil {
			t.Fatalf("Encoder(own text): %v", err)
		}
		for i, sample := range samples {
			got, err := own(nil, sample)
			if err != nil {
				t.Fatalf("sample %d: %v", i, err)
			}
			if !bytes.Equal(got, bodies[i]) {
				t.Errorf("sample %d: Encoder(own text) wrote %x, Encoder(nil) %x", i, got, bodies[i])
			}
		}
	})
	t.Run("appends", func(t *testing.T) {
		prefix := []byte("prefix")
		for i, sample := range samples {
			got, err := encode(bytes.Clone(prefix), sample)
			if err != nil {
				t.Fatalf("sample %d: %v", i, err)
			}
			if want := append(bytes.Clone(prefix), bodies[i]...); !bytes.Equal(got, want) {
				t.Errorf("sample %d: got %x, want %x", i, got, want)
			}
		}
	})
	t.Run("leaves nothing of an earlier value", func(t *testing.T) {
		reused := new(T)
		for round := range 2 {
			for i := range samples {
				if err := decode(bodies[i], reused); err != nil {
					t.Fatalf("round %d, sample %d: %v", round, i, err)
				}
				check(t, i, reused)
			}
		}
	})
	t.Run("keeps no reference to its input", func(t *testing.T) {
		for i := range samples {
			input := bytes.Clone(bodies[i])
			got := new(T)
			if err := decode(input, got); err != nil {
				t.Fatalf("sample %d: %v", i, err)
			}
			clear(input)
			check(t, i, got)
		}
	})
	t.Run("refuses truncation and bytes left over", func(t *testing.T) {
		for i, body := range bodies {
			for n := range body {
				if err := decode(body[:n], new(T)); err == nil {
					t.Errorf("sample %d cut to %d of %d bytes: no error", i, n, len(body))
				}
			}
			if err := decode(append(bytes.Clone(body), 0), new(T)); err == nil {
				t.Errorf("sample %d with one byte more: no error", i)
			}
		}
	})
	t.Run("serves goroutines at once", func(t *testing.T) {
		var group sync.WaitGroup
		for worker := range 8 {
			group.Go(func() {
				for n := range 50 {
					i := (worker + n) % len(samples)
					body, err := encode(nil, samples[i])
					if err != nil {
						t.Errorf("sample %d: encode: %v", i, err)
						return
					}
					got := new(T)
					if err := decode(body, got); err != nil {
						t.Errorf("sample %d: decode: %v", i, err)
						return
					}
					check(t, i, got)
				}
			})
		}
		group.Wait()
	})
}
