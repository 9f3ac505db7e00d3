package ocf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
)

// Compression is how the blocks of a file are compressed, by its name in the file's header ("avro.codec"). The constants are all that there is.
type Compression string

// The compressions of the Avro specification that this package has. Levels are set by [WithLevel].
const (
	Null      Compression = "null"
	Deflate   Compression = "deflate"   // RFC 1951; levels 1 to 9
	Snappy    Compression = "snappy"    // with a CRC-32 of each block; no levels
	Zstandard Compression = "zstandard" // levels 1 to 22
)

// levels returns the highest level of a compression, 0 if it has none.
func (c Compression) levels() (highest int, known bool) {
	switch c {
	case Null, Snappy:
		return 0, true
	case Deflate:
		return flate.BestCompression, true
	case Zstandard:
		return 22, true
	default:
		return 0, false
	}
}

// unknown is the error of a name that is none of the constants.
func (c Compression) unknown() error {
	name := string(c)
	if len(name) > 32 {
		name = name[:32]
	}
	return fmt.Errorf("compression %q is not known, only %s, %s, %s and %s are", name, Null, Deflate, Snappy, Zstandard)
}

// compressor returns the compressed form of a block, in the memory of dst where it has room, or src itself.
type compressor func(dst, src []byte) ([]byte, error)

// newCompressor returns a compressor. Level 0 is the library's default.
func newCompressor(c Compression, level int) (compressor, error) {
	switch c {
	case Null:
		return func(_, src []byte) ([]byte, error) { return src, nil }, nil
	case Deflate:
		return newDeflater(level)
	case Snappy:
		return compressSnappy, nil
	case Zstandard:
		options := []zstd.EOption{zstd.WithEncoderConcurrency(1), zstd.WithZeroFrames(true), zstd.WithLowerEncoderMem(true)}
		if level != 0 {
			options = append(options, zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(level)))
		}
		z, err := zstd.NewWriter(nil, options...)
		if err != nil {
			return nil, err
		}
		return func(dst, src []byte) ([]byte, error) { return z.EncodeAll(src, dst[:0]), nil }, nil
	default:
		return nil, c.unknown()
	}
}

// appender is an io.Writer that appends.
type appender struct{ buf []byte }

func (a *appender) Write(p []byte) (int, error) {
	a.buf = append(a.buf, p...)
	return len(p), nil
}

func newDeflater(level int) (compressor, error) {
	if level == 0 {
		level = flate.DefaultCompression
	}
	var out appender
	f, err := flate.NewWriter(&out, level)
	if err != nil {
		return nil, err
	}
	return func(dst, src []byte) ([]byte, error) {
		out.buf = dst[:0]
		f.Reset(&out)
		_, err := f.Write(src)
		return out.buf, errors.Join(err, f.Close())
	}, nil
}

// crcSize is what the CRC-32 behind a block in Snappy takes, big-endian, of the block's plain bytes.
const crcSize = 4

func compressSnappy(dst, src []byte) ([]byte, error) {
	return binary.BigEndian.AppendUint32(snappy.Encode(dst[:cap(dst)], src), crc32.ChecksumIEEE(src)), nil
}

// decompressor returns the plain form of a block, of at most limit bytes, in the memory of dst where it has room, or as a part of
// src. Its errors are errCorrupt or errLimit: what a library says of a block's end must not look like the end of the file.
type decompressor func(dst, src []byte, limit int) ([]byte, error)

func newDecompressor(c Compression) (decompressor, error) {
	switch c {
	case Null:
		return func(_, src []byte, _ int) ([]byte, error) { return src, nil }, nil
	case Deflate:
		return newInflater(), nil
	case Snappy:
		return decompressSnappy, nil
	case Zstandard:
		return newUnzstd(), nil
	default:
		return nil, c.unknown()
	}
}

// tooLarge is the error of a block that is larger than it may be.
func tooLarge(limit int) error {
	return fmt.Errorf("%w: decompressed it is larger than %d bytes; WithMaxBlockSize changes the limit", ErrLimit, limit)
}

// adlerSize is what a checksum of zlib takes. Some writers cut zlib's format at the wrong place and leave it behind the data.
const adlerSize = 4

