package hamba_test

import (
	"testing"

	"github.com/hamba/avro/v2"
	"github.com/magicbyte-go/magicbyte/serde/hamba"
)

// The rows "hamba alone" are the floor: the same values through a reused Reader or Writer, unchecked.

func BenchmarkDecode(b *testing.B) {
	c := hamba.MustFor[person](personSchema)
	enc, err := c.Encoder(nil)
	if err != nil {
		b.Fatal(err)
	}
	body, err := enc(nil, ada())
	if err != nil {
		b.Fatal(err)
	}
	dec, err := c.Decoder(nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("adapter", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var v person
			if err := dec(body, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("hamba alone", func(b *testing.B) {
		schema := avro.MustParse(personSchema)
		r := avro.NewReader(nil, 0)
		b.ReportAllocs()
		for b.Loop() {
			var v person
			r.Reset(body)
			r.ReadVal(schema, &v)
			if r.Error != nil {
				b.Fatal(r.Error)
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	enc, err := hamba.MustFor[person](personSchema).Encoder(nil)
	if err != nil {
		b.Fatal(err)
	}
	v := ada()
	b.Run("adapter", func(b *testing.B) {
		var buf []byte
		b.ReportAllocs()
		for b.Loop() {
			if buf, err = enc(buf[:0], v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("hamba alone", func(b *testing.B) {
		schema := avro.MustParse(personSchema)
		w := avro.NewWriter(nil, 512)
		b.ReportAllocs()
		for b.Loop() {
			w.Reset(nil)
			w.WriteVal(schema, v)
			if w.Error != nil {
				b.Fatal(w.Error)
			}
		}
	})
}
