package ocf_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

func TestWriterRefusesAllAtOnce(t *testing.T) {
	t.Parallel()
	_, err := ocf.NewWriter(io.Discard, longs, ocf.WithCompression("lzma"), ocf.WithLevel(0), ocf.WithBlockSize(0), ocf.WithBlockRecords(0),
		ocf.WithBlockRecords(1_000_001), ocf.WithMetadata("avro.x", nil), ocf.WithSchema(""))
	for _, want := range []string{"lzma", "WithLevel(0)", "WithBlockSize(0)", "WithBlockRecords(0)", "WithBlockRecords(1000001)", "avro.x", "WithSchema"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is missing in %v", want, err)
		}
	}
	for name, opts := range map[string][]ocf.WriterOption{
		"null has no levels":        {ocf.WithLevel(1)},
		"snappy has no levels":      {ocf.WithCompression(ocf.Snappy), ocf.WithLevel(1)},
		"the levels of deflate are": {ocf.WithLevel(10), ocf.WithCompression(ocf.Deflate)},
		"zstandard are 1 to 22":     {ocf.WithLevel(23), ocf.WithCompression(ocf.Zstandard)},
		"avro: encoder":             {ocf.WithSchema(`"int`)},
	} {
		if _, err := ocf.NewWriter(io.Discard, longs, opts...); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %s", err, name)
		}
	}
	_, err = ocf.NewReader(strings.NewReader(""), longs, ocf.WithMaxBlockSize(0), ocf.WithMaxHeaderSize(1<<31), ocf.WithMaxZeroSizeRecords(-1), ocf.WithRecovery(nil))
	for _, want := range []string{"WithMaxBlockSize(0)", "WithMaxHeaderSize(2147483648)", "WithMaxZeroSizeRecords(-1)", "WithRecovery"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is missing in %v", want, err)
		}
	}
}

func TestWriterGoesOnWithoutWhatCannotBeEncoded(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	w, err := ocf.NewWriter(&file, readings)
	if err != nil {
		t.Fatal(err)
	}
	want := newReadings(3)
	broken := newReading(0)
	broken.Note = &[]string{"\xff"}[0]
	for i := range want {
		if err := w.Write(&want[i]); err != nil {
			t.Fatal(err)
		}
		if err := w.Write(&broken); err == nil || !strings.Contains(err.Error(), "note") {
			t.Errorf("a string that is not UTF-8: %v", err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := read(file.Bytes(), readings)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

// calls counts calls of Write, and fails from one on.
type calls struct {
	n, fail int
}

var errFull = errors.New("no space left")

func (c *calls) Write(p []byte) (int, error) {
	if c.n++; c.n >= c.fail {
		return len(p) / 2, errFull
	}
	return len(p), nil
}

func TestWriterWritesWholeBlocks(t *testing.T) {
	t.Parallel()
	out := &calls{fail: 3}
	w, err := ocf.NewWriter(out, longs, ocf.WithBlockRecords(2))
	if err != nil {
		t.Fatal(err)
	}
	v := int64(1)
	for i, want := range []int{0, 1, 1, 2, 2} {
		if err := w.Write(&v); err != nil || out.n != want {
			t.Errorf("record %d: %v after %d writes, want %d", i, err, out.n, want)
		}
	}
	for range 2 {
		if err := w.Write(&v); !errors.Is(err, errFull) || !strings.Contains(err.Error(), "records 4 to 6") {
			t.Errorf("got %v", err)
		}
	}
	if err := errors.Join(w.Flush(), w.Close()); !errors.Is(err, errFull) || out.n != 3 {
		t.Errorf("got %v after %d writes", err, out.n)
	}
}

func TestFlushAndClose(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	w, err := ocf.NewWriter(&file, longs)
	if err != nil {
		t.Fatal(err)
	}
	if file.Len() != 0 {
		t.Error("NewWriter writes")
	}
	for i := range int64(3) { // each flush is a state of the file that can be read
		if err := errors.Join(w.Flush(), w.Flush()); err != nil {
			t.Fatal(err)
		}
		if got, err := read(file.Bytes(), longs); err != nil || int64(len(got)) != i {
			t.Errorf("%v, %v, want %d records", got, err, i)
		}
		if err := w.Write(&i); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	v := int64(1)
	if err := w.Write(&v); !errors.Is(err, ocf.ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
	if err := w.Flush(); !errors.Is(err, ocf.ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
	if got, err := read(file.Bytes(), longs); err != nil || !cmp.Equal(got, []int64{0, 1, 2}) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestSyncMarkersAreRandom(t *testing.T) {
	t.Parallel()
	a, b := write(t, longs, nil), write(t, longs, nil)
	if bytes.Equal(a, b) {
		t.Error("two files have the same sync marker")
	}
}
