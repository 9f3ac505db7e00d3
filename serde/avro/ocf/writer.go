package ocf

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// Writer writes values of T to an object container file, block by block. It is made by [NewWriter] and [Append], and not safe for
// concurrent use.
type Writer[T any] struct {
	w      io.Writer
	encode func(dst []byte, v *T) ([]byte, error)
	cfg    *writing
	header *Header
	opened bool // the header was written

	compress compressor
	body     []byte // of the block at hand
	records  int    // in it
	written  int64  // records in all
	packed   []byte
	out      []byte
	err      error
}

// NewWriter returns a writer of a new file under the codec's schema. All that is wrong with the options is in the error. Nothing is written yet:
// the header goes out with the first block, [Writer.Flush] or [Writer.Close].
func NewWriter[T any](w io.Writer, codec avro.Codec[T], opts ...WriterOption) (*Writer[T], error) {
	cfg, err := newWriting(opts)
	if err != nil {
		return nil, err
	}
	header := &Header{Schema: cfg.schema, Compression: cfg.compression, Metadata: cfg.metadata}
	if header.Schema == "" {
		header.Schema = codec.Schema()
	}
	if header.Compression == "" {
		header.Compression = Null
	}
	if cfg.sync != nil {
		header.Sync = *cfg.sync
	} else {
		rand.Read(header.Sync[:])
	}
	return newWriter(w, codec, cfg, header)
}

// newWriter returns a writer of a file with a header.
func newWriter[T any](w io.Writer, codec avro.Codec[T], cfg *writing, header *Header) (*Writer[T], error) {
	if header.Schema == "" {
		return nil, errors.New("ocf: the codec has no schema of its own; WithSchema says which to write")
	}
	encode, err := codec.Encoder([]string{header.Schema})
	if err != nil {
		return nil, fmt.Errorf("ocf: %w", err)
	}
	if err := cfg.checkLevel(header.Compression); err != nil {
		return nil, err
	}
	compress, err := newCompressor(header.Compression, cfg.level)
	if err != nil {
		return nil, fmt.Errorf("ocf: %s: %w", header.Compression, err)
	}
	return &Writer[T]{w: w, encode: encode, cfg: cfg, header: header, compress: compress}, nil
}

// Header returns what the file says of itself.
func (w *Writer[T]) Header() Header { return *w.header }

// Write adds a record to the block at hand, which is written once it is full. A value that cannot be encoded is an error and leaves no trace: the
// writer goes on without it. After an error of the writer below, which may have taken part of a block, all calls return that error. The
// writer keeps nothing of v.
func (w *Writer[T]) Write(v *T) error {
	if w.err != nil {
		return w.err
	}
	body, err := w.encode(w.body, v)
	if err != nil {
		return fmt.Errorf("ocf: write record %d: %w", w.written+int64(w.records), err)
	}
	w.body = body
	return w.wrote()
}

// Flush ends the block at hand, if it holds records, and hands it to the writer below in one call of Write. It does not flush the writer
// below.
func (w *Writer[T]) Flush() error {
	if w.err != nil {
		return w.err
	}
	w.out = w.out[:0]
	if !w.opened {
		w.out = w.header.Append(w.out)
	}
	if w.records > 0 {
		if w.packed, w.err = w.compress(w.packed, w.body); w.err != nil {
			w.err = fmt.Errorf("ocf: %s: %w", w.header.Compression, w.err)
			return w.err
		}
		w.out = binary.AppendVarint(w.out, int64(w.records))
		w.out = binary.AppendVarint(w.out, int64(len(w.packed)))
		w.out = append(w.out, w.packed...)
		w.out = append(w.out, w.header.Sync[:]...)
	}
	if len(w.out) == 0 {
		return nil
	}
	if _, err := w.w.Write(w.out); err != nil {
		w.err = fmt.Errorf("ocf: write records %d to %d: %w", w.written, w.written+int64(w.records), err)
		return w.err
	}
	w.opened = true
	w.written += int64(w.records)
	w.body, w.records = w.body[:0], 0
	return nil
}

// Close is [Writer.Flush] for the last time; it does not close the writer below. After it, all calls but Close return [ErrClosed].
// A file that is not closed is whole up to its last block.
func (w *Writer[T]) Close() error {
	if errors.Is(w.err, ErrClosed) {
		return nil
	}
	err := w.Flush()
	if err == nil {
		w.err = ErrClosed
	}
	return err
}
