package ocf_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"

	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

// deflated, snapped, zipped and streamed (which is zipped without the length in its frame) are data as blocks hold it.
func deflated(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, 9)
	pack(t, w, err, data)
	return out.Bytes()
}

func streamed(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
	pack(t, w, err, data)
	return out.Bytes()
}

func pack(t testing.TB, w io.WriteCloser, err error, data []byte) {
	t.Helper()
	if err == nil {
		_, err = w.Write(data)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
}

func snapped(data []byte) []byte {
	return binary.BigEndian.AppendUint32(snappy.Encode(nil, data), crc32.ChecksumIEEE(data))
}

func zipped(t testing.TB, data []byte) []byte {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(data, nil)
}

// claiming is a zstandard frame of one empty block that claims to hold 60 MiB.
var claiming = []byte("\x28\xb5\x2f\xfd\xa0\x00\x00\xc0\x03\x01\x00\x00")

const huge = int64(1) << 40

func TestHostileHeadersAreRefused(t *testing.T) {
	t.Parallel()
	whole := header(`"long"`, ocf.Null)
	magic := []byte("Obj\x01")
	for _, c := range []struct {
		name    string
		file    []byte
		want    error
		problem string
	}{
		{"nothing", nil, ocf.ErrTruncated, ""},
		{"half the magic", magic[:2], ocf.ErrTruncated, ""},
		{"another magic", []byte("Obj\x02"), ocf.ErrCorrupt, "begins with Obj"},
		{"another short file", []byte("{}"), ocf.ErrCorrupt, "begins with Obj"},
		{"2^40 entries", join(magic, numbers(huge)), ocf.ErrCorrupt, "1099511627776 entries"},
		{"-2^63 entries", join(magic, numbers(-1<<63, 10)), ocf.ErrCorrupt, "entries"},
		{"a key of 2^40 bytes", join(magic, numbers(1, huge)), ocf.ErrLimit, "WithMaxHeaderSize"},
		{"a key of -1 bytes", join(magic, numbers(1, -1)), ocf.ErrCorrupt, "negative"},
		{"a value of a million bytes that are not there", join(magic, numbers(1, 1), []byte("a"), numbers(1_000_000)), ocf.ErrTruncated, ""},
		{"a block of metadata of 2^40 bytes", join(magic, numbers(-1, huge)), ocf.ErrCorrupt, "1099511627776 bytes"},
		{"a block of metadata with another size", join(magic, numbers(-1, 1, 1), []byte("a"), numbers(0, 0), marker[:]), ocf.ErrCorrupt, "ends at byte"},
		{"a number that goes on", join(magic, bytes.Repeat([]byte{0x80}, 20)), ocf.ErrCorrupt, "64 bits"},
		{"a number cut off", join(magic, []byte{0x80}), ocf.ErrTruncated, ""},
		{"no schema", join(magic, numbers(0), marker[:]), ocf.ErrCorrupt, "no avro.schema"},
		{"half a sync marker", whole[:len(whole)-1], ocf.ErrTruncated, ""},
		{"an unknown compression", header(`"long"`, "bzip2-of-a-name-that-is-longer-than-names-are"), nil, `"bzip2-of-a-name-that-is-longer-t"`},
		{"no schema text", header(`{"type":`, ocf.Null), nil, "avro:"},
		{"much metadata", join(magic, numbers(1, 1), []byte("a"), numbers(2<<20), make([]byte, 2<<20), numbers(0), marker[:]), ocf.ErrLimit, "WithMaxHeaderSize"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := read(c.file, longs)
			if e := asError(t, err); e.Block != -1 || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("got %v, want %v with %q", err, c.want, c.problem)
			}
			if truncated := errors.Is(err, io.ErrUnexpectedEOF); truncated != errors.Is(err, ocf.ErrTruncated) {
				t.Errorf("%v: is it an io.ErrUnexpectedEOF? %v", err, truncated)
			}
		})
	}
	if got, err := read(join(magic, numbers(-1, 18, 11), []byte("avro.schema"), numbers(6), []byte(`"long"`)[:5], nil), longs); err == nil {
		t.Errorf("got %v", got)
	}
	sized := join(numbers(11), []byte("avro.schema"), numbers(6), []byte(`"long"`))
	if _, err := read(join(magic, numbers(-1, int64(len(sized))), sized, numbers(0), marker[:]), longs); err != nil {
		t.Errorf("metadata with its size: %v", err)
	}
}

