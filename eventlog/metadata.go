package eventlog

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"gocloud.dev/blob"

	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

// Mode is what the records of a file are.
type Mode string

// The modes.
const (
	// Raw files hold an [Envelope] for each record.
	Raw Mode = "raw"
	// Values files hold the value of each record, under the schema that it was written with.
	Values Mode = "values"
)

// Metadata is what a file says of itself, in the metadata of its header, under keys that begin with "magicbyte.".
type Metadata struct {
	Mode      Mode
	Topic     string
	Partition int32
	// First and Last are the offsets that the file covers, both included: all records of the partition that a reader of committed records gets between
	// them. First is in the file's name, and the Last of the file before it is one less.
	First, Last int64
	// Begins says that the group had committed nothing in the partition: no file comes before this one.
	Begins bool
	// Records is how many there are, from FirstRecord to Last. There are fewer than offsets where some are markers of transactions or were
	// compacted away.
	Records     int64
	FirstRecord int64
	// Start and End are the least and the greatest timestamp of a record.
	Start, End time.Time
	// Subject and SchemaID are those of a file of values.
	Subject  string
	SchemaID serde.SchemaID
	// Checksum is the SHA-256 of all that is behind the header, followed by the header without the checksum.
	Checksum [32]byte

	framed  bool   // values had the id in a frame, not in a header
	offsets []byte // of values: see runs
	written int64  // Start of the first record, in milliseconds
}

const (
	metaPrefix   = "magicbyte."
	metaMode     = metaPrefix + "mode"
	metaTopic    = metaPrefix + "topic"
	metaPart     = metaPrefix + "partition"
	metaFirst    = metaPrefix + "first"
	metaLast     = metaPrefix + "last"
	metaBegins   = metaPrefix + "begins"
	metaRecords  = metaPrefix + "records"
	metaRecord   = metaPrefix + "first.record"
	metaWritten  = metaPrefix + "first.timestamp"
	metaStart    = metaPrefix + "timestamp.min"
	metaEnd      = metaPrefix + "timestamp.max"
	metaSubject  = metaPrefix + "subject"
	metaSchemaID = metaPrefix + "schema.id"
	metaFramed   = metaPrefix + "schema.framed"
	metaOffsets  = metaPrefix + "offsets"
	metaSum      = metaPrefix + "sha256"
)

// maxHeader bounds the header of a file that is read: the offsets of values may take some.
const maxHeader = 64 << 20

// entries are the metadata of a header, without the checksum.
func (m *Metadata) entries() map[string][]byte {
	number := func(n int64) []byte { return strconv.AppendInt(nil, n, 10) }
	entries := map[string][]byte{
		metaMode:    []byte(m.Mode),
		metaTopic:   []byte(m.Topic),
		metaPart:    number(int64(m.Partition)),
		metaFirst:   number(m.First),
		metaLast:    number(m.Last),
		metaBegins:  strconv.AppendBool(nil, m.Begins),
		metaRecords: number(m.Records),
		metaRecord:  number(m.FirstRecord),
		metaWritten: number(m.written),
		metaStart:   number(m.Start.UnixMilli()),
		metaEnd:     number(m.End.UnixMilli()),
	}
	if m.Mode == Values {
		entries[metaSubject] = []byte(m.Subject)
		entries[metaSchemaID] = []byte(m.SchemaID.String())
		entries[metaFramed] = strconv.AppendBool(nil, m.framed)
		entries[metaOffsets] = m.offsets
	}
	return entries
}

