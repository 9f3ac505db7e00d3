package ocf

import (
	"errors"
	"io"
	"iter"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// Reader reads values of T from an object container file: records of the file's schema, resolved to the codec's. It is made by [NewReader], and
// not safe for concurrent use.
type Reader[T any] struct {
	cfg    *reading
	header *Header
	blocks blocks
	seq    *avro.Sequence[T]

	offset int64 // of the block at hand
	record int64 // in it
	left   int64 // records in it
	total  int64 // records before
	err    error // io.EOF, or what ended reading
}

// NewReader reads the header of a file and compiles the way from its schema to the codec's; a codec without a schema of its own reads
// records as they were written. Reading is buffered: more may have been read from r than was asked for.
func NewReader[T any](r io.Reader, codec avro.Codec[T], opts ...ReaderOption) (*Reader[T], error) {
	cfg, err := newReading(opts)
	if err != nil {
		return nil, err
	}
	w := &window{r: r}
	header, err := readHeader(w, cfg.maxHeader)
	if err != nil {
		return nil, &Error{Block: -1, Record: -1, Err: err}
	}
	decompress, err := newDecompressor(header.Compression)
	if err != nil {
		return nil, &Error{Block: -1, Record: -1, Err: err}
	}
	seq, err := codec.Sequence([]string{header.Schema})
	if err != nil {
		return nil, &Error{Block: -1, Record: -1, Err: err}
	}
	return &Reader[T]{
		cfg: cfg, header: header, seq: seq,
		blocks: blocks{
			window: w, sync: header.Sync, least: seq.MinSize(), limit: cfg.maxBlock, zero: cfg.maxZero,
			decompress: decompress, number: -1,
		},
	}, nil
}

// Header returns what the file says of itself.
func (r *Reader[T]) Header() Header { return *r.header }

// Read reads the next record. Whatever v held before is gone; on an error v is zero. What was read is the caller's own, and never changes with the
// next record. At the end it returns io.EOF itself, all other errors are of type [*Error].
//
// A record that the codec's schema has no place for (see [avro.Error.Unresolvable]) is an error of that record alone: the next call reads
// the one behind it. After all other errors reading has ended, and each call returns the same, unless [WithRecovery] goes on.
func (r *Reader[T]) Read(v *T) error {
	if v == nil {
		return r.fail(r.record, r.seq.Next(v)) // which says so
	}
	err := r.read(func() error { return r.seq.Next(v) })
	if r.err != nil {
		var zero T
		*v = zero
	}
	return err
}

// AppendJSON reads the next record as it was written, whatever T is, and appends it in Avro's JSON encoding to dst, as one line without its end. See
// [avro.Schema.BinaryToJSON] for what is written, and [Reader.Read] for the errors, with which it returns dst as it was.
func (r *Reader[T]) AppendJSON(dst []byte) ([]byte, error) {
	err := r.read(func() error {
		var err error
		dst, err = r.seq.AppendJSON(dst)
		return err
	})
	return dst, err
}

// read goes to the next record and reads it with the function.
func (r *Reader[T]) read(one func() error) error {
	for r.err == nil {
		var err error
		if r.left > 0 {
			var ended bool
			if ended, err = r.next(one); !ended {
				return err
			}
		} else {
			err = r.advance()
		}
		if err != nil && !r.recovered(err) {
			r.err = err
		}
	}
	return r.err
}

// All iterates over the records that are left, with the error of each that cannot be read, as [Reader.Read] returns them. The end of the file is the end
// of the iteration; so is an error that ends reading, once it was handed out.
//
//	for order, err := range reader.All() {
//		if err != nil {
//			return err
//		}
//		...
//	}
func (r *Reader[T]) All() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var v T
		for {
			err := r.Read(&v)
			if err == io.EOF { //nolint:errorlint // the value that Read documents
				return
			}
			if !yield(v, err) || r.err != nil {
				return
			}
		}
	}
}

// next reads the next record of the block at hand, and reports whether an error ends the block.
func (r *Reader[T]) next(one func() error) (ended bool, err error) {
	if cause := one(); cause != nil {
		err = r.fail(r.record, cause)
		if ae, ok := errors.AsType[*avro.Error](cause); !ok || !ae.Unresolvable() {
			return true, err
		}
	}
	r.record, r.left, r.total = r.record+1, r.left-1, r.total+1
	return false, err
}

// advance goes to the next block. It returns io.EOF at the end.
func (r *Reader[T]) advance() error {
	if r.blocks.number >= 0 && r.seq.Len() > 0 {
		return r.fail(-1, corrupt("%d bytes are left over behind its %d records", r.seq.Len(), r.record))
	}
	r.offset, r.record = r.blocks.window.offset, 0
	r.blocks.number++
	count, plain, err := r.blocks.next()
	if err == io.EOF { //nolint:errorlint // the end, not a part of another error
		return err
	}
	if err != nil {
		return r.fail(-1, err)
	}
	r.left = count
	r.seq.Reset(plain)
	return nil
}

// fail is the error of a place in the block at hand.
func (r *Reader[T]) fail(record int64, err error) *Error {
	return &Error{Block: r.blocks.number, Record: record, Offset: r.offset, Records: r.total, Err: err}
}