func TestHostileBlocksAreRefused(t *testing.T) {
	t.Parallel()
	long := header(`"long"`, ocf.Null)
	null := header(`"null"`, ocf.Null)
	for _, c := range []struct {
		name    string
		file    []byte
		want    error
		problem string
	}{
		{"-1 records", join(long, block(-1, 1, []byte{2})), ocf.ErrCorrupt, "claims -1 records"},
		{"-1 bytes", join(long, block(1, -1, []byte{2})), ocf.ErrCorrupt, "claims -1 bytes"},
		{"2^40 bytes", join(long, block(1, huge, []byte{2})), ocf.ErrLimit, "WithMaxBlockSize"},
		{"60 MiB that are not there", join(long, block(1, 60<<20, []byte{2})), ocf.ErrTruncated, "0 whole blocks with 0 records come before"},
		{"2^40 records", join(long, block(huge, 1, []byte{2})), ocf.ErrCorrupt, "claims 1099511627776 records in 1 bytes, each needs 1"},
		{"a record more than there is", join(long, block(2, 1, []byte{2})), ocf.ErrCorrupt, "claims 2 records"},
		{"a record that is longer", join(long, block(1, 1, []byte{0x80})), nil, "record 0: avro: decode: at byte 0"},
		{"a record less than there is", join(long, block(1, 2, []byte{2, 2})), ocf.ErrCorrupt, "1 bytes are left over behind its 1 records"},
		{"no records", join(long, block(0, 1, []byte{2})), ocf.ErrCorrupt, "left over behind its 0 records"},
		{"a number that goes on", join(long, bytes.Repeat([]byte{0xff}, 40)), ocf.ErrCorrupt, "64 bits"},
		{"another sync marker", join(long, block(1, 1, []byte{2})[:18], []byte("x")), ocf.ErrCorrupt, "no sync marker"},
		{"a shorter block", join(long, block(1, 1, []byte{0x80, 1})), ocf.ErrCorrupt, "no sync marker"},
		{"2^40 nulls", join(null, block(huge, 0, nil)), ocf.ErrLimit, "WithMaxZeroSizeRecords"},
		{"million after million of nulls", join(null, block(600_000, 0, nil), block(600_000, 0, nil)), ocf.ErrLimit, "block 1 at byte"},
		{"no deflate data", join(header(`"long"`, ocf.Deflate), block(1, 0, nil)), ocf.ErrCorrupt, "deflate"},
		{"deflate data of no kind", join(header(`"long"`, ocf.Deflate), block(1, 2, []byte("\xff\xff"))), ocf.ErrCorrupt, "deflate"},
		{"deflate data that ends", join(header(`"long"`, ocf.Deflate), block(1, 2, deflated(t, []byte{2})[:2])), ocf.ErrCorrupt, "deflate"},
		{"bytes behind deflate data", join(header(`"long"`, ocf.Deflate), stored(1, append(deflated(t, []byte{2}), 1, 2, 3, 4, 5))), ocf.ErrCorrupt, "5 bytes are left over"},
		{"no snappy data", join(header(`"long"`, ocf.Snappy), block(1, 0, nil)), ocf.ErrCorrupt, "snappy"},
		{"snappy data of no kind", join(header(`"long"`, ocf.Snappy), block(1, 6, []byte{5, 0xff, 0, 0, 0, 0})), ocf.ErrCorrupt, "snappy"},
		{"another CRC-32", join(header(`"long"`, ocf.Snappy), stored(1, append(snapped([]byte{2})[:3], 1, 2, 3, 4))), ocf.ErrCorrupt, "CRC-32"},
		{"snappy data that claims 60 MiB", join(header(`"long"`, ocf.Snappy), stored(1, join(binary.AppendUvarint(nil, 60<<20), []byte{0, 2}, make([]byte, 4)))), ocf.ErrCorrupt, "claim to be"},
		{"snappy data that claims 2 GiB", join(header(`"long"`, ocf.Snappy), stored(1, join(binary.AppendUvarint(nil, 2<<30), []byte{0, 2}, make([]byte, 4)))), ocf.ErrLimit, "WithMaxBlockSize"},
		{"no zstandard data", join(header(`"long"`, ocf.Zstandard), block(1, 0, nil)), ocf.ErrCorrupt, "claims 1 records in 0 bytes"},
		{"zstandard data of no kind", join(header(`"long"`, ocf.Zstandard), block(1, 6, []byte("zstdno"))), ocf.ErrCorrupt, "zstandard"},
		{"zstandard data that ends", join(header(`"long"`, ocf.Zstandard), stored(1, zipped(t, []byte{2})[:8])), ocf.ErrCorrupt, "zstandard"},
		{"zstandard data that claims 60 MiB", join(header(`"long"`, ocf.Zstandard), stored(1, claiming)), ocf.ErrCorrupt, "claim to be"},
		{"zstandard data that claims 2 GiB", join(header(`"long"`, ocf.Zstandard), stored(1, []byte("\x28\xb5\x2f\xfd\xa0\x00\x00\x00\x80\x01\x00\x00"))), ocf.ErrLimit, "WithMaxBlockSize"},
		{"zstandard data that claims 60 MiB behind a frame", join(header(`"long"`, ocf.Zstandard), stored(1, join(zipped(t, []byte{2}), claiming))), ocf.ErrCorrupt, "claim to be"},
		{"zstandard data that claims 60 MiB behind a stream", join(header(`"long"`, ocf.Zstandard), stored(1, join(streamed(t, []byte{2}), claiming))), ocf.ErrCorrupt, "claim to be"},
		{"zstandard data that claims 60 MiB behind zeros", join(header(`"long"`, ocf.Zstandard), stored(1, join(zipped(t, make([]byte, 1000)), claiming))), ocf.ErrCorrupt, "claim to be"},
		{"zstandard data that claims 60 MiB behind what is skipped", join(header(`"long"`, ocf.Zstandard), stored(1, join([]byte("\x50\x2a\x4d\x18\x01\x00\x00\x00?"), claiming))), ocf.ErrCorrupt, "claim to be"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			generic := avro.MustFor[any](`["null","long"]`)
			decode := func(opts ...ocf.ReaderOption) error {
				r, err := ocf.NewReader(bytes.NewReader(c.file), generic, opts...)
				if err != nil {
					t.Fatal(err)
				}
				var v any
				for err == nil {
					err = r.Read(&v)
				}
				if again := r.Read(&v); again != err || v != nil { //nolint:errorlint // the same error
					t.Errorf("after %v: %v", err, again)
				}
				return err
			}
			err := decode()
			e := asError(t, err)
			if c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.problem) || e.Block < 0 || !strings.HasPrefix(err.Error(), "ocf: block ") {
				t.Errorf("got %v, want %v with %q", err, c.want, c.problem)
			}
			if truncated := errors.Is(err, io.ErrUnexpectedEOF); truncated != errors.Is(err, ocf.ErrTruncated) {
				t.Errorf("%v: is it an io.ErrUnexpectedEOF? %v", err, truncated)
			}
			told := 0
			if err := decode(ocf.WithRecovery(func(*ocf.Error) { told++ })); err != io.EOF || told == 0 { //nolint:errorlint // the value that is promised
				t.Errorf("with recovery: %v after %d losses", err, told)
			}
		})
	}
}

