package ocf_test

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

//go:embed testdata/peers/reading.avsc
var readingSchema string

// reading is a record of the golden files.
type reading struct {
	ID    int64     `avro:"id"`
	Name  string    `avro:"name"`
	Tags  []string  `avro:"tags"`
	Note  *string   `avro:"note"`
	Level float64   `avro:"level"`
	At    time.Time `avro:"at"`
}

var (
	readings     = avro.MustFor[reading](readingSchema)
	longs        = avro.MustFor[int64](`"long"`)
	compressions = []ocf.Compression{ocf.Null, ocf.Deflate, ocf.Snappy, ocf.Zstandard}
	marker       = [ocf.SyncSize]byte([]byte("0123456789abcdef"))
)

// newReading returns the record number i of the golden files.
func newReading(i int) reading {
	r := reading{
		ID: int64(i)*1000003 - 7, Name: fmt.Sprintf("sensor-%d", i), Tags: []string{}, Level: float64(i) / 4,
		At: time.UnixMilli(1700000000000 + int64(i)).UTC(),
	}
	if i%7 == 0 {
		r.Name += "ü"
	}
	for j := range i % 4 {
		r.Tags = append(r.Tags, fmt.Sprintf("t%d", j))
	}
	if i%3 != 0 {
		note := fmt.Sprintf("note %d", i)
		r.Note = &note
	}
	return r
}

func newReadings(n int) []reading {
	all := make([]reading, n)
	for i := range all {
		all[i] = newReading(i)
	}
	return all
}

// write returns a file of records.
func write[T any](t testing.TB, codec avro.Codec[T], records []T, opts ...ocf.WriterOption) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := ocf.NewWriter(&file, codec, opts...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range records {
		if err := w.Write(&records[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// read returns the records of a file up to the first error.
func read[T any](file []byte, codec avro.Codec[T], opts ...ocf.ReaderOption) ([]T, error) {
	return readFrom(bytes.NewReader(file), codec, opts...)
}

func readFrom[T any](file io.Reader, codec avro.Codec[T], opts ...ocf.ReaderOption) ([]T, error) {
	r, err := ocf.NewReader(file, codec, opts...)
	if err != nil {
		return nil, err
	}
	var all []T
	for v, err := range r.All() {
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}

// header returns the header of a file, made by hand.
func header(schema string, c ocf.Compression) []byte {
	out := append([]byte("Obj\x01"), numbers(2)...)
	for _, s := range []string{"avro.schema", schema, "avro.codec", string(c)} {
		out = append(append(out, numbers(int64(len(s)))...), s...)
	}
	return append(append(out, 0), marker[:]...)
}

// block returns a block that claims what it is told to.
func block(records, size int64, data []byte) []byte {
	return append(append(numbers(records, size), data...), marker[:]...)
}

// numbers returns Avro longs.
func numbers(all ...int64) []byte {
	var b []byte
	for _, n := range all {
		b = binary.AppendVarint(b, n)
	}
	return b
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// asError returns the typed error of a reader, which every error of a file must be.
func asError(t testing.TB, err error) *ocf.Error {
	t.Helper()
	e, ok := errors.AsType[*ocf.Error](err)
	if !ok {
		t.Fatalf("%v (%T) is not an *ocf.Error", err, err)
	}
	return e
}
