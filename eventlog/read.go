package eventlog

import (
	"context"
	"iter"

	"gocloud.dev/blob"
)

// Read iterates over the records of a topic whose offset is at least from, and below to if that is not negative: partition by partition, each in the
// order of its offsets, and each record once. An envelope belongs to the caller.
//
// Offsets between two files that no object holds are a [*GapError], after which reading goes on; so are those before the first file that is there, if from lies
// in front of it and the file says that it is not the first. Offsets within a file without a record are not: they were markers of transactions, or
// compacted away before they were read. An object that cannot be read is an [*ObjectError], and reading goes on with the next one. Any other error ends it.
//
// A file is read as a stream, in the memory of a block. Of files of values there are the values, with the frame that they had: they have
// no keys, headers and timestamps.
func Read(ctx context.Context, bucket *blob.Bucket, topic string, from, to int64, opts ...ReadOption) iter.Seq2[*Envelope, error] {
	return func(yield func(*Envelope, error) bool) {
		r, err := newReading(opts)
		if err != nil {
			yield(nil, err)
			return
		}
		r.read(ctx, bucket, topic, from, to)(yield)
	}
}

// read is Read.
func (r *reading) read(ctx context.Context, bucket *blob.Bucket, topic string, from, to int64) iter.Seq2[*Envelope, error] {
	return func(yield func(*Envelope, error) bool) {
		files, err := r.list(ctx, bucket, topic)
		if err != nil {
			yield(nil, err)
			return
		}
		files = since(files, from)
		c := chain{next: -1}
		for i, f := range files {
			if i == 0 || f.Partition != files[i-1].Partition {
				c = chain{next: -1, from: max(0, from)}
			}
			if to >= 0 && f.First >= to {
				continue
			}
			if !r.readFile(ctx, bucket, f, &c, to, yield) {
				return
			}
		}
	}
}

// chain is how far a partition was read.
type chain struct {
	from int64 // the first offset that is wanted
	next int64 // offset behind the last file, -1 before the first
}

// gap is what is missing before a file, nil for nothing.
func (c *chain) gap(l layout, f File, m *Metadata) *GapError {
	gap := &GapError{Topic: m.Topic, Partition: m.Partition, From: c.next, To: m.First}
	switch {
	case c.next < 0 && (m.Begins || m.First <= c.from):
		return nil
	case c.next < 0:
		gap.From = c.from
	case m.First <= c.next || m.First <= c.from:
		return nil
	}
	if l.plain(f) && c.next >= 0 {
		gap.Key = l.key(m.Topic, m.Partition, gap.From, m.Start)
	}
	return gap
}

// readFile hands out what is wanted of a file, and returns false where that ends reading.
func (r *reading) readFile(ctx context.Context, bucket *blob.Bucket, f File, c *chain, to int64, yield func(*Envelope, error) bool) bool {
	failed := func(err error) bool {
		if ctx.Err() != nil {
			yield(nil, context.Cause(ctx))
			return false
		}
		return yield(nil, err)
	}
	m, err := Describe(ctx, bucket, f.Key)
	if err != nil {
		return failed(err)
	}
	if err := f.named(m); err != nil {
		return failed(err)
	}
	if r.envelopes && m.Mode != Raw {
		return failed(&ObjectError{f.Key, ErrNoEnvelope})
	}
	if gap := c.gap(r.layout, f, m); gap != nil && !yield(nil, gap) {
		return false
	}
	least := max(c.next, c.from)
	c.next = max(c.next, m.Last+1)
	if m.Last < least || !r.overlaps(m) {
		return true
	}
	object, err := bucket.NewReader(ctx, f.Key, nil)
	if err != nil {
		return failed(&ObjectError{f.Key, err})
	}
	defer object.Close() //nolint:errcheck // it was only read
	for e, err := range decode(object, m) {
		if err != nil {
			return failed(&ObjectError{f.Key, err})
		}
		if to >= 0 && e.Offset >= to {
			return true
		}
		if e.Offset >= least && (m.Mode == Values || r.within(e.Timestamp)) && !yield(e, nil) {
			return false
		}
	}
	return true
}