// stored returns a block of data as it is.
func stored(records int64, data []byte) []byte { return block(records, int64(len(data)), data) }

// Older writers cut zlib's format in the wrong place, and leave a part of its checksum behind the data.
func TestDeflateWithChecksumBehindIt(t *testing.T) {
	t.Parallel()
	file := join(header(`"long"`, ocf.Deflate), stored(1, append(deflated(t, []byte{2}), 1, 2, 3)))
	if got, err := read(file, longs); err != nil || len(got) != 1 || got[0] != 1 {
		t.Errorf("got %v, %v", got, err)
	}
}

// Snappy in C, which Java calls, copies 64 bytes at a time; the encoder that is used here 60. Zeros are the densest.
func TestSnappyAtItsDensest(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	plain := join(numbers(size), make([]byte, size))
	zeros := len(numbers(size))
	data := binary.AppendUvarint(nil, uint64(len(plain)))
	data = append(append(data, byte(zeros<<2)), plain[:zeros+1]...) // a literal: the length, and the first zero
	for left := size - 1; left > 0; left -= min(left, 64) {
		data = append(data, byte(min(left, 64)-1)<<2|2, 1, 0) // what was one byte before
	}
	data = binary.BigEndian.AppendUint32(data, crc32.ChecksumIEEE(plain))
	got, err := read(join(header(`"bytes"`, ocf.Snappy), stored(1, data)), avro.MustFor[[]byte](`"bytes"`))
	if err != nil || len(got) != 1 || !bytes.Equal(got[0], make([]byte, size)) {
		t.Errorf("got %d records, %v", len(got), err)
	}
}

