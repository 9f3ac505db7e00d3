package ocf_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

func TestRecovery(t *testing.T) {
	t.Parallel()
	good := func(v int64) []byte { return stored(1, numbers(v)) }
	for _, c := range []struct {
		name string
		body []byte
		want []int64
		lost []string // each a part of an error
	}{
		{"nothing wrong", join(good(1), good(2)), []int64{1, 2}, nil},
		{"a size that is too small", join(good(1), block(1, 1, numbers(999)), good(2)), []int64{1, 2}, []string{"block 1 at byte"}},
		{"a size that is too large", join(good(1), block(1, 30, numbers(9)), good(2), good(3)), []int64{1, 2, 3}, []string{"no sync marker"}},
		{"a size beyond the end", join(good(1), block(1, 300, numbers(9)), good(2), good(3)), []int64{1, 2, 3}, []string{"truncated"}},
		{"a size beyond all limits", join(good(1), block(1, huge, numbers(9)), good(2), good(3)), []int64{1, 2, 3}, []string{"limit"}},
		{"a broken sync marker", join(good(1), good(9)[:18], []byte("x"), good(9), good(2)), []int64{1, 2}, []string{"no sync marker"}},
		{"a record that cannot be read", join(stored(3, join(numbers(1), bytes.Repeat([]byte{0xff}, 12))), good(2)), []int64{1, 2}, []string{"record 1"}},
		{"bytes left over", join(stored(1, numbers(1, 9)), good(2)), []int64{1, 2}, []string{"left over"}},
		{"bytes left over at the end", join(good(1), stored(1, numbers(2, 9))), []int64{1, 2}, []string{"left over"}},
		{"rubbish between blocks", join(good(1), []byte("rubbish"), marker[:], good(2)), []int64{1, 2}, []string{"block 1"}},
		{"a torn tail", join(good(1), good(2)[:10]), []int64{1}, []string{"1 whole blocks with 1 records come before"}},
		{"a torn number", join(good(1), []byte{0x80}), []int64{1}, []string{"truncated"}},
		{"two damages", join(good(1), block(-1, 1, numbers(9)), good(2), block(1, -1, numbers(9)), good(3)), []int64{1, 2, 3}, []string{"-1 records", "-1 bytes"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := join(header(`"long"`, ocf.Null), c.body)
			for _, in := range []io.Reader{bytes.NewReader(file), iotest.OneByteReader(bytes.NewReader(file))} {
				var lost []*ocf.Error
				got, err := readFrom(in, longs, ocf.WithRecovery(func(e *ocf.Error) { lost = append(lost, e) }))
				if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
					t.Errorf("%v (-want +got)\n%s", err, diff)
				}
				if len(lost) != len(c.lost) {
					t.Fatalf("lost %v, want %q", lost, c.lost)
				}
				for i, e := range lost {
					if !strings.Contains(e.Error(), c.lost[i]) {
						t.Errorf("lost %v, want %q", e, c.lost[i])
					}
				}
			}
			if _, err := read(file, longs); (err == nil) != (len(c.lost) == 0) {
				t.Errorf("without recovery: %v", err)
			}
		})
	}
}

// What is wrong with the reader below is no damage of the file.
func TestErrorsOfTheReaderBelow(t *testing.T) {
	t.Parallel()
	file := write(t, readings, newReadings(20), ocf.WithBlockRecords(3))
	failure := errors.New("the disk is gone")
	for n := range file {
		for _, opts := range [][]ocf.ReaderOption{nil, {ocf.WithRecovery(func(e *ocf.Error) { t.Errorf("told as a loss: %v", e) })}} {
			_, err := readFrom(io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(failure)), readings, opts...)
			if asError(t, err); !errors.Is(err, failure) || errors.Is(err, ocf.ErrTruncated) {
				t.Fatalf("after %d bytes: %v", n, err)
			}
		}
	}
	if _, err := readFrom(stuck{}, readings); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("a reader that reads nothing: %v", err)
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// TestRecoveryIsLinear reads a file where each sync marker begins a block that claims a million bytes and is none: what was looked at for
// one of them is not read, moved or looked at again for the next.
func TestRecoveryIsLinear(t *testing.T) {
	const blocks = 200_000
	file := join(header(`"long"`, ocf.Null), bytes.Repeat(block(1, 1<<20, nil), blocks))
	in := &counter{r: bytes.NewReader(file)}
	lost := 0
	used := allocated(func() {
		got, err := readFrom(in, longs, ocf.WithRecovery(func(*ocf.Error) { lost++ }))
		if err != nil || len(got) != 0 || lost != blocks {
			t.Errorf("%d records, %d losses, %v", len(got), lost, err)
		}
	})
	if in.n != int64(len(file)) {
		t.Errorf("%d of %d bytes were read", in.n, len(file))
	}
	const perLoss = 500 // its error
	if most := uint64(8<<20 + perLoss*blocks); used > most {
		t.Errorf("%d bytes allocated for %d, want at most %d", used, len(file), most)
	}
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