// parseMetadata reads the metadata of a header.
func parseMetadata(entries map[string][]byte) (*Metadata, error) {
	var wrong string
	text := func(key string) string {
		value, ok := entries[key]
		if !ok && wrong == "" {
			wrong = key
		}
		return string(value)
	}
	number := func(key string) int64 {
		n, err := strconv.ParseInt(text(key), 10, 64)
		if err != nil && wrong == "" {
			wrong = key
		}
		return n
	}
	yes := func(key string) bool {
		v := text(key)
		if v != "true" && v != "false" && wrong == "" {
			wrong = key
		}
		return v == "true"
	}
	m := &Metadata{
		Mode: Mode(text(metaMode)), Topic: text(metaTopic), Partition: int32(number(metaPart)), //nolint:gosec // compared with the name's
		First: number(metaFirst), Last: number(metaLast), Begins: yes(metaBegins),
		Records: number(metaRecords), FirstRecord: number(metaRecord), written: number(metaWritten),
		Start: time.UnixMilli(number(metaStart)).UTC(), End: time.UnixMilli(number(metaEnd)).UTC(),
	}
	sum, err := hex.DecodeString(text(metaSum))
	if (err != nil || len(sum) != len(m.Checksum)) && wrong == "" {
		wrong = metaSum
	}
	copy(m.Checksum[:], sum)
	switch m.Mode {
	case Raw:
	case Values:
		m.Subject, m.framed, m.offsets = text(metaSubject), yes(metaFramed), slices.Clone(entries[metaOffsets])
		if m.SchemaID, err = parseID(text(metaSchemaID)); err != nil && wrong == "" {
			wrong = metaSchemaID
		}
	default:
		wrong = metaMode
	}
	if wrong == "" && (m.First < 0 || m.FirstRecord < m.First || m.Last < m.FirstRecord || m.Records < 1) {
		wrong = metaRecords
	}
	if wrong != "" {
		return nil, fmt.Errorf("%w: its header has no valid %s", ErrDamaged, wrong)
	}
	return m, nil
}

func parseID(text string) (serde.SchemaID, error) {
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		return serde.NumberID(int32(n)), nil
	}
	return serde.ParseGUID(text)
}

// Describe returns what a file says of itself. It reads no more than the header, and proves nothing: see [Verify].
func Describe(ctx context.Context, bucket *blob.Bucket, key string) (*Metadata, error) {
	object, err := bucket.NewReader(ctx, key, nil)
	if err != nil {
		return nil, &ObjectError{key, err}
	}
	defer object.Close() //nolint:errcheck // it was only read
	generic, err := avro.Generic()
	if err != nil {
		return nil, err
	}
	r, err := ocf.NewReader(object, generic, ocf.WithMaxHeaderSize(maxHeader))
	if err != nil {
		return nil, &ObjectError{key, damaged(err)}
	}
	m, err := parseMetadata(r.Header().Metadata)
	if err != nil {
		return nil, &ObjectError{key, err}
	}
	return m, nil
}

// runs writes down rising offsets: for each run of neighbours how far behind the one before it begins, and how many it has.
type runs struct {
	next   int64 // offset behind the last one
	gap    int64 // before the run at hand
	length int64 // of it
	done   []byte
}

func newRuns(first int64) runs { return runs{next: first} }

func (r *runs) add(offset int64) {
	if offset != r.next {
		r.flush()
		r.gap = offset - r.next
	}
	r.length++
	r.next = offset + 1
}

func (r *runs) flush() {
	if r.length > 0 {
		r.done = binary.AppendUvarint(r.done, uint64(r.gap))    //nolint:gosec // not negative
		r.done = binary.AppendUvarint(r.done, uint64(r.length)) //nolint:gosec // not negative
		r.gap, r.length = 0, 0
	}
}

// bytes returns what was written down.
func (r *runs) bytes() []byte {
	r.flush()
	return r.done
}

// readRuns returns a function that returns one offset after the other; ok is false behind the last one.
func readRuns(first int64, done []byte) func() (offset int64, ok bool) {
	next, left := first, uint64(0)
	return func() (int64, bool) {
		for left == 0 {
			gap, n := binary.Uvarint(done)
			if n <= 0 {
				return 0, false
			}
			length, k := binary.Uvarint(done[n:])
			if k <= 0 {
				return 0, false
			}
			done = done[n+k:]
			next += int64(gap) //nolint:gosec // offsets that do not rise are found by who reads them
			left = length
		}
		left--
		next++
		return next - 1, true
	}
}
