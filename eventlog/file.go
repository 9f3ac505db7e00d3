package eventlog

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"iter"
	"time"

	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

const (
	blockSize = 64 << 10
	// openCost is what an open file takes beside its blocks: buffers of a block, and the tables of a compressor.
	openCost = 1 << 20
	// buffers is how often a record that is larger than a block may be in memory while it is written.
	buffers = 4
)

// kind is what a file can hold.
type kind struct {
	schema serde.SchemaID // zero for envelopes
	framed bool
}

// file is a file in memory: open, and then complete. It is not safe for concurrent use.
type file struct {
	kind kind
	key  string
	meta Metadata
	sync [ocf.SyncSize]byte
	sums hash.Hash
	memo func(int64) // is told of memory that it takes, or gives back

	envelopes *ocf.Writer[Envelope]
	values    *ocf.Writer[avro.Record]
	offsets   runs // of values
	times     []int64

	header  []byte // of a complete file
	blocks  [][]byte
	passed  bool // the header that ocf writes
	ending  bool // the last block is within openCost until complete takes note of all that is left
	size    int64
	held    int64 // all memory
	largest int64
}

// spec is what makes two files of the same records equal.
type spec struct {
	compression ocf.Compression
	level       int
	subject     func(topic string) string
}

// newFile opens a file that begins at an offset; e is its first record.
func newFile(l layout, s spec, k kind, text string, e *Envelope, first int64, begins bool, memo func(int64)) (*file, error) {
	mode := Raw
	if !k.schema.IsZero() {
		mode = Values
	}
	f := &file{
		kind: k, largest: blockSize, key: l.key(e.Topic, e.Partition, first, e.Timestamp), sums: sha256.New(), memo: memo,
		meta: Metadata{
			Mode: mode, Topic: e.Topic, Partition: e.Partition, First: first, FirstRecord: e.Offset, Begins: begins, SchemaID: k.schema,
			Start: e.Timestamp, End: e.Timestamp, framed: k.framed, written: e.Timestamp.UnixMilli(),
		},
	}
	hashed := sha256.Sum256([]byte(f.key))
	copy(f.sync[:], hashed[:])
	opts := []ocf.WriterOption{ocf.WithSync(f.sync), ocf.WithCompression(s.compression), ocf.WithBlockSize(blockSize)}
	if s.level != 0 {
		opts = append(opts, ocf.WithLevel(s.level))
	}
	var err error
	if mode == Raw {
		if f.envelopes, err = ocf.NewWriter(f, Envelopes, opts...); err == nil {
			err = f.envelopes.Flush()
		}
	} else {
		f.meta.Subject, f.offsets = s.subject(e.Topic), newRuns(first)
		var generic avro.Codec[avro.Record]
		if generic, err = avro.Generic(); err == nil {
			f.values, err = ocf.NewWriter(f, generic, append(opts, ocf.WithSchema(text))...)
		}
		if err == nil {
			err = f.values.Flush()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open a file for %s[%d]: %w", e.Topic, e.Partition, err)
	}
	f.take(openCost)
	return f, nil
}

// take notes memory.
func (f *file) take(n int64) {
	f.held += n
	f.memo(n)
}

// add appends a record.
func (f *file) add(e *Envelope) error {
	n := size(e)
	if n > f.largest {
		f.take(buffers * (n - f.largest))
		f.largest = n
	}
	if f.values != nil {
		_, body, _ := schemaOf(e)
		if err := f.values.WriteEncoded(body); err != nil {
			return err
		}
		f.offsets.add(e.Offset)
		f.times = append(f.times, e.Timestamp.UnixMilli())
	} else if err := f.envelopes.Write(e); err != nil {
		return err
	}
	f.size += n
	f.meta.Records++
	f.meta.Last = e.Offset
	if e.Timestamp.After(f.meta.End) {
		f.meta.End = e.Timestamp
	}
	if e.Timestamp.Before(f.meta.Start) {
		f.meta.Start = e.Timestamp
	}
	return nil
}

// Write takes a block, or the header, which is made anew when the file is complete.
func (f *file) Write(p []byte) (int, error) {
	if !f.passed {
		f.passed = true
		return len(p), nil
	}
	f.blocks = append(f.blocks, append(make([]byte, 0, len(p)), p...))
	f.sums.Write(p)
	if !f.ending {
		f.take(int64(len(p)))
	}
	return len(p), nil
}

// complete ends the file: nothing is added any more.
func (f *file) complete() error {
	f.ending = true
	var h ocf.Header
	var err error
	if f.values != nil {
		h, err = f.values.Header(), f.values.Close()
		f.meta.offsets = f.offsets.bytes()
	} else {
		h, err = f.envelopes.Header(), f.envelopes.Close()
	}
	if err != nil {
		return fmt.Errorf("complete %s: %w", f.key, err)
	}
	f.header, f.meta.Checksum = seal(h, &f.meta, f.sums)
	f.envelopes, f.values = nil, nil
	var left int64
	for _, b := range f.blocks {
		left += int64(len(b))
	}
	f.take(left + int64(len(f.header)) - f.held)
	return nil
}

// seal returns the header of a file with its metadata and the checksum of both, which sums has of the blocks.
func seal(h ocf.Header, m *Metadata, sums hash.Hash) (header []byte, sum [32]byte) {
	h.Metadata = m.entries()
	sums.Write(h.Append(nil))
	sum = [32]byte(sums.Sum(nil))
	h.Metadata[metaSum] = []byte(hex.EncodeToString(sum[:]))
	return h.Append(nil), sum
}

// reader returns a complete file.
func (f *file) reader() io.Reader { return &pieces{list: append([][]byte{f.header}, f.blocks...)} }

// pieces reads slices one after the other, without a copy of all.
type pieces struct{ list [][]byte }

func (p *pieces) Read(b []byte) (int, error) {
	for len(p.list) > 0 && len(p.list[0]) == 0 {
		p.list = p.list[1:]
	}
	if len(p.list) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.list[0])
	p.list[0] = p.list[0][n:]
	return n, nil
}

// WriteTo writes all that is left, a piece at a time.
func (p *pieces) WriteTo(w io.Writer) (written int64, err error) {
	for ; len(p.list) > 0; p.list = p.list[1:] {
		n, err := w.Write(p.list[0])
		written += int64(n)
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// records reads a complete file back, for its records to go into others. Of values there is what decides where files end, too.
func (f *file) records() iter.Seq2[*Envelope, error] {
	return func(yield func(*Envelope, error) bool) {
		n := 0
		for e, err := range decode(f.reader(), &f.meta) {
			if err == nil && f.meta.Mode == Values {
				e.Timestamp = time.UnixMilli(f.times[n]).UTC()
				n++
			}
			if !yield(e, err) {
				return
			}
		}
	}
}