func newInflater() decompressor {
	in := bytes.NewReader(nil)
	f := flate.NewReader(in)
	reset := f.(flate.Resetter) //nolint:errcheck // documented
	return func(dst, src []byte, limit int) ([]byte, error) {
		in.Reset(src)
		if err := reset.Reset(in, nil); err != nil {
			return dst, err
		}
		dst = dst[:0]
		for {
			if len(dst) == cap(dst) {
				dst = append(dst, 0)[:len(dst)]
			}
			n, err := f.Read(dst[len(dst):cap(dst)])
			dst = dst[:len(dst)+n]
			switch {
			case len(dst) > limit:
				return dst, tooLarge(limit)
			case err == io.EOF && in.Len() > adlerSize:
				return dst, fmt.Errorf("%w: %d bytes are left over behind its deflate data", ErrCorrupt, in.Len())
			case err == io.EOF:
				return dst, nil
			case err != nil:
				return dst, fmt.Errorf("%w: deflate: %v", ErrCorrupt, err) //nolint:errorlint // not to be mistaken for the end of the file
			}
		}
	}
}

func decompressSnappy(dst, src []byte, limit int) ([]byte, error) {
	if len(src) < crcSize {
		return dst, fmt.Errorf("%w: %d bytes are no snappy data with a CRC-32", ErrCorrupt, len(src))
	}
	src, sum := src[:len(src)-crcSize], binary.BigEndian.Uint32(src[len(src)-crcSize:])
	n, err := snappy.DecodedLen(src)
	switch {
	case err != nil:
		return dst, fmt.Errorf("%w: snappy: %v", ErrCorrupt, err) //nolint:errorlint // as above
	case n > limit:
		return dst, tooLarge(limit)
	case n > 64*(len(src)/3+1): // three bytes copy 64 at most
		return dst, fmt.Errorf("%w: %d bytes of snappy data claim to be %d", ErrCorrupt, len(src), n)
	}
	plain, err := snappy.Decode(dst[:cap(dst)], src)
	if err != nil {
		return dst, fmt.Errorf("%w: snappy: %v", ErrCorrupt, err) //nolint:errorlint // as above
	}
	if got := crc32.ChecksumIEEE(plain); got != sum {
		return plain, fmt.Errorf("%w: its CRC-32 is %08x, %08x is written behind it", ErrCorrupt, got, sum)
	}
	return plain, nil
}

const (
	// A block within a zstandard frame takes at least 4 bytes and holds at most 128 KiB.
	zstdLeast = 4
	zstdMost  = 128 << 10
	// zstdMemory is for windows that are larger than a small limit.
	zstdMemory = 8 << 20
)

func newUnzstd() decompressor {
	var z *zstd.Decoder // for a limit, which a file's blocks share
	return func(dst, src []byte, limit int) ([]byte, error) {
		if z == nil {
			var err error
			z, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(max(limit, zstdMemory)))) //nolint:gosec // positive
			if err != nil {
				return dst, err
			}
		}
		switch claim := zstdClaim(src); {
		case claim > uint64(limit): //nolint:gosec // positive
			return dst, tooLarge(limit)
		case claim > zstdMost*uint64(len(src)/zstdLeast+1):
			return dst, fmt.Errorf("%w: %d bytes of zstandard data claim to be %d", ErrCorrupt, len(src), claim)
		}
		plain, err := z.DecodeAll(src, dst[:0])
		switch {
		case errors.Is(err, zstd.ErrDecoderSizeExceeded), errors.Is(err, zstd.ErrWindowSizeExceeded), len(plain) > limit:
			return plain, tooLarge(limit)
		case err != nil:
			return plain, fmt.Errorf("%w: zstandard: %v", ErrCorrupt, err) //nolint:errorlint // as above
		}
		return plain, nil
	}
}

// zstdClaim returns how many bytes the frames in src say that they hold, where they do. The library makes room for what a frame claims before it
// looks at more, and a block may have several frames, also such that are skipped.
func zstdClaim(src []byte) (claim uint64) {
	for len(src) > 0 {
		var h zstd.Header
		if err := h.Decode(src); err != nil {
			break // which decompressing comes upon as well
		}
		claim += min(h.FrameContentSize, math.MaxUint32)
		rest := src[h.HeaderSize:]
		if h.Skippable {
			rest = rest[min(len(rest), int(h.SkippableSize)):]
		} else {
			rest = behindZstdBlocks(rest)
			if h.HasCheckSum {
				rest = rest[min(len(rest), crcSize):]
			}
		}
		src = rest
	}
	return claim
}

// behindZstdBlocks returns what follows the blocks of a frame (RFC 8878, 3.1.1.2).
func behindZstdBlocks(src []byte) []byte {
	const (
		headerSize = 3
		repeated   = 1 // the type of a block that is one byte, many times
	)
	for len(src) >= headerSize {
		header := uint32(src[0]) | uint32(src[1])<<8 | uint32(src[2])<<16
		size := int(header >> 3)
		if header>>1&3 == repeated {
			size = 1
		}
		src = src[min(len(src), headerSize+size):]
		if header&1 != 0 { // the last one
			return src
		}
	}
	return nil
}
