package compare_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	hambaocf "github.com/hamba/avro/v2/ocf"
	twmb "github.com/twmb/avro"
	twmbocf "github.com/twmb/avro/ocf"

	"github.com/magicbyte-go/magicbyte/compare/event"
	"github.com/magicbyte-go/magicbyte/compare/peers"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

// filePeer reads and writes object container files of order events.
type filePeer struct {
	name  string
	read  func(r io.Reader) (records int, err error)
	write func(w io.Writer) error // the records that were read last
}

func ourFiles(name string, codec avro.Codec[schemas.OrderEvent], c ocf.Compression) filePeer {
	var events []schemas.OrderEvent
	return filePeer{name, func(in io.Reader) (int, error) {
		r, err := ocf.NewReader(in, codec)
		if err != nil {
			return 0, err
		}
		events = events[:0]
		for e, err := range r.All() {
			if err != nil {
				return 0, err
			}
			events = append(events, e)
		}
		return len(events), nil
	}, func(out io.Writer) error {
		w, err := ocf.NewWriter(out, codec, ocf.WithCompression(c))
		if err != nil {
			return err
		}
		for i := range events {
			if err := w.Write(&events[i]); err != nil {
				return err
			}
		}
		return w.Close()
	}}
}

func hambaFiles(c ocf.Compression) filePeer {
	var events []peers.HambaEvent
	return filePeer{"hamba", func(in io.Reader) (int, error) {
		r, err := hambaocf.NewDecoder(in)
		if err != nil {
			return 0, err
		}
		for events = events[:0]; r.HasNext(); {
			var e peers.HambaEvent
			if err := r.Decode(&e); err != nil {
				return 0, err
			}
			events = append(events, e)
		}
		return len(events), errors.Join(r.Error(), r.Close())
	}, func(out io.Writer) error {
		w, err := hambaocf.NewEncoder(schemas.OrderEventSchema, out, hambaocf.WithBlockSize(64<<10), hambaocf.WithBlockLength(1<<20), hambaocf.WithCodec(hambaocf.CodecName(c)))
		if err != nil {
			return err
		}
		for i := range events {
			if err := w.Encode(events[i]); err != nil {
				return err
			}
		}
		return w.Close()
	}}
}

func twmbFiles(c ocf.Compression) filePeer {
	var events []peers.TwmbEvent
	return filePeer{"twmb", func(in io.Reader) (int, error) {
		r, err := twmbocf.NewReader(in)
		if err != nil {
			return 0, err
		}
		for events = events[:0]; ; {
			var e peers.TwmbEvent
			if err := r.Decode(&e); errors.Is(err, io.EOF) {
				return len(events), r.Close()
			} else if err != nil {
				return 0, err
			}
			events = append(events, e)
		}
	}, func(out io.Writer) error {
		schema, err := twmb.Parse(schemas.OrderEventSchema)
		if err != nil {
			return err
		}
		opts := []twmbocf.WriterOpt{twmbocf.WithBlockBytes(64 << 10)}
		switch c {
		case ocf.Snappy:
			opts = append(opts, twmbocf.WithCodec(twmbocf.SnappyCodec()))
		case ocf.Deflate:
			opts = append(opts, twmbocf.WithCodec(twmbocf.DeflateCodec(-1)))
		case ocf.Zstandard:
			opts = append(opts, twmbocf.WithCodec(twmbocf.MustZstdCodec(nil, nil)))
		}
		w, err := twmbocf.NewWriter(out, schema, opts...)
		if err != nil {
			return err
		}
		for i := range events {
			if err := w.Encode(&events[i]); err != nil {
				return err
			}
		}
		return w.Close()
	}}
}

// BenchmarkFiles reads and writes files of 10,240 typical order events, opened and closed each time.
func BenchmarkFiles(b *testing.B) {
	set, err := event.Typical()
	if err != nil {
		b.Fatal(err)
	}
	const records = 10_240
	for _, c := range []ocf.Compression{ocf.Null, ocf.Deflate, ocf.Snappy, ocf.Zstandard} {
		var file bytes.Buffer
		w, err := ocf.NewWriter(&file, schemas.OrderEvents, ocf.WithCompression(c))
		if err != nil {
			b.Fatal(err)
		}
		plain := 0
		for i := range records {
			plain += len(set.Bodies[i%len(set.Bodies)])
			if err := w.Write(set.Events[i%len(set.Events)]); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
		plan := avro.MustFor[schemas.OrderEvent](schemas.OrderEventSchema, avro.WithMaxDepth(999))
		for _, peer := range []filePeer{ourFiles("generated", schemas.OrderEvents, c), ourFiles("plan", plan, c), hambaFiles(c), twmbFiles(c)} {
			b.Run("read/"+string(c)+"/"+peer.name, func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(plain))
				for b.Loop() {
					if n, err := peer.read(bytes.NewReader(file.Bytes())); err != nil || n != records {
						b.Fatalf("%d records, %v", n, err)
					}
				}
			})
			b.Run("write/"+string(c)+"/"+peer.name, func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(plain))
				if _, err := peer.read(bytes.NewReader(file.Bytes())); err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					if err := peer.write(io.Discard); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