// Blocks of several frames are read like any.
func TestZstandardFrames(t *testing.T) {
	t.Parallel()
	skipped := []byte("\x50\x2a\x4d\x18\x01\x00\x00\x00?")
	zeros := make([]byte, 100_000)
	data := join(skipped, zipped(t, []byte{2}), streamed(t, []byte{4}), skipped, zipped(t, zeros), streamed(t, zeros), zipped(t, []byte{6}))
	got, err := read(join(header(`"long"`, ocf.Zstandard), stored(int64(3+2*len(zeros)), data)), longs)
	if err != nil || len(got) != 3+2*len(zeros) || got[0] != 1 || got[1] != 2 || got[len(got)-1] != 3 {
		t.Errorf("got %d records, %v", len(got), err)
	}
}

func TestTruncationAtEveryByte(t *testing.T) {
	t.Parallel()
	const perBlock = 4
	records := newReadings(12)
	for _, c := range compressions {
		t.Run(string(c), func(t *testing.T) {
			t.Parallel()
			file := write(t, readings, records, ocf.WithCompression(c), ocf.WithBlockRecords(perBlock), ocf.WithSync(marker))
			ends := []int{len(write(t, readings, nil, ocf.WithCompression(c), ocf.WithSync(marker)))}
			for n := perBlock; n <= len(records); n += perBlock {
				ends = append(ends, len(write(t, readings, records[:n], ocf.WithCompression(c), ocf.WithBlockRecords(perBlock), ocf.WithSync(marker))))
			}
			for cut := range file {
				got, err := read(file[:cut], readings)
				blocks := -1 // whole ones
				for _, end := range ends {
					if cut >= end {
						blocks++
					}
				}
				if len(got) != max(blocks, 0)*perBlock {
					t.Fatalf("cut at %d: %d records, want %d blocks", cut, len(got), blocks)
				}
				if blocks >= 0 && cut == ends[blocks] {
					if err != nil {
						t.Fatalf("cut at %d, between blocks: %v", cut, err)
					}
					continue
				}
				if e := asError(t, err); !errors.Is(err, ocf.ErrTruncated) || !errors.Is(err, io.ErrUnexpectedEOF) || e.Block != int64(blocks) || e.Records != int64(len(got)) {
					t.Fatalf("cut at %d: %v, want it truncated in block %d", cut, err, blocks)
				}
				if blocks >= 0 {
					if e := asError(t, err); e.Offset != int64(ends[blocks]) || !strings.Contains(err.Error(), fmt.Sprintf("%d whole blocks with %d records come before", blocks, len(got))) {
						t.Fatalf("cut at %d: %v, want it to say where", cut, err)
					}
				}
			}
		})
	}
}

