package ocf_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

// TestEncodedRecordsKeepTheirBytes writes records that were encoded elsewhere, among them one with an array in two blocks, which this package would write
// as one.
func TestEncodedRecordsKeepTheirBytes(t *testing.T) {
	t.Parallel()
	const schema = `{"type":"record","name":"R","fields":[{"name":"xs","type":{"type":"array","items":"long"}}]}`
	generic, err := avro.Generic()
	if err != nil {
		t.Fatal(err)
	}
	records := [][]byte{{0}, {2, 2, 2, 4, 0}, {1, 2, 6, 2, 8, 0}, {2, 10, 0}}
	for _, c := range compressions {
		t.Run(string(c), func(t *testing.T) {
			t.Parallel()
			var file bytes.Buffer
			w, err := ocf.NewWriter(&file, generic, ocf.WithSchema(schema), ocf.WithCompression(c), ocf.WithBlockRecords(3))
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range records {
				if err := w.WriteEncoded(r); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if err := w.WriteEncoded(records[0]); !errors.Is(err, ocf.ErrClosed) {
				t.Errorf("WriteEncoded after Close: %v", err)
			}
			r, err := ocf.NewReader(bytes.NewReader(file.Bytes()), generic)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range records {
				got, err := r.AppendEncoded([]byte("before"))
				if err != nil || !bytes.Equal(got, append([]byte("before"), want...)) {
					t.Errorf("record %d: got %x, %v, want %x", i, got, err, want)
				}
			}
			if got, err := r.AppendEncoded(nil); err != io.EOF || got != nil { //nolint:errorlint // documented
				t.Errorf("behind the last record: %x, %v", got, err)
			}
			h := r.Header()
			if !bytes.HasPrefix(file.Bytes(), h.Append(nil)) {
				t.Error("Header.Append is not what the writer writes")
			}
		})
	}
}

func TestEncodedRecordThatIsTorn(t *testing.T) {
	t.Parallel()
	generic, err := avro.Generic()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	w, err := ocf.NewWriter(&file, generic, ocf.WithSchema(`{"type":"record","name":"R","fields":[{"name":"s","type":"string"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.WriteEncoded([]byte{2, 'a'}), w.WriteEncoded([]byte{40, 'b'}), w.Close()); err != nil {
		t.Fatal(err)
	}
	r, err := ocf.NewReader(&file, generic)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.AppendEncoded(nil); err != nil || string(got) != "\x02a" {
		t.Errorf("got %q, %v", got, err)
	}
	var where *ocf.Error
	if _, err := r.AppendEncoded(nil); !errors.As(err, &where) || where.Record != 1 {
		t.Errorf("got %v, want an error of record 1", err)
	}
}
