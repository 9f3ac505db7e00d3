package eventlog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"gocloud.dev/blob"

	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

// Report is what [Verify] has found.
type Report struct {
	Files, Records, Bytes int64
	// Holes are offsets within files without a record: markers of transactions, or records that were gone before they were read.
	Holes int64
	// Next has the offset behind the last file for each partition.
	Next map[int32]int64
	// Problems are of type [*ObjectError] or [*GapError], by partition and offset.
	Problems []error
}

// Err joins the problems, nil where there are none.
func (r *Report) Err() error { return errors.Join(r.Problems...) }

// Verify reads all of a topic's files and proves that each is what its writer has stored, that it lies under its own name, and that the files of a partition follow
// each other without a gap or an overlap. from is the offset that each partition begins at, for logs whose oldest objects were deleted on purpose; with
// -1 the first file of each must say that it is the first. That the last objects are there can be told by [WithEnds] alone.
//
// The error is about the way to the bucket; what is wrong with the log is in the report.
func Verify(ctx context.Context, bucket *blob.Bucket, topic string, from int64, opts ...ReadOption) (*Report, error) {
	r, err := newReading(opts)
	if err != nil {
		return nil, err
	}
	files, err := r.list(ctx, bucket, topic)
	if err != nil {
		return nil, err
	}
	report := &Report{Next: map[int32]int64{}}
	last := map[int32]File{}
	for _, f := range since(files, from) {
		m, err := verifyFile(ctx, bucket, f)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		report.Files++
		report.Bytes += f.Size
		if err != nil {
			report.Problems = append(report.Problems, err)
		}
		if m == nil {
			continue // where it ends is not known: what follows is a gap
		}
		report.follow(r.layout, f, m, from)
		last[f.Partition] = f
	}
	for partition, end := range r.ends {
		next, ok := report.Next[partition]
		if !ok {
			next = max(0, from)
		}
		if r.wants(partition) && next < end {
			gap := &GapError{Topic: topic, Partition: partition, From: next, To: end}
			if ok && r.layout.plain(last[partition]) {
				gap.Key = r.layout.key(topic, partition, next, time.Time{})
			}
			report.Problems = append(report.Problems, gap)
		}
	}
	return report, nil
}

// follow notes a file, and what is wrong between it and the one before it.
func (r *Report) follow(l layout, f File, m *Metadata, from int64) {
	r.Records += m.Records
	r.Holes += m.Last + 1 - m.First - m.Records
	next, ok := r.Next[f.Partition]
	ok = ok && next > from
	switch {
	case m.Last < from: // it belongs to what was deleted
	case !ok && (from < 0 && !m.Begins && m.First > 0 || from >= 0 && m.First > from):
		r.Problems = append(r.Problems, &GapError{Topic: f.Topic, Partition: f.Partition, From: from, To: m.First})
	case ok && m.First > next:
		gap := &GapError{Topic: f.Topic, Partition: f.Partition, From: next, To: m.First}
		if l.plain(f) {
			gap.Key = l.key(f.Topic, f.Partition, next, m.Start)
		}
		r.Problems = append(r.Problems, gap)
	case ok && m.First < next:
		r.Problems = append(r.Problems, &ObjectError{f.Key, fmt.Errorf("it begins at offset %d, the file before it goes up to %d", m.First, next-1)})
	}
	r.Next[f.Partition] = max(next, m.Last+1)
}

// named makes sure that what a file says of itself is what its name says.
func (f File) named(m *Metadata) error {
	if m.Topic != f.Topic || m.Partition != f.Partition || m.First != f.First {
		return &ObjectError{f.Key, fmt.Errorf("%w: it says that it is %s[%d] from offset %d, which is another object", ErrDamaged, m.Topic, m.Partition, m.First)}
	}
	return nil
}

// verifyFile reads all of a file. What it says of itself is returned with an error, too, where that can be trusted to be under the right name.
func verifyFile(ctx context.Context, bucket *blob.Bucket, f File) (*Metadata, error) {
	object, err := bucket.NewReader(ctx, f.Key, nil)
	if err != nil {
		return nil, &ObjectError{f.Key, err}
	}
	defer object.Close() //nolint:errcheck // it was only read
	in := &summing{r: object, sums: sha256.New()}
	generic, err := avro.Generic()
	if err != nil {
		return nil, err
	}
	r, err := ocf.NewReader(in, generic, ocf.WithMaxHeaderSize(maxHeader))
	if err != nil {
		return nil, &ObjectError{f.Key, damaged(err)}
	}
	h := r.Header()
	m, err := parseMetadata(h.Metadata)
	if err != nil {
		return nil, &ObjectError{f.Key, err}
	}
	if err := f.named(m); err != nil {
		return nil, err
	}
	written := h.Append(nil)
	if err := in.begin(written); err != nil {
		return m, &ObjectError{f.Key, err}
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return m, &ObjectError{f.Key, err}
	}
	header, sum := seal(h, m, in.sums)
	if sum == m.Checksum && !bytes.Equal(header, written) {
		return m, &ObjectError{f.Key, errHeader}
	}
	if sum != m.Checksum {
		return m, &ObjectError{f.Key, fmt.Errorf("%w: its checksum is %x, it was stored with %x (%s)", ErrDamaged, sum[:8], m.Checksum[:8], in.look(ctx, bucket, f, m))}
	}
	// The writer's own bytes: they can be read unless the writer was wrong.
	if err := readable(ctx, bucket, f, m); err != nil {
		return m, &ObjectError{f.Key, err}
	}
	return m, nil
}

// readable reads the records of a file.
func readable(ctx context.Context, bucket *blob.Bucket, f File, m *Metadata) error {
	object, err := bucket.NewReader(ctx, f.Key, nil)
	if err != nil {
		return err
	}
	defer object.Close() //nolint:errcheck // it was only read
	for _, err := range decode(object, m) {
		if err != nil {
			return err
		}
	}
	return nil
}

var errHeader = fmt.Errorf("%w: its header was changed", ErrDamaged)

// summing hashes what is behind a header, as soon as it is known how long that is.
type summing struct {
	r     io.Reader
	sums  hash.Hash
	ahead []byte // before it is known
	begun bool
}

func (s *summing) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if s.begun {
		s.sums.Write(p[:n])
	} else {
		s.ahead = append(s.ahead, p[:n]...)
	}
	return n, err
}

// begin has what was read and comes after the header hashed. The header must be written as its writer writes it.
func (s *summing) begin(header []byte) error {
	if !bytes.HasPrefix(s.ahead, header) {
		return errHeader
	}
	s.sums.Write(s.ahead[len(header):])
	s.ahead, s.begun = nil, true
	return nil
}

// look says how far the records of a damaged file can be read.
func (s *summing) look(ctx context.Context, bucket *blob.Bucket, f File, m *Metadata) string {
	if err := readable(ctx, bucket, f, m); err != nil {
		return err.Error()
	}
	return "its records can be read, and are not those that were stored"
}