// A flipped bit is an error or other records, never a crash; with a checksum in each block it is never other
// records, but in the header.
func TestFlippedBits(t *testing.T) {
	t.Parallel()
	records := newReadings(8)
	for _, c := range compressions {
		t.Run(string(c), func(t *testing.T) {
			t.Parallel()
			file := write(t, readings, records, ocf.WithCompression(c), ocf.WithBlockRecords(4), ocf.WithSync(marker))
			begin := len(write(t, readings, nil, ocf.WithCompression(c), ocf.WithSync(marker)))
			for i := range len(file) * 8 {
				file[i/8] ^= 1 << (i % 8)
				got, err := read(file, readings)
				if err != nil {
					asError(t, err)
				} else if i/8 >= begin && (c == ocf.Snappy || c == ocf.Zstandard) && !cmp.Equal(got, records) {
					t.Errorf("bit %d is not noticed, and makes other records", i)
				}
				file[i/8] ^= 1 << (i % 8)
			}
		})
	}
}

// TestBombsAreCut holds small files of large blocks against the limit, and what they cost.
func TestBombsAreCut(t *testing.T) {
	const limit, size = 8 << 20, 16 << 20
	zeros := make([]byte, size)
	bomb := map[string][]byte{
		"deflate":   join(header(`"long"`, ocf.Deflate), stored(size, deflated(t, zeros))),
		"snappy":    join(header(`"long"`, ocf.Snappy), stored(size, snapped(zeros))),
		"zstandard": join(header(`"long"`, ocf.Zstandard), stored(size, zipped(t, zeros))),
		"streamed":  join(header(`"long"`, ocf.Zstandard), stored(size, streamed(t, zeros))),
		"null":      join(header(`"long"`, ocf.Null), stored(limit+1, zeros[:limit+1])),
	}
	for name, file := range bomb {
		used := allocated(func() {
			if _, err := read(file, longs, ocf.WithMaxBlockSize(limit)); !errors.Is(err, ocf.ErrLimit) || !strings.Contains(err.Error(), "WithMaxBlockSize") {
				t.Errorf("%s: got %v, want ErrLimit", name, err)
			}
		})
		if most := uint64(1<<20 + 6*limit + 5*len(file)); used > most {
			t.Errorf("%s: %d bytes allocated for %d of input, want at most %d", name, used, len(file), most)
		}
	}
}

// TestClaimsCostNothing holds what files claim against what reading them allocates.
func TestClaimsCostNothing(t *testing.T) {
	padding := make([]byte, 100_000)
	for name, file := range map[string][]byte{
		"2^40 bytes in a block":       join(header(`"long"`, ocf.Null), numbers(1, huge), padding),
		"60 MiB in a block":           join(header(`"long"`, ocf.Null), numbers(1, 60<<20), padding),
		"60 MiB of snappy data":       join(header(`"long"`, ocf.Snappy), stored(1, join(binary.AppendUvarint(nil, 60<<20), padding))),
		"60 MiB of zstandard data":    join(header(`"long"`, ocf.Zstandard), stored(1, claiming)),
		"2^40 records":                join(header(`"long"`, ocf.Null), stored(huge, padding)),
		"2^40 entries of metadata":    join([]byte("Obj\x01"), numbers(huge), padding),
		"a million in a key":          join([]byte("Obj\x01"), numbers(1, 1_000_000), padding),
		"a million entries":           join([]byte("Obj\x01"), numbers(1_000_000), padding),
		"no end of empty blocks":      join(header(`"long"`, ocf.Null), bytes.Repeat(block(0, 0, nil), 5000)),
		"no end of blocks of snappy":  join(header(`"long"`, ocf.Snappy), bytes.Repeat(stored(1, snapped([]byte{2})), 5000)),
		"no end of blocks of deflate": join(header(`"long"`, ocf.Deflate), bytes.Repeat(stored(1, deflated(t, []byte{2})), 5000)),
	} {
		for _, opts := range [][]ocf.ReaderOption{nil, {ocf.WithRecovery(func(*ocf.Error) {})}} {
			used := allocated(func() {
				r, err := ocf.NewReader(bytes.NewReader(file), longs, opts...)
				for v := int64(0); err == nil; {
					err = r.Read(&v)
				}
			})
			if most := uint64(300<<10 + 6*len(file)); used > most {
				t.Errorf("%s: %d bytes allocated for %d of input, want at most %d", name, used, len(file), most)
			}
		}
	}
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
