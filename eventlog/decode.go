package eventlog

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

// maxBlock bounds the blocks of a file that is read: one holds a record at least, however large that was.
const maxBlock = 1 << 30

// decode reads the records of a file, of which m is known, and checks that they are those that it says.
func decode(r io.Reader, m *Metadata) iter.Seq2[*Envelope, error] {
	return func(yield func(*Envelope, error) bool) {
		read := decodeEnvelopes
		if m.Mode == Values {
			read = decodeValues
		}
		next, records := m.FirstRecord, int64(0)
		for e, err := range read(r, m) {
			if err == nil {
				err = fits(e, m, next, records)
			}
			if !yield(e, err) || err != nil {
				return
			}
			next = e.Offset + 1
			records++
		}
		if records != m.Records || next != m.Last+1 {
			yield(nil, fmt.Errorf("%w: it has %d records up to offset %d, and says that it has %d up to %d", ErrDamaged, records, next-1, m.Records, m.Last))
		}
	}
}

// fits checks that a record is one of the file.
func fits(e *Envelope, m *Metadata, next, records int64) error {
	switch {
	case e.Topic != m.Topic || e.Partition != m.Partition:
		return fmt.Errorf("%w: it has a record of %s[%d]", ErrDamaged, e.Topic, e.Partition)
	case e.Offset < next || e.Offset > m.Last || records == 0 && e.Offset != next:
		return fmt.Errorf("%w: it has a record at offset %d, where one from %d to %d comes", ErrDamaged, e.Offset, next, m.Last)
	}
	return nil
}

func decodeEnvelopes(r io.Reader, _ *Metadata) iter.Seq2[*Envelope, error] {
	return func(yield func(*Envelope, error) bool) {
		file, err := ocf.NewReader(r, Envelopes, ocf.WithMaxHeaderSize(maxHeader), ocf.WithMaxBlockSize(maxBlock))
		if err != nil {
			yield(nil, damaged(err))
			return
		}
		for e, err := range file.All() {
			if err != nil {
				yield(nil, damaged(err))
				return
			}
			e.Timestamp = e.Timestamp.UTC()
			if !yield(&e, nil) {
				return
			}
		}
	}
}

// decodeValues makes envelopes of values, with what is known of them.
func decodeValues(r io.Reader, m *Metadata) iter.Seq2[*Envelope, error] {
	return func(yield func(*Envelope, error) bool) {
		generic, err := avro.Generic()
		if err != nil {
			yield(nil, err)
			return
		}
		file, err := ocf.NewReader(r, generic, ocf.WithMaxHeaderSize(maxHeader), ocf.WithMaxBlockSize(maxBlock))
		if err != nil {
			yield(nil, damaged(err))
			return
		}
		frame := serde.AppendFrame(nil, m.SchemaID)
		var headers []Header
		if !m.framed {
			headers, frame = []Header{{Key: []byte(serde.ValueSchemaIDHeader), Value: frame}}, nil
		}
		offsets := readRuns(m.First, m.offsets)
		for {
			value, err := file.AppendEncoded(append([]byte{}, frame...))
			if err == io.EOF { //nolint:errorlint // the value that AppendEncoded documents
				return
			}
			if err != nil {
				yield(nil, damaged(err))
				return
			}
			offset, ok := offsets()
			if !ok {
				yield(nil, fmt.Errorf("%w: it has more records than offsets", ErrDamaged))
				return
			}
			e := &Envelope{
				Topic: m.Topic, Partition: m.Partition, Offset: offset, Timestamp: time.UnixMilli(0).UTC(), TimestampType: TimestampTypeNone,
				Value: value, Headers: headers,
			}
			if n, ok := m.SchemaID.Number(); ok {
				e.SchemaID = &n
			} else {
				guid := m.SchemaID.String()
				e.SchemaGUID = &guid
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// damaged says of an error of reading that the object is damaged, unless it could not be got at.
func damaged(err error) error {
	var record *avro.Error
	if errors.Is(err, ocf.ErrCorrupt) || errors.Is(err, ocf.ErrTruncated) || errors.Is(err, ocf.ErrLimit) || errors.As(err, &record) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}
