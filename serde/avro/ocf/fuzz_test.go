package ocf_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

// FuzzRead reads any bytes as a file, by the schema that they bring, or as what follows one of some headers. Errors are of the documented type, recovery reads all that is read without
// it, and what was read comes back from a file that is written with it.
func FuzzRead(f *testing.F) {
	heads := [][]byte{nil}
	for _, schema := range []string{
		`{"type":"record","name":"R","fields":[{"name":"a","type":["null","long"]},{"name":"b","type":{"type":"map","values":"bytes"}}]}`,
		`{"type":"record","name":"E","fields":[]}`,
	} {
		for _, c := range compressions {
			heads = append(heads, header(schema, c))
		}
	}
	paths, err := filepath.Glob("testdata/golden/*.avro")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		file, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(0), file)
		f.Add(uint8(0), file[:len(file)-20])
	}
	two := numbers(0, 0, 1, 5, 0) // records of the first schema
	for i, data := range [][]byte{two, deflated(f, two), snapped(two), zipped(f, two)} {
		f.Add(uint8(i+1), join(stored(2, data), stored(2, data)[:12], marker[:], stored(2, data)))
		f.Add(uint8(i+5), join(block(3, 0, nil), block(1, 99, nil), stored(1, data)))
	}
	generic, err := avro.Generic(avro.WithMaxZeroSizeItems(1000), avro.WithSortedMaps())
	if err != nil {
		f.Fatal(err)
	}
	limits := []ocf.ReaderOption{ocf.WithMaxBlockSize(1 << 20), ocf.WithMaxHeaderSize(64 << 10), ocf.WithMaxZeroSizeRecords(1000)}
	f.Fuzz(func(t *testing.T, head uint8, body []byte) {
		file := join(heads[int(head)%len(heads)], body)
		r, err := ocf.NewReader(bytes.NewReader(file), generic, limits...)
		if err != nil {
			asError(t, err)
			return
		}
		var records []avro.Record
		for v, failed := range r.All() {
			if err = failed; err != nil {
				break
			}
			records = append(records, v)
		}
		if err != nil {
			if e := asError(t, err); e.Records != int64(len(records)) || e.Offset > int64(len(file)) {
				t.Fatalf("after %d records of %d bytes: %v", len(records), len(file), err)
			}
		}
		lost := 0
		recovered, lostErr := read(file, generic, append(limits, ocf.WithRecovery(func(*ocf.Error) { lost++ }))...)
		if len(recovered) < len(records) || lostErr == nil && (err == nil) != (lost == 0) {
			t.Fatalf("%d records and %v, with recovery %d and %v, %d losses", len(records), err, len(recovered), lostErr, lost)
		}
		roundTrip(t, generic, r.Header(), records)
	})
}

// roundTrip writes records twice, the second time those that were read from the first file. Both files must be the same.
func roundTrip(t *testing.T, generic avro.Codec[avro.Record], h ocf.Header, records []avro.Record) {
	t.Helper()
	again := func(records []avro.Record) []byte {
		var out bytes.Buffer
		w, err := ocf.NewWriter(&out, generic, ocf.WithSchema(h.Schema), ocf.WithCompression(h.Compression), ocf.WithSync(h.Sync), ocf.WithBlockRecords(3))
		if err != nil {
			t.Fatal(err)
		}
		for i := range records {
			if err := w.Write(&records[i]); err != nil {
				if _, ok := errors.AsType[*avro.Error](err); !ok {
					t.Fatal(err)
				}
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	first := again(records)
	r, err := ocf.NewReader(bytes.NewReader(first), generic)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(h.Sync, r.Header().Sync); diff != "" {
		t.Fatal(diff)
	}
	var back []avro.Record
	for {
		var v avro.Record
		if err := r.Read(&v); err == io.EOF { //nolint:errorlint // the value that is promised
			break
		} else if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		back = append(back, v)
	}
	if second := again(back); !bytes.Equal(first, second) {
		t.Fatalf("%x comes back as %x", first, second)
	}
}
